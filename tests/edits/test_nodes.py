"""Nodes are added, changed, moved, removed and restored; what cannot be done is told before anything is done."""

from collections.abc import Callable

import pytest

from glan_core.edits import NewNode, PlannedEdit, add_nodes, apply_edit, change_nodes, move_nodes, set_status
from glan_core.edits.nodes import by_name
from glan_core.entities import TaxonomyNode
from glan_core.errors import EditConflictError, EditError
from glan_core.store.database import Cursor
from glan_core.store.taxonomy_nodes import find_taxonomy_node, insert_taxonomy_nodes, list_children
from tests.conftest import Small
from tests.edits.kept_tree import kept_tree, names
from tests.small_curriculum import small_curriculum

NODES = small_curriculum()
PHYSICS, CHEMISTRY = NODES.physics.taxonomy_node_id, NODES.chemistry.taxonomy_node_id
SCIENCES, LAND_USE = NODES.physical_sciences.taxonomy_node_id, NODES.land_use.taxonomy_node_id
NATURAL, AGRICULTURE = NODES.natural_science.taxonomy_node_id, NODES.agriculture.taxonomy_node_id
FARMING = NODES.agriculture_discipline.taxonomy_node_id

Planner = Callable[[Cursor], PlannedEdit]


def node(cursor: Cursor, node_id: str) -> TaxonomyNode:
    found = find_taxonomy_node(cursor, node_id)
    assert found is not None
    return found


def child(cursor: Cursor, parent_id: str | None, name: str) -> TaxonomyNode:
    return next(each for each in list_children(cursor, parent_id) if each.name == name)


def refused(small: Small, planner: Planner) -> tuple[str, str]:
    """Give the sentence and the hint of a plan that is refused, and check that nothing changed."""
    before = kept_tree(small.cursor)
    with pytest.raises(EditError) as told:
        apply_edit(small.database, planner(small.cursor))
    assert kept_tree(small.cursor) == before
    return told.value.message, told.value.hint


# Adding -------------------------------------------------------------------------------------------------------------


def test_disciplines_are_added_behind_those_that_are_there(small: Small):
    planned = add_nodes(small.cursor, SCIENCES, [NewNode("Geology", "Rocks.", 50), NewNode(" Astronomy ")])
    assert (planned.kind, planned.label) == ("add", "Added Geology and Astronomy to Physical sciences")
    apply_edit(small.database, planned)
    geology, astronomy = (child(small.cursor, SCIENCES, name) for name in ("Geology", "Astronomy"))
    assert (geology.level, geology.description, geology.target, geology.origin) == ("discipline", "Rocks.", 50, "user")
    assert (geology.position, astronomy.position) == (3, 4)


def test_a_field_is_added_above_all_and_a_sub_field_below_it(small: Small):
    planned = add_nodes(small.cursor, None, [NewNode("Crafts")], origin="model")
    assert planned.label == "Added Crafts"
    apply_edit(small.database, planned)
    crafts = child(small.cursor, None, "Crafts")
    assert (crafts.level, crafts.parent_id, crafts.origin) == ("field", None, "model")
    apply_edit(small.database, add_nodes(small.cursor, crafts.taxonomy_node_id, [NewNode("Woodwork")]))
    assert names(small.cursor)[-3:] == [
        "Natural Science/Physical sciences/Physics",
        "Natural Science/Physical sciences/Physics/Mechanics",
        "Natural Science/Physical sciences/Physics/Optics",
    ]
    assert "Crafts/Woodwork" in names(small.cursor)


def test_four_names_are_told_as_a_number(small: Small):
    planned = add_nodes(small.cursor, SCIENCES, [NewNode(name) for name in "ABCD"])
    assert planned.label == "Added 4 nodes to Physical sciences"
    assert planned.touched_ids == ()


def test_a_removed_node_comes_back_with_all_below_it_when_its_name_is_added_again(made: Small):
    before = kept_tree(made.cursor)
    apply_edit(made.database, set_status(made.cursor, [PHYSICS], "removed"))
    assert kept_tree(made.cursor).instruction_ids == []
    apply_edit(made.database, add_nodes(made.cursor, SCIENCES, [NewNode("physics")]))
    assert kept_tree(made.cursor) == before


