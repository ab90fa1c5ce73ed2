"""How are the pairs to be drawn, and in which colours?"""

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from glan_core.store.corpus_points import PlacedCorpus, list_placed_corpora
from glan_core.store.database import Cursor
from pages.shared import state
from pages.shared.formats import shortened
from pages.shared.map_counts import CLOSENESS, FLAGGED, JUDGED, run_names

KINDS = {"points": "Points", "density": "Density", "difference": "Difference", "corpus": "Corpus", "gaps": "Gaps"}
COLOURS = {
    "count": "Number of pairs",
    "field": "Field",
    "sub_field": "Sub-field",
    "discipline": "Discipline",
    "subject": "Subject",
    "level": "Level",
    "run": "Run",
    "model": "Model",
    "status": "Review",
    "strategy": "Class sessions",
    FLAGGED: "Flags",
    JUDGED: "Judge score",
    CLOSENESS: "Nearness",
}
_POINTS_ONLY, _DENSITY_ONLY = (FLAGGED, JUDGED, CLOSENESS), ("count",)


_OF_CORPUS = "corpus:"
"""Before the id of a corpus, where runs can be chosen too."""
_LONGEST_NAME = 24


class Drawing(NamedTuple):
    """What was chosen."""

    kind: str
    by: str
    """Empty for a difference, a corpus and gaps."""
    compared: tuple[str, str] = ("", "")
    """Of a difference: the run that there is more of (empty: all pairs), and the one that it is held against (empty:
    all others, or the corpus)."""
    corpus: PlacedCorpus | None = None
    """The one that is drawn, or that the pairs are held against."""


def choose_drawing(cursor: Cursor, projection_id: str, *, is_large: bool) -> Drawing:
    """Let the visitor choose; a large set begins with its density, a small one with its points."""
    runs = run_names(cursor)
    corpora = {each.corpus_id: each for each in list_placed_corpora(cursor, projection_id)}
    hidden_kinds = {"difference"} if len(runs) < 2 and not corpora else set()
    kinds = [kind for kind in KINDS if kind not in hidden_kinds and (corpora or kind != "corpus")]
    _choose_unless(state.MAP_KIND, kinds, "density" if is_large else "points")
    kind = st.segmented_control(
        "Show",
        kinds,
        required=True,
        format_func=lambda name: KINDS[name],
        key=state.MAP_KIND,
        label_visibility="collapsed",
        persist_state="session",
    )
    if kind == "difference":
        return _choose_compared(runs, corpora)
    if kind == "corpus":
        return Drawing(kind, "", corpus=corpora[_choose_corpus(corpora)])
    if kind == "gaps":
        return Drawing(kind, "")
    hidden = _POINTS_ONLY if kind == "density" else _DENSITY_ONLY
    choices = [name for name in COLOURS if name not in hidden]
    _choose_unless(state.MAP_BY, choices, "field")
    by = st.selectbox(
        "Colour by",
        choices,
        format_func=lambda name: f"By {COLOURS[name].lower()}",
        key=state.MAP_BY,
        label_visibility="collapsed",
        width=170,
        persist_state="session",
    )
    return Drawing(kind, by)


def _choose_corpus(corpora: Mapping[str, PlacedCorpus]) -> str:
    """Let the visitor choose the corpus that is drawn beside the pairs, the newest first."""
    _choose_unless(state.MAP_CORPUS, list(corpora), next(iter(corpora)))
    return st.selectbox(
        "Corpus",
        list(corpora),
        format_func=lambda key: shortened(corpora[key].name, _LONGEST_NAME),
        key=state.MAP_CORPUS,
        label_visibility="collapsed",
        width=186,
        persist_state="session",
    )


def _choose_compared(runs: Mapping[str, str], corpora: Mapping[str, PlacedCorpus]) -> Drawing:
    """Let the visitor choose the two sets whose difference is drawn: a run or all pairs, and what to hold against."""
    firsts = {**({"": "All pairs"} if corpora else {}), **runs}
    first, second = st.session_state.get(state.MAP_COMPARED) or (next(iter(firsts)), "")
    first = first if first in firsts else next(iter(firsts))
    first = st.selectbox(
        "More of",
        list(firsts),
        index=list(firsts).index(first),
        format_func=lambda key: firsts[key],
        label_visibility="collapsed",
        width=120,
    )
    others = {key: name.lower() for key, name in runs.items() if key != first} if first else {}
    seconds = {
        **({"": "all other runs", **others} if others else {}),
        **{f"{_OF_CORPUS}{key}": shortened(each.name, _LONGEST_NAME) for key, each in corpora.items()},
    }
    second = st.selectbox(
        "Less of",
        list(seconds),
        index=list(seconds).index(second) if second in seconds else 0,
        format_func=lambda key: f"against {seconds[key]}",
        label_visibility="collapsed",
        width=160,
    )
    st.session_state[state.MAP_COMPARED] = (first, second)
    if second.startswith(_OF_CORPUS):
        return Drawing("difference", "", (first, ""), corpora[second.removeprefix(_OF_CORPUS)])
    return Drawing("difference", "", (first, second))


def _choose_unless(key: str, choices: list[str], chosen: str) -> None:
    """Choose something where nothing is chosen that can be: the browser is told, and shows it."""
    if st.session_state.get(key) not in choices:
        st.session_state[key] = chosen
