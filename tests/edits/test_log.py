"""Changes are made whole or not at all, never over those of somebody else, and can be taken back and made again."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glan_core.edits import (
    NewNode,
    Part,
    PlannedEdit,
    add_nodes,
    add_subject,
    apply_edit,
    change_nodes,
    change_subject,
    check_edit,
    merge_nodes,
    move_nodes,
    move_subjects,
    next_redo,
    next_undo,
    plan_undo,
    redo,
    set_status,
    set_subject_status,
    split_node,
    undo,
)
from glan_core.errors import EditConflictError, EditError, StoreError
from glan_core.store.database import Cursor, Database, open_database
from glan_core.store.edits import list_edits
from glan_core.store.taxonomy_nodes import find_taxonomy_node, list_children
from tests.conftest import Small
from tests.edits.kept_tree import kept_tree, names, orphans, unchangeable
from tests.small_curriculum import small_curriculum

NODES = small_curriculum()
PHYSICS, CHEMISTRY = NODES.physics.taxonomy_node_id, NODES.chemistry.taxonomy_node_id
SCIENCES, LAND_USE = NODES.physical_sciences.taxonomy_node_id, NODES.land_use.taxonomy_node_id
OPTICS, MECHANICS = NODES.optics.subject_id, NODES.mechanics.subject_id


def rename(cursor: Cursor, name: str) -> PlannedEdit:
    return change_nodes(cursor, {PHYSICS: {"name": name}})


def name_of(cursor: Cursor, node_id: str = PHYSICS) -> str:
    node = find_taxonomy_node(cursor, node_id)
    assert node is not None
    return node.name


# The log ------------------------------------------------------------------------------------------------------------


def test_every_change_has_its_place_its_editor_and_its_time(small: Small):
    first = apply_edit(small.database, rename(small.cursor, "One"), editor="A")
    second = apply_edit(small.database, rename(small.cursor, "Two"), editor="B")
    assert [(each.number, each.label, each.editor) for each in list_edits(small.cursor)] == [
        (2, "Renamed One to Two", "B"),
        (1, "Renamed Physics to One", "A"),
    ]
    assert first.edited_at <= second.edited_at
    assert first.edit_id != second.edit_id


def test_undo_and_redo_are_in_the_log_too(small: Small):
    made = apply_edit(small.database, rename(small.cursor, "One"), editor="A")
    undone, again = undo(small.database, editor="B"), redo(small.database)
    assert (undone.kind, undone.label, undone.of_edit_id) == ("undo", "Undid: Renamed Physics to One", made.edit_id)
    assert (again.kind, again.label, again.of_edit_id) == ("redo", "Did again: Renamed Physics to One", made.edit_id)
    assert [each.number for each in list_edits(small.cursor)] == [3, 2, 1]


# Conflicts ----------------------------------------------------------------------------------------------------------


def test_the_second_of_two_changes_of_one_node_is_told_and_overwrites_nothing(small: Small):
    first, second = rename(small.cursor, "One"), rename(small.cursor, "Two")
    apply_edit(small.database, first, editor="A")
    with pytest.raises(EditConflictError) as told:
        apply_edit(small.database, second, editor="B")
    assert told.value.message == (
        "This was changed in the meantime: Renamed Physics to One by A. Nothing was overwritten."
    )
    assert told.value.hint == "Look at it as it is now, then try again."
    assert name_of(small.cursor) == "One"
    assert len(list_edits(small.cursor)) == 1


def test_two_changes_of_different_columns_of_one_node_are_both_made(small: Small):
    described = change_nodes(small.cursor, {PHYSICS: {"description": "Matter."}})
    apply_edit(small.database, rename(small.cursor, "One"))
    apply_edit(small.database, described)
    node = find_taxonomy_node(small.cursor, PHYSICS)
    assert node is not None
    assert (node.name, node.description) == ("One", "Matter.")


def test_of_a_change_of_several_nodes_nothing_is_made_if_one_was_changed(small: Small):
    both = change_nodes(small.cursor, {CHEMISTRY: {"target": 5}, PHYSICS: {"name": "Two"}})
    apply_edit(small.database, rename(small.cursor, "One"))
    before = kept_tree(small.cursor)
    with pytest.raises(EditConflictError):
        apply_edit(small.database, both)
    assert kept_tree(small.cursor) == before


def test_nothing_is_added_below_what_was_removed_in_the_meantime(small: Small):
    planned = add_nodes(small.cursor, SCIENCES, [NewNode("Geology")])
    apply_edit(small.database, set_status(small.cursor, [NODES.natural_science.taxonomy_node_id], "removed"))
    with pytest.raises(EditConflictError) as told:
        apply_edit(small.database, planned)
    assert told.value.message == ("Geology would stand below something that was removed. Nothing was changed.")
    assert "Geology" not in [each.name for each in list_children(small.cursor, SCIENCES)]


def test_a_name_that_two_people_add_is_there_once(small: Small):
    first, second = (add_nodes(small.cursor, SCIENCES, [NewNode("Geology")]) for _ in range(2))
    apply_edit(small.database, first, editor="A")
    with pytest.raises(EditConflictError, match="in the meantime: Added Geology to Physical sciences by A"):
        apply_edit(small.database, second, editor="B")
    other_case = add_nodes(small.cursor, LAND_USE, [NewNode("Soils")])
    apply_edit(small.database, add_nodes(small.cursor, LAND_USE, [NewNode("SOILS")]))
    with pytest.raises(EditConflictError, match="Soils would have the same name as something beside it"):
        apply_edit(small.database, other_case)


def test_undoing_twice_at_once_is_undoing_once(small: Small):
    apply_edit(small.database, rename(small.cursor, "One"))
    first, second = plan_undo(small.cursor), plan_undo(small.cursor)
    apply_edit(small.database, first)
    with pytest.raises(EditConflictError):
        apply_edit(small.database, second)
    assert name_of(small.cursor) == "Physics"


def test_undo_does_not_touch_rows_that_were_changed_otherwise(small: Small):
    apply_edit(small.database, rename(small.cursor, "One"))
    small.cursor.execute("update taxonomy_node set name = 'Other' where taxonomy_node_id = ?", [PHYSICS])
    with pytest.raises(EditConflictError, match="Nothing was overwritten"):
        undo(small.database)
    assert name_of(small.cursor) == "Other"
    assert len(list_edits(small.cursor)) == 1


def test_a_change_that_is_only_checked_leaves_no_trace(small: Small):
    before = kept_tree(small.cursor)
    check_edit(small.database, add_nodes(small.cursor, SCIENCES, [NewNode("Geology")]))
    with pytest.raises(EditConflictError, match="same name as something beside it"):
        check_edit(small.database, rename(small.cursor, "Chemistry"))
    assert kept_tree(small.cursor) == before
    assert "Geology" not in [each.name for each in list_children(small.cursor, SCIENCES)]
    assert list_edits(small.cursor) == ()
    apply_edit(small.database, rename(small.cursor, "One"))


def test_where_the_log_cannot_be_written_no_row_is_changed(small: Small):
    parts = [Part("Light", "", (OPTICS,)), Part("Motion", "", (MECHANICS,))]
    planned = split_node(small.cursor, PHYSICS, parts)
    before, rows = kept_tree(small.cursor), unchangeable(small.cursor)
    with pytest.raises(StoreError):
        apply_edit(small.database, planned, editor="\ud800")  # half a letter, which no database takes
    assert (kept_tree(small.cursor), unchangeable(small.cursor)) == (before, rows)
    apply_edit(small.database, planned)
    assert "Natural Science/Physical sciences/Light/Optics" in names(small.cursor)


# Undo and redo ------------------------------------------------------------------------------------------------------


def test_without_a_change_there_is_nothing_to_undo_or_to_do_again(small: Small):
    assert (next_undo(small.cursor), next_redo(small.cursor)) == (None, None)
    with pytest.raises(EditError, match="There is nothing to undo"):
        undo(small.database)
    with pytest.raises(EditError, match="There is nothing to do again"):
        redo(small.database)


def test_changes_are_undone_last_first_and_done_again_first_first(small: Small):
    for name in ("One", "Two", "Three"):
        apply_edit(small.database, rename(small.cursor, name))
    seen = [undo(small.database) and name_of(small.cursor) for _ in range(3)]
    seen += [redo(small.database) and name_of(small.cursor) for _ in range(3)]
    assert seen == ["Two", "One", "Physics", "One", "Two", "Three"]
    assert next_redo(small.cursor) is None


def test_what_would_be_undone_and_done_again_is_told_beforehand(small: Small):
    for name in ("One", "Two", "Three"):
        apply_edit(small.database, rename(small.cursor, name))
    undo(small.database)
    undo(small.database)
    undone, again = next_undo(small.cursor), next_redo(small.cursor)
    assert (undone and undone.label, again and again.label) == ("Renamed Physics to One", "Renamed One to Two")


def test_after_another_change_what_was_undone_is_not_done_again(small: Small):
    apply_edit(small.database, rename(small.cursor, "One"))
    undo(small.database)
    apply_edit(small.database, rename(small.cursor, "Two"))
    assert next_redo(small.cursor) is None
    undo(small.database)
    redone = next_redo(small.cursor)
    assert redone is not None
    assert redone.label == "Renamed Physics to Two"
    with pytest.raises(EditError, match="nothing to undo"):
        undo(small.database)


def test_what_was_added_is_removed_by_undo_and_kept_again_by_redo(small: Small):
    apply_edit(small.database, add_subject(small.cursor, CHEMISTRY, name="Kinetics", level="advanced"))
    after = kept_tree(small.cursor)
    undo(small.database)
    assert "Natural Science/Physical sciences/Chemistry/Kinetics" not in names(small.cursor)
    redo(small.database)
    assert kept_tree(small.cursor) == after


def test_undo_and_redo_go_on_after_the_database_was_closed(small_file: Path, tmp_path: Path):
    path = Path(shutil.copy(small_file, tmp_path / "closed.duckdb"))
    steps: list[Callable[[Database], Any]] = [
        lambda database: apply_edit(database, rename(database.cursor(), "One"), editor="A"),
        lambda database: apply_edit(database, move_nodes(database.cursor(), [PHYSICS], parent_id=LAND_USE)),
        undo,
        undo,
        redo,
    ]
    seen = []
    for step in steps:
        with open_database(path) as database:
            step(database)
            (place,) = [name for name in names(database.cursor()) if name.endswith(("/Physics", "/One"))]
            seen.append(place.removeprefix("Natural Science/"))
    assert seen == [
        "Physical sciences/One",
        "Agriculture/Land use/One",
        "Physical sciences/One",
        "Physical sciences/Physics",
        "Physical sciences/One",
    ]


# Any sequence of changes --------------------------------------------------------------------------------------------


class Command(NamedTuple):
    """What somebody tries; each number picks one of what is there."""

    kind: str
    one: int
    other: int
    name: str


KINDS = (
    *("add_field", "add", "rename", "describe", "target", "move", "remove", "keep", "merge", "split", "part"),
    *("add_subject", "rename_subject", "change_subject", "move_subject", "remove_subject", "keep_subject"),
)
COMMANDS = st.builds(
    Command,
    st.sampled_from([*KINDS, "undo", "undo", "redo"]),
    st.integers(0, 11),
    st.integers(0, 11),
    st.sampled_from(["Physics", "optics", "Geology", "Land use", "Agriculture"]),
)


def plan(cursor: Cursor, command: Command) -> PlannedEdit:
    """Plan what a command means, or raise EditError; any node or subject may be meant, whatever its status."""
    nodes = _ids(cursor, "taxonomy_node")
    subjects = _ids(cursor, "subject")
    node, other = nodes[command.one % len(nodes)], nodes[command.other % len(nodes)]
    subject = subjects[command.one % len(subjects)]
    below = [each.taxonomy_node_id for each in list_children(cursor, node)] or subjects
    planners: dict[str, Callable[[], PlannedEdit]] = {
        "add_field": lambda: add_nodes(cursor, None, [NewNode(command.name)]),
        "add": lambda: add_nodes(cursor, node, [NewNode(command.name, "New.", command.other)]),
        "rename": lambda: change_nodes(cursor, {node: {"name": command.name}}),
        "describe": lambda: change_nodes(cursor, {node: {"description": command.name}}),
        "target": lambda: change_nodes(cursor, {node: {"target": command.one}, other: {"target": command.other}}),
        "move": lambda: move_nodes(cursor, [node], parent_id=other),
        "remove": lambda: set_status(cursor, [node, other], "removed"),
        "keep": lambda: set_status(cursor, [node, other], "kept"),
        "merge": lambda: merge_nodes(cursor, node, into_id=other),
        "split": lambda: split_node(cursor, node, [Part(command.name, "", tuple(below))]),
        "part": lambda: split_node(cursor, node, [Part(command.name, "", tuple(below[:1]))]),
        "add_subject": lambda: add_subject(cursor, node, name=command.name, level="advanced"),
        "rename_subject": lambda: change_subject(cursor, subject, name=command.name),
        "change_subject": lambda: change_subject(cursor, subject, subtopics=[command.name]),
        "move_subject": lambda: move_subjects(cursor, [subject], discipline_id=other),
        "remove_subject": lambda: set_subject_status(cursor, [subject], "removed"),
        "keep_subject": lambda: set_subject_status(cursor, [subject], "kept"),
    }
    return planners[command.kind]()


@settings(max_examples=25, deadline=None)
@given(st.lists(COMMANDS, min_size=4, max_size=10))
def test_whatever_is_changed_can_be_undone_and_done_again_and_nothing_is_lost(
    two_optics_file: Path, tmp_path_factory: pytest.TempPathFactory, commands: Sequence[Command]
):
    path = Path(shutil.copy(two_optics_file, tmp_path_factory.mktemp("any") / "glan.duckdb"))
    with open_database(path) as database:
        cursor = database.cursor()
        before, after = [], []  # the trees that undo and redo lead to, the next one last
        rows = unchangeable(cursor)
        for command in commands:
            tree = kept_tree(cursor)
            try:
                if command.kind == "undo":
                    undo(database)
                    after.append(tree)
                    assert kept_tree(cursor) == before.pop()
                elif command.kind == "redo":
                    redo(database)
                    before.append(tree)
                    assert kept_tree(cursor) == after.pop()
                else:
                    apply_edit(database, plan(cursor, command))
                    before.append(tree)
                    after.clear()
            except EditError:
                assert kept_tree(cursor) == tree
                assert (command.kind, bool(before)) != ("undo", True)
                assert (command.kind, bool(after)) != ("redo", True)
            assert orphans(cursor) == []
            now = unchangeable(cursor)
            assert {row_id: now.get(row_id) for row_id in rows} == rows
            rows = now
        while before:
            after.append(kept_tree(cursor))
            undo(database)
            assert kept_tree(cursor) == before.pop()
        assert len(kept_tree(cursor).instruction_ids) == 3
        while after:
            redo(database)
            assert kept_tree(cursor) == after.pop()


def _ids(cursor: Cursor, table: str) -> list[str]:
    return [row_id for (row_id,) in cursor.execute(f"select {table}_id from {table} order by 1").fetchall()]