def test_a_node_that_comes_back_takes_the_description_and_target_that_are_given(small: Small):
    apply_edit(small.database, set_status(small.cursor, [PHYSICS], "removed"))
    apply_edit(small.database, add_nodes(small.cursor, SCIENCES, [NewNode("Physics", "Anew.", 7)]))
    physics = node(small.cursor, PHYSICS)
    assert (physics.status, physics.description, physics.target) == ("kept", "Anew.", 7)


def test_a_proposed_node_is_kept_when_its_name_is_added(small: Small):
    proposed = TaxonomyNode("proposed", SCIENCES, "discipline", "Geology", status="pending", origin="model")
    insert_taxonomy_nodes(small.cursor, [proposed])
    apply_edit(small.database, add_nodes(small.cursor, SCIENCES, [NewNode("Geology")]))
    assert node(small.cursor, "proposed").status == "kept"


def test_an_old_name_is_free_for_a_new_node_and_each_keeps_what_is_below_it(made: Small):
    apply_edit(made.database, change_nodes(made.cursor, {PHYSICS: {"name": "Natural philosophy"}}))
    apply_edit(made.database, add_nodes(made.cursor, SCIENCES, [NewNode("Physics")]))
    new = child(made.cursor, SCIENCES, "Physics")
    assert new.taxonomy_node_id != PHYSICS
    assert "Natural Science/Physical sciences/Natural philosophy/Optics" in names(made.cursor)
    assert "Natural Science/Physical sciences/Physics/Optics" not in names(made.cursor)
    assert kept_tree(made.cursor).instruction_ids == ["a", "b"]


def test_a_name_can_be_given_up_and_used_again_and_again(small: Small):
    for number in range(3):
        there = child(small.cursor, SCIENCES, "Physics").taxonomy_node_id
        apply_edit(small.database, change_nodes(small.cursor, {there: {"name": f"Physics {number}"}}))
        apply_edit(small.database, add_nodes(small.cursor, SCIENCES, [NewNode("Physics")]))
    assert len({each.taxonomy_node_id for each in list_children(small.cursor, SCIENCES)}) == 5


def test_of_nodes_with_one_name_the_kept_one_counts():
    pending, removed = (
        TaxonomyNode(status, None, "field", "crafts", status=status) for status in ("pending", "removed")
    )
    kept = TaxonomyNode("kept", None, "field", "Crafts")
    assert by_name([kept, removed, pending]) == {"crafts": kept}
    assert by_name([pending, removed]) == {"crafts": pending}


def test_a_name_that_a_kept_and_a_removed_node_have_is_there_already(small: Small):
    apply_edit(small.database, set_status(small.cursor, [PHYSICS], "removed"))
    apply_edit(small.database, change_nodes(small.cursor, {CHEMISTRY: {"name": "Physics"}}))
    told, _ = refused(small, lambda cursor: add_nodes(cursor, SCIENCES, [NewNode("Physics")]))
    assert told == "There is a discipline 'Physics' here already."


@pytest.mark.parametrize(
    ("parent_id", "new", "sentence"),
    [
        (SCIENCES, [], "There is no name to add."),
        (SCIENCES, [NewNode("  ")], "A name is empty."),
        (SCIENCES, [NewNode("a" * 201)], "has 201 characters"),
        (SCIENCES, [NewNode("Rock\nscience")], "has a line break or another control character"),
        (SCIENCES, [NewNode("Rocks", "a" * 2_001)], "A description has 2,001 characters."),
        (SCIENCES, [NewNode("Rocks", "a\x00b")], "has a control character"),
        (SCIENCES, [NewNode("Rocks", target=-1)], "The target -1 is negative."),
        (SCIENCES, [NewNode("Rocks", target=10**10)], "The target 10,000,000,000 is too large."),
        (SCIENCES, [NewNode("PHYSICS")], "There is a discipline 'Physics' here already."),
        (SCIENCES, [NewNode("Geology"), NewNode("geology")], "There is a discipline 'Geology' here already."),
        (NATURAL, [NewNode("Physical Sciences")], "There is a sub-field 'Physical sciences' here already."),
        (None, [NewNode("Agriculture")], "There is a field 'Agriculture' here already."),
        (PHYSICS, [NewNode("Optics")], "Physics is a discipline: subjects stand below it."),
        ("nowhere", [NewNode("Optics")], "There is no node 'nowhere'."),
    ],
)
def test_what_cannot_be_added_is_refused(small: Small, parent_id: str | None, new: list[NewNode], sentence: str):
    told, hint = refused(small, lambda cursor: add_nodes(cursor, parent_id, new))
    assert sentence in told
    assert hint


