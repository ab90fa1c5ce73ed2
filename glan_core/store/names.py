"""Which names stand in the curriculum, and has any of them changed?"""

from typing import NamedTuple

from glan_core.store.database import Cursor, first_row


class KnownName(NamedTuple):
    """A kept or pending node, or a kept subject, with the names above it."""

    node_id: str
    parent_id: str | None
    level: str
    """`field`, `sub_field`, `discipline` or `subject`."""
    name: str
    status: str
    """`kept` or `pending`."""
    above: tuple[str, ...]
    """The names of what it stands below, field first."""


def list_known_names(cursor: Cursor) -> tuple[KnownName, ...]:
    """List everything that has a name and is not removed, nor below what was, by level and name."""
    rows = cursor.execute(
        """
        with recursive walk as (
            select taxonomy_node_id, parent_id, level, name, status, []::varchar[] as above
            from taxonomy_node
            where parent_id is null
                and status <> 'removed'
            union all
            select node.taxonomy_node_id, node.parent_id, node.level, node.name, node.status,
                list_append(walk.above, walk.name)
            from taxonomy_node as node
            join walk on walk.taxonomy_node_id = node.parent_id
            where node.status <> 'removed'
        )
        select taxonomy_node_id as node_id, parent_id, level, name, status, above
        from walk
        union all
        select subject.subject_id, subject.discipline_id, 'subject', subject.name, subject.status,
            list_append(walk.above, walk.name)
        from subject
        join walk on walk.taxonomy_node_id = subject.discipline_id
        where subject.status = 'kept'
        order by len(above), name, node_id
        """
    ).fetchall()
    return tuple(KnownName._make((*columns, tuple(above))) for *columns, above in rows)


def names_stamp(cursor: Cursor) -> str:
    """Give a mark that changes whenever a name, its place or its status does."""
    row = first_row(
        cursor.execute(
            """
        select count(*), bit_xor(hash(id, parent_id, name, status))
        from (
            select taxonomy_node_id as id, parent_id, name, status
            from taxonomy_node
            union all
            select subject_id, discipline_id, name, status
            from subject
        )
        """
        )
    )
    assert row is not None  # an aggregate always gives a row
    return f"{row[0]}-{row[1]}"
