"""GLAN Explorer: grow an instruction-tuning dataset from a taxonomy of human knowledge, and see what it covers.

Sets the page up, opens the database, and hands over to the page that the menu or the address names.
"""

import streamlit as st

from glan_core.errors import GlanError
from pages.shared.feedback import show_error
from pages.shared.imported_objects import freeze_imported_objects
from pages.shared.page_button import follow
from pages.shared.workspace import open_workspace

st.set_page_config(page_title="GLAN Explorer", page_icon="static/icon.svg", layout="wide")
st.logo("static/logo.svg", icon_image="static/icon.svg", size="large")

page = st.navigation(
    {
        "Home": [st.Page("pages/home/overview.py", title="Overview", icon=":material/space_dashboard:", default=True)],
        "Curriculum": [
            st.Page("pages/curriculum/taxonomy.py", title="Taxonomy", icon=":material/account_tree:"),
            st.Page("pages/curriculum/syllabi.py", title="Syllabi", icon=":material/menu_book:"),
            st.Page("pages/curriculum/votes.py", title="Votes", icon=":material/how_to_vote:"),
        ],
        "Generate": [
            st.Page("pages/generate/new_run.py", title="New run", icon=":material/play_circle:"),
            st.Page("pages/generate/runs.py", title="Runs", icon=":material/list_alt:"),
            st.Page("pages/generate/endpoints.py", title="Endpoints", icon=":material/dns:"),
        ],
        "Explore": [
            st.Page("pages/explore/coverage.py", title="Coverage", icon=":material/donut_large:"),
            st.Page("pages/explore/map.py", title="Map", icon=":material/bubble_chart:"),
            st.Page("pages/explore/samples.py", title="Samples", icon=":material/table_rows:"),
            st.Page("pages/explore/diversity.py", title="Diversity", icon=":material/diversity_2:"),
            st.Page("pages/explore/corpora.py", title="Other corpora", icon=":material/library_books:"),
        ],
        "Curate": [
            st.Page("pages/curate/review.py", title="Review", icon=":material/rate_review:"),
            st.Page("pages/curate/quality.py", title="Quality", icon=":material/verified:"),
            st.Page("pages/curate/export.py", title="Export", icon=":material/ios_share:"),
        ],
    }
)

follow()
try:
    open_workspace()
except GlanError as error:
    show_error(error)
    st.stop()

page.run()
freeze_imported_objects()
