"""Who voted to keep or to remove which node, and why?"""

from collections.abc import Sequence

from glan_core.entities import Vote
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor


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
