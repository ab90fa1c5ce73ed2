"""How does a visitor find and choose a node of the taxonomy?

One function around streamlit-arborist, which draws only the rows in view; another tree widget could take its
place here without any page noticing.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit_arborist import tree_view

from glan_core.outline import Outline, Place
from pages.shared.formats import count, shortened

_ICONS = {
    "open": ":material/keyboard_arrow_down:",
    "closed": ":material/keyboard_arrow_right:",
    "leaf": ":material/remove:",
}
_LONGEST_NAME = 36
_FILL_MARKS = "○◔◑◕●"  # how much of its target a node holds, by quarters


def tree(
    outline: Outline,
    *,
    key: str,
    selected: str | None,
    on_select: Callable[[str], None],
    search: str = "",
    height: int = 560,
) -> None:
    """Show the outline, fields closed at first, with `selected` in view; a click calls `on_select` with its id.

    While `search` is given, only nodes whose name holds all its words are shown, with what stands above them (open)
    and below them (closed).
    """
    found = outline.matching(search) if search.strip() else None
    mounted = _mount(key, selected=selected, search=search.strip())

    def hear() -> None:
        node = st.session_state[mounted]
        if node:
            on_select(node["id"])

    tree_view(
        _branches(outline, None, found.shown if found else None),
        icons=_ICONS,
        row_height=28,
        indent=18,
        height=height,
        overscan_count=8,
        padding=6,
        open_by_default=False,
        initial_open_state=dict.fromkeys([*(found.above if found else ()), *_upwards(outline, selected)], True),
        select_internal_nodes=True,
        selection=selected,
        key=mounted,
        on_change=hear,
    )


def _upwards(outline: Outline, node_id: str | None) -> list[str]:
    return [place.node_id for place in outline.path(node_id)]


def _mount(key: str, *, selected: str | None, search: str) -> str:
    """Give the key of the widget: a new one where a selection made elsewhere, or a search, opens other branches.

    The widget selects no node that is still hidden below a closed one, and opens branches only when it is made.
    """
    count_key, shown_key = f"{key}-count", f"{key}-shown"
    number = st.session_state.setdefault(count_key, 0)
    was_selected, was_searched = st.session_state.get(shown_key, (None, search))
    clicked = st.session_state.get(f"{key}-{number}")
    is_known = selected in (None, was_selected, clicked["id"] if clicked else None)
    if not is_known or search != was_searched:
        st.session_state[count_key] = number + 1
    st.session_state[shown_key] = (selected, search)
    return f"{key}-{st.session_state[count_key]}"


def _branches(
    outline: Outline, node_id: str | None, shown: frozenset[str] | None, *, depth: int = 0
) -> list[dict[str, Any]]:
    branches = []
    for place in outline.children(node_id):
        if shown is not None and place.node_id not in shown:
            continue
        branch = {"id": place.node_id, "name": _label(place, depth=depth)}
        below = _branches(outline, place.node_id, shown, depth=depth + 1)
        branches.append(branch | {"children": below} if below else branch)
    return branches


def _label(place: Place, *, depth: int) -> str:
    name = shortened(place.name, _LONGEST_NAME - 2 * depth)
    if place.fill is not None:
        mark = _FILL_MARKS[min(int(place.fill * 4), 4)]
        return f"{name} · {count(place.pairs)} {mark}"
    return f"{name} · {count(place.pairs)}" if place.pairs else name
