"""Which questions does a filter mean, in which order, and what stands in each row?

A row is a question with its newest answer. All rows of a filter are found once, as places in the table `instruction`
(8 bytes each), and from then on any page of them is read in the same time: a million rows are as fast as a hundred.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from glan_core.entities import ANY_LENGTH, ANY_SCORE, Filter
from glan_core.store.conditions import Condition, all_of
from glan_core.store.database import Cursor, first_row
from glan_core.store.filters import condition_of, of_judge_score
from glan_core.store.searches import like_pattern

if TYPE_CHECKING:
    import pandas as pd

ORDERS = ("newest", "oldest", "longest_question", "shortest_question", "longest_answer", "shortest_answer", "place")
"""Newest: those first that reached the database last. Place: by field, discipline and subject."""

_KEPT = """
    select
        instruction.rowid as number,
        instruction.instruction_id,
        instruction.text as instruction,
        instruction.strategy,
        instruction.status,
        instruction.run_id,
        instruction.model_call_id as instruction_model_call_id,
        place.*
    from instruction
    join (
        select
            syllabus.syllabus_id,
            subject.subject_id,
            subject.name as subject,
            subject.level,
            path.*,
            row_number() over (order by path.field, path.discipline, subject.name, syllabus.syllabus_id) as place_number
        from syllabus
        join kept_subject as subject on subject.subject_id = syllabus.subject_id
        join discipline_path as path on path.discipline_id = subject.discipline_id
    ) as place on place.syllabus_id = instruction.syllabus_id
    where instruction.run_id not in (select run_id from removed_run)
"""
"""The view `pair` without its answers, which cost more than all the rest and are asked for by few filters."""

_ORDER = {
    "oldest": "number",
    "newest": "number desc",
    "longest_question": "length(pair.instruction) desc, number desc",
    "shortest_question": "length(pair.instruction), number desc",
    "longest_answer": "answered.characters desc nulls last, number desc",
    "shortest_answer": "answered.characters nulls last, number desc",
    "place": "pair.place_number, number desc",
}
_LENGTHS = """
    left join (
        select instruction_id, max(length(text)) as characters
        from kept_answer
        group by instruction_id
    ) as answered on answered.instruction_id = pair.instruction_id
