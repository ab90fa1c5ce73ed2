"""Below which branches should nothing be generated for now, and who said so?

Rows are only ever added: the newest of a node says whether it is held.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from glan_core.store.database import Cursor


class HeldBranch(NamedTuple):
    """A node that is held."""

    taxonomy_node_id: str
    name: str
    level: str
    reason: str
    reviewer: str
    held_at: datetime


def set_held(
    cursor: Cursor,
    taxonomy_node_ids: Sequence[str],
    *,
    is_held: bool,
    reviewer: str,
    at: datetime,
    reason: str = "",
) -> None:
    """Hold nodes, or let them go. Call it with `Database.writing` held."""
    cursor.execute(
        """
        insert into branch_hold (taxonomy_node_id, is_held, reason, reviewer, held_at)
        select unnest(?::varchar[]), ?, ?, ?, ?::timestamptz
        """,
        [list(dict.fromkeys(taxonomy_node_ids)), is_held, reason, reviewer, at],
    )


def list_held_branches(cursor: Cursor) -> tuple[HeldBranch, ...]:
    """List the nodes that are held, the newest first."""
    rows = cursor.execute(
        """
        select held.taxonomy_node_id, node.name, node.level, held.reason, held.reviewer, held.held_at
        from held_node as held
        join taxonomy_node as node on node.taxonomy_node_id = held.taxonomy_node_id
        order by held.held_at desc, node.name
        """
    ).fetchall()
    return tuple(map(HeldBranch._make, rows))


def list_held_disciplines(cursor: Cursor) -> tuple[str, ...]:
    """List the ids of the disciplines that are held, by themselves or by what stands above them."""
    rows = cursor.execute(
        """
        select distinct node.taxonomy_node_id
        from taxonomy_ancestor as above
        join taxonomy_node as node on node.taxonomy_node_id = above.taxonomy_node_id
        where node.level = 'discipline' and above.ancestor_id in (select taxonomy_node_id from held_node)
        order by node.taxonomy_node_id
        """
    ).fetchall()
    return tuple(node_id for (node_id,) in rows)
