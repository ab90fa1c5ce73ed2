"""A tree that is not one any more is told by its first fault, and what lies below a change is counted."""

import pytest

from glan_core.entities import Subject, TaxonomyNode
from glan_core.store.subjects import insert_subjects
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes
from glan_core.store.tree_rules import Affected, TreeFault, count_affected, find_tree_fault
from tests.conftest import Small
from tests.small_curriculum import small_curriculum

NODES = small_curriculum()
NATURAL, SCIENCES = NODES.natural_science.taxonomy_node_id, NODES.physical_sciences.taxonomy_node_id
PHYSICS, OPTICS = NODES.physics.taxonomy_node_id, NODES.optics.subject_id


def node_fault(small: Small, parent_id: str | None, level: str, name: str = "New", status: str = "kept") -> str | None:
    """Give what is wrong with one more node."""
    insert_taxonomy_nodes(small.cursor, [TaxonomyNode("new", parent_id, level, name, status=status)])
    fault = find_tree_fault(small.cursor, node_ids=["new"], subject_ids=[])
    assert fault is None or fault.name == name
    return fault and fault.kind


# Faults -------------------------------------------------------------------------------------------------------------


def test_the_small_curriculum_has_no_fault(small: Small):
    node_ids = [node.taxonomy_node_id for node in NODES.curriculum.taxonomy_nodes]
    assert find_tree_fault(small.cursor, node_ids=node_ids, subject_ids=[OPTICS]) is None


@pytest.mark.parametrize(
    ("parent_id", "level", "kind"),
    [
        (None, "field", None),
        (NATURAL, "sub_field", None),
        (SCIENCES, "discipline", None),
        (None, "discipline", "no_parent"),
        ("nowhere", "discipline", "no_parent"),
        (NATURAL, "field", "no_parent"),
        (NATURAL, "discipline", "wrong_parent"),
        (SCIENCES, "sub_field", "wrong_parent"),
        (PHYSICS, "discipline", "wrong_parent"),
    ],
)
def test_a_node_stands_below_one_of_the_level_above(small: Small, parent_id: str | None, level: str, kind: str | None):
    assert node_fault(small, parent_id, level) == kind


@pytest.mark.parametrize("removed", [NATURAL, SCIENCES])
def test_nothing_kept_stands_below_what_was_removed(small: Small, removed: str):
    small.cursor.execute("update taxonomy_node set status = 'removed' where taxonomy_node_id = ?", [removed])
    assert node_fault(small, SCIENCES, "discipline") == "removed_parent"


def test_a_removed_node_is_not_looked_at(small: Small):
    assert node_fault(small, NATURAL, "discipline", status="removed") is None


@pytest.mark.parametrize(
    ("parent_id", "level", "name"), [(SCIENCES, "discipline", "PHYSICS"), (None, "field", "agriculture")]
)
def test_no_two_beside_each_other_have_one_name(small: Small, parent_id: str | None, level: str, name: str):
    assert node_fault(small, parent_id, level, name) == "same_name"


def test_a_proposed_node_may_have_the_name_of_a_kept_one(small: Small):
    assert node_fault(small, SCIENCES, "discipline", "Physics", status="pending") is None


def test_a_kept_node_may_have_the_name_of_a_removed_one(small: Small):
    small.cursor.execute("update taxonomy_node set status = 'removed' where taxonomy_node_id = ?", [PHYSICS])
    assert node_fault(small, SCIENCES, "discipline", "Physics") is None


@pytest.mark.parametrize(
    ("discipline_id", "name", "kind"),
    [
        (PHYSICS, "Waves", None),
        (PHYSICS, "OPTICS", "same_name"),
        (SCIENCES, "Waves", "wrong_parent"),
        ("nowhere", "Waves", "no_parent"),
    ],
)
def test_a_subject_stands_below_a_discipline(small: Small, discipline_id: str, name: str, kind: str | None):
    insert_subjects(small.cursor, [Subject("new", discipline_id, name, "advanced")])
    fault = find_tree_fault(small.cursor, node_ids=[], subject_ids=["new"])
    assert fault == (TreeFault(name, kind) if kind else None)


# Counts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("node_ids", "counts"),
    [
        ((), (0, 0, 0, 0, 0)),
        (("nowhere",), (0, 0, 0, 0, 0)),
        ((NATURAL,), (1, 2, 2, 1, 2)),
        ((SCIENCES,), (1, 2, 2, 1, 2)),
        ((PHYSICS,), (0, 1, 2, 1, 2)),
        ((OPTICS,), (0, 0, 1, 1, 2)),
        ((NATURAL, PHYSICS, OPTICS), (1, 2, 2, 1, 2)),
        ((NODES.mechanics.subject_id,), (0, 0, 1, 0, 0)),
        ((NODES.syllabus.syllabus_id,), (0, 0, 0, 0, 0)),
    ],
)
def test_what_lies_at_or_below_is_counted_once(made: Small, node_ids: tuple[str, ...], counts: tuple[int, ...]):
    assert count_affected(made.cursor, node_ids) == Affected(*counts)


def test_what_was_removed_further_down_does_not_count_but_itself_it_does(made: Small):
    made.cursor.execute("update taxonomy_node set status = 'removed' where taxonomy_node_id = ?", [PHYSICS])
    assert count_affected(made.cursor, [NATURAL]) == Affected(1, 1, 0, 0, 0)
    assert count_affected(made.cursor, [PHYSICS]) == Affected(0, 1, 2, 1, 2)
    made.cursor.execute("update subject set status = 'removed' where subject_id = ?", [OPTICS])
    assert count_affected(made.cursor, [PHYSICS]) == Affected(0, 1, 1, 0, 0)
    assert count_affected(made.cursor, [OPTICS]) == Affected(0, 0, 1, 1, 2)


def test_pairs_of_a_removed_run_do_not_count(made: Small):
    made.cursor.execute("update run set is_removed = true")
    assert count_affected(made.cursor, [OPTICS]) == Affected(0, 0, 1, 1, 0)
