"""What can be told of the pairs that an export takes: where from, by which models, for how much?"""

from typing import NamedTuple

from glan_core.store.database import Cursor, first_row

_TELLING = ("field", "discipline", "level", "strategy")
_LENGTHS = (0, 100, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 1_000_000_000)
"""Characters of an answer at which the bars of their lengths begin."""


class Counted(NamedTuple):
    """Pairs of a kind."""

    name: str
    train: int
    test: int


class Maker(NamedTuple):
    """A model with a prompt, and how many pairs came of them."""

    stage: str
    """instructions or answers."""
    model: str
    template: str
    template_fingerprint: str
    pairs: int


class Cost(NamedTuple):
    """What the calls behind the pairs cost: those that asked and those that answered."""

    calls: int
    priced: int
    """Calls whose price is known."""
    dollars: float


class ExportFacts(NamedTuple):
    """All of it."""

    by: dict[str, tuple[Counted, ...]]
    """By field, discipline, level and strategy, the most first."""
    answer_characters: tuple[Counted, ...]
    """By how long the answer is, the shortest first."""
    scores: tuple[Counted, ...]
    """By the score of judges, rounded, from 1 to 10; empty where none was judged."""
    makers: tuple[Maker, ...]
    cost: Cost


def read_facts(cursor: Cursor) -> ExportFacts:
    """Count what `arrange` has taken."""
    cursor.execute(
        """
        create or replace temp table export_told as
        select
            row.split,
            pair.field,
            pair.discipline,
            pair.level,
            pair.strategy,
            length(pair.answer) as answer_characters,
            score.score,
            pair.instruction_model_call_id,
            pair.answer_model_call_id
        from export_row as row
        join pair on pair.instruction_id = row.instruction_id and pair.answer_id = row.answer_id
        left join judge_score as score on score.answer_id = row.answer_id
        """
    )
    return ExportFacts(
        {column: _counted(cursor, column) for column in _TELLING},
        _lengths(cursor),
        _scores(cursor),
        _makers(cursor),
        _cost(cursor),
    )


def _counted(cursor: Cursor, column: str) -> tuple[Counted, ...]:
    rows = cursor.execute(
        f"""
        select
            {column} as name,
            count(*) filter (where split = 'train') as train,
            count(*) filter (where split = 'test') as test
        from export_told
        group by name
        order by train + test desc, name
        """  # noqa: S608 - one of four columns
    ).fetchall()
    return tuple(Counted(*row) for row in rows)


def _lengths(cursor: Cursor) -> tuple[Counted, ...]:
    rows = cursor.execute(
        """
        with bar as (
            select unnest($begins::bigint[]) as least, unnest($ends::bigint[]) as most
        )
        select
            bar.least,
            bar.most,
            count(told.split) filter (told.split = 'train'),
            count(told.split) filter (told.split = 'test')
        from bar
        left join export_told as told on told.answer_characters >= bar.least and told.answer_characters < bar.most
        group by all
        order by bar.least
        """,
        {"begins": list(_LENGTHS[:-1]), "ends": list(_LENGTHS[1:])},
    ).fetchall()
    last = _LENGTHS[-1]
    return tuple(
        Counted(f"{least:,} and more" if most == last else f"{least:,} to {most - 1:,}", train, test)
        for least, most, train, test in rows
    )


def _scores(cursor: Cursor) -> tuple[Counted, ...]:
    rows = cursor.execute(
        """
        select
            given.score,
            count(told.split) filter (told.split = 'train'),
            count(told.split) filter (told.split = 'test')
        from range(1, 11) as given(score)
        left join export_told as told on round(told.score) = given.score
        group by all
        order by given.score
        """
    ).fetchall()
    counted = tuple(Counted(str(score), train, test) for score, train, test in rows)
    return counted if any(each.train + each.test for each in counted) else ()


def _makers(cursor: Cursor) -> tuple[Maker, ...]:
    rows = cursor.execute(
        """
        with made as (
            select 'instructions' as stage, instruction_model_call_id as model_call_id from export_told
            union all
            select 'answers' as stage, answer_model_call_id as model_call_id from export_told
        )
        select made.stage, call.model, call.template, call.template_fingerprint, count(*) as pairs
        from made
        join model_call as call on call.model_call_id = made.model_call_id
        group by all
        order by made.stage desc, pairs desc, call.model, call.template_fingerprint
        """
    ).fetchall()
    return tuple(Maker(*row) for row in rows)


def _cost(cursor: Cursor) -> Cost:
    row = first_row(
        cursor.execute(
            """
            select count(*), count(cost), coalesce(sum(cost), 0)
            from model_call
            where model_call_id in (
                select instruction_model_call_id from export_told
                union
                select answer_model_call_id from export_told
            )
            """
        )
    )
    return Cost(*row) if row else Cost(0, 0, 0.0)