"""


class Version(NamedTuple):
    """Changes whenever other rows may fit a filter."""

    instructions: int
    answers: int
    flags: int
    """A checksum: one may be raised while another is lifted."""
    tags: int
    edits: int
    accepted: int
    rejected: int
    removed_runs: str
    judgements: int
    rewritten: int
    """How often reviewers changed a text, or took something back."""


def samples_version(cursor: Cursor) -> Version:
    """Give what tells whether rows that were found are still those."""
    row = first_row(
        cursor.execute(
            """
            select
                (select count(*) from instruction),
                (select count(*) from answer),
                (select coalesce(bit_xor(hash(hash(instruction_id, kind))), 0) from quality_flag),
                (select count(*) from tag),
                (select count(*) from edit),
                (select count(*) from instruction where status = 'accepted'),
                (select count(*) from instruction where status = 'rejected'),
                (select coalesce(string_agg(run_id order by run_id), '') from removed_run),
                (select count(*) from judgement),
                (select count(*) from review)
            """
        )
    )
    assert row is not None
    return Version(*row)


def condition_on_questions(filter_: Filter) -> Condition:
    """Give the condition on questions without answers: what these are needed for asks for them by itself."""
    rest = dataclasses.replace(
        filter_, has_answer=None, text="", models=(), answer_characters=ANY_LENGTH, judge_score=ANY_SCORE
    )
    return all_of(condition_of(rest), *_of_answers(filter_))


def find_samples(cursor: Cursor, filter_: Filter, order: str = "newest") -> np.ndarray:
    """Give the rows of a filter in one of ORDERS, as places in the table: int64."""
    condition = condition_on_questions(filter_)
    found = cursor.execute(
        f"""
        select number
        from ({_KEPT}) as pair
        {_LENGTHS if "answered" in _ORDER[order] else ""}
        where {condition.where}
        {"" if order in ("newest", "oldest") else f"order by {_ORDER[order]}"}
        """,  # noqa: S608 - texts of ours, and a condition built from parameters only
        condition.parameters,
    ).fetchnumpy()["number"]
    numbers = np.asarray(found, np.int64)
    if order in ("newest", "oldest"):
        numbers = np.sort(numbers)
    return numbers[::-1] if order == "newest" else numbers


def find_number(cursor: Cursor, instruction_id: str) -> int | None:
    """Give the place of an instruction in the table; None if there is none, or it was removed."""
    row = first_row(
        cursor.execute(f"select number from ({_KEPT}) as pair where instruction_id = ?", [instruction_id])  # noqa: S608
    )
    return None if row is None else int(row[0])


def list_numbers_of_pairs(cursor: Cursor, instruction_ids: Sequence[str]) -> list[int | None]:
    """Give the places of instructions in the table, in their order; None for what is not there, or was removed."""
    rows = cursor.execute(
        f"""
        select instruction_id, number
        from ({_KEPT}) as pair
        where instruction_id in (select unnest(?::varchar[]))
        """,  # noqa: S608 - a text of ours
        [list(instruction_ids)],
    ).fetchall()
    number_of = dict(rows)
    return [number_of.get(instruction_id) for instruction_id in instruction_ids]


def read_samples(cursor: Cursor, numbers: Sequence[int], *, characters: int | None = None) -> "pd.DataFrame":
    """Give the rows at some places, in their order; texts end after `characters`, if it is given.

    Columns: instruction_id, instruction, answer, status, strategy, run_id, field, sub_field, discipline, subject,
    level, the ids field_id, sub_field_id, discipline_id and subject_id, flags and tags (lists), number.
    """
    text = "" if characters is None else f"[:{int(characters)}]"
    return cursor.execute(
        f"""
        with listed as (
            select *
            from ({_KEPT}) as pair
            where number in (select unnest($numbers::bigint[]))
        ),
        answered as (
            select instruction_id, max_by(text, answer.rowid){text} as answer
            from answer
            where answer.rowid in (select unnest($answers::bigint[]))
            group by instruction_id
        )
        select
            listed.* exclude (instruction, syllabus_id, instruction_model_call_id, place_number),
            listed.instruction{text} as instruction,
            answered.answer,
            (
                select coalesce(list(kind order by kind), [])
                from quality_flag as flag
                where flag.instruction_id = listed.instruction_id
            ) as flags,
            (
                select coalesce(list(tag order by tag), [])
                from kept_tag
                where kept_tag.instruction_id = listed.instruction_id
            ) as tags
        from listed
        left join answered on answered.instruction_id = listed.instruction_id
        order by list_position($numbers::bigint[], listed.number)
        """,  # noqa: S608 - a text of ours and a number
        {"numbers": list(numbers), "answers": _answers(cursor, numbers)},
    ).df()


class CallOfPair(NamedTuple):
    """A call that a pair came from."""

    model_call_id: str
    stage: str
    """`instructions` or `answers`."""
    model: str
    run_id: str
    """The run that paid for it."""
    finished_at: datetime
    seconds: float
    prompt_tokens: int | None
    completion_tokens: int | None


def list_calls_of(cursor: Cursor, instruction_id: str) -> tuple[CallOfPair, ...]:
    """List the calls that an instruction and its answers came from, the one of the question first."""
    ids = cursor.execute(
        """
        select model_call_id from instruction where instruction_id = $id
        union all
        select model_call_id from kept_answer where instruction_id = $id
        """,
        {"id": instruction_id},
    ).fetchall()
    found = [
        CallOfPair(*row)
        for (model_call_id,) in ids  # one by one: each is looked up by its key
        for row in cursor.execute(
            """
            select model_call_id, stage, model, run_id, finished_at, seconds, prompt_tokens, completion_tokens
            from model_call
            where model_call_id = ?
            """,
            [model_call_id],
        ).fetchall()
    ]
    return tuple(sorted(found, key=lambda call: (call.stage != "instructions", call.finished_at)))


def _answers(cursor: Cursor, numbers: Sequence[int]) -> list[int]:
    """Give the places of the answers: found by id alone, so that no other text is read."""
    rows = cursor.execute(
        """
        select rowid
        from answer
        where instruction_id in (
                select instruction_id from instruction where rowid in (select unnest(?::bigint[]))
            )
            and run_id not in (select run_id from removed_run)
        """,
        [list(numbers)],
    ).fetchall()
    return [number for (number,) in rows]


def _of_answers(filter_: Filter) -> Iterator[Condition]:
    if filter_.has_answer is not None:
        word = "in" if filter_.has_answer else "not in"
        yield Condition(f"pair.instruction_id {word} (select instruction_id from kept_answer)", [])  # noqa: S608
    for word in filter_.text.split():
        pattern = f"%{like_pattern(word)}%"
        yield Condition(
            r"""pair.instruction ilike ? escape '\'
                or pair.instruction_id in (select instruction_id from kept_answer where text ilike ? escape '\')""",
            [pattern, pattern],
        )
    if filter_.models:
        calls = "(select model_call_id from model_call where model in (select unnest(?::varchar[])))"
        models = list(filter_.models)
        yield Condition(
            f"""pair.instruction_model_call_id in {calls}
                or pair.instruction_id in (select instruction_id from kept_answer where model_call_id in {calls})""",  # noqa: S608
            [models, models],
        )
    least, most = filter_.answer_characters
    if least is not None or most is not None:
        yield Condition(
            """pair.instruction_id in (
                select instruction_id
                from kept_answer
                where length(text) between ? and coalesce(?, 9223372036854775807)
            )""",
            [least or 0, most],
        )
    yield from of_judge_score(
        """pair.instruction_id in (
            select kept_answer.instruction_id
            from kept_answer
            join judge_score on judge_score.answer_id = kept_answer.answer_id
            where {}
        )""",
        filter_.judge_score,
    )
