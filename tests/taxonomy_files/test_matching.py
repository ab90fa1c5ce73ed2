"""A node of a file is known by its id, else by its place, else by what is left."""

import dataclasses

import pytest

from glan_core import ids
from glan_core.entities import TaxonomyNode
from glan_core.errors import TaxonomyFileError
from glan_core.taxonomy_files import FileNode, read_taxonomy_file
from glan_core.taxonomy_files.matching import match_nodes
from tests.taxonomy_files.taxonomies import nodes_of

TREE = """
Natural Science
  Physical sciences
    Physics
    Chemistry
  Earth sciences
    Geology
"""
NODES = nodes_of(TREE)
BY_NAME = {node.name: node for node in NODES}
PHYSICS = BY_NAME["Physics"]


def matched(outline: str, nodes: tuple[TaxonomyNode, ...] = NODES) -> dict[str, str | None]:
    """Give the name of the node that is meant, by the name in the file."""
    file_nodes = read_taxonomy_file(outline.strip("\n").encode(), format_="outline")
    return names(file_nodes, nodes)


def names(file_nodes: tuple[FileNode, ...], nodes: tuple[TaxonomyNode, ...] = NODES) -> dict[str, str | None]:
    """Give the name of the node that is meant, by the name in the file."""
    matches = match_nodes(nodes, file_nodes)
    return {
        file_node.name: match.node.name if match.node else None
        for file_node, match in zip(file_nodes, matches, strict=True)
    }


def with_status(status: str, *changed: str) -> tuple[TaxonomyNode, ...]:
    """Give the tree with another status for some nodes."""
    return tuple(dataclasses.replace(node, status=status) if node.name in changed else node for node in NODES)


def test_letter_case_does_not_make_another_node():
    assert matched("NATURAL SCIENCE\n  physical Sciences\n    physics") == {
        "NATURAL SCIENCE": "Natural Science",
        "physical Sciences": "Physical sciences",
        "physics": "Physics",
    }


def test_an_id_counts_more_than_a_name():
    text = f"- name: Natural Science\n  sub_fields:\n  - name: Earth sciences\n    id: {NODES[1].taxonomy_node_id}\n"
    found = names(read_taxonomy_file(text.encode(), format_="yaml"))
    assert found["Earth sciences"] == "Physical sciences"


def test_an_id_that_nobody_knows_leaves_the_name_to_decide():
    text = f"- name: natural science\n  id: {ids.stable_id('elsewhere')}\n"
    assert names(read_taxonomy_file(text.encode(), format_="yaml")) == {"natural science": "Natural Science"}


def test_the_id_of_a_node_of_another_level_is_refused():
    text = f"- name: A\n- name: Physics\n  id: {PHYSICS.taxonomy_node_id}\n"
    with pytest.raises(TaxonomyFileError, match="line 2: the field 'Physics' has the id of a discipline"):
        names(read_taxonomy_file(text.encode(), format_="yaml"))


def test_a_name_that_is_left_once_on_both_sides_was_moved():
    assert matched("Natural Science\n  Physical sciences\n    Chemistry\n  Earth sciences\n    Geology\n    Physics")[
        "Physics"
    ] == ("Physics")


def test_a_name_that_is_left_twice_is_new():
    nodes = (*NODES, *nodes_of("Services\n  Physics courses\n    Physics"))
    outline = "Natural Science\n  Earth sciences\n    Physics"
    assert matched(outline, nodes)["Physics"] is None


def test_a_single_similar_name_below_the_same_node_was_renamed():
    outline = "Natural Science\n  Physical sciences\n    Applied physics\n    Chemistry"
    assert matched(outline)["Applied physics"] == "Physics"


def test_a_single_name_that_is_not_similar_is_new():
    assert matched("Natural Science\n  Physical sciences\n    Astronomy\n    Chemistry")["Astronomy"] is None


def test_of_two_similar_names_none_was_renamed():
    outline = "Natural Science\n  Physical sciences\n    Physics I\n    Physics II\n    Chemistry"
    assert matched(outline)["Physics I"] is None


def test_what_stands_below_a_renamed_node_is_found_again():
    outline = "Natural Sciences\n  Physical science\n    Physics\n    Chemistry\n  Earth sciences\n    Geology"
    assert matched(outline) == {
        "Natural Sciences": "Natural Science",
        "Physical science": "Physical sciences",
        "Physics": "Physics",
        "Chemistry": "Chemistry",
        "Earth sciences": "Earth sciences",
        "Geology": "Geology",
    }


def test_a_pending_node_is_met_by_its_name():
    outline = "Natural Science\n  Physical sciences\n    Physics"
    assert matched(outline, with_status("pending", "Physics"))["Physics"] == "Physics"


def test_a_removed_node_is_met_at_its_place_and_nowhere_else():
    nodes = with_status("removed", "Physics")
    assert matched("Natural Science\n  Physical sciences\n    physics", nodes)["physics"] == "Physics"
    assert matched("Natural Science\n  Earth sciences\n    Physics", nodes)["Physics"] is None


def test_a_name_from_before_a_renaming_means_the_renamed_node():
    nodes = tuple(dataclasses.replace(node, name="Matter") if node is PHYSICS else node for node in NODES)
    assert matched("Natural Science\n  Physical sciences\n    Physics", nodes)["Physics"] == "Matter"


def test_a_new_node_never_gets_the_id_of_another():
    nodes = tuple(dataclasses.replace(node, name="Matter") if node is PHYSICS else node for node in NODES)
    outline = b"Natural Science\n  Physical sciences\n    Matter\n    Physics"
    new = match_nodes(nodes, read_taxonomy_file(outline, format_="outline"))[-1]
    assert new.node is None
    assert new.node_id not in {node.taxonomy_node_id for node in nodes}


def test_what_stands_below_a_new_node_gets_the_id_of_its_place():
    matches = match_nodes((), read_taxonomy_file(TREE.strip().encode(), format_="outline"))
    assert [match.node_id for match in matches] == [node.taxonomy_node_id for node in NODES]
    assert [match.parent_id for match in matches] == [node.parent_id for node in NODES]
