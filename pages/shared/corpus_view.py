"""What is a corpus, where do its rows belong, and what does it lack beside one's own set?"""

import pandas as pd
import streamlit as st

from glan_core.corpora.background import CorpusWorker
from glan_core.corpora.comparison import CorpusComparison
from glan_core.corpora.importing import remove_corpus
from glan_core.encoder_choice import encoder_in_use
from glan_core.errors import GlanError
from glan_core.figures.two_sets import FieldShares, two_sets
from glan_core.store.corpora import Corpus, list_bad_lines
from glan_core.store.corpus_places import count_places, places_stamp
from pages.shared import state
from pages.shared.corpus_coverage_numbers import read_cached_counts
from pages.shared.corpus_working import WAITS, current_own_places, show_outdated, show_own_work
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count, count_of
from pages.shared.own_reading import show_unread_pairs
from pages.shared.page_button import page_button
from pages.shared.theme import ground, show_figure
from pages.shared.workspace import Workspace

_SAMPLE = 10_000
_ROW_PIXELS, _HEAD_PIXELS, _MOST_PIXELS = 32, 38, 420


def show_corpus(workspace: Workspace, worker: CorpusWorker, corpus: Corpus) -> None:
    """Show one corpus: what it is, its bad lines, its places and the comparison; let it be placed and removed."""
    cursor = workspace.cursor()
    facts = f"{count_of(corpus.rows, 'row')} of {corpus.file_name}."
    if corpus.longer_conversations:
        facts += f" {count(corpus.longer_conversations)} are the beginnings of longer conversations."
    st.markdown(f"**{plain(corpus.name)}**: {plain(facts)}")  # its field above cuts a long name on a phone
    if corpus.bad_lines:
        _show_bad_lines(corpus, workspace)
    encoder, content = encoder_in_use(cursor)
    placed = count_places(cursor, corpus.corpus_id, encoder=encoder.encoder, content=content)
    _show_buttons(workspace, worker, corpus, placed)
    if not placed or (worker.is_running and worker.step != "own"):
        return
    was_running = worker.is_running
    own = current_own_places(worker, cursor, encoder=encoder.encoder, content=content)
    if own is None:
        show_own_work(worker, is_watched=was_running)
        return
    stamp = places_stamp(cursor, corpus.corpus_id, encoder=encoder.encoder, content=content)
    try:
        counts = read_cached_counts(workspace, corpus, own, stamp=stamp, least_confidence=0.0)
    except GlanError as error:
        show_error(error)
        return
    show_outdated(worker, counts.compared)
    show_unread_pairs(cursor)
    if not counts.compared.n:
        st.info("No pair of yours is read yet, so there is nothing to compare with.", icon=":material/balance:")
        return
    show_comparison(counts.compared)


def show_comparison(compared: CorpusComparison) -> None:
    """Show a corpus beside the own set: disciplines reached, a chart by field, and a table of what it lacks."""
    own = "own questions, answered or not," if compared.content == "instruction" else "own pairs"
    how = (
        f"n = {count(compared.n)} of each, the smaller of {count(compared.own_pairs)} {own} that "
        f"{compared.encoder} has read and {count(compared.rows)} placed rows. "
        "Worked out exactly for all samples of n (rarefaction), so there is no seed. Both are placed by meaning: "
        "each goes to the discipline whose subjects and key concepts are nearest to it."
    )
    with st.container(border=True), st.grid(3, min_column_width=160, gap="small"):
        st.metric("Disciplines it reaches", f"{compared.corpus_reached:.1f}", help=how)
        st.metric("Disciplines you reach", f"{compared.own_reached:.1f}", help=how)
        st.metric("Compared at", f"n = {count(compared.n)}", help=how)
    if compared.accuracy.texts:
        st.caption(
            f"How far to trust it: of {count(compared.accuracy.texts)} pairs of yours placed in the same way, "
            f"{100 * compared.accuracy.top_1:.0f} % come to their own discipline, and "
            f"{100 * compared.accuracy.top_5:.0f} % have it among the five nearest. Others may fare worse."
        )
    fields = [FieldShares(row.field, row.own_at_n, row.rows_at_n) for row in compared.fields().itertuples()]
    show_figure(
        two_sets(fields, n=compared.n, other_name=compared.corpus.name, ground=ground()),
        key="corpus-fields",
        alt=f"Pairs of each field, yours and those of {compared.corpus.name}, of {compared.n}",
    )
    _show_disciplines(compared)


