"""Edits come back as they were made, newest first, and rows take the values they are given."""

from datetime import UTC, datetime, timedelta

import pytest

from glan_core.store.database import Cursor
from glan_core.store.edits import (
    EDITABLE_COLUMNS,
    Edit,
    RowChange,
    find_edit,
    find_last_standing_edit,
    find_last_undone_edit,
    insert_edit,
    insert_row,
    last_edit_number,
    list_edits,
    list_edits_among,
    read_rows,
    update_rows,
)
from glan_core.store.subjects import find_removed_subject, find_subject, list_subjects
from glan_core.store.taxonomy_nodes import find_taxonomy_node, list_children, list_nodes_with_ids
from tests.conftest import Small

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def edit(number: int, kind: str = "rename", *, of: str | None = None, row_id: str = "node") -> Edit:
    change = RowChange("taxonomy_node", row_id, {"name": "«Ü»", "target": None}, {"name": "B", "target": 3})
    return Edit(f"edit-{number}", number, kind, f"Change {number}", (change,), "A", NOON + timedelta(number), of)


def log(cursor: Cursor, words: str) -> tuple[str | None, str | None]:
    """Make a log and give which edit stands last and which was undone last.

    `2 undo-1 redo-1` is a change numbered by its place, and what is done with those before.
    """
    for number, word in enumerate(words.split(), start=1):
        kind, _, of = word.partition("-")
        insert_edit(cursor, edit(number, kind, of=f"edit-{of}") if of else edit(number))
    standing, undone = find_last_standing_edit(cursor), find_last_undone_edit(cursor)
    return standing and standing.edit_id, undone and undone.edit_id


# The log ------------------------------------------------------------------------------------------------------------


def test_an_edit_comes_back_as_it_was_made(cursor: Cursor):
    insert_edit(cursor, edit(1))
    assert find_edit(cursor, "edit-1") == edit(1)
    assert find_edit(cursor, "nowhere") is None


def test_a_new_row_comes_back_without_a_before(cursor: Cursor):
    made = edit(1)._replace(changes=(RowChange("subject", "s", None, {"subtopics": ["light", "waves"]}),))
    insert_edit(cursor, made)
    assert find_edit(cursor, "edit-1") == made


def test_edits_are_listed_newest_first_without_their_changes(cursor: Cursor):
    for number in (1, 2, 3):
        insert_edit(cursor, edit(number))
    assert [each.number for each in list_edits(cursor)] == [3, 2, 1]
    assert [each.number for each in list_edits(cursor, limit=2)] == [3, 2]
    assert list_edits(cursor)[0] == edit(3)._replace(changes=())


def test_the_edits_of_a_row_are_those_that_changed_it(cursor: Cursor):
    for number, row_id in enumerate(("one", "other", "one"), start=1):
        insert_edit(cursor, edit(number, row_id=row_id))
    assert [each.number for each in list_edits_among(cursor, ["one"])] == [3, 1]
    assert [each.number for each in list_edits_among(cursor, ["one"], limit=1)] == [3]
    assert list_edits_among(cursor, ["o"]) == ()


def test_the_last_number_is_that_of_the_newest_edit(cursor: Cursor):
    assert last_edit_number(cursor) == 0
    insert_edit(cursor, edit(7))
    assert last_edit_number(cursor) == 7


@pytest.mark.parametrize(
    ("words", "standing", "undone"),
    [
        ("", None, None),
        ("change", "edit-1", None),
        ("change change", "edit-2", None),
        ("change undo-1", None, "edit-1"),
        ("change change undo-2", "edit-1", "edit-2"),
        ("change change undo-2 undo-1", None, "edit-1"),
        ("change change undo-2 undo-1 redo-1", "edit-1", "edit-2"),
        ("change undo-1 redo-1", "edit-1", None),
        ("change undo-1 redo-1 undo-1", None, "edit-1"),
        ("change undo-1 change", "edit-3", None),
        ("change undo-1 change undo-3", None, "edit-3"),
        ("change change undo-2 change undo-4 undo-1", None, "edit-1"),
        ("change change undo-2 change undo-4 undo-1 redo-1", "edit-1", "edit-4"),
    ],
)
def test_the_last_edit_that_stands_and_the_last_that_was_undone(
    cursor: Cursor, words: str, standing: str | None, undone: str | None
):
    assert log(cursor, words) == (standing, undone)


