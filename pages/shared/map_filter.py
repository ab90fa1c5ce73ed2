"""Which pairs is the map about? A form to narrow them, and the words for what is set."""

import dataclasses
from typing import Any

import streamlit as st

from glan_core.entities import SUBJECT_LEVELS, Filter
from glan_core.scope import list_scope_nodes
from glan_core.store.database import Cursor
from glan_core.store.tags import count_tags
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.formats import shortened
from pages.shared.map_counts import run_names
from pages.shared.map_look import Look, change_look

_STATUSES = {"generated": "Not reviewed", "accepted": "Accepted", "rejected": "Rejected"}
_FLAGS = {None: "All", False: "Without a flag", True: "With a flag"}
_DEMO = {None: "All", False: "Without demo pairs", True: "Demo pairs only"}
_MOST_NAMED = 2
_LONGEST = 60


def show_filter(cursor: Cursor, look: Look) -> None:
    """Offer the form behind a button."""
    with st.popover("Filter", icon=":material/filter_alt:", on_change="rerun", width="content") as opened:
        if opened.open:
            _show_form(cursor, look)


def show_conditions(cursor: Cursor, look: Look) -> None:
    """Say which conditions are set, and offer to take them off; nothing where none is."""
    if look.filter_ == Filter():
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        for words in conditions(cursor, look.filter_):
            st.badge(plain(words), color="gray", icon=":material/filter_alt:")
        st.button(
            "Show all pairs", on_click=forget_filter, args=(look,), type="tertiary", icon=":material/filter_alt_off:"
        )


def take_run_of_address() -> None:
    """Narrow the map to the run that the address names, once each time it names another."""
    asked_for = st.query_params.get("run")
    if asked_for == st.session_state.get(state.MAP_RUN):
        return
    st.session_state[state.MAP_RUN] = asked_for
    if asked_for:
        st.session_state[state.MAP_LOOK] = Look(filter_=Filter(run_ids=(asked_for,)))


def forget_filter(look: Look) -> None:
    """Show all pairs again, and take the address back to that of the page."""
    st.query_params.clear()
    change_look(look, filter_=Filter())


def conditions(cursor: Cursor, filter_: Filter) -> list[str]:
    """Give each condition that is set, in words."""
    found = []
    if filter_.taxonomy_node_ids:
        names = {node.node_id: node.path[-1] for node in list_scope_nodes(cursor)}
        found.append(f"Below {_some([names.get(key, 'a removed node') for key in filter_.taxonomy_node_ids])}")
    if filter_.run_ids:
        runs = run_names(cursor)
        found.append(_some([runs.get(key, f"Run {key[:6]}") for key in filter_.run_ids]))
    if filter_.levels:
        found.append(_some([level.capitalize() for level in filter_.levels]))
    if filter_.statuses:
        found.append(_some([_STATUSES.get(status, status) for status in filter_.statuses]))
    if filter_.tags:
        found.append(f"Tagged {_some(list(filter_.tags))}")
    if filter_.is_flagged is not None:
        found.append(_FLAGS[filter_.is_flagged])
    if filter_.is_demo is not None:
        found.append(_DEMO[filter_.is_demo])
    if filter_.text:
        found.append(shortened(f"With the words {filter_.text}", _LONGEST))
    if filter_.polygon or filter_.box:
        found.append("Inside an outline on another layout")
    others = [
        name
        for name in ("has_answer", "instruction_ids", "models", "strategies")
        if getattr(filter_, name) not in ((), None)
    ]
    lengths = [name for name in ("instruction_characters", "answer_characters") if any(getattr(filter_, name))]
    if others or lengths:
        found.append("More conditions of this view")
    return found


def _some(names: list[str]) -> str:
    rest = len(names) - _MOST_NAMED
    words = ", ".join(shortened(name, _LONGEST) for name in names[:_MOST_NAMED])
    return f"{words} and {rest} more" if rest > 0 else words


def _show_form(cursor: Cursor, look: Look) -> None:
    filter_ = look.filter_
    nodes = {node.node_id: node for node in list_scope_nodes(cursor)}
    runs = run_names(cursor)
    tags = [str(tag) for tag in count_tags(cursor)["tag"]]
    with st.form("map-filter", border=False):
        chosen = {
            "taxonomy_node_ids": st.multiselect(
                "Below",
                list(nodes),
                default=[key for key in filter_.taxonomy_node_ids if key in nodes],
                format_func=lambda key: " › ".join(nodes[key].path[-2:]),
                placeholder="The whole taxonomy",
                filter_mode="contains",
                select_all=False,
            ),
            "run_ids": st.multiselect(
                "Made by",
                list(runs),
                default=[key for key in filter_.run_ids if key in runs],
                format_func=lambda key: runs[key],
                placeholder="Every run",
                filter_mode="contains",
                select_all=False,
            ),
            "levels": st.pills(
                "Level",
                list(SUBJECT_LEVELS),
                default=list(filter_.levels),
                selection_mode="multi",
                format_func=str.capitalize,
            ),
            "statuses": st.pills(
                "Review",
                list(_STATUSES),
                default=[status for status in filter_.statuses if status in _STATUSES],
                selection_mode="multi",
                format_func=lambda status: _STATUSES[status],
            ),
        }
        if tags:
            chosen["tags"] = st.multiselect(
                "Tagged",
                tags,
                default=[tag for tag in filter_.tags if tag in tags],
                placeholder="With or without tags",
                filter_mode="contains",
                select_all=False,
            )
        first, second = st.columns(2)
        is_flagged = first.selectbox(
            "Flags", list(_FLAGS), index=list(_FLAGS).index(filter_.is_flagged), format_func=lambda key: _FLAGS[key]
        )
        is_demo = second.selectbox(
            "Demo pairs", list(_DEMO), index=list(_DEMO).index(filter_.is_demo), format_func=lambda key: _DEMO[key]
        )
        text = st.text_input("With the words", filter_.text, help="All of them, in the question or the answer.")
        if st.form_submit_button("Apply", type="primary"):
            values: dict[str, Any] = {name: tuple(value) for name, value in chosen.items()}
            filter_ = dataclasses.replace(
                filter_, **values, is_flagged=is_flagged, is_demo=is_demo, text=" ".join((text or "").split())
            )
            st.query_params.clear()
            change_look(look, filter_=filter_)
            st.rerun()
