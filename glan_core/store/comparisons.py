"""What did judges say of the answers of two models to the same questions?"""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from glan_core.entities import Filter
from glan_core.judgements import ComparedAnswer, Comparison
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor
from glan_core.store.filters import condition_of
from glan_core.store.kept_rows import delete_of_removed_runs

if TYPE_CHECKING:
    import pandas as pd


class Rivalry(NamedTuple):
    """Comparisons that belong together."""

    compared_model: str
    """Whose answers stood beside those of pairs."""
    judge: str
    pairs: int
    """So many pairs were compared in both orders."""
    half: int
    """So many in one order only; they count nowhere."""


def insert_compared_answers(cursor: Cursor, answers: Sequence[ComparedAnswer]) -> None:
    """Add answers of a second model; those that are there already stay as they are, unless their run was removed."""
    rows = {answer.compared_answer_id: answer for answer in answers}
    delete_of_removed_runs(cursor, "compared_answer", list(rows))
    insert_batch(cursor, "compared_answer", [dataclasses.asdict(row) for row in rows.values()])


def insert_comparisons(cursor: Cursor, comparisons: Sequence[Comparison]) -> None:
    """Add comparisons; those that are there already stay as they are, unless their run was removed."""
    rows = {comparison.comparison_id: comparison for comparison in comparisons}
    delete_of_removed_runs(cursor, "comparison", list(rows))
    insert_batch(cursor, "comparison", [dataclasses.asdict(row) for row in rows.values()])


def find_compared_answers(cursor: Cursor, compared_answer_ids: Sequence[str]) -> dict[str, ComparedAnswer]:
    """Give those of the answers that are there, and not of a removed run, by id."""
    rows = cursor.execute(
        """
        select compared_answer_id, instruction_id, text, model, run_id, model_call_id
        from compared_answer
        where compared_answer_id in (select unnest(?::varchar[]))
            and run_id not in (select run_id from removed_run)
        """,
        [list(compared_answer_ids)],
    ).fetchall()
    return {row[0]: ComparedAnswer(*row) for row in rows}


def find_comparisons(cursor: Cursor, comparison_ids: Sequence[str]) -> dict[str, Comparison]:
    """Give those of the comparisons that are there, and not of a removed run, by id."""
    rows = cursor.execute(
        """
        select
            comparison_id,
            instruction_id,
            answer_id,
            compared_answer_id,
            model,
            template_fingerprint,
            is_swapped,
            score,
            compared_score,
            reason,
            run_id,
            model_call_id,
            judged_at,
            text_digest
        from comparison
        where comparison_id in (select unnest(?::varchar[]))
            and run_id not in (select run_id from removed_run)
        """,
        [list(comparison_ids)],
    ).fetchall()
    return {row[0]: Comparison(*row) for row in rows}


def list_rivalries(cursor: Cursor, filter_: Filter) -> tuple[Rivalry, ...]:
    """List which models were held against the answers of a filter, by which judge, most pairs first."""
    condition = condition_of(filter_)
    rows = cursor.execute(
        f"""
        select compared_model, judge, count_if(orders = 2), count_if(orders < 2)
        from compared_pair
        where answer_id in (select pair.answer_id from pair where {condition.where})
        group by all
        order by 3 desc, compared_model, judge
        """,  # noqa: S608 - the condition is built from parameters only
        condition.parameters,
    ).fetchall()
    return tuple(Rivalry(*row) for row in rows)


def read_compared_pairs(cursor: Cursor, filter_: Filter, *, compared_model: str, judge: str) -> "pd.DataFrame":
    """Give the pairs of a filter that were compared in both orders, by id.

    Columns: instruction_id, field, discipline, score and compared_score (means of both orders), first_gap and
    swapped_gap (score - compared_score where the pair's answer was shown first, and where second).
    """
    condition = condition_of(filter_)
    return cursor.execute(
        f"""
        select
            pair.instruction_id,
            pair.field,
            pair.discipline,
            compared.score,
            compared.compared_score,
            compared.first_gap,
            compared.swapped_gap
        from compared_pair as compared
        join pair on pair.answer_id = compared.answer_id
        where {condition.where}
            and compared.compared_model = ?
            and compared.judge = ?
            and compared.orders = 2
        order by pair.instruction_id, pair.answer_id
        """,  # noqa: S608 - the condition is built from parameters only
        [*condition.parameters, compared_model, judge],
    ).df()
