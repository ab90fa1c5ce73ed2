"""How do the pairs of a filter get to another page? As a view, whose id stands in the address."""

from datetime import UTC, datetime

import streamlit as st

from glan_core.entities import Filter
from glan_core.store.database import Cursor
from glan_core.store.saved_views import SavedView, find_saved_view, list_saved_views, new_view, save_view
from pages.shared import state
from pages.shared.workspace import Workspace

DESTINATIONS = {
    "List them": "pages/explore/samples.py",
    "Show them on the map": "pages/explore/map.py",
    "Export them": "pages/curate/export.py",
}


def go_with(workspace: Workspace, filter_: Filter, page: str, *, source: str) -> None:
    """Lead to a page with the pairs of a filter; for a callback, as page_button does."""
    question = {} if filter_ == Filter() else {"view": view_of(workspace, filter_, source=source).saved_view_id}
    st.session_state[state.GOING_TO] = (page, question)


def view_of(workspace: Workspace, filter_: Filter, *, source: str) -> SavedView:
    """Give a view of a filter: the one that was made of it before, or a new one."""
    cursor = workspace.cursor()
    name = f"From {source}"
    known = _same(cursor, filter_, name)
    if known is not None:
        return known
    view = new_view(name, filter_, {}, datetime.now(UTC))
    with workspace.database.writing:
        save_view(cursor, view)
    return view


def _same(cursor: Cursor, filter_: Filter, name: str) -> SavedView | None:
    for listed in list_saved_views(cursor):
        if listed.name == name:
            view = find_saved_view(cursor, listed.saved_view_id)
            if view is not None and view.filter_ == filter_:
                return view
    return None