def test_spaces_from_another_program_become_plain_ones_in_a_name(small: Small):
    apply_edit(small.database, add_nodes(small.cursor, SCIENCES, [NewNode("Earth\N{NO-BREAK SPACE}sciences")]))
    assert child(small.cursor, SCIENCES, "Earth sciences").status == "kept"


def test_a_description_may_have_lines(small: Small):
    apply_edit(small.database, add_nodes(small.cursor, SCIENCES, [NewNode("Geology", "One.\r\n\tTwo.")]))
    assert child(small.cursor, SCIENCES, "Geology").description == "One.\r\n\tTwo."


# Changing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "kind", "label"),
    [
        ({"name": "Natural philosophy"}, "rename", "Renamed Physics to Natural philosophy"),
        ({"description": "Matter."}, "describe", "Described Physics"),
        ({"target": 40}, "target", "Set the target of Physics to 40"),
        ({"name": "Natural philosophy", "target": 40}, "change", "Changed Physics"),
    ],
)
def test_a_change_is_called_what_it_is(small: Small, values: dict[str, object], kind: str, label: str):
    planned = change_nodes(small.cursor, {PHYSICS: values})
    assert (planned.kind, planned.label) == (kind, label)
    apply_edit(small.database, planned)
    physics = node(small.cursor, PHYSICS)
    assert {column: getattr(physics, column) for column in values} == values


def test_a_target_is_taken_away(small: Small):
    apply_edit(small.database, change_nodes(small.cursor, {PHYSICS: {"target": 40}}))
    planned = change_nodes(small.cursor, {PHYSICS: {"target": None}})
    assert planned.label == "Set the target of Physics to none"
    apply_edit(small.database, planned)
    assert node(small.cursor, PHYSICS).target is None


def test_several_targets_are_one_change_without_those_that_are_so_already(small: Small):
    apply_edit(small.database, change_nodes(small.cursor, {NATURAL: {"target": 9}}))
    wanted = {PHYSICS: {"target": 1}, CHEMISTRY: {"target": 2}, NATURAL: {"target": 9}}
    planned = change_nodes(small.cursor, wanted)
    assert (planned.kind, planned.label, planned.touched_ids) == ("target", "Changed 2 nodes", (PHYSICS, CHEMISTRY))


def test_two_nodes_can_swap_their_names(small: Small):
    swap = {PHYSICS: {"name": "Chemistry"}, CHEMISTRY: {"name": "Physics"}}
    apply_edit(small.database, change_nodes(small.cursor, swap))
    assert (node(small.cursor, PHYSICS).name, node(small.cursor, CHEMISTRY).name) == ("Chemistry", "Physics")


def test_the_letter_case_of_a_name_can_change(small: Small):
    apply_edit(small.database, change_nodes(small.cursor, {PHYSICS: {"name": "PHYSICS"}}))
    assert node(small.cursor, PHYSICS).name == "PHYSICS"


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({PHYSICS: {"name": " Physics "}}, "Nothing would change."),
        ({}, "Nothing would change."),
        ({PHYSICS: {"name": ""}}, "A name is empty."),
        ({PHYSICS: {"target": -5}}, "The target -5 is negative."),
        ({"nowhere": {"name": "X"}}, "There is no node 'nowhere'."),
        ({PHYSICS: {"name": "chemistry"}}, "chemistry would have the same name as something beside it."),
    ],
)
def test_what_cannot_be_changed_is_refused(small: Small, wanted: dict[str, dict[str, object]], sentence: str):
    told, hint = refused(small, lambda cursor: change_nodes(cursor, wanted))
    assert sentence in told
    assert hint


