"""How does the Syllabi page begin: what the subject is, its syllabus in numbers, and what can be done with it?"""

import streamlit as st

from glan_core.entities import Subject
from glan_core.store.draws import SyllabusUse
from pages.shared.feedback import plain
from pages.shared.formats import count, shortened
from pages.shared.nodes import COUNT_WORDS
from pages.shared.subject_form import is_opened, show_change_form
from pages.shared.version_picker import VERSION_MEANING
from pages.shared.workspace import Workspace

NEW_RUN = "pages/generate/new_run.py"
LEVEL_MEANING = "Whom the subject is for: beginners, or people further on."


def show_subject(workspace: Workspace, subject: Subject, *, version: str) -> None:
    """Show a subject's name, level and subtopics, and which version of its syllabus this is; empty for none."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(plain(shortened(subject.name, 120)), anchor=False, width="stretch")
        with st.container(horizontal=True, width="content", gap="small"):
            if is_opened("Edit", node_id=subject.subject_id, icon=":material/edit:"):
                show_change_form(workspace, subject)
            if version and st.button(
                "Write anew",
                icon=":material/refresh:",
                wrap=False,
                help="A run writes another version of this syllabus. This one stays, and so do its pairs.",
            ):
                st.switch_page(NEW_RUN, query_params={"scope": subject.subject_id, "rewrite": "1"})
            if st.button("Generate here", type="primary", icon=":material/play_circle:", wrap=False):
                st.switch_page(NEW_RUN, query_params={"scope": subject.subject_id})
    with st.container(horizontal=True, gap="xsmall"):
        st.badge(subject.level.capitalize(), color="gray", help=LEVEL_MEANING)
        if version:
            st.badge(f"Version {version}", color="gray", help=VERSION_MEANING)
    if subject.subtopics:
        st.text(f"Subtopics: {'; '.join(subject.subtopics)}")


def show_numbers(use: SyllabusUse) -> None:
    """Show one version of a syllabus in numbers."""
    numbers = (
        ("Class sessions", use.class_sessions, "The meetings of the course, in teaching order."),
        ("Key concepts", use.key_concepts, COUNT_WORDS["key_concepts"][1]),
        ("Concepts used", use.key_concepts_used, "Key concepts that at least one question was drawn from."),
        ("Questions", use.instructions, "Homework questions drawn from this version, answered or not."),
        ("Pairs", use.pairs, "Questions with their answers: the instruction data."),
    )
    with st.container(border=True), st.grid(len(numbers), min_column_width=110, gap="small"):
        for label, number, meaning in numbers:
            st.metric(label, count(number), help=meaning)
