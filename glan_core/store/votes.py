"""Who voted to keep or to remove which node, and what follows from it?

All votes stay. Where a reviewer voted on a node more than once, the newest vote counts; of those that count, the
majority decides (paper 2.1). With as many votes for as against, nothing follows.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from glan_core.entities import Vote
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor

# One row a reviewer and node: the vote that counts.
_BALLOT = """
    select taxonomy_node_id, reviewer, arg_max(verdict, voted_at) as verdict
    from vote
    group by taxonomy_node_id, reviewer
"""


class Ballot(NamedTuple):
    """The vote of one reviewer on one node that counts."""

    taxonomy_node_id: str
    level: str
    reviewer: str
    verdict: Literal["keep", "remove"]


class VotedNode(NamedTuple):
    """A node with the votes that count."""

    taxonomy_node_id: str
    name: str
    above: str
    """What stands above it, field first: `Natural Science › Physical sciences`; empty for a field."""
    level: str
    status: Literal["pending", "kept", "removed"]
    is_below_removed: bool
    """Whether it is out because something above it is removed, whatever its own status."""
    keep: int
    remove: int

    @property
    def verdict(self) -> Literal["keep", "remove", "tie"] | None:
        """What the majority says; None if nobody voted."""
        if not self.keep and not self.remove:
            return None
        if self.keep == self.remove:
            return "tie"
        return "keep" if self.keep > self.remove else "remove"

    @property
    def status_by_majority(self) -> Literal["kept", "removed"] | None:
        """The status that follows from the votes; None where nothing follows."""
        if self.keep == self.remove:
            return None
        return "kept" if self.keep > self.remove else "removed"

    @property
    def is_against_status(self) -> bool:
        """Whether the votes ask for another status than the node has."""
        return self.status_by_majority not in (None, self.status)


class Queue(NamedTuple):
    """What a reviewer can vote on."""

    waiting_ids: tuple[str, ...]
    """The nodes without a vote of this reviewer, in the order in which to show them."""
    total: int
    """With those that the reviewer has voted on."""


class Reviewer(NamedTuple):
    """Somebody who has voted."""

    name: str
    nodes: int
    """On how many nodes."""
    votes: int
    """With those that a newer one of the same reviewer replaced."""
    voted_last_at: datetime


class Below(NamedTuple):
    """What goes or comes with a node: of all that lies below it, what is not removed by itself."""

    disciplines: int
    """A discipline counts itself."""
    subjects: int
    pairs: int


def insert_votes(cursor: Cursor, votes: Sequence[Vote]) -> None:
    """Add votes; those that are there already stay."""
    insert_batch(
        cursor,
        "vote",
        [
            {
                "vote_id": vote.vote_id,
                "taxonomy_node_id": vote.taxonomy_node_id,
                "reviewer": vote.reviewer,
                "verdict": vote.verdict,
                "reason": vote.reason,
                "voted_at": vote.voted_at,
            }
            for vote in {vote.vote_id: vote for vote in votes}.values()
        ],
    )


def list_votes(cursor: Cursor, taxonomy_node_id: str | None = None) -> tuple[Vote, ...]:
    """Give the votes on a node, or on all of them, oldest first."""
    rows = cursor.execute(
        """
        select vote_id, taxonomy_node_id, reviewer, verdict, reason, voted_at
        from vote
        where $node_id is null or taxonomy_node_id = $node_id
        order by voted_at, taxonomy_node_id, reviewer
        """,
        {"node_id": taxonomy_node_id},
    ).fetchall()
    return tuple(Vote(*row) for row in rows)


def list_ballots(cursor: Cursor) -> tuple[Ballot, ...]:
    """Give every vote that counts, whatever the status of its node, in no particular order."""
    rows = cursor.execute(
        f"""
        select node.taxonomy_node_id, node.level, ballot.reviewer, ballot.verdict
        from ({_BALLOT}) as ballot
        join taxonomy_node as node on node.taxonomy_node_id = ballot.taxonomy_node_id
        """  # noqa: S608
    ).fetchall()
    return tuple(map(Ballot._make, rows))


def list_voted_nodes(cursor: Cursor, taxonomy_node_ids: Sequence[str] | None = None) -> tuple[VotedNode, ...]:
    """List the nodes that somebody voted on, in the order of the tree; or these nodes, voted on or not."""
    rows = cursor.execute(
        f"""
        with tally as (
            select
                taxonomy_node_id,
                count(*) filter (verdict = 'keep') as keep,
                count(*) filter (verdict = 'remove') as remove
            from ({_BALLOT})
            group by taxonomy_node_id
        )
        select
            node.taxonomy_node_id,
            node.name,
            concat_ws(' › ', top.name, above.name),
            node.level,
            node.status,
            coalesce(above.status = 'removed', false) or coalesce(top.status = 'removed', false),
            coalesce(tally.keep, 0),
            coalesce(tally.remove, 0)
        from taxonomy_node as node
        left join tally on tally.taxonomy_node_id = node.taxonomy_node_id
        left join taxonomy_node as above on above.taxonomy_node_id = node.parent_id
        left join taxonomy_node as top on top.taxonomy_node_id = above.parent_id
        where ($node_ids is null and tally.keep is not null)
            or node.taxonomy_node_id in (select unnest($node_ids::varchar[]))
        order by concat_ws(' › ', top.name, above.name, node.name), node.taxonomy_node_id
        """,  # noqa: S608
        {"node_ids": None if taxonomy_node_ids is None else list(taxonomy_node_ids)},
    ).fetchall()
    return tuple(map(VotedNode._make, rows))


def read_queue(cursor: Cursor, reviewer: str, *, level: str | None = None, is_pending: bool = False) -> Queue:
    """Give what a reviewer can vote on: of one level or all, of what is pending or all that is not removed.

    Pending nodes come first; within each part disciplines, sub-fields, fields; among these the taxonomy's own order.
    What a removed node has taken along is not asked about.
    """
    rows = cursor.execute(
        """
        select node.taxonomy_node_id, voted.taxonomy_node_id is not null as is_voted
        from taxonomy_node as node
        left join taxonomy_node as above on above.taxonomy_node_id = node.parent_id
        left join taxonomy_node as top on top.taxonomy_node_id = above.parent_id
        left join (
            select distinct taxonomy_node_id
            from vote
            where reviewer = $reviewer
        ) as voted on voted.taxonomy_node_id = node.taxonomy_node_id
        where node.status <> 'removed'
            and above.status is distinct from 'removed'
            and top.status is distinct from 'removed'
            and ($level is null or node.level = $level)
            and (not $is_pending or node.status = 'pending')
        order by
            node.status = 'kept',
            case node.level when 'discipline' then 1 when 'sub_field' then 2 else 3 end,
            top.position nulls last,
            top.name,
            above.position nulls last,
            above.name,
            node.position nulls last,
            node.name,
            node.taxonomy_node_id
        """,
        {"reviewer": reviewer, "level": level, "is_pending": is_pending},
    ).fetchall()
    return Queue(tuple(node_id for node_id, is_voted in rows if not is_voted), len(rows))


def list_reviewers(cursor: Cursor) -> tuple[Reviewer, ...]:
    """List who has voted, by name."""
    rows = cursor.execute(
        """
        select reviewer, count(distinct taxonomy_node_id), count(*), max(voted_at)
        from vote
        group by reviewer
        order by reviewer
        """
    ).fetchall()
    return tuple(Reviewer(*row) for row in rows)


def list_sibling_names(cursor: Cursor, taxonomy_node_id: str) -> tuple[str, ...]:
    """List what stands beside a node, kept or pending, in the taxonomy's order."""
    rows = cursor.execute(
        """
        select sibling.name
        from taxonomy_node as node
        join taxonomy_node as sibling on sibling.parent_id is not distinct from node.parent_id
        where node.taxonomy_node_id = $node_id
            and sibling.taxonomy_node_id <> $node_id
            and sibling.status <> 'removed'
        order by sibling.position nulls last, sibling.name
        """,
        {"node_id": taxonomy_node_id},
    ).fetchall()
    return tuple(name for (name,) in rows)


