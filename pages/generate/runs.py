"""Which runs are there, and how is each going?

The address holds the run that is shown (?run=ID), and what of it: the open tab, a call of it, the run beside it.
"""

import streamlit as st

from glan_core.settings import runs_folder
from glan_core.store.runs import find_run
from pages.shared.feedback import plain
from pages.shared.run_control import offer_limits
from pages.shared.run_details import show_run_details
from pages.shared.run_list import look_for_news, show_run_list
from pages.shared.run_view import is_known, is_run_at_work, show_run
from pages.shared.unread_runs import show_unread_runs
from pages.shared.workspace import open_workspace


def show_all() -> None:
    """Go back to the list."""
    for name in ("run", "call"):
        st.query_params.pop(name, None)


workspace = open_workspace()
cursor = workspace.cursor()
run_id = st.query_params.get("run")
is_there = run_id is not None and is_known(workspace, run_id)

with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    st.title("Runs", anchor=False, width="stretch")
    if run_id is not None:
        if is_there and not is_run_at_work(workspace, run_id):
            offer_limits()
        st.button("All runs", icon=":material/arrow_back:", on_click=show_all)

show_unread_runs(workspace)
if run_id is None:
    show_run_list(cursor, runs_folder(workspace.settings.database))
    look_for_news(workspace)
elif not is_there:
    st.warning(f"There is no such run in this database: {plain(run_id)}.", icon=":material/search_off:")
else:
    show_run(workspace, run_id, is_whole=True)
    run = find_run(cursor, run_id)
    if run is not None:
        show_run_details(workspace, run)
