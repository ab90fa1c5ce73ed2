"""A path names a discipline, and what is not there on the way to it is to be added."""

import pytest

from glan_core.added_nodes import nodes_of_path
from glan_core.edits import apply_edit, change_nodes, set_status
from glan_core.errors import ScopeError
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes
from tests.conftest import Small


def added(small: Small, path: str) -> list[tuple[str, str]]:
    """Give level and name of what a path adds."""
    return [(node.level, node.name) for node in nodes_of_path(small.cursor, path).nodes]


def test_field_and_discipline_get_a_sub_field_of_the_disciplines_name(small: Small):
    assert added(small, "Industry/Beekeeping") == [
        ("field", "Industry"),
        ("sub_field", "Beekeeping"),
        ("discipline", "Beekeeping"),
    ]


def test_only_what_is_missing_is_added_below_what_is_there(small: Small):
    assert added(small, "Agriculture/Land use/Beekeeping") == [("discipline", "Beekeeping")]
    assert added(small, "Agriculture/Animal husbandry/Beekeeping") == [
        ("sub_field", "Animal husbandry"),
        ("discipline", "Beekeeping"),
    ]


def test_added_nodes_hang_together_and_name_the_user(small: Small):
    found = nodes_of_path(small.cursor, "Agriculture > Beekeeping")
    sub_field, discipline = found.nodes
    assert sub_field.parent_id == small.nodes.agriculture.taxonomy_node_id
    assert discipline.parent_id == sub_field.taxonomy_node_id
    assert found.node_id == discipline.taxonomy_node_id
    assert {node.origin for node in found.nodes} == {"user"}


@pytest.mark.parametrize(
    "path",
    ["Physics", "physics", "Physical sciences/Physics", "Natural Science/Physics", "natural science > physics"],
)
def test_what_is_there_is_used(small: Small, path: str):
    assert nodes_of_path(small.cursor, path) == (small.nodes.physics.taxonomy_node_id, ())


def test_a_path_leads_to_the_same_node_once_it_was_added(small: Small):
    first = nodes_of_path(small.cursor, "Industry/Beekeeping")
    insert_taxonomy_nodes(small.cursor, first.nodes)
    for path in ("Industry/Beekeeping", "industry/beekeeping", "Beekeeping", "Industry/Beekeeping/Beekeeping"):
        assert nodes_of_path(small.cursor, path) == (first.node_id, ())


def test_a_higher_node_is_itself(small: Small):
    assert nodes_of_path(small.cursor, "Natural Science").node_id == small.nodes.natural_science.taxonomy_node_id


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("Natural Science/Phisics", "Natural Science/Physical sciences/Physics"),
        ("Natural Science/Physical sciences/Chemisty", "Natural Science/Physical sciences/Chemistry"),
        ("Natural Science/Physical science/Optics", "Natural Science/Physical sciences"),
        ("Agricultur/Beekeeping", "Agriculture"),
    ],
)
def test_a_slip_is_not_taken_for_a_new_name(small: Small, path: str, there: str):
    with pytest.raises(ScopeError, match="but there is") as raised:
        nodes_of_path(small.cursor, path)
    assert raised.value.message.endswith(f"but there is {there}.")


def test_a_name_is_taken_as_it_was_given_if_told_so(small: Small):
    found = nodes_of_path(small.cursor, "Natural Science/Physical sciences/Chemisty", is_as_given=True)
    assert [node.name for node in found.nodes] == ["Chemisty"]


def test_a_name_that_is_only_somewhat_alike_is_new(small: Small):
    assert added(small, "Natural Science/Physical sciences/Geochemistry")[-1] == ("discipline", "Geochemistry")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("Beekeeping", "There is no node 'Beekeeping'"),
        ("", "has an empty part"),
        ("Industry/", "has an empty part"),
        ("Industry//Beekeeping", "has an empty part"),
        ("Industry/Crafts/Bees/Queens", "is too deep"),
        ("Natural Science/Physical sciences/Physics/Optics", "is too deep"),
    ],
)
def test_what_names_no_discipline_is_refused(small: Small, path: str, sentence: str):
    with pytest.raises(ScopeError) as raised:
        nodes_of_path(small.cursor, path)
    assert sentence in raised.value.message
    assert raised.value.hint


def test_a_name_that_fits_two_places_is_refused(small: Small):
    insert_taxonomy_nodes(small.cursor, nodes_of_path(small.cursor, "Agriculture/Land use/Optometry").nodes)
    insert_taxonomy_nodes(
        small.cursor, nodes_of_path(small.cursor, "Natural Science/Physical sciences/Optometry").nodes
    )
    with pytest.raises(ScopeError, match="fits 2 nodes"):
        nodes_of_path(small.cursor, "Optometry")


def test_the_first_name_of_a_renamed_node_gives_a_new_node(small: Small):
    land_use = small.nodes.land_use.taxonomy_node_id
    apply_edit(small.database, change_nodes(small.cursor, {land_use: {"name": "Soil and land"}}))
    (sub_field, _) = nodes_of_path(small.cursor, "Agriculture/Land use/Beekeeping").nodes
    assert (sub_field.name, sub_field.taxonomy_node_id != land_use) == ("Land use", True)


def test_a_removed_node_is_not_grown_in_silence(small: Small):
    apply_edit(small.database, set_status(small.cursor, [small.nodes.physics.taxonomy_node_id], "removed"))
    with pytest.raises(ScopeError, match="'Physics' was removed here") as raised:
        nodes_of_path(small.cursor, "Natural Science/Physical sciences/Physics")
    assert "taxonomy restore" in raised.value.hint
