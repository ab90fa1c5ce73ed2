"""What do the pages count, list and draw?

Joins and sums over several tables, as plain records or pandas frames, ready to be shown.
"""

import json
from typing import Any, NamedTuple

import pandas as pd

from glan_core.entities import Filter, Message
from glan_core.store.database import Cursor
from glan_core.store.filters import condition_of


class Totals(NamedTuple):
    """How many of each noun there are; removed nodes do not count."""

    fields: int
    sub_fields: int
    disciplines: int
    subjects: int
    syllabi: int
    class_sessions: int
    key_concepts: int
    instructions: int
    answers: int
    runs: int
    disciplines_with_pairs: int
    flagged: int


class RunCounts(NamedTuple):
    """What one run has made and spent so far."""

    calls: int
    failed_calls: int
    instructions: int
    answers: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    """US dollars; None when the price of any call is not known."""


class Spending(NamedTuple):
    """What all runs together have sent and spent."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost: float
    """US dollars of the calls whose price is known."""
    calls_without_price: int


def totals(cursor: Cursor) -> Totals:
    """Count everything once."""
    row = cursor.execute(
        """
        select
            (select count(*) from kept_taxonomy_node where level = 'field'),
            (select count(*) from kept_taxonomy_node where level = 'sub_field'),
            (select count(*) from kept_taxonomy_node where level = 'discipline'),
            (select count(*) from subject),
            (select count(*) from syllabus),
            (select count(*) from class_session),
            (select count(*) from key_concept),
            (select count(*) from instruction),
            (select count(*) from answer),
            (select count(*) from run),
            (select count(distinct discipline_id) from pair where answer_id is not null),
            (select count(distinct instruction_id) from quality_flag)
        """
    ).fetchone()
    assert row is not None  # an aggregate always gives a row
    return Totals(*row)


def taxonomy_counts(cursor: Cursor) -> pd.DataFrame:
    """Give one row a kept node or subject below it, with what lies below.

    Columns: node_id, parent_id (None for fields), level (`field`, `sub_field`, `discipline` or `subject`), name,
    description, subjects, syllabi, key_concepts, pairs.
    """
    return cursor.execute(
        """
        with subject_count as (
            select
                subject.subject_id,
                subject.discipline_id,
                count(distinct syllabus.syllabus_id) as syllabi,
                count(distinct concept.key_concept_id) as key_concepts
            from subject
            left join syllabus on syllabus.subject_id = subject.subject_id
            left join class_session as session on session.syllabus_id = syllabus.syllabus_id
            left join key_concept as concept on concept.class_session_id = session.class_session_id
            group by all
        ),
        pair_count as (
            select subject_id, count(*) as pairs
            from pair
            where answer_id is not null
            group by subject_id
        ),
        counted as (
            select subject_count.*, coalesce(pair_count.pairs, 0) as pairs
            from subject_count
            left join pair_count on pair_count.subject_id = subject_count.subject_id
        )
        select
            node.taxonomy_node_id as node_id,
            node.parent_id,
            node.level,
            node.name,
            node.description,
            count(counted.subject_id) as subjects,
            coalesce(sum(counted.syllabi), 0)::bigint as syllabi,
            coalesce(sum(counted.key_concepts), 0)::bigint as key_concepts,
            coalesce(sum(counted.pairs), 0)::bigint as pairs
        from kept_taxonomy_node as node
        left join taxonomy_ancestor as below on below.ancestor_id = node.taxonomy_node_id
        left join counted on counted.discipline_id = below.taxonomy_node_id
        group by all
        union all
        select
            subject.subject_id,
            subject.discipline_id,
            'subject',
            subject.name,
            subject.level || ': ' || array_to_string(subject.subtopics, ', '),
            1,
            counted.syllabi,
            counted.key_concepts,
            counted.pairs
        from subject
        join counted on counted.subject_id = subject.subject_id
        join kept_taxonomy_node as node on node.taxonomy_node_id = subject.discipline_id
        order by 3, 4, 1
        """
    ).df()


def run_counts(cursor: Cursor, run_id: str) -> RunCounts:
    """Count what a run has made."""
    row = cursor.execute(
        """
        select
            count(*),
            count(error_kind),
            (select count(*) from instruction where run_id = $run_id),
            (select count(*) from answer where run_id = $run_id),
            coalesce(sum(prompt_tokens), 0)::bigint,
            coalesce(sum(completion_tokens), 0)::bigint,
            case when count(*) = count(cost) then coalesce(sum(cost), 0) end
        from model_call
        where run_id = $run_id
        """,
        {"run_id": run_id},
    ).fetchone()
    assert row is not None  # an aggregate always gives a row
    return RunCounts(*row)


def spending(cursor: Cursor) -> Spending:
    """Add up all model calls; those of unknown price are counted apart, never taken for free."""
    row = cursor.execute(
        """
        select
            count(*),
            coalesce(sum(prompt_tokens), 0)::bigint,
            coalesce(sum(completion_tokens), 0)::bigint,
            coalesce(sum(cost), 0),
            count(*) - count(cost)
        from model_call
        """
    ).fetchone()
    assert row is not None  # an aggregate always gives a row
    return Spending(*row)


def typical_seconds(cursor: Cursor, model: str) -> dict[str, float]:
    """Give the median seconds of a model's answered calls by stage; stages without any are left out."""
    rows = cursor.execute(
        """
        select stage, median(seconds)
        from model_call
        where model = ?
            and finish_reason <> ''
        group by stage
        """,
        [model],
    ).fetchall()
    return dict(rows)


