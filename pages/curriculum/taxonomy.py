"""What does the tree hold, and what is thin?

The address holds the selection (?node=ID); tree, path, chart and table all read it there and write it there.
"""

import streamlit as st

from glan_core.outline import read_outline
from glan_core.store.reports import taxonomy_counts
from glan_core.store.subjects import find_subject
from glan_core.store.syllabi import list_current_syllabi
from glan_core.store.taxonomy_nodes import find_taxonomy_node
from pages.shared.feedback import plain
from pages.shared.formats import shortened
from pages.shared.nodes import LEVEL_WORDS, ORIGIN_WORDS, show_chart, show_children, show_node, show_path
from pages.shared.state import TAXONOMY_SEEN
from pages.shared.tree import tree
from pages.shared.workspace import open_workspace

NEW_RUN = "pages/generate/new_run.py"


def select(node_id: str | None) -> None:
    """Write the selection into the address; None selects the whole taxonomy."""
    st.query_params.pop("node", None)
    if node_id:
        st.query_params["node"] = node_id


cursor = open_workspace().cursor()
outline = read_outline(taxonomy_counts(cursor))
wanted = st.query_params.get("node")
selected = wanted if wanted in outline.places else None
place = outline.places[selected] if selected else outline.whole()
node = find_taxonomy_node(cursor, selected) if selected else None
subject = find_subject(cursor, selected) if selected else None
st.session_state[TAXONOMY_SEEN] = True

st.title("Taxonomy", anchor=False)
if wanted and not selected:
    st.warning(
        "This address names a node that is not in the taxonomy, or was removed. Choose one from the tree.",
        icon=":material/search_off:",
    )
if not outline.places:
    st.info("This taxonomy is empty: it has no field yet.", icon=":material/account_tree:")
    st.stop()

left, right = st.columns([0.34, 0.66], gap="medium")

with left:
    search = st.text_input(
        "Search",
        placeholder="Search names",
        label_visibility="collapsed",
        icon=":material/search:",
        key="tree-search",
    )
    if search.strip() and not outline.matching(search):
        st.info("Nothing in the tree is called that.", icon=":material/search_off:")
    else:
        tree(outline, key="taxonomy-tree", selected=selected, on_select=select, search=search)
    st.caption("The number after a name counts its pairs. No number: none yet.")

with right, st.container(gap="small"):
    if selected:
        show_path(outline, selected, on_select=select)
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.header(plain(shortened(place.name, 120)), anchor=False, width="stretch")
        if selected and st.button("Generate here", type="primary", icon=":material/play_circle:", wrap=False):
            st.switch_page(NEW_RUN, query_params={"scope": selected})

    children = outline.children(selected)
    if subject:
        subtopics = f"Subtopics: {', '.join(subject.subtopics)}" if subject.subtopics else ""
        level = (subject.level.capitalize(), "Whom the subject is for: beginners, or people further on.")
        show_node(place._replace(description=subtopics), badges=[level])
        syllabus = list_current_syllabi(cursor, [subject.subject_id]).get(subject.subject_id)
        if syllabus:
            with st.expander(f"Syllabus, version {syllabus.version}", icon=":material/menu_book:", expanded=True):
                st.text(syllabus.text)
        else:
            st.info("No syllabus yet. A run that starts here can write one first.", icon=":material/menu_book:")
    else:
        show_node(place, badges=[ORIGIN_WORDS[node.origin]] if node and node.origin in ORIGIN_WORDS else [])
        if children:
            chart_tab, table_tab = st.tabs(["Chart", "Table"], key="below", on_change="rerun")
            if chart_tab.open:
                with chart_tab:
                    show_chart(outline, place, on_select=select)
            if table_tab.open:
                with table_tab:
                    show_children(children, key=f"children-{selected}", on_select=select)
        else:
            level_name = LEVEL_WORDS[place.level][0].lower()
            st.info(
                f"Nothing stands below this {level_name} yet. A run that starts here can let it grow.",
                icon=":material/account_tree:",
            )
