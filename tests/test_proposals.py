"""A proposal is accepted as a person wants it, as one edit, or rejected; and never over somebody else's head."""

import pytest

from glan_core.edits import apply_edit, set_status, undo
from glan_core.entities import TaxonomyNode
from glan_core.errors import EditConflictError, EditError
from glan_core.ids import taxonomy_node_id
from glan_core.proposals import Proposal, accept_proposals, list_proposals, reject_proposals
from glan_core.store.taxonomy_nodes import find_taxonomy_node, insert_taxonomy_nodes
from tests.conftest import Small


@pytest.fixture
def geology(small: Small) -> TaxonomyNode:
    """A discipline that a model proposed beside Physics."""
    parent_id = small.nodes.physical_sciences.taxonomy_node_id
    node = TaxonomyNode(
        taxonomy_node_id(parent_id, "Geology"), parent_id, "discipline", "Geology", "Rocks.", "pending", None, "model"
    )
    insert_taxonomy_nodes(small.cursor, [node])
    return node


def test_what_is_pending_is_listed(small: Small, geology: TaxonomyNode):
    assert list_proposals(small.cursor, geology.parent_id) == (geology,)
    assert list_proposals(small.cursor, None) == ()


def test_an_unchanged_proposal_is_kept(small: Small, geology: TaxonomyNode):
    planned = accept_proposals(small.cursor, [Proposal(geology.taxonomy_node_id, "Geology", "Rocks.")])
    assert (planned.kind, planned.label) == ("accept", "Accepted Geology")
    (change,) = planned.changes
    assert (change.before, change.after) == ({"status": "pending"}, {"status": "kept"})


def test_a_new_name_and_description_go_into_the_same_change(small: Small, geology: TaxonomyNode):
    planned = accept_proposals(small.cursor, [Proposal(geology.taxonomy_node_id, " Earth history ", "")])
    assert planned.label == "Accepted Earth history"
    (change,) = planned.changes
    assert change.before == {"status": "pending", "name": "Geology", "description": "Rocks."}
    assert change.after == {"status": "kept", "name": "Earth history", "description": ""}


def test_accepting_is_undone_as_a_whole(small: Small, geology: TaxonomyNode):
    node_id = geology.taxonomy_node_id
    apply_edit(small.database, accept_proposals(small.cursor, [Proposal(node_id, "Earth history", "Old rocks.")]))
    undo(small.database)
    assert find_taxonomy_node(small.cursor, node_id) == geology


def test_a_rejected_proposal_is_removed(small: Small, geology: TaxonomyNode):
    planned = reject_proposals(small.cursor, [geology.taxonomy_node_id])
    assert (planned.kind, planned.label) == ("reject", "Rejected Geology")


@pytest.mark.parametrize("status", ["kept", "removed"])
def test_what_was_judged_in_the_meantime_is_a_conflict(small: Small, geology: TaxonomyNode, status: str):
    apply_edit(small.database, set_status(small.cursor, [geology.taxonomy_node_id], status))
    with pytest.raises(EditConflictError, match="Geology was judged in the meantime"):
        accept_proposals(small.cursor, [Proposal(geology.taxonomy_node_id, "Geology", "Rocks.")])
    with pytest.raises(EditConflictError):
        reject_proposals(small.cursor, [geology.taxonomy_node_id])


def test_two_proposals_cannot_get_one_name(small: Small, geology: TaxonomyNode):
    parent_id = geology.parent_id
    other = TaxonomyNode(taxonomy_node_id(parent_id, "Rocks"), parent_id, "discipline", "Rocks", "", "pending")
    insert_taxonomy_nodes(small.cursor, [other])
    wanted = [Proposal(node.taxonomy_node_id, "Geology", "") for node in (geology, other)]
    with pytest.raises(EditConflictError, match="same name"):
        apply_edit(small.database, accept_proposals(small.cursor, wanted))
    assert len(list_proposals(small.cursor, parent_id)) == 2


def test_nothing_ticked_is_told(small: Small):
    with pytest.raises(EditError, match="Nothing is ticked"):
        accept_proposals(small.cursor, [])
