"""How is a subject added to a discipline, and how is one changed?"""

from collections.abc import Callable, Sequence

import streamlit as st

from glan_core.edits import add_subject, change_subject
from glan_core.entities import LONGEST_NAME, SUBJECT_LEVELS
from glan_core.store.subjects import find_subject
from pages.shared.edit_view import close_dialog, finish_dialog, tell_if_changed, try_plan
from pages.shared.workspace import Workspace


@st.dialog("Add a subject", on_dismiss=close_dialog)
def show_add_dialog(workspace: Workspace, discipline_id: str, *, on_done: Callable[[str], None] | None = None) -> None:
    """Ask for a new subject, add it, and call `on_done` with its id."""
    cursor = workspace.cursor()
    name, level, subtopics = _fields("", SUBJECT_LEVELS[0], ())
    planned = (
        try_plan(lambda: add_subject(cursor, discipline_id, name=name, level=level, subtopics=subtopics))
        if name.strip()
        else None
    )
    if finish_dialog(workspace, planned, "Add"):
        if on_done is not None and planned is not None:
            on_done(planned.changes[0].row_id)
        st.rerun()


@st.dialog("Change the subject", on_dismiss=close_dialog)
def show_change_dialog(workspace: Workspace, subject_id: str) -> None:
    """Ask for another name, level or subtopics; syllabi and pairs stay as they are."""
    cursor = workspace.cursor()
    subject = find_subject(cursor, subject_id)  # each time anew: what is typed here draws nothing but the dialog
    if subject is None:
        return
    st.caption("Syllabus and pairs stay as they are. What is generated from now on uses the new words.")
    was = subject.name, subject.level, subject.subtopics
    is_changed = tell_if_changed(
        dict(zip(("name", "level", "subtopics", "status"), (*was, subject.status), strict=True))
    )
    name, level, subtopics = _fields(*was)
    is_same = (name.strip(), level, subtopics) == was
    planned = (
        None
        if is_same
        else try_plan(lambda: change_subject(cursor, subject_id, name=name, level=level, subtopics=subtopics))
    )
    if finish_dialog(workspace, planned, "Save", passes_over=is_changed):
        st.rerun()


def _fields(name: str, level: str, subtopics: Sequence[str]) -> tuple[str, str, tuple[str, ...]]:
    # Without keys: where somebody else changes a value meanwhile, its field begins anew with that, and nothing of
    # theirs is overwritten.
    named = st.text_input("Name", name, max_chars=LONGEST_NAME)
    chosen = st.segmented_control("Level", SUBJECT_LEVELS, default=level, required=True, format_func=str.capitalize)
    lines = st.text_area(
        "Subtopics, one a line",
        "\n".join(subtopics),
        height=140,
        help="What the subject is about. A syllabus is written from them.",
    )
    return named, str(chosen), tuple(line.strip() for line in lines.splitlines() if line.strip())
