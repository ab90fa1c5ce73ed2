"""A person names a node by id, path or name, and gets that one or a reason why not."""

import pytest

from glan_core.errors import ScopeError
from glan_core.scope import list_scope_nodes, resolve_scope
from tests.conftest import Small


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Natural Science", "Natural Science"),
        ("natural science", "Natural Science"),
        ("Physics", "Natural Science/Physical sciences/Physics"),
        ("Optics", "Natural Science/Physical sciences/Physics/Optics"),
        ("physics/optics", "Natural Science/Physical sciences/Physics/Optics"),
        ("Natural Science/Physical sciences/Physics", "Natural Science/Physical sciences/Physics"),
        ("Natural Science > Physical sciences > Physics", "Natural Science/Physical sciences/Physics"),
        (" Physical sciences / Physics ", "Natural Science/Physical sciences/Physics"),
    ],
)
def test_a_node_is_meant_by_its_name_its_path_or_the_end_of_it(small: Small, text: str, label: str):
    assert resolve_scope(small.cursor, text).label == label


def test_a_node_is_meant_by_its_id(small: Small):
    node_id = small.nodes.optics.subject_id
    assert resolve_scope(small.cursor, node_id).node_id == node_id


def test_a_whole_path_wins_over_a_name(small: Small):
    assert resolve_scope(small.cursor, "Agriculture").level == "field"
    assert resolve_scope(small.cursor, "Land use/Agriculture").level == "discipline"


def test_a_name_that_fits_several_nodes_is_an_error_with_their_paths(small: Small):
    small.cursor.execute("update taxonomy_node set name = 'Physics' where name = 'Land use'")
    with pytest.raises(ScopeError, match="'Physics' fits 2 nodes") as raised:
        resolve_scope(small.cursor, "Physics")
    assert "Natural Science/Physical sciences/Physics" in raised.value.hint
    assert "Agriculture/Physics" in raised.value.hint


def test_a_misspelt_name_is_an_error_with_the_name_that_was_meant(small: Small):
    with pytest.raises(ScopeError, match="There is no node 'Phisics'") as raised:
        resolve_scope(small.cursor, "Phisics")
    assert "'Physics'" in raised.value.hint


@pytest.mark.parametrize("text", ["", "/", "Numerology", "Physics/Numerology", "' or true --"])
def test_a_name_of_nothing_is_an_error_with_a_hint(small: Small, text: str):
    with pytest.raises(ScopeError) as raised:
        resolve_scope(small.cursor, text)
    assert raised.value.hint


def test_a_removed_node_and_what_lies_below_it_cannot_be_meant(small: Small):
    small.cursor.execute("update taxonomy_node set status = 'removed' where name = 'Natural Science'")
    for text in ("Natural Science", "Physics", "Optics"):
        with pytest.raises(ScopeError):
            resolve_scope(small.cursor, text)


def test_every_kept_node_and_subject_is_listed_with_its_path(small: Small):
    labels = sorted(node.label for node in list_scope_nodes(small.cursor))
    assert labels == [
        "Agriculture",
        "Agriculture/Land use",
        "Agriculture/Land use/Agriculture",
        "Natural Science",
        "Natural Science/Physical sciences",
        "Natural Science/Physical sciences/Chemistry",
        "Natural Science/Physical sciences/Physics",
        "Natural Science/Physical sciences/Physics/Mechanics",
        "Natural Science/Physical sciences/Physics/Optics",
    ]
