"""Give me the subset.

The address may name a saved view (?view=ID) or a run (?run=ID) to begin with. Counting and writing go on beside the
page: it says how far they are.
"""

import streamlit as st

from pages.shared.export_choice import choose_request
from pages.shared.export_list import show_exports
from pages.shared.export_nothing import show_nothing_left
from pages.shared.export_preview import find_preview, show_counts, show_first_rows
from pages.shared.export_writing import show_write_button, show_writing
from pages.shared.feedback import show_empty
from pages.shared.outlines import read_cached_totals
from pages.shared.workspace import open_workspace

workspace = open_workspace()
cursor = workspace.cursor()
st.title("Export", anchor=False)
if not read_cached_totals(workspace, cursor).answers:
    show_empty("There are no pairs to export yet.", page="pages/generate/new_run.py", label="Make five pairs")
    st.stop()

choices, result = st.columns([2, 3], gap="large")
with choices:
    request = choose_request(cursor)
with result:
    preview = find_preview(cursor, request)
    if preview is not None:
        show_counts(preview, request)
        if preview.choice.pairs:
            show_write_button(workspace, request, preview)
        else:
            show_nothing_left(request, preview)
    show_writing()
    if preview is not None and preview.choice.pairs:
        show_first_rows(preview, request)
show_exports(workspace, cursor)
