"""The tree keeps every node, and shows those that are kept together with all above them."""

import dataclasses

from glan_core import ids
from glan_core.entities import TaxonomyNode
from glan_core.store.database import Cursor
from glan_core.store.taxonomy_nodes import (
    find_taxonomy_node,
    insert_taxonomy_nodes,
    list_child_names,
    list_disciplines_below,
    list_disciplines_below_each,
    list_path,
    list_taxonomy_nodes,
)
from tests.conftest import Small


def _remove(cursor: Cursor, node: TaxonomyNode) -> None:
    cursor.execute("update taxonomy_node set status = 'removed' where taxonomy_node_id = ?", [node.taxonomy_node_id])


def _names(nodes: tuple[TaxonomyNode, ...]) -> list[str]:
    return [node.name for node in nodes]


def test_nodes_are_listed_by_name(small: Small):
    assert _names(list_taxonomy_nodes(small.cursor)) == [
        "Agriculture",
        "Agriculture",
        "Chemistry",
        "Land use",
        "Natural Science",
        "Physical sciences",
        "Physics",
    ]


def test_removing_a_field_hides_its_sub_fields_and_disciplines(small: Small):
    _remove(small.cursor, small.nodes.natural_science)
    assert _names(list_taxonomy_nodes(small.cursor)) == ["Agriculture", "Agriculture", "Land use"]


def test_removing_a_sub_field_leaves_its_field(small: Small):
    _remove(small.cursor, small.nodes.physical_sciences)
    assert "Natural Science" in _names(list_taxonomy_nodes(small.cursor))
    assert list_disciplines_below(small.cursor, small.nodes.natural_science.taxonomy_node_id) == ()


def test_removing_a_discipline_leaves_its_siblings(small: Small):
    _remove(small.cursor, small.nodes.physics)
    below = list_disciplines_below(small.cursor, small.nodes.natural_science.taxonomy_node_id)
    assert _names(below) == ["Chemistry"]


def test_the_disciplines_of_many_nodes_are_those_of_each(small: Small):
    nodes = [small.nodes.natural_science, small.nodes.physics, small.nodes.land_use]
    _remove(small.cursor, small.nodes.land_use)
    each = list_disciplines_below_each(small.cursor, [node.taxonomy_node_id for node in nodes])
    for node in nodes:
        below = list_disciplines_below(small.cursor, node.taxonomy_node_id)
        assert each[node.taxonomy_node_id] == tuple(discipline.taxonomy_node_id for discipline in below)
    assert len(each[small.nodes.natural_science.taxonomy_node_id]) == 2


def test_a_removed_node_comes_back_with_its_descendants_when_it_is_kept_again(small: Small):
    before = list_taxonomy_nodes(small.cursor)
    _remove(small.cursor, small.nodes.natural_science)
    small.cursor.execute("update taxonomy_node set status = 'kept'")
    assert list_taxonomy_nodes(small.cursor) == before


def test_a_pending_node_is_not_listed(small: Small):
    parent_id = small.nodes.physical_sciences.taxonomy_node_id
    pending = TaxonomyNode(
        ids.taxonomy_node_id(parent_id, "Geology"), parent_id, "discipline", "Geology", "", "pending"
    )
    insert_taxonomy_nodes(small.cursor, [pending])
    assert "Geology" not in _names(list_taxonomy_nodes(small.cursor))
    assert find_taxonomy_node(small.cursor, pending.taxonomy_node_id) == pending


def test_a_removed_node_can_still_be_found(small: Small):
    _remove(small.cursor, small.nodes.physics)
    found = find_taxonomy_node(small.cursor, small.nodes.physics.taxonomy_node_id)
    assert found == dataclasses.replace(small.nodes.physics, status="removed")


def test_a_node_comes_back_as_it_went_in(cursor: Cursor):
    node = TaxonomyNode("id", None, "field", "Crafts", "What hands make: «ü».", "kept", 1000, "user", 3)
    insert_taxonomy_nodes(cursor, [node])
    assert find_taxonomy_node(cursor, "id") == node


def test_an_unknown_node_is_none(small: Small):
    assert find_taxonomy_node(small.cursor, "nowhere") is None


def test_a_node_that_is_inserted_again_changes_nothing(small: Small):
    renamed = dataclasses.replace(small.nodes.physics, name="Natural philosophy", status="removed")
    insert_taxonomy_nodes(small.cursor, [renamed])
    assert find_taxonomy_node(small.cursor, small.nodes.physics.taxonomy_node_id) == small.nodes.physics


def test_a_path_leads_from_the_field_down(small: Small):
    assert _names(list_path(small.cursor, small.nodes.physics.taxonomy_node_id)) == [
        "Natural Science",
        "Physical sciences",
        "Physics",
    ]


def test_an_unknown_node_has_no_path(small: Small):
    assert list_path(small.cursor, "nowhere") == ()


def test_a_discipline_is_below_itself(small: Small):
    assert list_disciplines_below(small.cursor, small.nodes.physics.taxonomy_node_id) == (small.nodes.physics,)


def test_children_are_named_whatever_their_status(small: Small):
    _remove(small.cursor, small.nodes.physics)
    assert list_child_names(small.cursor, small.nodes.physical_sciences.taxonomy_node_id) == ("Chemistry", "Physics")


def test_fields_are_the_children_of_nobody(small: Small):
    assert list_child_names(small.cursor, None) == ("Agriculture", "Natural Science")