def run_errors(cursor: Cursor, run_id: str) -> pd.DataFrame:
    """Give the failed calls of a run by kind: stage, error_kind, calls, example."""
    return cursor.execute(
        """
        select stage, error_kind, count(*) as calls, any_value(error_message) as example
        from model_call
        where run_id = ?
            and error_kind is not null
        group by all
        order by calls desc, stage, error_kind
        """,
        [run_id],
    ).df()


def pairs(cursor: Cursor, filter_: Filter, *, limit: int) -> pd.DataFrame:
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
    row = cursor.execute(f"select count(*) from pair where {condition.where}", condition.parameters).fetchone()  # noqa: S608
    return int(row[0]) if row else 0


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
        order by hash(point.instruction_id), point.instruction_id
        limit ?
        """,  # noqa: S608 - the condition is built from parameters only
        [projection_id, *condition.parameters, limit],
    ).df()


def list_fields(cursor: Cursor) -> tuple[str, ...]:
    """List the names of the kept fields in their order, which is that of their colours."""
    rows = cursor.execute(
        """
        select name
        from taxonomy_node
        where level = 'field'
            and status = 'kept'
        order by position nulls last, name
        """
    ).fetchall()
    return tuple(name for (name,) in rows)


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


def lineage(cursor: Cursor, instruction_id: str) -> Lineage | None:
    """Give the lineage of a pair; None if there is no such instruction."""
    row = cursor.execute(
        """
        select
            pair.field, pair.sub_field, pair.discipline, pair.subject,
            asked.messages, asked.model, answered.messages, answered.model
        from pair
        join model_call as asked on asked.model_call_id = pair.instruction_model_call_id
        left join model_call as answered on answered.model_call_id = pair.answer_model_call_id
        where pair.instruction_id = ?
        """,
        [instruction_id],
    ).fetchone()
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
        instruction_messages=_messages(row[4]),
        answer_messages=_messages(row[6]),
        models=tuple(model for model in (row[5], row[7]) if model),
    )


def _messages(text: str | None) -> tuple[Message, ...]:
    values: list[dict[str, Any]] = json.loads(text) if text else []
    return tuple(Message(**value) for value in values)
