"""Which fields, sub-fields and disciplines are there?"""

from collections.abc import Sequence

from glan_core.entities import TaxonomyNode
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor, first_row

_COLUMNS = "taxonomy_node_id, parent_id, level, name, description, status, target, origin, position"


def insert_taxonomy_nodes(cursor: Cursor, nodes: Sequence[TaxonomyNode]) -> None:
    """Add nodes; those that are there already stay as they are."""
    insert_batch(
        cursor,
        "taxonomy_node",
        [
            {
                "taxonomy_node_id": node.taxonomy_node_id,
                "parent_id": node.parent_id,
                "level": node.level,
                "name": node.name,
                "description": node.description,
                "status": node.status,
                "target": node.target,
                "origin": node.origin,
                "position": node.position,
            }
            for node in {node.taxonomy_node_id: node for node in nodes}.values()
        ],
    )


def list_taxonomy_nodes(cursor: Cursor) -> tuple[TaxonomyNode, ...]:
    """List every node that is kept together with all its ancestors, by name."""
    rows = cursor.execute(f"select {_COLUMNS} from kept_taxonomy_node order by name, taxonomy_node_id").fetchall()  # noqa: S608
    return tuple(TaxonomyNode(*row) for row in rows)


def list_all_taxonomy_nodes(cursor: Cursor) -> tuple[TaxonomyNode, ...]:
    """List every node, whatever its status, by place among its siblings."""
    rows = cursor.execute(
        f"select {_COLUMNS} from taxonomy_node order by position nulls last, name, taxonomy_node_id"  # noqa: S608
    ).fetchall()
    return tuple(TaxonomyNode(*row) for row in rows)


def find_taxonomy_node(cursor: Cursor, taxonomy_node_id: str) -> TaxonomyNode | None:
    """Give the node with this id, whatever its status."""
    row = first_row(
        cursor.execute(
            f"select {_COLUMNS} from taxonomy_node where taxonomy_node_id = ?",  # noqa: S608
            [taxonomy_node_id],
        )
    )
    return TaxonomyNode(*row) if row else None


def list_nodes_with_ids(cursor: Cursor, taxonomy_node_ids: Sequence[str]) -> dict[str, TaxonomyNode]:
    """Give the nodes with these ids, by id, whatever their status; unknown ids are left out."""
    rows = cursor.execute(
        f"select {_COLUMNS} from taxonomy_node where taxonomy_node_id in (select unnest(?::varchar[]))",  # noqa: S608
        [list(taxonomy_node_ids)],
    ).fetchall()
    return {row[0]: TaxonomyNode(*row) for row in rows}


def list_children(cursor: Cursor, taxonomy_node_id: str | None) -> tuple[TaxonomyNode, ...]:
    """List what stands directly below a node, or all fields for None, whatever its status, in its order."""
    rows = cursor.execute(
        f"""
        select {_COLUMNS}
        from taxonomy_node
        where parent_id is not distinct from ?
        order by position nulls last, name, taxonomy_node_id
        """,  # noqa: S608
        [taxonomy_node_id],
    ).fetchall()
    return tuple(TaxonomyNode(*row) for row in rows)


def list_path(cursor: Cursor, taxonomy_node_id: str) -> tuple[TaxonomyNode, ...]:
    """List the node and its ancestors, field first; empty if there is no such node."""
    path: list[TaxonomyNode] = []
    node = find_taxonomy_node(cursor, taxonomy_node_id)
    while node is not None:
        path.insert(0, node)
        node = find_taxonomy_node(cursor, node.parent_id) if node.parent_id else None
    return tuple(path)


def list_disciplines_below(cursor: Cursor, taxonomy_node_id: str) -> tuple[TaxonomyNode, ...]:
    """List the kept disciplines at or below a node, by name."""
    rows = cursor.execute(
        f"""
        select {_COLUMNS}
        from kept_taxonomy_node
        where level = 'discipline'
            and taxonomy_node_id in (
                select taxonomy_node_id
                from taxonomy_ancestor
                where ancestor_id = ?
            )
        order by name, taxonomy_node_id
        """,  # noqa: S608
        [taxonomy_node_id],
    ).fetchall()
    return tuple(TaxonomyNode(*row) for row in rows)


def list_disciplines_below_each(cursor: Cursor, taxonomy_node_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Give, by node, the ids of the kept disciplines at or below it, by name; for all nodes at the cost of one."""
    rows = cursor.execute(
        """
        select above.ancestor_id, list(node.taxonomy_node_id order by node.name, node.taxonomy_node_id)
        from kept_taxonomy_node as node
        join taxonomy_ancestor as above on above.taxonomy_node_id = node.taxonomy_node_id
        where node.level = 'discipline'
            and above.ancestor_id in (select unnest(?::varchar[]))
        group by above.ancestor_id
        """,
        [list(taxonomy_node_ids)],
    ).fetchall()
    found = {ancestor_id: tuple(below) for ancestor_id, below in rows}
    return {node_id: found.get(node_id, ()) for node_id in taxonomy_node_ids}


def list_child_names(cursor: Cursor, taxonomy_node_id: str | None) -> tuple[str, ...]:
    """List the names of a node's children, or of all fields for None, but for those that are pending.

    So the question what else there is stays the same until somebody has judged the proposals.
    """
    rows = cursor.execute(
        """
        select name
        from taxonomy_node
        where parent_id is not distinct from ?
            and status <> 'pending'
        order by name
        """,
        [taxonomy_node_id],
    ).fetchall()
    return tuple(name for (name,) in rows)
