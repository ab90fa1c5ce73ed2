"""Which key concepts and class sessions did no question come from?"""

from typing import Literal, NamedTuple

import pandas as pd

from glan_core.entities import Filter
from glan_core.store.conditions import Condition, all_of
from glan_core.store.course_use import courses_of
from glan_core.store.database import Cursor
from glan_core.store.searches import like_pattern

UnusedKind = Literal["class_session", "key_concept"]


class UnusedParts(NamedTuple):
    """Key concepts or class sessions that no question was drawn from."""

    total: int
    """How many there are."""
    rows: pd.DataFrame
    """The first of them, in teaching order within each subject."""


def list_unused(
    cursor: Cursor, filter_: Filter, *, kind: UnusedKind, words: str = "", limit: int = 1_000
) -> UnusedParts:
    """List the key concepts, or the class sessions, that no question of a filter was drawn from.

    All `words` have to occur in the names of the part or of what stands above it, in any letter case. Columns: node_id,
    name, class_session (its own title for a session), subject, discipline, field, key_concepts (of the session; 1 for a
    key concept).
    """
    courses = courses_of(filter_)
    is_concept = kind == "key_concept"
    text = "concat_ws(' ', name, class_session, subject, discipline, field)"
    found = all_of(
        *(Condition(rf"{text} ilike ? escape '\'", [f"%{like_pattern(word)}%"]) for word in words.split()),
    )
    frame = cursor.execute(
        f"""
        with {courses.where},
        part as (
            select
                {"key_concept_id" if is_concept else "class_session_id"} as node_id,
                any_value({"name" if is_concept else "title"}) as name,
                any_value(title) as class_session,
                any_value(subject_id) as subject_id,
                any_value(session_position) as session_position,
                any_value({"position" if is_concept else "0"}) as position,
                count(*) as key_concepts
            from concept
            group by {"key_concept_id" if is_concept else "class_session_id"}
            having not bool_or(is_used)
        ),
        named as (
            select part.*, subject_place.name as subject, subject_place.discipline, subject_place.field
            from part
            join subject_place on subject_place.subject_id = part.subject_id
        )
        select node_id, name, class_session, subject, discipline, field, key_concepts, count(*) over () as total
        from named
        where {found.where}
        order by field, discipline, subject, subject_id, session_position, position, node_id
        limit {int(limit)}
        """,  # noqa: S608 - texts of ours, and conditions built from parameters only
        [*courses.parameters, *found.parameters],
    ).df()
    return UnusedParts(int(frame["total"].iloc[0]) if len(frame) else 0, frame.drop(columns="total"))