# Moving -------------------------------------------------------------------------------------------------------------


def test_a_discipline_is_moved_with_all_below_it(made: Small):
    planned = move_nodes(made.cursor, [PHYSICS], parent_id=LAND_USE)
    assert (planned.kind, planned.label) == ("move", "Moved Physics to Land use")
    apply_edit(made.database, planned)
    assert "Agriculture/Land use/Physics/Optics" in names(made.cursor)
    assert node(made.cursor, PHYSICS).position == 2
    assert kept_tree(made.cursor).instruction_ids == ["a", "b"]


def test_several_are_moved_in_their_order_but_for_those_that_stand_there(small: Small):
    planned = move_nodes(small.cursor, [CHEMISTRY, FARMING, PHYSICS], parent_id=LAND_USE)
    assert planned.label == "Moved Chemistry and Physics to Land use"
    apply_edit(small.database, planned)
    below = [each.name for each in list_children(small.cursor, LAND_USE)]
    assert below == ["Agriculture", "Chemistry", "Physics"]


@pytest.mark.parametrize(
    ("moved", "parent_id", "sentence"),
    [
        ([PHYSICS], SCIENCES, "That stands below Physical sciences already."),
        ([PHYSICS], AGRICULTURE, "Physics is a discipline and cannot stand below the field Agriculture."),
        ([SCIENCES], LAND_USE, "Physical sciences is a sub-field and cannot stand below the sub-field Land use."),
        ([NATURAL], AGRICULTURE, "Natural Science is a field and cannot stand below the field Agriculture."),
        ([NATURAL], SCIENCES, "Natural Science is a field and cannot stand below the sub-field Physical sciences."),
        ([PHYSICS], FARMING, "Agriculture is a discipline: subjects stand below it."),
        ([], LAND_USE, "That stands below Land use already."),
        (["nowhere"], LAND_USE, "There is no node 'nowhere'."),
        ([PHYSICS], "nowhere", "There is no node 'nowhere'."),
    ],
)
def test_what_cannot_be_moved_is_refused(small: Small, moved: list[str], parent_id: str, sentence: str):
    told, hint = refused(small, lambda cursor: move_nodes(cursor, moved, parent_id=parent_id))
    assert sentence in told
    assert hint


def test_a_name_that_is_there_keeps_a_node_out(small: Small):
    apply_edit(small.database, change_nodes(small.cursor, {PHYSICS: {"name": "agriculture"}}))
    told, hint = refused(small, lambda cursor: move_nodes(cursor, [PHYSICS], parent_id=LAND_USE))
    assert (told, hint) == ("Land use has Agriculture already.", "Merge the two, or rename one.")


def test_two_of_one_name_cannot_be_moved_together(small: Small):
    apply_edit(small.database, add_nodes(small.cursor, AGRICULTURE, [NewNode("Forestry")]))
    forestry = child(small.cursor, AGRICULTURE, "Forestry").taxonomy_node_id
    apply_edit(small.database, change_nodes(small.cursor, {FARMING: {"name": "Physics"}}))
    told, _ = refused(small, lambda cursor: move_nodes(cursor, [FARMING, PHYSICS], parent_id=forestry))
    assert told == "Forestry has Physics already."


# Removing and restoring ---------------------------------------------------------------------------------------------


def test_a_removed_field_takes_everything_below_it_along_and_brings_it_back(made: Small):
    before = kept_tree(made.cursor)
    planned = set_status(made.cursor, [NATURAL], "removed")
    assert (planned.kind, planned.label) == ("remove", "Removed Natural Science")
    apply_edit(made.database, planned)
    assert names(made.cursor) == ["Agriculture", "Agriculture/Land use", "Agriculture/Land use/Agriculture"]
    assert kept_tree(made.cursor).instruction_ids == []
    planned = set_status(made.cursor, [NATURAL], "kept")
    assert (planned.kind, planned.label) == ("restore", "Restored Natural Science")
    apply_edit(made.database, planned)
    assert kept_tree(made.cursor) == before


