"""Which runs were at work last?"""

from pathlib import Path

import pandas as pd
import streamlit as st

from glan_core.store.database import Cursor
from glan_core.store.run_lists import RunChoice, find_scope_names, list_run_page
from pages.shared.feedback import show_empty
from pages.shared.formats import ago, count, money
from pages.shared.run_list import waiting_runs
from pages.shared.run_scope import scope_words

_ROWS = 5


def show_last_runs(cursor: Cursor, folder: Path) -> None:
    """List the newest runs with where they drew from and what they made, and the way to all of them.

    `folder` holds theirs.
    """
    st.subheader("Last runs", anchor=False)
    runs = list_run_page(cursor, RunChoice(), limit=_ROWS)
    if not runs:
        show_empty("Nothing has been generated yet.", page="pages/generate/new_run.py", label="Start a first run")
        return
    names = find_scope_names(cursor, sorted({node_id for run in runs for node_id in run.scope}))
    waiting = waiting_runs(folder, runs)
    table = pd.DataFrame(
        {
            "State": ["Waiting" if run.run_id in waiting else run.state.value.capitalize() for run in runs],
            "Where": [scope_words(run.scope, names) for run in runs],
            "Pairs": [count(run.answers) for run in runs],
            "Calls": [count(run.calls) for run in runs],
            "Cost": [money(run.cost) for run in runs],
            "Started": [ago(run.started_at) for run in runs],
            "Message": ["Demo corpus" if run.is_demo else run.message for run in runs],
        }
    )
    columns = st.column_config
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "State": columns.TextColumn("State", width=90),
            "Where": columns.TextColumn("Where", width=240, help="The part of the taxonomy that it drew from."),
            **{name: columns.TextColumn(name, alignment="right", width=80) for name in ("Pairs", "Calls", "Cost")},
            "Started": columns.TextColumn("Started", width=110),
            "Message": columns.TextColumn("Message", width=220 if table["Message"].any() else 90),
        },
        alt="The last runs, newest first.",
    )
    st.page_link("pages/generate/runs.py", label="All runs", icon=":material/list_alt:")
