"""Which pairs is a page about? The filter as widgets, whose only memory is the address of the page.

Whoever opens the address sees the same pairs: ?q=light&levels=advanced&below=ID, and ?view=ID for what a saved view
means beyond that. Every widget is set from the address before it is drawn, and writes itself there when it is changed.
What is drawn on the map stands there too (outline_address.py).
"""

import dataclasses
from typing import NamedTuple

import streamlit as st

from glan_core.entities import Filter
from glan_core.errors import GlanError
from glan_core.quality.kinds import FLAG_KINDS
from glan_core.store.database import Cursor
from glan_core.store.reviews import list_reviewer_names
from glan_core.store.runs import list_runs
from glan_core.store.saved_views import SavedView, find_saved_view
from glan_core.store.tags import count_tags
from pages.shared import outline_address, state
from pages.shared.feedback import plain, show_error
from pages.shared.filter_words import ANSWERED, DEMO, FLAGGED, LEVELS, REVIEWS, SESSIONS, conditions, unknown_runs
from pages.shared.flag_words import flag_words
from pages.shared.formats import ago
from pages.shared.outlines import read_cached_outline
from pages.shared.workspace import Workspace

_LISTS = {
    "below": "taxonomy_node_ids",
    "run": "run_ids",
    "reviews": "statuses",
    "levels": "levels",
    "sessions": "strategies",
    "tags": "tags",
    "kinds": "flag_kinds",
    "reviewed_by": "reviewers",
}
_CLAIMS = {"flags": "is_flagged", "demo_pairs": "is_demo", "answered": "has_answer"}
_ANSWERS = {"yes": True, "no": False}
_TEXT = "q"
_FIELDS = (*_LISTS, *_CLAIMS, _TEXT)
NAMES = (*_FIELDS, outline_address.NAME, "view")
"""What of an address says which pairs are meant."""
_LONGEST_TEXT = 200


class Asked(NamedTuple):
    """What the address asks for."""

    filter_: Filter
    view: SavedView | None
    """The saved view that the filter begins with."""


def read_filter(cursor: Cursor) -> Asked:
    """Give the filter that the address means; says so if it names a view that is not there."""
    view = _view(cursor)
    filter_ = view.filter_ if view else Filter()
    changes: dict[str, object] = {}
    for name, field in _LISTS.items():
        values = tuple(dict.fromkeys(value for value in st.query_params.get_all(name) if value))
        if values:
            changes[field] = values
    for name, field in _CLAIMS.items():
        if (answer := st.query_params.get(name)) in _ANSWERS:
            changes[field] = _ANSWERS[answer]
    if text := " ".join(st.query_params.get(_TEXT, "")[:_LONGEST_TEXT].split()):
        changes["text"] = text
    filter_ = dataclasses.replace(filter_, **changes)  # type: ignore[arg-type]
    return Asked(outline_address.with_outline_of_address(filter_), view)


def show_filter_bar(workspace: Workspace, cursor: Cursor, asked: Asked) -> None:
    """Show the filter, to be changed."""
    with st.grid(4, min_column_width=200, gap="small", vertical_alignment="bottom"):
        _text_field()
        _list_field("below", "Below", _places(workspace, cursor), "The whole taxonomy", help_="Type to search.")
        _list_field("run", "Made by", _runs(cursor), "Every run")
        with st.container(horizontal=True, gap="small"):
            more = sum(bool(st.query_params.get_all(name)) for name in _FIELDS if name not in (_TEXT, "below", "run"))
            with st.popover(f"More · {more}" if more else "More", icon=":material/tune:", width="content"):
                _show_more(cursor)
            if is_narrowed():
                st.button("Show all", on_click=clear_filter, type="tertiary", icon=":material/filter_alt_off:")
    if asked.view is not None:
        _show_view(cursor, asked.view)
    if st.query_params.get(outline_address.NAME) and asked.filter_.polygon:
        _show_outline()
    say_unknown(cursor, asked)


def show_filter_button(workspace: Workspace, cursor: Cursor) -> None:
    """Show the same behind a button, where a bar would take too much room."""
    with st.popover("Filter", icon=":material/filter_alt:", on_change="rerun", width="content") as opened:
        if opened.open:
            _text_field()
            _list_field("below", "Below", _places(workspace, cursor), "The whole taxonomy", help_="Type to search.")
            _list_field("run", "Made by", _runs(cursor), "Every run")
            _show_more(cursor)


def say_unknown(cursor: Cursor, asked: Asked) -> None:
    """Say what the address names that is not here."""
    if sentence := unknown_runs(cursor, asked.filter_):
        st.warning(plain(sentence), icon=":material/search_off:")


def is_narrowed() -> bool:
    """Say whether the address asks for anything but all pairs."""
    return any(st.query_params.get_all(name) for name in NAMES)


def clear_filter() -> None:
    """Ask for all pairs; what else stands in the address stays."""
    st.session_state.pop(state.MAP_ADDRESS, None)
    for name in NAMES:
        st.query_params.pop(name, None)


