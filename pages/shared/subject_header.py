"""How does the Syllabi page begin: what the subject is, its syllabus in numbers, and what can be done with it?"""

import streamlit as st

from glan_core.entities import Subject
from glan_core.store.draws import SyllabusUse
from pages.shared.edit_view import is_dialog_open
from pages.shared.feedback import plain
from pages.shared.formats import count, shortened
from pages.shared.nodes import COUNT_WORDS
from pages.shared.page_button import page_button
from pages.shared.subject_dialogs import show_change_dialog
from pages.shared.version_picker import VERSION_MEANING
from pages.shared.workspace import Workspace

NEW_RUN = "pages/generate/new_run.py"
LEVEL_MEANING = "Whom the subject is for: beginners, or people further on."


def show_subject_header(workspace: Workspace, subject: Subject, *, version: str) -> None:
    """Show a subject's name, level and subtopics, and which version of its syllabus this is; empty for none."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(plain(shortened(subject.name, 120)), anchor=False, width="stretch")
        with st.container(horizontal=True, width="content", gap="small"):
            if is_dialog_open("Edit", subject.subject_id, icon=":material/edit:"):
                show_change_dialog(workspace, subject.subject_id)
            here = {"scope": subject.subject_id}
            if version:
                page_button(
                    "Write anew",
                    NEW_RUN,
                    here | {"rewrite": "1"},
                    icon=":material/refresh:",
                    help="A run writes another version of this syllabus. This one stays, and so do its pairs.",
                )
            page_button("Generate here", NEW_RUN, here, type="primary", icon=":material/play_circle:")
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
