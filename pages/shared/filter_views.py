"""How do the pairs of a filter get to another page? As a view, whose id stands in the address."""

from datetime import UTC, datetime

import streamlit as st

from glan_core.entities import Filter
from glan_core.store.saved_views import SavedView, passing_view, save_view
from pages.shared import state
from pages.shared.workspace import Workspace

DESTINATIONS = {
    "List them": "pages/explore/samples.py",
    "Show them on the map": "pages/explore/map.py",
    "Review them": "pages/curate/review.py",
    "Export them": "pages/curate/export.py",
}


def go_with(workspace: Workspace, filter_: Filter, page: str, *, source: str) -> None:
    """Lead to a page with the pairs of a filter; for a callback, as page_button does."""
    st.session_state.pop(state.SAMPLES_TAB, None)  # its list, also for one who comes from its other tab
    if page == DESTINATIONS["Show them on the map"]:
        st.session_state.pop(state.MAP_ADDRESS, None)
    question = {} if filter_ == Filter() else {"view": view_of(workspace, filter_, source=source).saved_view_id}
    st.session_state[state.GOING_TO] = (page, question)


def view_of(workspace: Workspace, filter_: Filter, *, source: str) -> SavedView:
    """Give the view of a filter that leads from page to page, and that no list shows."""
    view = passing_view(f"From {source}", filter_, datetime.now(UTC))
    with workspace.database.writing:
        save_view(workspace.cursor(), view)
    return view
