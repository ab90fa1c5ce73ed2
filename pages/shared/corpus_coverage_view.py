"""Which parts of the taxonomy does a corpus fill, and what do they lack, and you?"""

import streamlit as st

from glan_core.corpora.node_coverage import NOT_MEASURED
from glan_core.encoder_choice import encoder_in_use
from glan_core.errors import GlanError
from glan_core.store.corpus_places import count_places, places_stamp
from pages.shared import state
from pages.shared.corpus_coverage_balance import show_corpus_balance
from pages.shared.corpus_coverage_heat_map import show_corpus_heat_map
from pages.shared.corpus_coverage_nodes import show_corpus_nodes
from pages.shared.corpus_coverage_numbers import (
    CorpusCounts,
    choose_corpus_level,
    read_cached_counts,
    show_corpus_headline,
)
from pages.shared.corpus_gaps_view import show_corpus_gaps
from pages.shared.corpus_working import (
    WAITS,
    current_own_places,
    open_corpus_worker,
    show_outdated,
    show_own_work,
    show_work,
)
from pages.shared.coverage_pairs import CORPUS_TABS, ChosenPairs
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count
from pages.shared.own_reading import show_unread_pairs
from pages.shared.page_button import page_button
from pages.shared.workspace import Workspace

_CORPORA = "pages/explore/corpora.py"


def show_corpus_coverage(workspace: Workspace, chosen: ChosenPairs) -> None:
    """Show how far a corpus covers the taxonomy, alone or beside the own pairs."""
    corpus = chosen.corpus
    assert corpus is not None
    cursor = workspace.cursor()
    worker = open_corpus_worker()
    encoder, content = encoder_in_use(cursor)
    name = encoder.encoder
    if not count_places(cursor, corpus.corpus_id, encoder=name, content=content):
        show_work(worker, has_news=False)
        st.info(
            f"The rows of {plain(corpus.name)} have no place in the taxonomy yet.", icon=":material/add_location_alt:"
        )
        page_button(
            "Place its rows",
            _CORPORA,
            {state.CORPUS_CHOSEN: corpus.name},
            key="coverage-place",
            disabled=worker.is_running,
            help=WAITS if worker.is_running else None,
        )
        return
    was_running = worker.is_running
    show_work(worker, has_news=False)
    own = current_own_places(worker, cursor, encoder=name, content=content)
    if own is None:
        show_own_work(worker, is_watched=was_running)
        return
    least = _choose_confidence()
    stamp = places_stamp(cursor, corpus.corpus_id, encoder=name, content=content)
    try:
        counts = read_cached_counts(workspace, corpus, own, stamp=stamp, least_confidence=least)
    except GlanError as error:
        show_error(error)
        return
    show_unread_pairs(cursor)
    show_outdated(worker, counts.compared)
    st.caption(_said(counts))
    if chosen.is_beside and not counts.compared.own_pairs:
        st.info("No pair of yours counts here: there is nothing to hold its rows against.", icon=":material/balance:")
        return
    _show_tabs(workspace, counts, chosen)


def _choose_confidence() -> float:
    return st.slider(
        "Count what is placed with a confidence of at least",
        0.0,
        1.0,
        0.0,
        0.05,
        key=state.COVERAGE_CONFIDENCE,
        persist_state="session",
        width=420,
        help="How likely a row, or a pair of yours, belongs to the discipline it is nearest to. Of 10 placed with 0.7, "
        "about 7 are right: fitted to your own pairs, whose disciplines are known.",
    )


def _said(counts: CorpusCounts) -> str:
    """Say how many count, how far that can be trusted and what is not told."""
    compared = counts.compared
    told = f"{count(compared.rows)} of {count(compared.placed_rows)} placed rows count. "
    if compared.accuracy.texts:
        told += (
            f"Of {count(compared.accuracy.texts)} pairs of yours placed in the same way, "
            f"{100 * compared.accuracy.top_1:.0f} % come to their own discipline. "
        )
    return f"{told}Rows have no lineage, so this is not measured for them: {', '.join(NOT_MEASURED)}."


def _show_tabs(workspace: Workspace, counts: CorpusCounts, chosen: ChosenPairs) -> None:
    level = choose_corpus_level()
    show_corpus_headline(counts, level, is_beside=chosen.is_beside)
    tabs = st.tabs(list(CORPUS_TABS), key=state.COVERAGE_CORPUS_TAB, bind="query-params", on_change="rerun")
    opened = dict(zip(CORPUS_TABS, tabs, strict=True))
    name = next((name for name, tab in opened.items() if tab.open), CORPUS_TABS[0])
    with opened[name]:
        if name == "Nodes":
            show_corpus_nodes(workspace, counts, level, is_beside=chosen.is_beside)
        elif name == "Balance":
            show_corpus_balance(counts, level, is_beside=chosen.is_beside)
        elif name == "Heat map":
            show_corpus_heat_map(workspace, counts, level, is_beside=chosen.is_beside)
        else:
            show_corpus_gaps(workspace, counts.compared.corpus, is_equal=chosen.is_beside)
