"""What is a corpus, where do its rows belong, and what does it lack beside one's own set?"""

from typing import NamedTuple

import streamlit as st

from glan_core.corpora.background import CorpusWorker
from glan_core.corpora.comparison import Comparison, compare_corpus
from glan_core.corpora.importing import remove_corpus
from glan_core.encoder_choice import encoder_in_use
from glan_core.errors import GlanError
from glan_core.figures.two_sets import FieldShares, two_sets
from glan_core.store.corpora import Corpus, list_bad_lines
from glan_core.store.corpus_places import count_places
from glan_core.store.numbered_vectors import count_linked
from glan_core.store.reports import Revision, taxonomy_revision
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count
from pages.shared.theme import ground, show_figure
from pages.shared.workspace import Workspace, open_workspace

_SAMPLE = 10_000


class _State(NamedTuple):
    """What a comparison depends on besides the corpus."""

    path: str
    encoder: str
    content: str
    placed: int
    read: int
    """Own pairs that the encoder has read."""
    revision: Revision


def show_corpus(workspace: Workspace, worker: CorpusWorker, corpus: Corpus) -> None:
    """Show one corpus: what it is, its bad lines, its places and the comparison; let it be placed and removed."""
    cursor = workspace.database.cursor()
    facts = [f"{count(corpus.rows)} rows of {corpus.file_name}."]
    if corpus.longer_conversations:
        facts.append(f"{count(corpus.longer_conversations)} are the beginnings of longer conversations.")
    st.markdown(plain(" ".join(facts)))
    if corpus.bad_lines:
        _show_bad_lines(corpus, workspace)
    encoder, content = encoder_in_use(cursor)
    placed = count_places(cursor, corpus.corpus_id, encoder=encoder.encoder, content=content)
    _show_buttons(workspace, worker, corpus, placed)
    if placed and not worker.is_running:
        try:
            with st.spinner("Comparing with your pairs ..."):
                state = _State(
                    str(workspace.database.path),
                    encoder.encoder,
                    content,
                    placed,
                    count_linked(cursor, encoder=encoder.encoder, content=content),
                    taxonomy_revision(cursor),
                )
                compared = _compare(corpus, state)
        except GlanError as error:
            show_error(error)
            return
        show_comparison(compared)


def show_comparison(compared: Comparison) -> None:
    """Show a corpus beside the own set: disciplines reached, a chart by field, and a table of what it lacks."""
    how = (
        f"n = {count(compared.n)} of each, the smaller of {count(compared.own_pairs)} own pairs that "
        f"{compared.encoder} has read and {count(compared.rows)} placed rows. "
        "Worked out exactly for all samples of n (rarefaction), so there is no seed. Both are placed by meaning: "
        "each goes to the discipline whose subjects and key concepts are nearest to it."
    )
    with st.grid(3, min_column_width=160, gap="small"):
        st.metric("Disciplines it reaches", f"{compared.corpus_reached:.1f}", help=how)
        st.metric("Disciplines you reach", f"{compared.own_reached:.1f}", help=how)
        st.metric("Compared at", f"n = {count(compared.n)}", help=how)
    if compared.accuracy.texts:
        st.caption(
            f"How far to trust it: of {count(compared.accuracy.texts)} pairs of yours placed in the same way, "
            f"{100 * compared.accuracy.top_1:.0f} % come to their own discipline, and "
            f"{100 * compared.accuracy.top_5:.0f} % have it among the five nearest. Others may fare worse."
        )
    if not compared.n:
        st.info("There are no pairs of yours to compare with. Open the map once, so that they are read.")
        return
    fields = [FieldShares(row.field, row.own_at_n, row.rows_at_n) for row in compared.fields().itertuples()]
    show_figure(
        two_sets(fields, n=compared.n, other_name=compared.corpus.name, ground=ground()),
        key="corpus-fields",
        alt=f"Pairs of each field, yours and those of {compared.corpus.name}, of {compared.n}",
    )
    table = compared.disciplines[["discipline", "field", "own_at_n", "rows_at_n", "lacks", "mean_confidence"]]
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        column_config={
            "discipline": st.column_config.TextColumn("Discipline"),
            "field": st.column_config.TextColumn("Field"),
            "own_at_n": st.column_config.NumberColumn("Yours", format="%.1f", help=f"Of {count(compared.n)}."),
            "rows_at_n": st.column_config.NumberColumn("Its own", format="%.1f", help=f"Of {count(compared.n)}."),
            "lacks": st.column_config.NumberColumn("It lacks", format="%.1f", help="Yours less its own."),
            "mean_confidence": st.column_config.NumberColumn(
                "Confidence", format="%.2f", help="On average, 0 to 1: how likely its rows belong there."
            ),
        },
    )


def _show_bad_lines(corpus: Corpus, workspace: Workspace) -> None:
    kept = list_bad_lines(workspace.database.cursor(), corpus.corpus_id)
    with st.expander(
        f"{count(corpus.bad_lines)} {'row' if corpus.bad_lines == 1 else 'rows'} could not be used",
        icon=":material/rule:",
    ):
        st.text("\n".join(f"{line.number}: {line.reason}" for line in kept))
        if corpus.bad_lines > len(kept):
            st.caption(f"The first {count(len(kept))} of {count(corpus.bad_lines)}.")


def _show_buttons(workspace: Workspace, worker: CorpusWorker, corpus: Corpus, placed: int) -> None:
    st.caption(f"{count(placed)} of {count(corpus.rows)} rows have a place in the taxonomy.")
    with st.container(horizontal=True):
        kind = "secondary" if placed else "primary"
        if corpus.rows > _SAMPLE and st.button(
            f"Place {count(_SAMPLE)} at random",
            type=kind,
            disabled=worker.is_running,
            help="The rows with the lowest ids, which are hashes: the same ones every time.",
        ):
            worker.place(corpus, rows=_SAMPLE)
            st.rerun()
        if st.button(
            "Place all",
            type="secondary" if corpus.rows > _SAMPLE else kind,
            disabled=worker.is_running,
            icon=":material/add_location_alt:",
            help="Every row is read by the encoder of the map once: some hundred rows a second.",
        ):
            worker.place(corpus)
            st.rerun()
        if st.button("Remove", type="tertiary", icon=":material/delete:", disabled=worker.is_running):
            remove_corpus(workspace.database.cursor(), corpus)
            st.rerun()


@st.cache_data(show_spinner=False, max_entries=8)
def _compare(corpus: Corpus, state: _State) -> Comparison:
    del state
    workspace = open_workspace()
    return compare_corpus(workspace.database, corpus, compute=workspace.worker.compute)
