"""Votes come back as they were given, and nothing is lost when they are given twice."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from glan_core import ids
from glan_core.entities import Vote
from glan_core.store.votes import insert_votes, list_votes
from tests.conftest import Small

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def vote(
    node_id: str, reviewer: str, *, at: datetime = NOON, verdict: Literal["keep", "remove"] = "keep", reason: str = ""
) -> Vote:
    return Vote(ids.vote_id(node_id, reviewer, at), node_id, reviewer, verdict, reason, at)


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
