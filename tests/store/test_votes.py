"""Votes come back as they were given, the newest of a reviewer counts, and the majority decides."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from glan_core import ids
from glan_core.entities import TaxonomyNode, Vote
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes
from glan_core.store.votes import (
    Ballot,
    Below,
    Queue,
    Reviewer,
    VotedNode,
    count_below,
    insert_votes,
    list_ballots,
    list_reviewers,
    list_sibling_names,
    list_voted_nodes,
    list_votes,
    read_queue,
)
from tests.conftest import Small
from tests.small_pairs import answer, instruction, run

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def vote(
    node_id: str, reviewer: str, *, at: datetime = NOON, verdict: Literal["keep", "remove"] = "keep", reason: str = ""
) -> Vote:
    return Vote(ids.vote_id(node_id, reviewer, at), node_id, reviewer, verdict, reason, at)


def say(small: Small, node_id: str, **verdicts: Literal["keep", "remove"]) -> None:
    """Let reviewers vote on a node."""
    insert_votes(small.cursor, [vote(node_id, reviewer, verdict=verdict) for reviewer, verdict in verdicts.items()])


def add_node(small: Small, name: str, *, below: TaxonomyNode, status: Literal["pending", "kept", "removed"]) -> str:
    """Add a discipline or sub-field."""
    level = {"field": "sub_field", "sub_field": "discipline"}[below.level]
    node = TaxonomyNode(name, below.taxonomy_node_id, level, name, status=status)
    insert_taxonomy_nodes(small.cursor, [node])
    return name


def set_status(small: Small, node: TaxonomyNode, status: str) -> None:
    small.cursor.execute(
        "update taxonomy_node set status = ? where taxonomy_node_id = ?", [status, node.taxonomy_node_id]
    )


def names(small: Small, queue: Queue) -> list[str]:
    by_id = {node.taxonomy_node_id: node.name for node in small.nodes[:7]}
    return [by_id.get(node_id, node_id) for node_id in queue.waiting_ids]


def test_votes_come_back_oldest_first(small: Small):
    physics = small.nodes.physics.taxonomy_node_id
    later = vote(physics, "b", at=NOON + timedelta(hours=1), verdict="remove", reason="It repeats another; so there.")
    insert_votes(small.cursor, [later, vote(physics, "a"), vote("other", "a")])
    assert list_votes(small.cursor, physics) == (vote(physics, "a"), later)
    assert len(list_votes(small.cursor)) == 3


def test_a_vote_is_kept_once_and_a_later_one_beside_it(small: Small):
    for at in (NOON, NOON, NOON + timedelta(days=1)):
        insert_votes(small.cursor, [vote("node", "a", at=at)])
    assert [each.voted_at for each in list_votes(small.cursor, "node")] == [NOON, NOON + timedelta(days=1)]


def test_the_id_does_not_depend_on_the_zone_of_the_time():
    elsewhere = NOON.astimezone(timezone(timedelta(hours=9)))
    assert ids.vote_id("node", "a", elsewhere) == ids.vote_id("node", "a", NOON)


def test_without_votes_there_are_none(small: Small):
    insert_votes(small.cursor, [])
    assert list_votes(small.cursor) == ()


def test_the_newest_vote_of_a_reviewer_counts_whatever_came_in_first(small: Small):
    physics = small.nodes.physics.taxonomy_node_id
    newer = vote(physics, "a", at=NOON + timedelta(hours=1), verdict="remove")
    insert_votes(small.cursor, [newer])
    insert_votes(small.cursor, [vote(physics, "a"), vote(physics, "b")])
    assert sorted(list_ballots(small.cursor)) == [
        Ballot(physics, "discipline", "a", "remove"),
        Ballot(physics, "discipline", "b", "keep"),
    ]
    assert len(list_votes(small.cursor, physics)) == 3


def test_the_majority_decides_and_a_tie_decides_nothing(small: Small):
    nodes = small.nodes
    say(small, nodes.physics.taxonomy_node_id, a="keep", b="keep", c="remove")
    say(small, nodes.chemistry.taxonomy_node_id, a="remove")
    say(small, nodes.agriculture.taxonomy_node_id, a="keep", b="remove")
    agriculture, chemistry, physics = list_voted_nodes(small.cursor)
    assert physics == VotedNode(
        nodes.physics.taxonomy_node_id,
        "Physics",
        "Natural Science › Physical sciences",
        "discipline",
        "kept",
        False,
        2,
        1,
    )
    assert (physics.verdict, physics.status_by_majority, physics.is_against_status) == ("keep", "kept", False)
    assert (chemistry.verdict, chemistry.status_by_majority, chemistry.is_against_status) == ("remove", "removed", True)
    assert (agriculture.verdict, agriculture.status_by_majority, agriculture.is_against_status) == ("tie", None, False)
    assert agriculture.above == ""


def test_a_node_without_votes_has_no_verdict(small: Small):
    physics = small.nodes.physics.taxonomy_node_id
    (node,) = list_voted_nodes(small.cursor, [physics])
    assert (node.keep, node.remove, node.verdict, node.status_by_majority) == (0, 0, None, None)
    assert not node.is_against_status
    assert list_voted_nodes(small.cursor) == ()


def test_a_pending_node_with_a_majority_is_against_its_status(small: Small):
    pending = add_node(small, "Optometry", below=small.nodes.physical_sciences, status="pending")
    say(small, pending, a="keep")
    assert list_voted_nodes(small.cursor)[0].is_against_status


def test_a_node_below_a_removed_one_says_so(small: Small):
    set_status(small, small.nodes.natural_science, "removed")
    say(small, small.nodes.physics.taxonomy_node_id, a="keep")
    assert list_voted_nodes(small.cursor)[0].is_below_removed


def test_pending_nodes_come_first_then_disciplines_sub_fields_and_fields(small: Small):
    add_node(small, "Optometry", below=small.nodes.physical_sciences, status="pending")
    add_node(small, "Waters", below=small.nodes.agriculture, status="pending")
    queue = read_queue(small.cursor, "a")
    assert names(small, queue) == [
        "Optometry",
        "Waters",
        "Physics",
        "Chemistry",
        "Agriculture",
        "Physical sciences",
        "Land use",
        "Natural Science",
        "Agriculture",
    ]
    assert queue.total == 9


def test_what_a_reviewer_has_voted_on_leaves_that_queue_and_no_other(small: Small):
    say(small, small.nodes.physics.taxonomy_node_id, a="remove")
    queue = read_queue(small.cursor, "a", level="discipline")
    assert names(small, queue) == ["Chemistry", "Agriculture"]
    assert queue.total == 3
    assert len(read_queue(small.cursor, "b", level="discipline").waiting_ids) == 3


def test_the_queue_can_hold_pending_nodes_alone(small: Small):
    assert read_queue(small.cursor, "a", is_pending=True) == Queue((), 0)
    add_node(small, "Optometry", below=small.nodes.physical_sciences, status="pending")
    assert read_queue(small.cursor, "a", is_pending=True) == Queue(("Optometry",), 1)
    assert read_queue(small.cursor, "a", level="field", is_pending=True) == Queue((), 0)


def test_nobody_is_asked_about_what_is_removed_with_all_below_it(small: Small):
    set_status(small, small.nodes.natural_science, "removed")
    assert names(small, read_queue(small.cursor, "a")) == ["Agriculture", "Land use", "Agriculture"]


def test_reviewers_are_listed_with_their_nodes_and_votes(small: Small):
    later = NOON + timedelta(hours=1)
    insert_votes(small.cursor, [vote("x", "b"), vote("x", "b", at=later), vote("y", "b"), vote("x", "a")])
    assert list_reviewers(small.cursor) == (Reviewer("a", 1, 1, NOON), Reviewer("b", 2, 3, later))


def test_siblings_are_named_but_for_removed_ones(small: Small):
    add_node(small, "Optometry", below=small.nodes.physical_sciences, status="pending")
    add_node(small, "Alchemy", below=small.nodes.physical_sciences, status="removed")
    assert list_sibling_names(small.cursor, small.nodes.physics.taxonomy_node_id) == ("Chemistry", "Optometry")
    assert list_sibling_names(small.cursor, small.nodes.agriculture.taxonomy_node_id) == ("Natural Science",)


def test_what_lies_below_a_node_is_counted_even_where_the_node_is_removed(small: Small):
    nodes = small.nodes
    save_run(small.cursor, run())
    ingest(small.cursor, [instruction("a"), instruction("b"), answer("a")])
    wanted = [node.taxonomy_node_id for node in (nodes.natural_science, nodes.physics, nodes.agriculture)]
    expected = {wanted[0]: Below(2, 2, 1), wanted[1]: Below(1, 2, 1), wanted[2]: Below(1, 0, 0)}
    assert count_below(small.cursor, wanted) == expected
    set_status(small, nodes.natural_science, "removed")
    assert count_below(small.cursor, wanted) == expected
    set_status(small, nodes.physics, "removed")
    assert count_below(small.cursor, wanted)[wanted[0]] == Below(1, 0, 0)
