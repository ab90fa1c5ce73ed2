"""Two nodes become one with all that is below them, and one becomes several; no pair loses its lineage."""

import pytest

from glan_core.edits import (
    NewNode,
    Part,
    add_nodes,
    apply_edit,
    change_nodes,
    merge_nodes,
    move_nodes,
    set_status,
    set_subject_status,
    split_node,
    undo,
)
from glan_core.entities import Subject, TaxonomyNode
from glan_core.errors import EditConflictError, EditError
from glan_core.store.ingest import ingest
from glan_core.store.pairs import lineage
from glan_core.store.subjects import list_subjects
from glan_core.store.syllabi import list_current_syllabi, list_syllabi_of
from glan_core.store.taxonomy_nodes import find_taxonomy_node, insert_taxonomy_nodes, list_children
from tests.conftest import Small
from tests.edits.kept_tree import kept_tree, names
from tests.edits.second_optics import SECOND_OPTICS, SECOND_SYLLABUS
from tests.small_curriculum import small_curriculum

NODES = small_curriculum()
PHYSICS, CHEMISTRY = NODES.physics.taxonomy_node_id, NODES.chemistry.taxonomy_node_id
SCIENCES, LAND_USE = NODES.physical_sciences.taxonomy_node_id, NODES.land_use.taxonomy_node_id
NATURAL, AGRICULTURE = NODES.natural_science.taxonomy_node_id, NODES.agriculture.taxonomy_node_id
FARMING = NODES.agriculture_discipline.taxonomy_node_id
OPTICS, MECHANICS = NODES.optics.subject_id, NODES.mechanics.subject_id


def path(small: Small, instruction_id: str) -> tuple[str, ...]:
    found = lineage(small.cursor, instruction_id)
    assert found is not None
    return found.path


def target(small: Small, node_id: str) -> int | None:
    node = find_taxonomy_node(small.cursor, node_id)
    assert node is not None
    return node.target


# Merging ------------------------------------------------------------------------------------------------------------


def test_a_discipline_gives_its_subjects_to_another_and_goes(made: Small):
    planned = merge_nodes(made.cursor, PHYSICS, into_id=FARMING)
    assert (planned.kind, planned.label) == ("merge", "Merged Physics into Agriculture")
    apply_edit(made.database, planned)
    assert [each.name for each in list_subjects(made.cursor, [FARMING])] == ["Mechanics", "Optics"]
    assert "Natural Science/Physical sciences/Physics" not in names(made.cursor)
    assert path(made, "a") == ("Agriculture", "Land use", "Agriculture", "Optics")


def test_subjects_of_one_name_become_one_with_both_syllabi(two_optics: Small):
    apply_edit(two_optics.database, merge_nodes(two_optics.cursor, CHEMISTRY, into_id=PHYSICS))
    assert [each.name for each in list_subjects(two_optics.cursor, [PHYSICS])] == ["Mechanics", "Optics"]
    versions = [(each.version, each.syllabus_id) for each in list_syllabi_of(two_optics.cursor, OPTICS)]
    assert versions == [(1, SECOND_SYLLABUS.syllabus_id), (2, NODES.syllabus.syllabus_id)]


@pytest.mark.parametrize(
    ("merged", "into", "kept", "current"),
    [
        (CHEMISTRY, PHYSICS, OPTICS, NODES.syllabus.syllabus_id),
        (PHYSICS, CHEMISTRY, SECOND_OPTICS.subject_id, SECOND_SYLLABUS.syllabus_id),
    ],
    ids=["into Physics", "into Chemistry"],
)
def test_the_current_syllabus_stays_that_of_the_target(
    two_optics: Small, merged: str, into: str, kept: str, current: str
):
    apply_edit(two_optics.database, merge_nodes(two_optics.cursor, merged, into_id=into))
    assert list_current_syllabi(two_optics.cursor, [kept])[kept].syllabus_id == current