def show_no_pair() -> None:
    """Say that no pair fits the filter, and offer all pairs."""
    st.info("No pair fits this filter.", icon=":material/filter_alt:")
    if is_narrowed():
        st.button("Show all pairs", on_click=clear_filter, key="filter-none", icon=":material/filter_alt_off:")


def _view(cursor: Cursor) -> SavedView | None:
    asked_for = st.query_params.get("view")
    if not asked_for:
        return None
    try:
        view = find_saved_view(cursor, asked_for)
    except GlanError as error:
        show_error(error)
        return None
    if view is None:
        st.warning("The view in this address is not there, or was removed.", icon=":material/search_off:")
    return view


def _show_view(cursor: Cursor, view: SavedView) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.badge(plain(f"View: {view.name}"), icon=":material/bookmark:", color="blue")
        if parts := conditions(cursor, view.filter_):
            st.caption(
                plain(", ".join([parts[0], *(part[:1].lower() + part[1:] for part in parts[1:])])), width="content"
            )
        st.button("Leave the view", on_click=_leave_view, type="tertiary", icon=":material/close:")


def _show_outline() -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.badge("Inside an outline on the map", icon=":material/gesture:", color="gray")
        st.button(
            "Without the outline",
            on_click=lambda: st.query_params.pop(outline_address.NAME, None),
            type="tertiary",
            icon=":material/close:",
        )


def _leave_view() -> None:
    st.session_state.pop(state.MAP_ADDRESS, None)
    for name in ("view", outline_address.NAME):
        st.query_params.pop(name, None)


def _text_field() -> None:
    key = f"filter-{_TEXT}"
    st.session_state[key] = st.query_params.get(_TEXT, "")[:_LONGEST_TEXT]
    st.text_input(
        "Words",
        key=key,
        on_change=_write,
        args=(_TEXT,),
        max_chars=_LONGEST_TEXT,
        placeholder="In question or answer",
        icon=":material/search:",
        help="All of them have to occur, in upper or lower case.",
    )


def _list_field(name: str, label: str, options: dict[str, str], placeholder: str, *, help_: str = "") -> None:
    key = f"filter-{name}"
    asked_for = list(dict.fromkeys(value for value in st.query_params.get_all(name) if value))
    unknown = {value: f"Not there any more: {value[:6]}" for value in asked_for if value not in options}
    known = {**options, **unknown}
    st.session_state[key] = asked_for
    st.multiselect(
        label,
        list(known),
        key=key,
        format_func=lambda value: known.get(value, value),
        on_change=_write,
        args=(name,),
        placeholder=placeholder,
        help=help_ or None,
        filter_mode="contains",
        select_all=False,
    )


def _show_more(cursor: Cursor) -> None:
    _pills("levels", "Level", LEVELS)
    _pills("sessions", "Drawn from", SESSIONS)
    _pills("reviews", "Review", REVIEWS)
    _claim("answered", "Answer", ANSWERED)
    _claim("flags", "Flags", FLAGGED)
    _list_field("kinds", "With one of the flags", {kind: flag_words([kind]) for kind in FLAG_KINDS}, "Any or none")
    _claim("demo_pairs", "Demo pairs", DEMO)
    names = list_reviewer_names(cursor)
    if names or st.query_params.get_all("reviewed_by"):
        _list_field("reviewed_by", "Reviewed by", {name: name for name in names}, "Anybody or nobody")
    tags = [str(tag) for tag in count_tags(cursor)["tag"]]
    if tags or st.query_params.get_all("tags"):
        _list_field("tags", "Tags", {tag: tag for tag in tags}, "With or without")


def _pills(name: str, label: str, options: dict[str, str]) -> None:
    key = f"filter-{name}"
    st.session_state[key] = [value for value in st.query_params.get_all(name) if value in options]
    st.pills(
        label,
        list(options),
        key=key,
        selection_mode="multi",
        format_func=lambda value: options[value],
        on_change=_write,
        args=(name,),
    )


def _claim(name: str, label: str, words: dict[bool, str]) -> None:
    key = f"filter-{name}"
    asked_for = st.query_params.get(name)
    st.session_state[key] = asked_for if asked_for in _ANSWERS else None
    st.pills(
        label,
        list(_ANSWERS),
        key=key,
        format_func=lambda value: words[_ANSWERS[value]],
        on_change=_write,
        args=(name,),
    )


def _write(name: str) -> None:
    """Put what a widget says into the address."""
    st.session_state.pop(state.MAP_ADDRESS, None)
    value = st.session_state[f"filter-{name}"]
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def _places(workspace: Workspace, cursor: Cursor) -> dict[str, str]:
    outline = read_cached_outline(workspace, cursor)
    return {node_id: " › ".join(above.name for above in outline.path(node_id)[-2:]) for node_id in outline.places}


def _runs(cursor: Cursor) -> dict[str, str]:
    return {
        run.run_id: f"{'Demo run' if run.is_demo else 'Run'} {run.run_id[:6]}, {ago(run.started_at)}"
        for run in list_runs(cursor)
    }
