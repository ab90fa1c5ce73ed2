"""What is not kept is found by its id, its path or the end of it, and by nothing that fits several."""

import pytest

from glan_core.edits import apply_edit, set_status, set_subject_status
from glan_core.edits.left_out import resolve_left_out
from glan_core.errors import ScopeError
from tests.conftest import Small
from tests.small_curriculum import small_curriculum

NODES = small_curriculum()
PHYSICS, OPTICS = NODES.physics.taxonomy_node_id, NODES.optics.subject_id


@pytest.mark.parametrize(
    "text", [PHYSICS, "physics", "Physical sciences/Physics", "Natural Science > Physical sciences > Physics"]
)
def test_a_removed_node_is_found_by_each_of_its_names(small: Small, text: str):
    apply_edit(small.database, set_status(small.cursor, [PHYSICS], "removed"))
    found = resolve_left_out(small.cursor, text)
    assert (found.node_id, found.level) == (PHYSICS, "discipline")
    assert found.label == "Natural Science/Physical sciences/Physics"


def test_a_removed_subject_is_found(small: Small):
    apply_edit(small.database, set_subject_status(small.cursor, [OPTICS], "removed"))
    assert resolve_left_out(small.cursor, "Physics/Optics").node_id == OPTICS


def test_a_whole_path_wins_over_a_name(small: Small):
    removed = [NODES.agriculture.taxonomy_node_id, NODES.agriculture_discipline.taxonomy_node_id]
    apply_edit(small.database, set_status(small.cursor, removed, "removed"))
    assert resolve_left_out(small.cursor, "Agriculture").level == "field"


def test_a_name_of_several_is_refused_with_their_paths_and_ids(two_optics: Small):
    subjects = [OPTICS, "Chemistry/OPTICS"]
    rows = two_optics.cursor.execute("select subject_id from subject where lower(name) = 'optics'").fetchall()
    apply_edit(two_optics.database, set_subject_status(two_optics.cursor, [row[0] for row in rows], "removed"))
    with pytest.raises(ScopeError) as told:
        resolve_left_out(two_optics.cursor, "optics")
    assert told.value.message == "'optics' fits 2 removed nodes."
    assert all(name in told.value.hint for name in subjects)


def test_what_is_hidden_by_a_removed_field_is_found_only_if_it_is_meant(small: Small):
    apply_edit(small.database, set_status(small.cursor, [NODES.natural_science.taxonomy_node_id], "removed"))
    assert resolve_left_out(small.cursor, "Physics", is_hidden_meant=True).node_id == PHYSICS
    with pytest.raises(ScopeError, match="There is no removed node 'Physics'"):
        resolve_left_out(small.cursor, "Physics")