def count_below(cursor: Cursor, taxonomy_node_ids: Sequence[str]) -> dict[str, Below]:
    """Count what lies below each of these nodes, be they kept or not."""
    rows = cursor.execute(
        """
        with wanted as (
            select unnest($node_ids::varchar[]) as node_id
        ),
        below as (
            select taxonomy_node_id as node_id, taxonomy_node_id as discipline_id
            from taxonomy_node
            where level = 'discipline'
            union all
            select parent_id, taxonomy_node_id
            from taxonomy_node
            where level = 'discipline'
                and status <> 'removed'
            union all
            select sub_field.parent_id, discipline.taxonomy_node_id
            from taxonomy_node as discipline
            join taxonomy_node as sub_field on sub_field.taxonomy_node_id = discipline.parent_id
            where discipline.level = 'discipline'
                and discipline.status <> 'removed'
                and sub_field.status <> 'removed'
        ),
        subject_below as (
            select below.node_id, subject.subject_id
            from below
            join kept_subject as subject on subject.discipline_id = below.discipline_id
            where below.node_id in (select node_id from wanted)
        ),
        subject_pairs as (
            select syllabus.subject_id, count(*) as pairs
            from syllabus
            join instruction on instruction.syllabus_id = syllabus.syllabus_id
            join kept_answer as answer on answer.instruction_id = instruction.instruction_id
            where syllabus.subject_id in (select subject_id from subject_below)
                and instruction.run_id not in (select run_id from removed_run)
            group by syllabus.subject_id
        )
        select
            node_id,
            (select count(*) from below where below.node_id = wanted.node_id),
            (select count(*) from subject_below where subject_below.node_id = wanted.node_id),
            (
                select coalesce(sum(pairs), 0)::bigint
                from subject_below
                join subject_pairs on subject_pairs.subject_id = subject_below.subject_id
                where subject_below.node_id = wanted.node_id
            )
        from wanted
        """,
        {"node_ids": list(dict.fromkeys(taxonomy_node_ids))},
    ).fetchall()
    return {row[0]: Below(*row[1:]) for row in rows}
