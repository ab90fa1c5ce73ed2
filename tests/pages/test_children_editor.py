"""Is what was typed into the table of children what is planned and shown?"""

import pytest

from glan_core.edits import apply_edit, undo
from glan_core.errors import EditError
from glan_core.store.taxonomy_nodes import list_children
from pages.shared.children_editor import differences, planned_changes
from tests.conftest import Small

CHANGED = {
    "edited_rows": {"0": {"name": "Biology", "target": 50.0}, "1": {"description": "Moves and measures."}},
    "added_rows": [{"name": "Geology", "description": None, "target": None}, {"name": None}],
    "deleted_rows": [],
}


def children_of(small: Small, *, is_kept: bool = True) -> list:
    children = list_children(small.cursor, small.nodes.physical_sciences.taxonomy_node_id)
    return sorted((child for child in children if (child.status == "kept") == is_kept), key=lambda child: child.name)


def test_cells_rows_and_deletions_become_one_edit(small: Small):
    children = children_of(small)
    assert [child.name for child in children] == ["Chemistry", "Physics"]
    planned = planned_changes(small.cursor, children[0].parent_id, children, CHANGED)
    assert planned.label == "Changed 2 nodes; added Geology to Physical sciences"
    apply_edit(small.database, planned)
    now = {child.name: child for child in children_of(small)}
    assert set(now) == {"Biology", "Physics", "Geology"}
    assert (now["Biology"].target, now["Physics"].description) == (50, "Moves and measures.")
    undo(small.database)
    assert children_of(small) == children


def test_a_deleted_row_is_removed_and_its_changed_cells_do_not_count(small: Small):
    children = children_of(small)
    changed = {"edited_rows": {"1": {"name": "Lost"}}, "added_rows": [], "deleted_rows": [1]}
    planned = planned_changes(small.cursor, children[0].parent_id, children, changed)
    assert planned.label == "Removed Physics"
    assert differences(children, changed) == ["- :red[removed] **Physics**"]


def test_a_row_without_a_name_is_nothing_yet(small: Small):
    children = children_of(small)
    with pytest.raises(EditError, match="no name yet"):
        planned_changes(small.cursor, children[0].parent_id, children, {"added_rows": [{"name": " "}]})


def test_differences_are_told_line_by_line_and_names_are_no_markup(small: Small):
    children = children_of(small)
    changed = {"edited_rows": {"0": {"name": "*B*", "target": 5}}, "added_rows": [{"name": "<b>"}], "deleted_rows": []}
    assert differences(children, changed) == [
        "- **Chemistry**, name: Chemistry → \\*B\\*",
        "- **Chemistry**, target: none → 5",
        "- :green[added] **\\<b\\>**",
    ]