def test_pairs_keep_their_lineage_below_the_new_place(two_optics: Small):
    before = lineage(two_optics.cursor, "c")
    apply_edit(two_optics.database, merge_nodes(two_optics.cursor, CHEMISTRY, into_id=PHYSICS))
    after = lineage(two_optics.cursor, "c")
    assert before is not None
    assert after == before._replace(path=("Natural Science", "Physical sciences", "Physics", "Optics"))
    assert after.key_concepts == ("absorption",)
    assert kept_tree(two_optics.cursor).instruction_ids == ["a", "b", "c"]


def test_a_subject_without_a_syllabus_gets_that_of_the_other(two_optics: Small):
    apply_edit(two_optics.database, set_subject_status(two_optics.cursor, [OPTICS], "removed"))
    bare = Subject("bare", PHYSICS, "optics", "advanced")
    ingest(two_optics.cursor, [bare])
    apply_edit(two_optics.database, merge_nodes(two_optics.cursor, CHEMISTRY, into_id=PHYSICS))
    assert [each.version for each in list_syllabi_of(two_optics.cursor, "bare")] == [1]
    assert path(two_optics, "c")[-1] == "optics"


def test_a_merge_is_undone_to_the_last_version(two_optics: Small):
    before = kept_tree(two_optics.cursor)
    apply_edit(two_optics.database, merge_nodes(two_optics.cursor, CHEMISTRY, into_id=PHYSICS))
    undo(two_optics.database)
    assert kept_tree(two_optics.cursor) == before


def test_syllabi_do_not_go_to_a_subject_that_was_removed_in_the_meantime(two_optics: Small):
    planned = merge_nodes(two_optics.cursor, CHEMISTRY, into_id=PHYSICS)
    apply_edit(two_optics.database, set_subject_status(two_optics.cursor, [OPTICS], "removed"))
    with pytest.raises(EditConflictError, match="changed in the meantime: Removed the subject Optics"):
        apply_edit(two_optics.database, planned)
    assert path(two_optics, "c")[2] == "Chemistry"


def test_sub_fields_of_one_name_become_one_and_so_do_their_disciplines(two_optics: Small):
    """Physical sciences/Chemistry/OPTICS below another field too."""
    apply_edit(two_optics.database, add_nodes(two_optics.cursor, AGRICULTURE, [NewNode("Physical Sciences")]))
    same = next(each for each in list_children(two_optics.cursor, AGRICULTURE) if each.name == "Physical Sciences")
    apply_edit(two_optics.database, move_nodes(two_optics.cursor, [CHEMISTRY], parent_id=same.taxonomy_node_id))
    apply_edit(two_optics.database, change_nodes(two_optics.cursor, {CHEMISTRY: {"name": "PHYSICS"}}))
    apply_edit(two_optics.database, merge_nodes(two_optics.cursor, AGRICULTURE, into_id=NATURAL))
    assert names(two_optics.cursor) == [
        "Natural Science",
        "Natural Science/Land use",
        "Natural Science/Land use/Agriculture",
        "Natural Science/Physical sciences",
        "Natural Science/Physical sciences/Physics",
        "Natural Science/Physical sciences/Physics/Mechanics",
        "Natural Science/Physical sciences/Physics/Optics",
    ]
    assert path(two_optics, "c") == path(two_optics, "a")


def test_targets_are_added_up(small: Small):
    apply_edit(small.database, change_nodes(small.cursor, {PHYSICS: {"target": 30}, CHEMISTRY: {"target": 12}}))
    apply_edit(small.database, merge_nodes(small.cursor, CHEMISTRY, into_id=PHYSICS))
    assert target(small, PHYSICS) == 42


def test_a_target_goes_to_a_node_without_one_and_none_takes_nothing_away(small: Small):
    apply_edit(small.database, change_nodes(small.cursor, {CHEMISTRY: {"target": 12}}))
    apply_edit(small.database, merge_nodes(small.cursor, CHEMISTRY, into_id=PHYSICS))
    apply_edit(small.database, merge_nodes(small.cursor, FARMING, into_id=PHYSICS))
    assert target(small, PHYSICS) == 12


