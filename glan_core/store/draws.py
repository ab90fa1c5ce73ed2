"""How often was each part of a syllabus drawn for a question?

What a removed run has made does not count. A draw is an instruction, answered or not; a pair is one with an answer.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from glan_core.entities import Strategy
from glan_core.store.database import Cursor


class SyllabusUse(NamedTuple):
    """One version of a subject's syllabus in numbers."""

    syllabus_id: str
    subject_id: str
    version: int
    class_sessions: int
    key_concepts: int
    key_concepts_used: int
    """Those that at least one instruction was drawn from."""
    instructions: int
    pairs: int


class Draws(NamedTuple):
    """How many instructions were drawn from each part of one syllabus; parts without any are left out."""

    by_class_session: dict[str, int]
    """An instruction over two class sessions counts in both."""
    by_key_concept: dict[str, int]


def list_syllabus_use(cursor: Cursor, subject_ids: Sequence[str]) -> dict[str, tuple[SyllabusUse, ...]]:
    """Give, by subject id, all versions of its syllabus, newest first; empty for a subject without one."""
    rows = cursor.execute(
        """
        with wanted as (
            select syllabus_id, subject_id, version
            from syllabus
            where subject_id in (select unnest(?::varchar[]))
        ),
        asked as (
            select instruction_id, syllabus_id, key_concept_ids
            from instruction
            where syllabus_id in (select syllabus_id from wanted)
                and not exists (from removed_run where removed_run.run_id = instruction.run_id)
        ),
        instruction_count as (
            select syllabus_id, count(*) as instructions
            from asked
            group by syllabus_id
        ),
        pair_count as (
            select asked.syllabus_id, count(*) as pairs
            from asked
            join kept_answer as answer on answer.instruction_id = asked.instruction_id
            group by asked.syllabus_id
        ),
        used as (
            select distinct unnest(key_concept_ids) as key_concept_id
            from asked
        ),
        concept_count as (
            select
                session.syllabus_id,
                count(distinct session.class_session_id) as class_sessions,
                count(concept.key_concept_id) as key_concepts,
                count(used.key_concept_id) as key_concepts_used
            from class_session as session
            left join key_concept as concept on concept.class_session_id = session.class_session_id
            left join used on used.key_concept_id = concept.key_concept_id
            where session.syllabus_id in (select syllabus_id from wanted)
            group by session.syllabus_id
        )
        select
            wanted.syllabus_id,
            wanted.subject_id,
            wanted.version,
            coalesce(concept_count.class_sessions, 0),
            coalesce(concept_count.key_concepts, 0),
            coalesce(concept_count.key_concepts_used, 0),
            coalesce(instruction_count.instructions, 0),
            coalesce(pair_count.pairs, 0)
        from wanted
        left join concept_count on concept_count.syllabus_id = wanted.syllabus_id
        left join instruction_count on instruction_count.syllabus_id = wanted.syllabus_id
        left join pair_count on pair_count.syllabus_id = wanted.syllabus_id
        order by wanted.version desc, wanted.syllabus_id
        """,
        [list(subject_ids)],
    ).fetchall()
    uses = [SyllabusUse(*row) for row in rows]
    return {subject_id: tuple(use for use in uses if use.subject_id == subject_id) for subject_id in subject_ids}


def count_draws(cursor: Cursor, syllabus_id: str) -> Draws:
    """Count the instructions of each class session and key concept of a syllabus."""
    rows = cursor.execute(
        """
        with drawn as (
            select instruction_id, unnest(key_concept_ids) as key_concept_id
            from instruction
            where syllabus_id = ?
                and not exists (from removed_run where removed_run.run_id = instruction.run_id)
        )
        select
            concept.class_session_id,
            concept.key_concept_id,
            count(distinct drawn.instruction_id)
        from drawn
        join key_concept as concept on concept.key_concept_id = drawn.key_concept_id
        group by grouping sets ((concept.class_session_id), (concept.key_concept_id))
        """,
        [syllabus_id],
    ).fetchall()
    return Draws(
        {session_id: number for session_id, concept_id, number in rows if concept_id is None},
        {concept_id: number for _, concept_id, number in rows if concept_id is not None},
    )