@pytest.mark.parametrize(
    ("status", "kind", "label"), [("kept", "accept", "Accepted Geology"), ("removed", "reject", "Rejected Geology")]
)
def test_a_proposed_node_is_accepted_or_rejected(small: Small, status: str, kind: str, label: str):
    insert_taxonomy_nodes(
        small.cursor, [TaxonomyNode("geology", SCIENCES, "discipline", "Geology", status="pending", origin="model")]
    )
    planned = set_status(small.cursor, ["geology"], status)
    assert (planned.kind, planned.label) == (kind, label)
    apply_edit(small.database, planned)
    assert node(small.cursor, "geology").status == status


def test_a_proposed_and_a_kept_node_are_removed_by_one_edit(small: Small):
    insert_taxonomy_nodes(small.cursor, [TaxonomyNode("g", SCIENCES, "discipline", "Geology", status="pending")])
    planned = set_status(small.cursor, ["g", PHYSICS, PHYSICS], "removed")
    assert (planned.kind, planned.label, len(planned.changes)) == ("remove", "Removed Geology and Physics", 2)


def test_a_node_below_a_removed_one_cannot_come_back_alone(small: Small):
    apply_edit(small.database, set_status(small.cursor, [SCIENCES, PHYSICS], "removed"))
    with pytest.raises(EditConflictError, match="Physics would stand below something that was removed"):
        apply_edit(small.database, set_status(small.cursor, [PHYSICS], "kept"))


def test_a_node_whose_name_was_taken_in_the_meantime_cannot_come_back(small: Small):
    apply_edit(small.database, set_status(small.cursor, [PHYSICS], "removed"))
    apply_edit(small.database, change_nodes(small.cursor, {CHEMISTRY: {"name": "physics"}}))
    told, _ = refused(small, lambda cursor: set_status(cursor, [PHYSICS], "kept"))
    assert told == "Physics would have the same name as something beside it. Nothing was changed."


@pytest.mark.parametrize(
    ("node_ids", "status", "sentence"),
    [
        ([PHYSICS], "kept", "These nodes have that status already."),
        ([], "removed", "These nodes have that status already."),
        (["nowhere"], "removed", "There is no node 'nowhere'."),
    ],
)
def test_what_cannot_be_removed_is_refused(small: Small, node_ids: list[str], status: str, sentence: str):
    told, _ = refused(small, lambda cursor: set_status(cursor, node_ids, status))
    assert told == sentence


def test_a_change_is_refused_where_what_was_seen_is_another_by_now(small: Small):
    physics = small.nodes.physics
    seen = {physics.taxonomy_node_id: {"description": physics.description}}
    apply_edit(small.database, change_nodes(small.cursor, {physics.taxonomy_node_id: {"description": "Theirs."}}))
    mine = change_nodes(small.cursor, {physics.taxonomy_node_id: {"description": "Mine."}}, seen=seen)
    with pytest.raises(EditConflictError):
        apply_edit(small.database, mine)
    assert find_taxonomy_node(small.cursor, physics.taxonomy_node_id).description == "Theirs."


def test_what_was_removed_is_neither_renamed_nor_moved(small: Small):
    apply_edit(small.database, set_status(small.cursor, [PHYSICS], "removed"))
    for plan in (
        lambda: change_nodes(small.cursor, {PHYSICS: {"name": "Other"}}),
        lambda: move_nodes(small.cursor, [PHYSICS], parent_id=LAND_USE),
    ):
        with pytest.raises(EditError, match="Physics was removed"):
            plan()


def test_what_is_removed_between_plan_and_press_is_not_renamed(small: Small):
    planned = change_nodes(small.cursor, {PHYSICS: {"name": "Other"}})
    apply_edit(small.database, set_status(small.cursor, [PHYSICS], "removed"))
    with pytest.raises(EditConflictError):
        apply_edit(small.database, planned)


def test_joiners_belong_to_a_name(small: Small):
    name = "زبان\N{ZERO WIDTH NON-JOINER}شناسی"
    assert add_nodes(small.cursor, SCIENCES, [NewNode(name)]).changes[0].after["name"] == name
