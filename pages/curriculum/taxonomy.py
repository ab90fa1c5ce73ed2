"""What does the tree hold, what is thin, and how is it changed?

The address holds the selection (?node=ID); tree, path, chart and table all read it there and write it there.
"""

import streamlit as st

from glan_core.store.subjects import find_subject
from glan_core.store.taxonomy_nodes import find_taxonomy_node
from pages.shared.children_editor import edit_children
from pages.shared.edit_dialogs import show_edit_menu, show_open_dialog
from pages.shared.edit_view import show_news, show_undo
from pages.shared.feedback import plain
from pages.shared.formats import shortened
from pages.shared.history_view import ids_at_or_below, show_history, show_removed
from pages.shared.nodes import LEVEL_WORDS, ORIGIN_WORDS, show_chart, show_children, show_node, show_path
from pages.shared.outlines import read_cached_outline
from pages.shared.page_button import page_button
from pages.shared.proposals_view import show_proposals
from pages.shared.state import TAXONOMY_SEEN
from pages.shared.subject_card import show_subject_card
from pages.shared.taxonomy_files_view import show_files
from pages.shared.tree import tree
from pages.shared.votes_view import show_votes
from pages.shared.workspace import open_workspace

NEW_RUN = "pages/generate/new_run.py"


def select(node_id: str | None) -> None:
    """Write the selection into the address; None selects the whole taxonomy."""
    st.query_params.pop("node", None)
    if node_id:
        st.query_params["node"] = node_id


workspace = open_workspace()
cursor = workspace.cursor()
outline = read_cached_outline(workspace, cursor)
wanted = st.query_params.get("node")
selected = wanted if wanted in outline.places else None
place = outline.places[selected] if selected else outline.whole()
node = find_taxonomy_node(cursor, selected) if selected else None
st.session_state[TAXONOMY_SEEN] = True

with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
    st.title("Taxonomy", anchor=False, width="stretch")
    show_undo(workspace, cursor)
show_news()
if wanted and not selected:
    st.warning(
        "This address names a node that is not in the taxonomy, or was removed. Choose one from the tree.",
        icon=":material/search_off:",
    )

left, right = st.columns([0.34, 0.66], gap="medium")

with left:
    search = st.text_input(
        "Search",
        placeholder="Search names",
        label_visibility="collapsed",
        icon=":material/search:",
        key="tree-search",
    )
    if not outline.places:
        st.info("This taxonomy is empty: it has no field yet.", icon=":material/account_tree:")
    elif search.strip() and not outline.matching(search).shown:
        st.info("Nothing in the tree is called that.", icon=":material/search_off:")
    else:
        tree(outline, key="taxonomy-tree", selected=selected, on_select=select, search=search)
    circles = " A circle says how much of its target is there." if outline.whole().target else ""
    st.caption(f"The number after a name counts its pairs.{circles}")

with right, st.container(gap="small"):
    if selected:
        show_path(outline, selected, on_select=select)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(plain(shortened(place.name, 120)), anchor=False, width="stretch")
        grows = place.syllabi == 0
        word, icon = (
            ("Grow this node", ":material/psychiatry:") if grows else ("Generate here", ":material/play_circle:")
        )
        if selected:
            question = {"scope": selected} | ({"grow": "1"} if grows else {})
            page_button(word, NEW_RUN, question, key="generate-here", type="primary", icon=icon)
        show_edit_menu(place)
    show_open_dialog(workspace, outline, place)

    subject = find_subject(cursor, selected) if place.level == "subject" and selected else None
    if subject:
        show_subject_card(workspace, cursor, place, subject)
        st.stop()
    show_node(place, badges=[ORIGIN_WORDS[node.origin]] if node and node.origin in ORIGIN_WORDS else [])
    children = outline.children(selected)
    can_have_nodes = place.level != "discipline"
    names = ["Chart", "Table", *(["Change"] if can_have_nodes else []), *(["Votes"] if selected else [])]
    names += [*(["Proposals"] if can_have_nodes else []), "History", *([] if selected else ["Files"])]
    tabs = dict(zip(names, st.tabs(names, key="below", on_change="rerun"), strict=True))
    opened = next((name for name, tab in tabs.items() if tab.open), names[0])
    with tabs[opened]:
        if opened in ("Chart", "Table") and not children:
            level_name = LEVEL_WORDS[place.level][0].lower()
            st.info(
                f"Nothing stands below this {level_name} yet. Add something by hand, or let a run grow it.",
                icon=":material/account_tree:",
            )
        elif opened == "Chart":
            show_chart(outline, place, on_select=select)
        elif opened == "Table":
            show_children(children, key=f"children-{selected}", on_select=select)
        elif opened == "Change":
            edit_children(workspace, selected)
        elif opened == "Votes" and selected:
            show_votes(cursor, selected)
        elif opened == "Proposals":
            show_proposals(workspace, selected)
        elif opened == "Files":
            show_files(workspace)
        else:
            show_history(cursor, ids_at_or_below(outline, cursor, selected) if selected else None)
            show_removed(workspace, cursor, selected)
