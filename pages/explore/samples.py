"""Which pairs are there, and what does each say?

The address holds the filter, the order and the pair that is open (?pair=ID), and which tab: pairs, or questions in SQL.
"""

import streamlit as st

from pages.shared import state
from pages.shared.filter_bar import read_filter, show_filter_bar
from pages.shared.query_view import show_query
from pages.shared.samples_list import show_list
from pages.shared.samples_pair import show_sample
from pages.shared.workspace import open_workspace

workspace = open_workspace()
cursor = workspace.cursor()

st.title("Samples", anchor=False)
pairs, query = st.tabs(["Pairs", "Query"], key=state.SAMPLES_TAB, bind="query-params", on_change="rerun")
if query.open:
    with query:
        show_query(workspace)
else:
    with pairs:
        pair_id = st.query_params.get("pair")
        asked = read_filter(cursor)
        if pair_id:
            show_sample(workspace, cursor, asked, pair_id)
        else:
            show_filter_bar(workspace, cursor, asked)
            show_list(workspace, cursor, asked)
