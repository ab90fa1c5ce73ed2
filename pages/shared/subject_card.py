"""How is a subject explained, with its syllabus?"""

import streamlit as st

from glan_core.entities import Subject
from glan_core.outline import Place
from glan_core.store.database import Cursor
from glan_core.store.syllabi import list_current_syllabi
from pages.shared.history_view import show_history
from pages.shared.nodes import show_node
from pages.shared.workspace import Workspace

_SYLLABI = "pages/curriculum/syllabi.py"


def show_subject_card(workspace: Workspace, cursor: Cursor, place: Place, subject: Subject) -> None:
    """Show what a subject is, how much lies below it, its syllabus and what was changed."""
    subtopics = f"Subtopics: {'; '.join(subject.subtopics)}" if subject.subtopics else ""
    level = (subject.level.capitalize(), "Whom the subject is for: beginners, or people further on.")
    show_node(place._replace(description=subtopics), badges=[level])
    syllabus = list_current_syllabi(cursor, [subject.subject_id]).get(subject.subject_id)
    if syllabus:
        address = {"discipline": subject.discipline_id, "subject": subject.subject_id}
        st.page_link(
            _SYLLABI, label="Open its page: what was drawn from it", icon=":material/menu_book:", query_params=address
        )
        with st.expander(f"Syllabus, version {syllabus.version}", icon=":material/menu_book:", expanded=True):
            st.text(syllabus.text)
    else:
        st.info("No syllabus yet. A run that starts here can write one first.", icon=":material/menu_book:")
    with st.expander("History", icon=":material/history:"):
        show_history(cursor, [subject.subject_id])
