"""How is a subject added to a discipline, and how is one changed?"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from glan_core.edits import add_subject, change_subject
from glan_core.edits.planned import LONGEST_NAME, PlannedEdit
from glan_core.entities import SUBJECT_LEVELS, Subject
from glan_core.errors import GlanError
from glan_core.store.subjects import list_subjects
from pages.shared.edit_view import make
from pages.shared.feedback import plain, show_error
from pages.shared.workspace import Workspace

_OPEN = "subject-form"  # whose form is open; a dialog is closed by every run of the page that does not show it


class SubjectEntries(NamedTuple):
    """What somebody entered."""

    name: str
    level: str
    subtopics: tuple[str, ...]
    """Each once, in the order they were entered."""


def mistakes_in(entries: SubjectEntries, *, other_names: Sequence[str]) -> list[str]:
    """List in sentences what keeps a subject from being written; `other_names` are those of the discipline."""
    mistakes = []
    if not entries.name:
        mistakes.append("The subject needs a name.")
    if len(entries.name) > LONGEST_NAME:
        mistakes.append(f"The name has {len(entries.name)} characters; {LONGEST_NAME} are the most.")
    if entries.name.casefold() in {name.casefold() for name in other_names}:
        mistakes.append(f"This discipline has a subject {entries.name} already.")
    mistakes += [
        f"The subtopic {subtopic[:40]}… has {len(subtopic)} characters; {LONGEST_NAME} are the most."
        for subtopic in entries.subtopics
        if len(subtopic) > LONGEST_NAME
    ]
    return mistakes


def is_opened(label: str, *, node_id: str, icon: str) -> bool:
    """Offer a form about a discipline or subject, and say whether it is open."""
    if st.button(label, icon=icon, wrap=False):
        st.session_state[_OPEN] = node_id
    return bool(st.session_state.get(_OPEN) == node_id)


def _close() -> None:
    st.session_state.pop(_OPEN, None)


@st.dialog("Add a subject", on_dismiss=_close)
def show_add_form(workspace: Workspace, discipline_id: str, *, on_done: Callable[[str], None]) -> None:
    """Ask for a new subject, write it, and call `on_done` with its id."""
    cursor = workspace.cursor()
    others = list_subjects(cursor, [discipline_id])
    entries = _entries(None, key="add-subject", submit="Add")
    if entries is None or not _are_fine(entries, others):
        return
    planned = _written(workspace, lambda: add_subject(cursor, discipline_id, **entries._asdict()))
    if planned:
        on_done(planned.changes[0].row_id)
        st.rerun()


@st.dialog("Edit the subject", on_dismiss=_close)
def show_change_form(workspace: Workspace, subject: Subject) -> None:
    """Ask for another name, level or subtopics, and write them; syllabi and pairs stay as they are."""
    cursor = workspace.cursor()
    others = [
        other for other in list_subjects(cursor, [subject.discipline_id]) if other.subject_id != subject.subject_id
    ]
    st.caption("Syllabus and pairs stay as they are. What is generated from now on uses the new words.")
    entries = _entries(subject, key=f"change-{subject.subject_id}", submit="Save")
    if entries is None or not _are_fine(entries, others):
        return
    if _written(workspace, lambda: change_subject(cursor, subject.subject_id, **entries._asdict())):
        st.rerun()


def _entries(subject: Subject | None, *, key: str, submit: str) -> SubjectEntries | None:
    """Show the form, filled with a subject that is there; None until it is sent."""
    with st.form(key, border=False):
        name = st.text_input("Name", value=subject.name if subject else "", key=f"{key}-name")
        level = st.segmented_control(
            "Level",
            SUBJECT_LEVELS,
            default=subject.level if subject else SUBJECT_LEVELS[0],
            required=True,
            format_func=str.capitalize,
            key=f"{key}-level",
        )
        subtopics = st.text_area(
            "Subtopics",
            value="\n".join(subject.subtopics) if subject else "",
            height=180,
            help="One a line: what the subject is about. A syllabus is written from them.",
            placeholder="One a line",
            key=f"{key}-subtopics",
        )
        if not st.form_submit_button(submit, type="primary"):
            return None
    lines = (" ".join(line.split()) for line in subtopics.splitlines())
    return SubjectEntries(" ".join(name.split()), level, tuple(dict.fromkeys(line for line in lines if line)))


def _are_fine(entries: SubjectEntries, others: Sequence[Subject]) -> bool:
    mistakes = mistakes_in(entries, other_names=[other.name for other in others])
    for mistake in mistakes:
        st.error(plain(mistake), icon=":material/error:")
    return not mistakes


def _written(workspace: Workspace, plan: Callable[[], PlannedEdit]) -> PlannedEdit | None:
    """Make an edit and give it, or say why it cannot be made."""
    try:
        planned = plan()
    except GlanError as error:
        show_error(error)
        return None
    if not make(workspace, planned):
        return None
    _close()
    return planned
