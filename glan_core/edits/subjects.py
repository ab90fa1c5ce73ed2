"""How are subjects added, changed, moved, removed and restored?"""

from collections.abc import Sequence
from typing import Any

from glan_core import ids
from glan_core.edits.nodes import check_is_kept, nodes_with
from glan_core.edits.planned import PlannedEdit, checked_name, in_words
from glan_core.entities import SUBJECT_LEVELS, Subject, TaxonomyNode
from glan_core.errors import EditError
from glan_core.store.database import Cursor
from glan_core.store.edits import RowChange
from glan_core.store.subjects import find_removed_subject, find_subject, find_subjects, list_subjects


def add_subject(
    cursor: Cursor, discipline_id: str, *, name: str, level: str, subtopics: Sequence[str] = ()
) -> PlannedEdit:
    """Plan to add a subject to a discipline; one that was removed under this name comes back.

    EditError for a name that is there already, or an unknown level.
    """
    discipline = _discipline(cursor, discipline_id)
    check_is_kept(discipline)
    name = checked_name(name)
    values = {"name": name, "level": _checked_level(level), "subtopics": _checked_subtopics(subtopics)}
    _check_is_new(cursor, discipline, name)
    label = f"Added the subject {name} to {discipline.name}"
    known = find_removed_subject(cursor, discipline_id, name)
    if known is not None:
        return PlannedEdit("add_subject", label, (_change(known, values | {"status": "kept"}),))
    number = 1
    while find_subject(cursor, subject_id := ids.subject_id(discipline_id, name, number=number)) is not None:
        number += 1
    row = {"discipline_id": discipline_id, **values, "run_id": None, "model_call_id": None, "status": "kept"}
    return PlannedEdit("add_subject", label, (RowChange("subject", subject_id, None, row),))


def change_subject(
    cursor: Cursor,
    subject_id: str,
    *,
    name: str | None = None,
    level: str | None = None,
    subtopics: Sequence[str] | None = None,
) -> PlannedEdit:
    """Plan another name, level or list of subtopics; None leaves it. EditError if nothing would change."""
    (subject,) = subjects_with(cursor, [subject_id])
    _check_is_there(subject)
    values: dict[str, Any] = {}
    if name is not None and checked_name(name) != subject.name:
        values["name"] = checked_name(name)
        _check_is_new(cursor, _discipline(cursor, subject.discipline_id), values["name"], but=subject_id)
    if level is not None and level != subject.level:
        values["level"] = _checked_level(level)
    if subtopics is not None and _checked_subtopics(subtopics) != list(subject.subtopics):
        values["subtopics"] = _checked_subtopics(subtopics)
    if not values:
        raise EditError("Nothing would change.", "Change the name, the level or the subtopics first.")
    is_renamed = set(values) == {"name"}
    label = (
        f"Renamed the subject {subject.name} to {values['name']}"
        if is_renamed
        else f"Changed the subject {subject.name}"
    )
    return PlannedEdit("rename_subject" if is_renamed else "change_subject", label, (_change(subject, values),))


def move_subjects(cursor: Cursor, subject_ids: Sequence[str], *, discipline_id: str) -> PlannedEdit:
    """Plan to move subjects with all that is below them to another discipline; EditError if a name is there already."""
    discipline = _discipline(cursor, discipline_id)
    check_is_kept(discipline)
    moving = [subject for subject in subjects_with(cursor, subject_ids) if subject.discipline_id != discipline_id]
    if not moving:
        raise EditError(f"That stands below {discipline.name} already.", "Choose another discipline.")
    for subject in moving:
        _check_is_there(subject)
        _check_is_new(cursor, discipline, subject.name)
    label = f"Moved {in_words((subject.name for subject in moving), noun='subjects')} to {discipline.name}"
    return PlannedEdit(
        "move_subject", label, tuple(_change(subject, {"discipline_id": discipline_id}) for subject in moving)
    )


def set_subject_status(cursor: Cursor, subject_ids: Sequence[str], status: str) -> PlannedEdit:
    """Plan to remove subjects with their syllabi and pairs, or to restore them; EditError if all are so already."""
    changing = [subject for subject in subjects_with(cursor, subject_ids) if subject.status != status]
    if not changing:
        raise EditError("These subjects have that status already.", "Look at them again.")
    kind, word = {"kept": ("restore_subject", "Restored"), "removed": ("remove_subject", "Removed")}[status]
    names = in_words((subject.name for subject in changing), noun="subjects")
    nouns = {1: "the subject ", 2: "the subjects ", 3: "the subjects "}.get(len(changing), "")
    return PlannedEdit(
        kind, f"{word} {nouns}{names}", tuple(_change(subject, {"status": status}) for subject in changing)
    )


def subjects_with(cursor: Cursor, subject_ids: Sequence[str]) -> tuple[Subject, ...]:
    """Give the subjects with these ids in this order, whatever their status; EditError if one is unknown."""
    found = find_subjects(cursor, subject_ids)
    missing = [subject_id for subject_id in subject_ids if subject_id not in found]
    if missing:
        raise EditError(f"There is no subject {missing[0]!r}.", "Choose one from the taxonomy.")
    return tuple(found[subject_id] for subject_id in dict.fromkeys(subject_ids))


def _discipline(cursor: Cursor, discipline_id: str) -> TaxonomyNode:
    (node,) = nodes_with(cursor, [discipline_id])
    if node.level != "discipline":
        raise EditError(f"{node.name} is no discipline.", "Subjects stand below disciplines.")
    return node


def _check_is_there(subject: Subject) -> None:
    if subject.status == "removed":
        raise EditError(f"{subject.name} was removed.", "Restore it first.")


def _checked_level(level: str) -> str:
    if level not in SUBJECT_LEVELS:
        raise EditError(f"There is no level {level!r}.", f"Use one of: {', '.join(SUBJECT_LEVELS)}.")
    return level


def _checked_subtopics(subtopics: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(checked_name(subtopic) for subtopic in subtopics if subtopic.strip()))


def _check_is_new(cursor: Cursor, discipline: TaxonomyNode, name: str, *, but: str = "") -> None:
    for subject in list_subjects(cursor, [discipline.taxonomy_node_id]):
        if subject.name.casefold() == name.casefold() and subject.subject_id != but:
            raise EditError(f"{discipline.name} has the subject {subject.name} already.", "Use that one.")


def _change(subject: Subject, after: dict[str, Any]) -> RowChange:
    before = {"status": subject.status} | {column: getattr(subject, column) for column in after}
    if "subtopics" in before:
        before["subtopics"] = list(before["subtopics"])
    return RowChange("subject", subject.subject_id, before, after)