def test_what_is_wanted_below_a_node_counts_with_its_own_target(small: Small):
    """Land use wants what Agriculture below it wants; 100 from Physical sciences do not make that less."""
    targets = {SCIENCES: {"target": 100}, FARMING: {"target": 300}}
    apply_edit(small.database, change_nodes(small.cursor, targets))
    apply_edit(small.database, merge_nodes(small.cursor, SCIENCES, into_id=LAND_USE))
    assert target(small, LAND_USE) == 400


def test_two_nodes_that_only_add_up_their_children_go_on_doing_so(small: Small):
    apply_edit(small.database, change_nodes(small.cursor, {PHYSICS: {"target": 100}, FARMING: {"target": 300}}))
    apply_edit(small.database, merge_nodes(small.cursor, SCIENCES, into_id=LAND_USE))
    assert target(small, LAND_USE) is None
    assert target(small, PHYSICS) == 100


def test_a_removed_node_of_the_same_name_is_not_merged_with(made: Small):
    """Below Land use stand a kept Physics and one that was removed."""
    apply_edit(made.database, add_nodes(made.cursor, LAND_USE, [NewNode("Physics")]))
    first = next(each.taxonomy_node_id for each in list_children(made.cursor, LAND_USE) if each.name == "Physics")
    apply_edit(made.database, set_status(made.cursor, [first], "removed"))
    apply_edit(made.database, change_nodes(made.cursor, {FARMING: {"name": "Physics"}}))
    apply_edit(made.database, merge_nodes(made.cursor, SCIENCES, into_id=LAND_USE))
    assert path(made, "a") == ("Agriculture", "Land use", "Physics", "Optics")
    assert [each.subject_id for each in list_subjects(made.cursor, [FARMING])] == [MECHANICS, OPTICS]


def test_what_is_proposed_or_removed_below_a_merged_node_stays_with_it(small: Small):
    proposed = [
        TaxonomyNode("p1", SCIENCES, "discipline", "agriculture", status="pending"),
        TaxonomyNode("p2", SCIENCES, "discipline", "Geology", status="pending"),
        TaxonomyNode("r", SCIENCES, "discipline", "Alchemy", status="removed"),
    ]
    insert_taxonomy_nodes(small.cursor, proposed)
    apply_edit(small.database, merge_nodes(small.cursor, SCIENCES, into_id=LAND_USE))
    parents = {each.taxonomy_node_id: each.parent_id for each in list_children(small.cursor, SCIENCES)}
    assert parents == {"p1": SCIENCES, "r": SCIENCES}
    assert "Geology" in [each.name for each in list_children(small.cursor, LAND_USE)]


@pytest.mark.parametrize(
    ("node_id", "into_id", "sentence"),
    [
        (PHYSICS, PHYSICS, "Physics cannot be merged with itself."),
        (PHYSICS, SCIENCES, "Physics is a discipline, and Physical sciences a sub-field."),
        (PHYSICS, "nowhere", "There is no node 'nowhere'."),
        ("nowhere", "nowhere", "There is no node 'nowhere'."),
        (CHEMISTRY, PHYSICS, "Chemistry was removed."),
        (PHYSICS, CHEMISTRY, "Chemistry was removed."),
    ],
)
def test_what_cannot_be_merged_is_refused(small: Small, node_id: str, into_id: str, sentence: str):
    apply_edit(small.database, set_status(small.cursor, [CHEMISTRY], "removed"))
    with pytest.raises(EditError) as told:
        merge_nodes(small.cursor, node_id, into_id=into_id)
    assert told.value.message == sentence
    assert told.value.hint


# Splitting ----------------------------------------------------------------------------------------------------------


def test_a_discipline_is_split_wholly_and_goes(made: Small):
    parts = [Part("Light", "Rays and waves.", (OPTICS,)), Part("Motion", "", (MECHANICS,))]
    planned = split_node(made.cursor, PHYSICS, parts)
    assert (planned.kind, planned.label) == ("split", "Split Physics into Light and Motion")
    apply_edit(made.database, planned)
    assert path(made, "a") == ("Natural Science", "Physical sciences", "Light", "Optics")
    assert "Natural Science/Physical sciences/Motion/Mechanics" in names(made.cursor)
    assert "Natural Science/Physical sciences/Physics" not in names(made.cursor)


