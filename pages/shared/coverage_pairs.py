"""Which pairs is the Coverage page about: the own ones, or the rows of a corpus?"""

from typing import NamedTuple

import streamlit as st

from glan_core.store.corpora import Corpus, list_corpora
from glan_core.store.database import Cursor
from pages.shared import state
from pages.shared.formats import count

OWN = "Your pairs"
_SIDES = {"alone": "Its rows", "beside": "Beside yours, at equal n"}


class ChosenPairs(NamedTuple):
    """What is counted."""

    corpus: Corpus | None
    """None: the own pairs."""
    is_beside: bool
    """Whether the own pairs are shown beside it, at equal n."""


def choose_pairs(cursor: Cursor) -> ChosenPairs:
    """Let the own pairs or a corpus be chosen; without a corpus there is nothing to choose."""
    corpora = {_called(corpus): corpus for corpus in list_corpora(cursor)}
    if not corpora:
        return ChosenPairs(None, False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.selectbox(
            "Which pairs",
            [OWN, *corpora],
            key=state.COVERAGE_OF,
            bind="query-params",
            width=420,
            help="Your own pairs, or the rows of a corpus that was imported.",
        )
        corpus = corpora.get(name)
        if corpus is None:
            return ChosenPairs(None, False)
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


def _called(corpus: Corpus) -> str:
    return f"{corpus.name} (corpus)" if corpus.name == OWN else corpus.name