def test_they_come_with_their_changes(cursor: Cursor):
    insert_edit(cursor, edit(1))
    assert find_last_standing_edit(cursor) == edit(1)
    insert_edit(cursor, edit(2, "undo", of="edit-1"))
    assert find_last_undone_edit(cursor) == edit(1)


# Rows ---------------------------------------------------------------------------------------------------------------


def test_rows_are_read_by_id_with_what_may_change_of_them(small: Small):
    rows = read_rows(small.cursor, "subject", [small.nodes.optics.subject_id, "nowhere"])
    assert rows == {
        small.nodes.optics.subject_id: {
            "discipline_id": small.nodes.physics.taxonomy_node_id,
            "name": "Optics",
            "level": "introductory",
            "subtopics": ["light"],
            "status": "kept",
        }
    }


@pytest.mark.parametrize("table", EDITABLE_COLUMNS)
def test_the_editable_columns_are_columns_of_their_table_and_never_its_id(small: Small, table: str):
    columns = {name for (name, *_) in small.cursor.execute(f"describe {table}").fetchall()}
    assert set(EDITABLE_COLUMNS[table]) < columns - {f"{table}_id"}


def test_only_the_named_rows_are_updated(small: Small):
    physics = small.nodes.physics.taxonomy_node_id
    rows = read_rows(small.cursor, "taxonomy_node", [physics])
    update_rows(small.cursor, "taxonomy_node", {physics: rows[physics] | {"name": "B", "target": 3, "position": None}})
    node = find_taxonomy_node(small.cursor, physics)
    assert node is not None
    assert (node.name, node.target, node.position, node.description) == ("B", 3, None, "About Physics.")
    assert find_taxonomy_node(small.cursor, small.nodes.chemistry.taxonomy_node_id) == small.nodes.chemistry


def test_without_rows_nothing_is_updated(small: Small):
    update_rows(small.cursor, "taxonomy_node", {})
    assert find_taxonomy_node(small.cursor, small.nodes.physics.taxonomy_node_id) == small.nodes.physics


def test_a_row_is_inserted_with_its_columns(small: Small):
    values = {
        "discipline_id": small.nodes.chemistry.taxonomy_node_id,
        "name": "Kinetics",
        "level": "advanced",
        "subtopics": ["rates"],
        "run_id": None,
        "model_call_id": None,
        "status": "kept",
    }
    insert_row(small.cursor, RowChange("subject", "kinetics", None, values))
    found = find_subject(small.cursor, "kinetics")
    assert found is not None
    assert (found.name, found.subtopics) == ("Kinetics", ("rates",))


# What edits look up -------------------------------------------------------------------------------------------------


def test_a_removed_subject_is_found_by_its_name_and_not_listed(small: Small):
    physics, optics = small.nodes.physics.taxonomy_node_id, small.nodes.optics.subject_id
    assert find_removed_subject(small.cursor, physics, "Optics") is None
    small.cursor.execute("update subject set status = 'removed' where subject_id = ?", [optics])
    found = find_removed_subject(small.cursor, physics, "OPTICS")
    assert found is not None
    assert (found.subject_id, found.status) == (optics, "removed")
    assert [each.name for each in list_subjects(small.cursor, [physics])] == ["Mechanics"]


def test_nodes_are_found_by_id_whatever_their_status(small: Small):
    physics = small.nodes.physics.taxonomy_node_id
    small.cursor.execute("update taxonomy_node set status = 'removed' where taxonomy_node_id = ?", [physics])
    assert {key: each.status for key, each in list_nodes_with_ids(small.cursor, [physics, "nowhere"]).items()} == {
        physics: "removed"
    }


def test_children_are_listed_in_their_order_whatever_their_status(small: Small):
    small.cursor.execute("update taxonomy_node set status = 'removed' where name = 'Chemistry'")
    below = list_children(small.cursor, small.nodes.physical_sciences.taxonomy_node_id)
    assert [(each.name, each.status) for each in below] == [("Physics", "kept"), ("Chemistry", "removed")]
    assert [each.name for each in list_children(small.cursor, None)] == ["Natural Science", "Agriculture"]
