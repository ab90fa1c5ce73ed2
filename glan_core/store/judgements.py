"""What did judges say of pairs?"""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from glan_core.entities import Filter
from glan_core.ids import stable_id
from glan_core.judgements import ASPECTS, Judgement
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor, first_row
from glan_core.store.filters import condition_of
from glan_core.store.kept_rows import delete_of_removed_runs, list_known_ids
from glan_core.store.samples import samples_version

if TYPE_CHECKING:
    import pandas as pd

_BRANCHES = ("field", "sub_field", "discipline", "subject")


class Judge(NamedTuple):
    """A model with the number of pairs whose newest judgement it gave."""

    model: str
    pairs: int


class BranchScores(NamedTuple):
    """What one judge gave to the pairs below a branch."""

    branch_id: str
    name: str
    pairs: int
    mean: float
    deviation: float | None
    """Of the sample; None for one pair."""


def insert_judgements(cursor: Cursor, judgements: Sequence[Judgement]) -> None:
    """Add judgements; those that are there already stay as they are, unless their run was removed."""
    rows = {judgement.judgement_id: judgement for judgement in judgements}
    delete_of_removed_runs(cursor, "judgement", list(rows))
    insert_batch(cursor, "judgement", [dataclasses.asdict(row) for row in rows.values()])


def list_known_judgement_ids(cursor: Cursor, judgement_ids: Sequence[str]) -> frozenset[str]:
    """Give those of the ids that are there, and not of a removed run."""
    return list_known_ids(cursor, "judgement", judgement_ids)


def count_judgements(cursor: Cursor) -> int:
    """Count the judgements that count: the newest of each pair and judge."""
    row = first_row(cursor.execute("select count(*) from newest_judgement"))
    return int(row[0]) if row else 0


def judged_version(cursor: Cursor) -> str:
    """Give letters and digits that change whenever something else may have been said of the pairs of a filter."""
    row = first_row(cursor.execute("select (select count(*) from comparison), (select count(*) from compared_answer)"))
    return stable_id("judged", *samples_version(cursor), *(row or ()))


def list_judges(cursor: Cursor, filter_: Filter) -> tuple[Judge, ...]:
    """List the judges of the pairs of a filter, most pairs first."""
    condition = condition_of(filter_)
    rows = cursor.execute(
        f"""
        select judged.model, count(*)
        from newest_judgement as judged
        join pair on pair.answer_id = judged.answer_id
        where {condition.where}
        group by all
        order by 2 desc, judged.model
        """,  # noqa: S608 - the condition is built from parameters only
        condition.parameters,
    ).fetchall()
    return tuple(Judge(*row) for row in rows)


def count_scores(cursor: Cursor, filter_: Filter, judge: str) -> "pd.DataFrame":
    """Count what a judge gave to the pairs of a filter: aspect (score, helpfulness, ...), given (1 to 10), pairs."""
    condition = condition_of(filter_)
    columns = ", ".join(f"judged.{name}" for name in ("score", *ASPECTS))
    names = ", ".join(("score", *ASPECTS))
    return cursor.execute(
        f"""
        select aspect, given, count(*) as pairs
        from (
            unpivot (
                select {columns}
                from newest_judgement as judged
                join pair on pair.answer_id = judged.answer_id
                where {condition.where}
                    and judged.model = ?
            )
            on {names}
            into name aspect value given
        )
        group by all
        order by aspect, given
        """,  # noqa: S608 - names of ours, and a condition built from parameters only
        [*condition.parameters, judge],
    ).df()


def list_lowest_scored(cursor: Cursor, filter_: Filter, judge: str, *, limit: int) -> "pd.DataFrame":
    """Give the pairs of a filter to which a judge gave least, lowest first, with its reasons.

    Columns: instruction_id, answer_id, discipline, subject, instruction, answer, score, helpfulness, relevance,
    accuracy, detail, reason, judged_at.
    """
    condition = condition_of(filter_)
    aspects = ", ".join(f"judged.{name}" for name in ASPECTS)
    return cursor.execute(
        f"""
        select
            pair.instruction_id,
            pair.answer_id,
            pair.discipline,
            pair.subject,
            pair.instruction,
            pair.answer,
            judged.score,
            {aspects},
            judged.reason,
            judged.judged_at
        from newest_judgement as judged
        join pair on pair.answer_id = judged.answer_id
        where {condition.where}
            and judged.model = ?
        order by judged.score, {aspects}, pair.answer_id
        limit ?
        """,  # noqa: S608 - names of ours, and a condition built from parameters only
        [*condition.parameters, judge, limit],
    ).df()


def mean_scores(cursor: Cursor, filter_: Filter, judge: str, *, level: str) -> tuple[BranchScores, ...]:
    """Give what a judge gave by `field`, `sub_field`, `discipline` or `subject` of pairs of a filter, least first."""
    if level not in _BRANCHES:
        raise ValueError(f"pairs have no branch {level!r}")
    condition = condition_of(filter_)
    rows = cursor.execute(
        f"""
        select
            pair.{level}_id as branch_id,
            any_value(pair.{level}) as name,
            count(*) as pairs,
            avg(judged.score) as mean,
            stddev_samp(judged.score) as deviation
        from newest_judgement as judged
        join pair on pair.answer_id = judged.answer_id
        where {condition.where}
            and judged.model = ?
        group by pair.{level}_id
        order by mean, name, branch_id
        """,  # noqa: S608 - names of ours, and a condition built from parameters only
        [*condition.parameters, judge],
    ).fetchall()
    return tuple(BranchScores(*row) for row in rows)


def count_by_verdict(cursor: Cursor, filter_: Filter, judge: str) -> "pd.DataFrame":
    """Count the pairs of a filter that both a judge and people have judged: score (1 to 10), status, pairs.

    The status is what people said of the pair, accepted or rejected.
    """
    condition = condition_of(filter_)
    return cursor.execute(
        f"""
        select judged.score, pair.status, count(*) as pairs
        from newest_judgement as judged
        join pair on pair.answer_id = judged.answer_id
        where {condition.where}
            and judged.model = ?
            and pair.status in ('accepted', 'rejected')
        group by all
        order by judged.score, pair.status
        """,  # noqa: S608 - the condition is built from parameters only
        [*condition.parameters, judge],
    ).df()
