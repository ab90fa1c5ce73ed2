"""How does a visitor find and choose a node of the taxonomy?

One function around streamlit-arborist, which draws only the rows in view; another tree widget could take its
place here without any page noticing.
"""

import time
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit_arborist import tree_view

from glan_core.outline import Outline, Place
from pages.shared.formats import count, shortened

_ICONS = {
    "open": ":material/keyboard_arrow_down:",
    "closed": ":material/keyboard_arrow_right:",
    "leaf": ":material/horizontal_rule:",
}
_LONGEST_NAME = 36
_ECHO_SECONDS = 2.0


def tree(
    outline: Outline,
    *,
    key: str,
    selected: str | None,
    on_select: Callable[[str], None],
    search: str = "",
    height: int = 560,
) -> None:
    """Show the outline, fields closed at first, with `selected` in view; a click calls `on_select` with the id.

    While `search` is given, only nodes whose name holds all its words are shown, with what stands above them.
    """
    shown = outline.matching(search) if search.strip() else None
    sent = st.session_state.setdefault(f"{key}-sent", {})

    def hear() -> None:
        """Tell a click from an echo: the widget also reports every selection that it was given."""
        node = st.session_state[key]
        if node and time.monotonic() - sent.pop(node["id"], -_ECHO_SECONDS) >= _ECHO_SECONDS:
            on_select(node["id"])

    last = st.session_state.get(key)
    if selected is not None and selected != (last["id"] if last else None):
        sent[selected] = time.monotonic()
    tree_view(
        _branches(outline, None, shown),
        icons=_ICONS,
        row_height=28,
        indent=18,
        height=height,
        overscan_count=8,
        padding=6,
        open_by_default=False,
        initial_open_state={place.node_id: True for place in outline.path(selected)},
        select_internal_nodes=True,
        selection=selected,
        search_term="found" if shown is not None else None,  # opens the branches that are left
        key=key,
        on_change=hear,
    )


def _branches(outline: Outline, node_id: str | None, shown: frozenset[str] | None) -> list[dict[str, Any]]:
    branches = []
    for place in outline.children(node_id):
        if shown is not None and place.node_id not in shown:
            continue
        branch = {"id": place.node_id, "name": _label(place), "found": "found"}
        below = _branches(outline, place.node_id, shown)
        branches.append(branch | {"children": below} if below else branch)
    return branches


def _label(place: Place) -> str:
    name = shortened(place.name, _LONGEST_NAME)
    return f"{name} · {count(place.pairs)}" if place.pairs else name