def co_draws(cursor: Cursor, syllabus_id: str) -> pd.DataFrame:
    """Count how often two key concepts of a syllabus were drawn for one question, for those that ever were.

    Columns: first_id, second_id, instructions; the first comes before the second in teaching order. Where both are the
    same, instructions that were drawn from this key concept alone are counted.
    """
    return cursor.execute(
        """
        with asked as (
            select instruction_id, key_concept_ids
            from instruction
            where syllabus_id = ?
                and not exists (from removed_run where removed_run.run_id = instruction.run_id)
        ),
        drawn as (
            select
                asked.instruction_id,
                concept.key_concept_id,
                session.position << 16 | concept.position as place,
                len(asked.key_concept_ids) = 1 as is_alone
            from (select *, unnest(key_concept_ids) as key_concept_id from asked) as asked
            join key_concept as concept on concept.key_concept_id = asked.key_concept_id
            join class_session as session on session.class_session_id = concept.class_session_id
        )
        select
            first.key_concept_id as first_id,
            second.key_concept_id as second_id,
            count(*) as instructions
        from drawn as first
        join drawn as second on second.instruction_id = first.instruction_id
        where first.place < second.place
            or (first.place = second.place and first.is_alone)
        group by all
        order by any_value(first.place), any_value(second.place)
        """,
        [syllabus_id],
    ).df()


def count_drawn_combinations(cursor: Cursor, syllabus_id: str) -> dict[Strategy, int]:
    """Count, by strategy, the different combinations that instructions of a syllabus were drawn from."""
    rows = cursor.execute(
        """
        select strategy, count(distinct list_sort(key_concept_ids))
        from instruction
        where syllabus_id = ?
            and not exists (from removed_run where removed_run.run_id = instruction.run_id)
        group by strategy
        """,
        [syllabus_id],
    ).fetchall()
    counted = {Strategy(strategy): number for strategy, number in rows}
    return {strategy: counted.get(strategy, 0) for strategy in Strategy}


def list_instructions_of_key_concept(
    cursor: Cursor, key_concept_id: str, *, syllabus_id: str, limit: int
) -> pd.DataFrame:
    """Give the instructions drawn from a key concept of this syllabus, newest first, one row each.

    Columns: instruction_id, instruction, answer (None where there is none yet), key_concepts (how many it was drawn
    from), flags (None without).
    """
    return cursor.execute(
        """
        with drawn as (
            select
                instruction.instruction_id,
                instruction.text as instruction,
                len(instruction.key_concept_ids) as key_concepts,
                call.finished_at
            from instruction
            left join model_call as call on call.model_call_id = instruction.model_call_id
            where instruction.syllabus_id = $syllabus_id
                and list_contains(instruction.key_concept_ids, $key_concept_id)
                and not exists (from removed_run where removed_run.run_id = instruction.run_id)
            order by call.finished_at desc nulls last, instruction.instruction_id
            limit $limit
        )
        select
            drawn.instruction_id,
            drawn.instruction,
            answer.text as answer,
            drawn.key_concepts,
            (
                select array_to_string(list(kind order by kind), ', ')
                from quality_flag
                where quality_flag.instruction_id = drawn.instruction_id
            ) as flags
        from drawn
        left join kept_answer as answer on answer.instruction_id = drawn.instruction_id
        qualify row_number() over (partition by drawn.instruction_id order by answer.answer_id) = 1
        order by drawn.finished_at desc nulls last, drawn.instruction_id
        """,
        {"syllabus_id": syllabus_id, "key_concept_id": key_concept_id, "limit": limit},
    ).df()
