"""How is a query saved, opened and removed?"""

from datetime import UTC, datetime

import streamlit as st

from glan_core.errors import QueryError
from glan_core.store.database import Cursor
from glan_core.store.saved_queries import (
    LONGEST_NAME,
    SavedQuery,
    checked_query_name,
    list_saved_queries,
    remove_saved_query,
    save_query,
)
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.workspace import Workspace


def list_names(cursor: Cursor) -> list[str]:
    """List the names of the saved queries."""
    return [query.name for query in list_saved_queries(cursor)]


def open_saved(workspace: Workspace) -> None:
    """Put the query that was chosen in the menu into the editor, and run it."""
    name = st.session_state["query-saved"]
    sql = {query.name: query.sql for query in list_saved_queries(workspace.cursor())}.get(name)
    if sql is None:
        st.session_state[state.QUERY_NEWS] = "Somebody has removed this query in the meantime."
        return
    put_into_editor(sql)


def put_into_editor(sql: str) -> None:
    """Let the editor begin with this SQL, and run it when the page is drawn next."""
    _, number = st.session_state.get(state.QUERY_TEXT, ("", 0))
    st.session_state[state.QUERY_TEXT] = (sql, number + 1)
    st.session_state[state.QUERY_ASKED] = sql


def show_saving(workspace: Workspace, sql: str) -> None:
    """Offer to save the query that was run, and to remove the one that it is."""
    saved = {query.name: query.sql for query in list_saved_queries(workspace.cursor())}
    names = [name for name, text in saved.items() if text == sql]
    if names:
        st.button(
            "Remove query",
            key="query-remove",
            on_click=_remove,
            args=(workspace, names[0]),
            icon=":material/bookmark_remove:",
            type="tertiary",
            help=plain(f"It is saved as: {names[0]}"),
        )
        return
    with (
        st.popover("Save query", icon=":material/bookmark_add:", type="tertiary", width="content"),
        st.form("query-save", border=False, clear_on_submit=True),
    ):
        name = st.text_input("Name", max_chars=LONGEST_NAME, placeholder="short answers", key="query-name")
        if st.form_submit_button("Save", type="primary"):
            try:
                name = checked_query_name(name)
            except QueryError as error:
                show_error(error)
                return
            with workspace.database.writing:
                save_query(workspace.cursor(), SavedQuery(name, sql, datetime.now(UTC)))
            replaced = " It replaces the one of that name." if name in saved else ""
            st.session_state[state.QUERY_NEWS] = plain(f"Saved as {name}.{replaced}")
            st.rerun()


def _remove(workspace: Workspace, name: str) -> None:
    with workspace.database.writing:
        remove_saved_query(workspace.cursor(), name)
    st.session_state[state.QUERY_NEWS] = plain(f"Removed {name}.")
