"""How is a view of the map saved, opened, renamed and removed?"""

from datetime import UTC, datetime

import streamlit as st

from glan_core.store.database import Cursor
from glan_core.store.saved_views import (
    SavedView,
    list_saved_views,
    new_view,
    remove_saved_view,
    rename_saved_view,
    save_view,
)
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.formats import ago, shortened
from pages.shared.map_look import Look, open_view, shown_of
from pages.shared.workspace import Workspace

LONGEST_NAME = 80
_LIST_PIXELS = 320


def open_view_of_address(view: SavedView | None, projection_id: str) -> None:
    """Look at what the view of the address shows, once each time the address names another."""
    asked_for = view.saved_view_id if view else None
    if asked_for == st.session_state.get(state.MAP_VIEW):
        return
    st.session_state[state.MAP_VIEW] = asked_for
    if view is not None:
        open_view(view, projection_id)


def show_views(workspace: Workspace, cursor: Cursor, look: Look) -> None:
    """Offer to save what is looked at, and list what was saved."""
    with st.popover("Views", icon=":material/bookmark:", on_change="rerun", width="content") as opened:
        if opened.open:
            _show_form(workspace, cursor, look)
            _show_list(workspace, cursor)


def _show_form(workspace: Workspace, cursor: Cursor, look: Look) -> None:
    with st.form("map-view", border=False, clear_on_submit=True):
        name = st.text_input(
            "Save what the map shows",
            placeholder="A name for it",
            max_chars=LONGEST_NAME,
            key=state.MAP_VIEW_NAME,
            help="Filter, part of the map, colours and outline. The address of the page then opens it, in any browser.",
        )
        if st.form_submit_button("Save view", icon=":material/bookmark_add:"):
            name = " ".join(name.split())
            if not name:
                st.caption("Give it a name first.")
                return
            # The filter of a view means the selected pairs, wherever it is opened.
            view = new_view(name, look.selected(), shown_of(look), datetime.now(UTC))
            with workspace.database.writing:
                save_view(cursor, view)
            st.session_state[state.MAP_VIEW] = view.saved_view_id
            st.session_state.pop(state.MAP_ADDRESS, None)
            st.session_state[state.MAP_NEWS] = f"Saved. The address of this page now opens {plain(name)}."
            st.query_params.clear()
            st.query_params["view"] = view.saved_view_id
            st.rerun()


def _show_list(workspace: Workspace, cursor: Cursor) -> None:
    views = list_saved_views(cursor)
    if not views:
        st.caption("No view was saved yet.")
        return
    with st.container(height=_LIST_PIXELS if len(views) > 6 else "content", border=False, gap="xsmall"):
        for view in views:
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                st.button(
                    plain(shortened(view.name, 34)),
                    key=f"view-{view.saved_view_id}",
                    on_click=_open,
                    args=(view.saved_view_id,),
                    type="tertiary",
                    width="stretch",
                    help=f"Saved {ago(view.saved_at)}",
                )
                chosen = st.menu_button(
                    "More",
                    ["Rename", "Remove"],
                    key=f"view-more-{view.saved_view_id}",
                    type="tertiary",
                )
            if chosen == "Remove":
                with workspace.database.writing:
                    remove_saved_view(cursor, view.saved_view_id)
                st.rerun()
            if chosen == "Rename" or st.session_state.get(state.MAP_RENAMED) == view.saved_view_id:
                _show_renaming(workspace, cursor, view.saved_view_id, view.name)


def _show_renaming(workspace: Workspace, cursor: Cursor, saved_view_id: str, name: str) -> None:
    st.session_state[state.MAP_RENAMED] = saved_view_id
    with st.form("map-view-rename", border=False):
        new_name = st.text_input("Its name", name, max_chars=LONGEST_NAME)
        if st.form_submit_button("Rename"):
            del st.session_state[state.MAP_RENAMED]
            if new_name.split():
                with workspace.database.writing:
                    rename_saved_view(cursor, saved_view_id, " ".join(new_name.split()))
            st.rerun()


def _open(saved_view_id: str) -> None:
    st.session_state.pop(state.MAP_ADDRESS, None)
    st.query_params.clear()
    st.query_params["view"] = saved_view_id
    st.session_state.pop(state.MAP_VIEW, None)
