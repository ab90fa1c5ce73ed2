"""How many key concepts does each class session have, which of them were never drawn from, and where do they stand?

All that a plan has to know of a syllabus: neither its text nor any name.
"""

from collections.abc import Sequence
from typing import NamedTuple

from glan_core.combination_code import Place
from glan_core.store.database import Cursor


class SyllabusShape(NamedTuple):
    """The current syllabus of a subject, in numbers."""

    syllabus_id: str
    subject_id: str
    sizes: tuple[int, ...]
    """Key concepts of each class session, in teaching order."""
    is_numbered: bool
    """Whether class sessions and key concepts are numbered from 1 without gaps, as their ids are made from it."""


class PlaceOf(NamedTuple):
    """Where a class session or key concept stands; the position of the concept is 0 for a session."""

    syllabus_id: str
    place: Place


def list_syllabus_shapes(cursor: Cursor, subject_ids: Sequence[str]) -> dict[str, SyllabusShape]:
    """Give, by subject id, the newest syllabus that has class sessions; subjects without one are left out."""
    rows = cursor.execute(
        """
        with current_syllabus as (
            select syllabus_id, subject_id
            from syllabus
            where subject_id in (select unnest(?::varchar[]))
                and syllabus_id in (select syllabus_id from class_session)
            qualify row_number() over (partition by subject_id order by version desc, syllabus_id) = 1
        ),
        session as (
            select
                session.syllabus_id,
                session.position,
                count(concept.key_concept_id) as concepts,
                coalesce(max(concept.position), 0) as last_position
            from class_session as session
            left join key_concept as concept on concept.class_session_id = session.class_session_id
            where session.syllabus_id in (select syllabus_id from current_syllabus)
            group by session.syllabus_id, session.class_session_id, session.position
        )
        select
            syllabus_id,
            subject_id,
            list(concepts order by session.position),
            bool_and(concepts = last_position) and max(session.position) = count(*)
        from current_syllabus
        join session using (syllabus_id)
        group by syllabus_id, subject_id
        order by subject_id -- a plan deals in this order, and the same request has to give the same plan
        """,
        [list(subject_ids)],
    ).fetchall()
    return {row[1]: SyllabusShape(row[0], row[1], tuple(row[2]), row[3]) for row in rows}


def count_characters(cursor: Cursor, syllabus_ids: Sequence[str]) -> dict[str, int]:
    """Give the lengths of syllabus texts by syllabus id."""
    rows = cursor.execute(
        "select syllabus_id, length(text) from syllabus where syllabus_id in (select unnest(?::varchar[]))",
        [list(syllabus_ids)],
    ).fetchall()
    return dict(rows)


def list_places(cursor: Cursor, node_ids: Sequence[str]) -> dict[str, PlaceOf]:
    """Give, by id, where class sessions and key concepts stand; other ids are left out."""
    rows = cursor.execute(
        """
        with wanted as (select unnest(?::varchar[]) as node_id)
        select class_session_id, syllabus_id, position, 0
        from class_session
        where class_session_id in (select node_id from wanted)
        union all
        select concept.key_concept_id, session.syllabus_id, session.position, concept.position
        from key_concept as concept
        join class_session as session on session.class_session_id = concept.class_session_id
        where concept.key_concept_id in (select node_id from wanted)
        """,
        [list(node_ids)],
    ).fetchall()
    return {node_id: PlaceOf(syllabus_id, Place(*positions)) for node_id, syllabus_id, *positions in rows}


def list_unused_key_concept_ids(cursor: Cursor, syllabus_ids: Sequence[str]) -> tuple[str, ...]:
    """List the key concepts of these syllabi that no instruction was drawn from, in teaching order.

    What a removed run has drawn does not count.
    """
    rows = cursor.execute(
        """
        select concept.key_concept_id
        from key_concept as concept
        join class_session as session on session.class_session_id = concept.class_session_id
        where session.syllabus_id in (select unnest(?::varchar[]))
            and concept.key_concept_id not in (
                select unnest(key_concept_ids)
                from instruction
                where not exists (from removed_run where removed_run.run_id = instruction.run_id)
            )
        order by session.syllabus_id, session.position, concept.position
        """,
        [list(syllabus_ids)],
    ).fetchall()
    return tuple(key_concept_id for (key_concept_id,) in rows)
