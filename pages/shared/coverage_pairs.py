"""Which pairs is the Coverage page about: the own ones, or the rows of a corpus?"""

from collections.abc import Collection
from typing import NamedTuple

import streamlit as st

from glan_core.store.corpora import Corpus, list_corpora
from glan_core.store.database import Cursor
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.formats import count, shortened
from pages.shared.page_button import page_button

OWN = "Your pairs"
_CORPORA = "pages/explore/corpora.py"
_LONGEST_NAME = 60
CORPUS_TABS = ("Nodes", "Balance", "Heat map", "By meaning")
_CORPUS_TABS = {"Fill": "Nodes"}
"""What the tabs of the own pairs are called of a corpus, where it is something else."""
_OWN_TABS = {theirs: own for own, theirs in _CORPUS_TABS.items()}
_SIDES = {"alone": "Its rows", "beside": "Beside yours, at equal n"}


class ChosenPairs(NamedTuple):
    """What is counted."""

    corpus: Corpus | None
    """None: the own pairs."""
    is_beside: bool
    """Whether the own pairs are shown beside it, at equal n."""


def choose_pairs(cursor: Cursor) -> ChosenPairs:
    """Let the own pairs or a corpus be chosen; without a corpus there is nothing to choose."""
    every = list_corpora(cursor, has_removed=True)
    corpora = {_called(corpus): corpus for corpus in every if not corpus.is_removed}
    _note_missing({OWN, *corpora})
    _show_missing({corpus.name for corpus in every if corpus.is_removed})
    if not corpora:
        return ChosenPairs(None, False)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name = st.selectbox(
            "Which pairs",
            [OWN, *corpora],
            key=state.COVERAGE_OF,
            bind="query-params",
            width=420,
            on_change=_keep_tab,
            label_visibility="collapsed",  # with a label, what stands beside it would not be level with its field
        )
        corpus = corpora.get(name)
        if corpus is None:
            return ChosenPairs(None, False)
        _take_over_tab()
        side = st.segmented_control(
            "How",
            list(_SIDES),
            default="alone",
            required=True,
            format_func=_SIDES.__getitem__,
            key=state.COVERAGE_BESIDE,
            bind="query-params",
            label_visibility="collapsed",
        )
        st.caption(f"{count(corpus.rows)} rows", width="content")
    return ChosenPairs(corpus, side == "beside")


def _note_missing(there: Collection[str]) -> None:
    """Keep the name of a corpus that the address asks for and that is not there: the address loses it."""
    asked = st.query_params.get(state.COVERAGE_OF, "")
    if asked and asked not in there:
        st.session_state[state.COVERAGE_MISSING] = asked
    elif asked:
        st.session_state.pop(state.COVERAGE_MISSING, None)


def _show_missing(removed: Collection[str]) -> None:
    """Say that the corpus of the address is not there, so that nobody takes the own pairs for its rows."""
    name = st.session_state.get(state.COVERAGE_MISSING)
    if name is None:
        return
    is_removed = name in removed
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(
            f"The corpus {plain(shortened(name, _LONGEST_NAME))} "
            f"{'was removed' if is_removed else 'is not here'}. These are your own pairs.",
            icon=":material/search_off:",
            width="stretch",
        )
        page_button("Put it back" if is_removed else "Other corpora", _CORPORA, key="coverage-missing")


def _keep_tab() -> None:
    """Open the tab that is open now of the other pairs too, where they have it."""
    st.session_state.pop(state.COVERAGE_MISSING, None)
    is_own = st.session_state[state.COVERAGE_OF] == OWN
    before, after = (state.COVERAGE_CORPUS_TAB, state.COVERAGE_TAB)[:: 1 if is_own else -1]
    tab = st.session_state.get(before)
    tab = (_OWN_TABS if is_own else _CORPUS_TABS).get(tab, tab)
    if tab is not None and tab != "Unused":
        st.session_state[after] = tab


def _take_over_tab() -> None:
    """Open the tab of a link that names a corpus, but a tab as the own pairs have it: `?of=NAME&part=Balance`."""
    asked = st.query_params.get(state.COVERAGE_TAB)
    is_named = state.COVERAGE_CORPUS_TAB in st.query_params or state.COVERAGE_CORPUS_TAB in st.session_state
    if asked in CORPUS_TABS and not is_named:
        st.session_state[state.COVERAGE_CORPUS_TAB] = asked


def _called(corpus: Corpus) -> str:
    return f"{corpus.name} (corpus)" if corpus.name == OWN else corpus.name
