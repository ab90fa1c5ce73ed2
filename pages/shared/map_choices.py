"""How are the pairs to be drawn, and in which colours?"""

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from glan_core.store.database import Cursor
from pages.shared import state
from pages.shared.map_counts import CLOSENESS, FLAGGED, run_names

KINDS = {"points": "Points", "density": "Density", "difference": "Difference", "gaps": "Gaps"}
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
    CLOSENESS: "Nearness",
}
_POINTS_ONLY, _DENSITY_ONLY = (FLAGGED, CLOSENESS), ("count",)


class Drawing(NamedTuple):
    """What was chosen."""

    kind: str
    by: str
    """Empty for a difference and for gaps."""
    compared: tuple[str, str] = ("", "")
    """The run that there is more of, and the one that it is held against; empty: all others."""


def choose_drawing(cursor: Cursor, *, is_large: bool) -> Drawing:
    """Let the visitor choose; a large set begins with its density, a small one with its points."""
    runs = run_names(cursor)
    kinds = [kind for kind in KINDS if kind != "difference" or len(runs) > 1]
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
        return Drawing(kind, "", _choose_runs(runs))
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


def _choose_runs(runs: Mapping[str, str]) -> tuple[str, str]:
    """Let the visitor choose the two sets whose difference is drawn: a run, and another or all others."""
    ids = list(runs)
    first, second = st.session_state.get(state.MAP_COMPARED) or (ids[0], "")
    first = first if first in runs else ids[0]
    first = st.selectbox(
        "More of",
        ids,
        index=ids.index(first),
        format_func=lambda key: runs[key],
        label_visibility="collapsed",
        width=150,
    )
    others = ["", *(key for key in ids if key != first)]
    second = st.selectbox(
        "Less of",
        others,
        index=others.index(second) if second in others else 0,
        format_func=lambda key: f"against {runs[key].lower() if key else 'all other runs'}",
        label_visibility="collapsed",
        width=186,
    )
    st.session_state[state.MAP_COMPARED] = (first, second)
    return first, second


def _choose_unless(key: str, choices: list[str], chosen: str) -> None:
    """Choose something where nothing is chosen that can be: the browser is told, and shows it."""
    if st.session_state.get(key) not in choices:
        st.session_state[key] = chosen
