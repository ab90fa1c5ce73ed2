"""Subjects are added, changed, moved, removed and restored, with their syllabi and pairs."""

from collections.abc import Callable

import pytest

from glan_core.edits import (
    PlannedEdit,
    add_subject,
    apply_edit,
    change_subject,
    move_subjects,
    set_status,
    set_subject_status,
)
from glan_core.entities import Subject
from glan_core.errors import EditConflictError, EditError
from glan_core.store.database import Cursor
from glan_core.store.subjects import find_subject, list_subjects
from tests.conftest import Small
from tests.edits.kept_tree import kept_tree, names
from tests.small_curriculum import small_curriculum

NODES = small_curriculum()
OPTICS, MECHANICS = NODES.optics.subject_id, NODES.mechanics.subject_id
PHYSICS, CHEMISTRY = NODES.physics.taxonomy_node_id, NODES.chemistry.taxonomy_node_id
SCIENCES = NODES.physical_sciences.taxonomy_node_id

Planner = Callable[[Cursor], PlannedEdit]


def subject(cursor: Cursor, subject_id: str) -> Subject:
    found = find_subject(cursor, subject_id)
    assert found is not None
    return found


def add_four(small: Small) -> list[str]:
    """Give the ids of four subjects of Chemistry that were just added."""
    for name in "ABCD":
        apply_edit(small.database, add_subject(small.cursor, CHEMISTRY, name=name, level="advanced"))
    return [each.subject_id for each in list_subjects(small.cursor, [CHEMISTRY])]


# Adding -------------------------------------------------------------------------------------------------------------


def test_a_subject_is_added_to_a_discipline(small: Small):
    planned = add_subject(
        small.cursor, CHEMISTRY, name=" Kinetics ", level="advanced", subtopics=["rates", "", " catalysis "]
    )
    assert (planned.kind, planned.label) == ("add_subject", "Added the subject Kinetics to Chemistry")
    apply_edit(small.database, planned)
    (added,) = list_subjects(small.cursor, [CHEMISTRY])
    assert (added.name, added.level, added.subtopics) == ("Kinetics", "advanced", ("rates", "catalysis"))
    assert (added.run_id, added.status) == (None, "kept")


def test_a_removed_subject_comes_back_with_its_pairs_when_its_name_is_added(made: Small):
    apply_edit(made.database, set_subject_status(made.cursor, [OPTICS], "removed"))
    assert kept_tree(made.cursor).instruction_ids == []
    apply_edit(made.database, add_subject(made.cursor, PHYSICS, name="optics", level="advanced", subtopics=["lenses"]))
    back = subject(made.cursor, OPTICS)
    assert (back.name, back.level, back.subtopics) == ("optics", "advanced", ("lenses",))
    assert kept_tree(made.cursor).instruction_ids == ["a", "b"]


def test_a_subject_that_was_moved_here_and_removed_comes_back_too(made: Small):
    apply_edit(made.database, move_subjects(made.cursor, [OPTICS], discipline_id=CHEMISTRY))
    apply_edit(made.database, set_subject_status(made.cursor, [OPTICS], "removed"))
    apply_edit(made.database, add_subject(made.cursor, CHEMISTRY, name="Optics", level="introductory"))
    assert "Natural Science/Physical sciences/Chemistry/Optics" in names(made.cursor)
    assert kept_tree(made.cursor).instruction_ids == ["a", "b"]


def test_an_old_name_is_free_for_a_new_subject(made: Small):
    apply_edit(made.database, change_subject(made.cursor, OPTICS, name="Light"))
    apply_edit(made.database, add_subject(made.cursor, PHYSICS, name="Optics", level="introductory"))
    assert [each.name for each in list_subjects(made.cursor, [PHYSICS])] == ["Light", "Mechanics", "Optics"]
    assert len({each.subject_id for each in list_subjects(made.cursor, [PHYSICS])}) == 3


@pytest.mark.parametrize(
    ("discipline_id", "name", "level", "sentence"),
    [
        (PHYSICS, "OPTICS", "advanced", "Physics has the subject Optics already."),
        (PHYSICS, " ", "advanced", "A name is empty."),
        (PHYSICS, "Waves", "expert", "There is no level 'expert'."),
        (SCIENCES, "Waves", "advanced", "Physical sciences is no discipline."),
        ("nowhere", "Waves", "advanced", "There is no node 'nowhere'."),
    ],
)
def test_what_cannot_be_added_is_refused(small: Small, discipline_id: str, name: str, level: str, sentence: str):
    with pytest.raises(EditError) as told:
        add_subject(small.cursor, discipline_id, name=name, level=level)
    assert told.value.message == sentence
    assert told.value.hint


# Changing -----------------------------------------------------------------------------------------------------------


def test_a_subject_is_renamed_and_keeps_its_pairs(made: Small):
    planned = change_subject(made.cursor, OPTICS, name=" Light ", level="introductory")
    assert (planned.kind, planned.label) == ("rename_subject", "Renamed the subject Optics to Light")
    apply_edit(made.database, planned)
    assert subject(made.cursor, OPTICS).name == "Light"
    assert kept_tree(made.cursor).instruction_ids == ["a", "b"]


