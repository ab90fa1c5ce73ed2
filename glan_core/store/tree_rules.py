"""Is the curriculum still a tree after a change, and what lies below the rows of one?"""

from collections.abc import Sequence
from typing import NamedTuple

from glan_core.store.database import Cursor, first_row


class TreeFault(NamedTuple):
    """What is wrong with one row."""

    name: str
    kind: str
    """`no_parent`, `wrong_parent`, `removed_parent` or `same_name`."""


class Affected(NamedTuple):
    """How much a change touches: what lies at or below some nodes and subjects."""

    sub_fields: int
    disciplines: int
    subjects: int
    syllabi: int
    pairs: int


def find_tree_fault(cursor: Cursor, *, node_ids: Sequence[str], subject_ids: Sequence[str]) -> TreeFault | None:
    """Give the first thing that is wrong with kept or pending nodes and subjects among these; None if all is well.

    A field has no parent; a sub-field stands below a field, a discipline below a sub-field, a subject below a
    discipline. No kept one stands below what was removed, and no two of them below the same have the same name.
    """
    row = first_row(
        cursor.execute(
            """
        with changed as (
            select taxonomy_node_id as id, parent_id, level, name, status
            from taxonomy_node
            where taxonomy_node_id in (select unnest($nodes::varchar[]))
                and status <> 'removed'
            union all
            select subject_id, discipline_id, 'subject', name, status
            from subject
            where subject_id in (select unnest($subjects::varchar[]))
                and status <> 'removed'
        ),
        sibling as (
            select taxonomy_node_id as id, parent_id, lower(name) as lowered
            from taxonomy_node
            where status = 'kept'
            union all
            select subject_id, discipline_id, lower(name)
            from subject
            where status = 'kept'
        )
        select changed.name, 'no_parent'
        from changed
        left join taxonomy_node as parent on parent.taxonomy_node_id = changed.parent_id
        where (changed.level = 'field') <> (changed.parent_id is null)
            or (changed.parent_id is not null and parent.taxonomy_node_id is null)
        union all
        select changed.name, 'wrong_parent'
        from changed
        join taxonomy_node as parent on parent.taxonomy_node_id = changed.parent_id
        where (parent.level, changed.level) not in (
            ('field', 'sub_field'), ('sub_field', 'discipline'), ('discipline', 'subject')
        )
        union all
        select changed.name, 'removed_parent'
        from changed
        join taxonomy_ancestor as above on above.taxonomy_node_id = changed.parent_id
        where above.ancestor_status = 'removed'
            and changed.status = 'kept'
        union all
        select changed.name, 'same_name'
        from changed
        join sibling on sibling.parent_id is not distinct from changed.parent_id
            and sibling.lowered = lower(changed.name)
            and sibling.id <> changed.id
        where changed.status = 'kept'
        limit 1
        """,
            {"nodes": list(node_ids), "subjects": list(subject_ids)},
        )
    )
    return TreeFault(*row) if row else None


def count_affected(cursor: Cursor, row_ids: Sequence[str]) -> Affected:
    """Count what lies at or below nodes and subjects, whatever the status of these themselves.

    What was removed by itself further down does not count, nor what is only proposed there.
    """
    row = first_row(
        cursor.execute(
            """
        with recursive walk as (
            select taxonomy_node_id, level
            from taxonomy_node
            where taxonomy_node_id in (select unnest($ids::varchar[]))
            union
            select node.taxonomy_node_id, node.level
            from taxonomy_node as node
            join walk on walk.taxonomy_node_id = node.parent_id
            where node.status = 'kept'
        ),
        below as (
            select subject_id
            from kept_subject
            where discipline_id in (select taxonomy_node_id from walk)
            union
            select unnest($ids::varchar[])
        ),
        found as (
            select subject.subject_id
            from subject
            join below on below.subject_id = subject.subject_id
        ),
        course as (
            select syllabus_id
            from syllabus
            join found on found.subject_id = syllabus.subject_id
        )
        select
            (select count(*) from walk where level = 'sub_field'),
            (select count(*) from walk where level = 'discipline'),
            (select count(*) from found),
            (select count(*) from course),
            (
                select count(*)
                from instruction
                join kept_answer as answer on answer.instruction_id = instruction.instruction_id
                where instruction.syllabus_id in (select syllabus_id from course)
                    and not exists (from removed_run where removed_run.run_id = instruction.run_id)
            )
        """,
            {"ids": list(row_ids)},
        )
    )
    assert row is not None  # a select without a from always gives a row
    return Affected(*row)