def test_what_no_part_names_stays(made: Small):
    planned = split_node(made.cursor, PHYSICS, [Part("Light", "", (OPTICS,))])
    assert planned.label == "Split Physics into Light, and kept the rest"
    apply_edit(made.database, planned)
    assert "Natural Science/Physical sciences/Physics/Mechanics" in names(made.cursor)
    assert path(made, "a")[2] == "Light"


def test_a_proposal_keeps_no_node_that_has_nothing_else_left(made: Small):
    insert_taxonomy_nodes(made.cursor, [TaxonomyNode("p", SCIENCES, "discipline", "Geology", status="pending")])
    parts = [Part("A", "", (PHYSICS, CHEMISTRY))]
    apply_edit(made.database, split_node(made.cursor, SCIENCES, parts))
    assert "Natural Science/Physical sciences" not in names(made.cursor)
    assert path(made, "a")[:3] == ("Natural Science", "A", "Physics")


def test_a_field_is_split_into_fields(made: Small):
    apply_edit(made.database, split_node(made.cursor, NATURAL, [Part("Matter", "", (SCIENCES,))]))
    assert path(made, "a") == ("Matter", "Physical sciences", "Physics", "Optics")
    assert "Natural Science" not in names(made.cursor)


def test_the_target_of_a_node_that_goes_is_dealt_to_its_parts(small: Small):
    apply_edit(small.database, change_nodes(small.cursor, {NATURAL: {"target": 7}, PHYSICS: {"target": 501}}))
    parts = [Part("Light", "", (OPTICS,)), Part("Motion", "", (MECHANICS,))]
    apply_edit(small.database, split_node(small.cursor, PHYSICS, parts))
    children = {each.name: each.target for each in list_children(small.cursor, SCIENCES)}
    assert (children["Light"], children["Motion"]) == (250, 251)
    apply_edit(small.database, split_node(small.cursor, NATURAL, [Part("Matter", "", (SCIENCES,))]))
    assert [each.target for each in list_children(small.cursor, None) if each.name == "Matter"] == [7]


def test_a_node_that_keeps_something_keeps_its_target(small: Small):
    apply_edit(small.database, change_nodes(small.cursor, {PHYSICS: {"target": 501}}))
    apply_edit(small.database, split_node(small.cursor, PHYSICS, [Part("Light", "", (OPTICS,))]))
    children = {each.name: each.target for each in list_children(small.cursor, SCIENCES)}
    assert (children["Light"], children["Physics"]) == (None, 501)


def test_a_split_is_undone(made: Small):
    before = kept_tree(made.cursor)
    apply_edit(
        made.database, split_node(made.cursor, SCIENCES, [Part("A", "", (PHYSICS,)), Part("B", "", (CHEMISTRY,))])
    )
    undo(made.database)
    assert kept_tree(made.cursor) == before


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([], "There is no part."),
        ([Part("Light", "", ())], "The part 'Light' is empty."),
        ([Part("Light", "", (OPTICS,)), Part("Waves", "", (OPTICS,))], "Something stands in two parts."),
        ([Part("Light", "", ("nowhere",))], "Something in the parts does not stand below Physics."),
        ([Part("Light", "", (OPTICS,)), Part(" Light", "", (MECHANICS,))], "Two parts are called 'Light'."),
        ([Part("Chemistry", "", (OPTICS,))], "There is a discipline 'Chemistry' here already."),
        ([Part("Physics", "", (OPTICS,))], "There is a discipline 'Physics' here already."),
        ([Part("", "", (OPTICS,))], "A name is empty."),
    ],
)
def test_what_cannot_be_split_is_refused(small: Small, parts: list[Part], sentence: str):
    with pytest.raises(EditError) as told:
        split_node(small.cursor, PHYSICS, parts)
    assert told.value.message == sentence
    assert told.value.hint


def test_a_removed_node_is_not_split(small: Small):
    apply_edit(small.database, set_status(small.cursor, [PHYSICS], "removed"))
    with pytest.raises(EditError, match="Physics was removed"):
        split_node(small.cursor, PHYSICS, [Part("Light", "", (OPTICS,))])