def test_level_and_subtopics_are_changed_twice_in_a_row_while_somebody_reads(small: Small):
    reader = small.database.cursor()
    reader.execute("select subtopics from subject")
    for subtopics in (["light", "lenses"], ["waves"]):
        planned = change_subject(small.cursor, OPTICS, level="advanced", subtopics=subtopics)
        assert (planned.kind, planned.label) == ("change_subject", "Changed the subject Optics")
        apply_edit(small.database, planned)
    assert (subject(small.cursor, OPTICS).level, subject(small.cursor, OPTICS).subtopics) == ("advanced", ("waves",))
    assert len(reader.fetchall()) == 2


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Nothing would change."),
        ({"name": "Optics", "level": "introductory", "subtopics": ["light"]}, "Nothing would change."),
        ({"name": "mechanics"}, "Physics has the subject Mechanics already."),
        ({"name": ""}, "A name is empty."),
        ({"level": "expert"}, "There is no level 'expert'."),
        ({"subtopics": ["a\nb"]}, "has a line break"),
    ],
)
def test_what_cannot_be_changed_is_refused(small: Small, values: dict[str, object], sentence: str):
    with pytest.raises(EditError) as told:
        change_subject(small.cursor, OPTICS, **values)
    assert sentence in told.value.message


def test_an_unknown_subject_is_told(small: Small):
    with pytest.raises(EditError, match="There is no subject 'nowhere'"):
        change_subject(small.cursor, "nowhere", name="Waves")


# Moving -------------------------------------------------------------------------------------------------------------


def test_subjects_are_moved_with_their_pairs(made: Small):
    planned = move_subjects(made.cursor, [OPTICS, MECHANICS], discipline_id=CHEMISTRY)
    assert (planned.kind, planned.label) == ("move_subject", "Moved Optics and Mechanics to Chemistry")
    apply_edit(made.database, planned)
    assert [each.name for each in list_subjects(made.cursor, [CHEMISTRY])] == ["Mechanics", "Optics"]
    assert kept_tree(made.cursor).instruction_ids == ["a", "b"]


def test_many_subjects_are_told_as_a_number(small: Small):
    four = add_four(small)
    assert move_subjects(small.cursor, four, discipline_id=PHYSICS).label == "Moved 4 subjects to Physics"
    assert set_subject_status(small.cursor, four, "removed").label == "Removed 4 subjects"


@pytest.mark.parametrize(
    ("discipline_id", "sentence"),
    [
        (PHYSICS, "That stands below Physics already."),
        (SCIENCES, "Physical sciences is no discipline."),
        ("nowhere", "There is no node 'nowhere'."),
    ],
)
def test_what_cannot_be_moved_is_refused(small: Small, discipline_id: str, sentence: str):
    with pytest.raises(EditError) as told:
        move_subjects(small.cursor, [OPTICS], discipline_id=discipline_id)
    assert told.value.message == sentence


def test_a_name_that_is_there_keeps_a_subject_out(small: Small):
    apply_edit(small.database, add_subject(small.cursor, CHEMISTRY, name="OPTICS", level="advanced"))
    with pytest.raises(EditError, match="Chemistry has the subject OPTICS already"):
        move_subjects(small.cursor, [OPTICS], discipline_id=CHEMISTRY)


# Removing and restoring ---------------------------------------------------------------------------------------------


def test_a_removed_subject_takes_its_pairs_along_and_brings_them_back(made: Small):
    before = kept_tree(made.cursor)
    planned = set_subject_status(made.cursor, [OPTICS], "removed")
    assert (planned.kind, planned.label) == ("remove_subject", "Removed the subject Optics")
    apply_edit(made.database, planned)
    assert kept_tree(made.cursor).instruction_ids == []
    planned = set_subject_status(made.cursor, [OPTICS], "kept")
    assert (planned.kind, planned.label) == ("restore_subject", "Restored the subject Optics")
    apply_edit(made.database, planned)
    assert kept_tree(made.cursor) == before


def test_two_subjects_are_named_as_such(small: Small):
    planned = set_subject_status(small.cursor, [OPTICS, MECHANICS], "removed")
    assert planned.label == "Removed the subjects Optics and Mechanics"


def test_a_status_that_is_so_already_is_told(small: Small):
    with pytest.raises(EditError, match="These subjects have that status already"):
        set_subject_status(small.cursor, [OPTICS], "kept")


def test_a_subject_of_a_removed_discipline_cannot_come_back_alone(small: Small):
    apply_edit(small.database, set_subject_status(small.cursor, [OPTICS], "removed"))
    apply_edit(small.database, set_status(small.cursor, [PHYSICS], "removed"))
    with pytest.raises(EditConflictError, match="Optics would stand below something that was removed"):
        apply_edit(small.database, set_subject_status(small.cursor, [OPTICS], "kept"))
