"""Which pairs fit a filter, and where does each come from?"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from glan_core.calls import Message
from glan_core.entities import Filter
from glan_core.shared_texts import shared_text_ids, unfold
from glan_core.store.database import Cursor, first_row
from glan_core.store.filters import condition_of
from glan_core.store.model_calls import find_shared_texts


class Lineage(NamedTuple):
    """Where a pair comes from: up to the field, and down to the two prompts."""

    path: tuple[str, ...]
    """Field, sub-field, discipline, subject."""
    class_sessions: tuple[str, ...]
    key_concepts: tuple[str, ...]
    instruction_messages: tuple[Message, ...]
    answer_messages: tuple[Message, ...]
    models: tuple[str, ...]
    """The model of the instruction, then that of the answer."""


def list_pairs(cursor: Cursor, filter_: Filter, *, limit: int) -> pd.DataFrame:
    """Give pairs of a filter, newest first, with place and flags.

    Columns: instruction_id, instruction, answer, field, sub_field, discipline, subject, level, strategy, run_id, flags.
    """
    condition = condition_of(filter_)
    return cursor.execute(
        f"""
        select
            pair.instruction_id,
            pair.instruction,
            pair.answer,
            pair.field,
            pair.sub_field,
            pair.discipline,
            pair.subject,
            pair.level,
            pair.strategy,
            pair.run_id,
            (
                select array_to_string(list(kind order by kind), ', ')
                from quality_flag
                where quality_flag.instruction_id = pair.instruction_id
            ) as flags
        from pair
        left join model_call as call on call.model_call_id = pair.instruction_model_call_id
        where {condition.where}
        order by call.finished_at desc, pair.instruction_id
        limit ?
        """,  # noqa: S608 - the condition is built from parameters only
        [*condition.parameters, limit],
    ).df()


def count_pairs(cursor: Cursor, filter_: Filter) -> int:
    """Count the pairs of a filter."""
    condition = condition_of(filter_)
    row = first_row(cursor.execute(f"select count(*) from pair where {condition.where}", condition.parameters))  # noqa: S608
    return int(row[0]) if row else 0


def count_pairs_of_each(cursor: Cursor, filters: Sequence[Filter]) -> list[int]:
    """Count the pairs of several filters in one go."""
    conditions = [condition_of(filter_) for filter_ in filters]
    counts = ", ".join(f"count_if(({condition.where}))" for condition in conditions)
    row = first_row(
        cursor.execute(
            f"select {counts} from pair",  # noqa: S608 - conditions built from parameters only
            [value for condition in conditions for value in condition.parameters],
        )
    )
    return [int(number or 0) for number in row or ()]  # among no pairs at all, count_if gives null


def count_pairs_by(cursor: Cursor, filter_: Filter, column: str) -> pd.DataFrame:
    """Count the pairs of a filter by `field`, `discipline` or `subject`, most first: name, pairs."""
    if column not in ("field", "discipline", "subject"):
        raise ValueError(f"pairs cannot be counted by {column!r}")
    condition = condition_of(filter_)
    return cursor.execute(
        f"""
        select pair.{column} as name, count(*) as pairs
        from pair
        where {condition.where}
        group by all
        order by pairs desc, name
        """,  # noqa: S608 - one of three columns, and a condition built from parameters
        condition.parameters,
    ).df()


def map_points(cursor: Cursor, projection_id: str, filter_: Filter, *, limit: int) -> pd.DataFrame:
    """Give up to `limit` points of a layout in an order that depends on ids only, so that a sample stays the same.

    Columns: instruction_id, x, y, instruction, field, discipline, subject.
    """
    condition = condition_of(filter_)
    return cursor.execute(
        f"""
        select
            point.instruction_id,
            point.x,
            point.y,
            pair.instruction[:160] as instruction,
            pair.field,
            pair.discipline,
            pair.subject
        from projected_point as point
        join pair on pair.instruction_id = point.instruction_id
        where point.projection_id = ?
            and {condition.where}
        qualify row_number() over (partition by point.instruction_id order by pair.answer_id) = 1
        order by hash(point.instruction_id), point.instruction_id
        limit ?
        """,  # noqa: S608 - the condition is built from parameters only
        [projection_id, *condition.parameters, limit],
    ).df()


def lineage(cursor: Cursor, instruction_id: str) -> Lineage | None:
    """Give the lineage of a pair; None if there is no such instruction."""
    row = first_row(
        cursor.execute(
            """
        select
            pair.field, pair.sub_field, pair.discipline, pair.subject,
            asked.messages, asked.model, answered.messages, answered.model
        from pair
        join model_call as asked on asked.model_call_id = pair.instruction_model_call_id
        left join model_call as answered on answered.model_call_id = pair.answer_model_call_id
        where pair.instruction_id = ?
        order by pair.answer_id
        limit 1
        """,
            [instruction_id],
        )
    )
    if row is None:
        return None
    drawn = cursor.execute(
        """
        select session.title, concept.name
        from instruction_key_concept as link
        join key_concept as concept on concept.key_concept_id = link.key_concept_id
        join class_session as session on session.class_session_id = concept.class_session_id
        where link.instruction_id = ?
        order by session.position, concept.position
        """,
        [instruction_id],
    ).fetchall()
    return Lineage(
        path=tuple(row[:4]),
        class_sessions=tuple(dict.fromkeys(title for title, _ in drawn)),
        key_concepts=tuple(name for _, name in drawn),
        instruction_messages=_messages(cursor, row[4]),
        answer_messages=_messages(cursor, row[6]),
        models=tuple(model for model in (row[5], row[7]) if model),
    )


def _messages(cursor: Cursor, text: str | None) -> tuple[Message, ...]:
    folded: list[dict[str, Any]] = json.loads(text) if text else []
    return unfold(folded, find_shared_texts(cursor, shared_text_ids(folded)).__getitem__)