def _show_disciplines(compared: CorpusComparison) -> None:
    table = compared.disciplines[["discipline", "field", "own_at_n", "rows_at_n", "lacks", "mean_confidence"]]
    column = st.column_config
    of_n = f"Of {count(compared.n)}."
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        row_height=_ROW_PIXELS,
        height=min(_HEAD_PIXELS + _ROW_PIXELS * len(table), _MOST_PIXELS),
        column_config={
            "discipline": column.TextColumn("Discipline", width=220),
            "field": column.TextColumn("Field", width=180),
            "own_at_n": column.NumberColumn("Your pairs", format="%.1f", width=90, help=of_n),
            "rows_at_n": column.NumberColumn("Its rows", format="%.1f", width=84, help=of_n),
            "lacks": column.NumberColumn(
                "Difference",
                format="%+.1f",
                width=92,
                help="Your pairs less its rows: above 0 it lacks so many, below 0 you do.",
            ),
            "mean_confidence": column.NumberColumn(
                "Confidence", format="%.2f", width=92, help="On average, 0 to 1: how likely its rows belong there."
            ),
        },
        alt=f"{count(len(table))} disciplines with both sides at equal n, what the corpus lacks most first.",
    )
    st.caption(
        f"All in pairs or rows of n = {count(compared.n)} each: the larger set is scaled to it, hence the fractions."
    )


def _show_bad_lines(corpus: Corpus, workspace: Workspace) -> None:
    kept = list_bad_lines(workspace.cursor(), corpus.corpus_id)
    with st.expander(
        f"{count(corpus.bad_lines)} {'row' if corpus.bad_lines == 1 else 'rows'} could not be used",
        icon=":material/rule:",
    ):
        st.dataframe(
            pd.DataFrame({"Number": [line.number for line in kept], "Why": [line.reason for line in kept]}),
            hide_index=True,
            row_height=_ROW_PIXELS,
            height=min(_HEAD_PIXELS + _ROW_PIXELS * len(kept), 320),
            column_config={
                "Number": st.column_config.NumberColumn(
                    format="localized", width=90, help="Of the line, row or item in the file, from 1."
                ),
                "Why": st.column_config.TextColumn(width=640),
            },
            alt=f"{count(len(kept))} rows of the file that could not be used, with the reason.",
        )
        if corpus.bad_lines > len(kept):
            st.caption(f"The first {count(len(kept))} of {count(corpus.bad_lines)}.")


def _show_buttons(workspace: Workspace, worker: CorpusWorker, corpus: Corpus, placed: int) -> None:
    st.caption(f"{count(placed)} of {count(corpus.rows)} rows have a place in the taxonomy.")
    kind = "secondary" if placed else "primary"
    with st.container(horizontal=True):
        if placed:
            page_button(
                "Its coverage",
                "pages/explore/coverage.py",
                {state.COVERAGE_OF: corpus.name},
                key="corpus-coverage",
                type="primary",
                icon=":material/donut_large:",
                help="What it fills and lacks, node by node and by meaning.",
            )
        if corpus.rows > _SAMPLE:
            st.button(
                f"Place {count(_SAMPLE)} at random",
                type=kind,
                disabled=worker.is_running,
                help="The rows with the lowest ids, which are hashes: the same ones every time.",
                on_click=worker.place,
                args=(corpus,),
                kwargs={"rows": _SAMPLE},
            )
        st.button(
            "Place all" if placed < corpus.rows else "Place anew",
            type="secondary" if corpus.rows > _SAMPLE else kind,
            disabled=worker.is_running,
            icon=":material/add_location_alt:",
            help="Every row is read by the encoder of the map once: some hundred rows a second.",
            on_click=worker.place,
            args=(corpus,),
        )
        st.button(
            "Remove",
            type="tertiary",
            icon=":material/delete:",
            disabled=worker.is_running,
            help="It can be put back.",
            on_click=_remove,
            args=(workspace, worker, corpus),
        )
    if worker.is_running:
        st.caption(WAITS)


def _remove(workspace: Workspace, worker: CorpusWorker, corpus: Corpus) -> None:
    remove_corpus(workspace.cursor(), corpus)
    worker.forget_news()
    st.session_state[state.CORPUS_NEWS] = corpus.corpus_id
