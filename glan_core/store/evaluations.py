"""What was measured of how varied rows are?"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from glan_core.entities import Filter
from glan_core.filter_json import filter_from_json, filter_hash, filter_to_json
from glan_core.ids import stable_id
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor

PAIRS = "pairs"


class Conditions(NamedTuple):
    """What was measured, and how; numbers are only compared where all of it is the same but the time."""

    scope: Filter
    measured: str
    """PAIRS, or the corpus that the rows are of."""
    n: int
    """Rows that were measured."""
    rows: int
    """Out of so many."""
    seed: int
    encoder: str
    content: str
    reference: str
    """What it was held against: the JSON of a filter, or the id of a corpus; '' for nothing."""
    dataset_version: str


class Number(NamedTuple):
    """One number of an evaluation."""

    metric: str
    value: float
    lower: float | None
    upper: float | None
    parameters: Mapping[str, Any]
    seconds: float


class Evaluation(NamedTuple):
    """All numbers that were measured at once."""

    evaluation_id: str
    evaluated_at: datetime
    conditions: Conditions
    numbers: Mapping[str, Number]
    """By metric."""

    @property
    def has_intervals(self) -> bool:
        """Say whether it was asked how far another draw would move its numbers."""
        return any("splits" in number.parameters for number in self.numbers.values())


def insert_evaluation(cursor: Cursor, conditions: Conditions, numbers: Sequence[Number], *, at: datetime) -> Evaluation:
    """Keep an evaluation; `at` is to carry its zone."""
    key = stable_id("evaluation", *_told(conditions).values(), at.astimezone(UTC).isoformat())
    shared = {"evaluation_id": key, "evaluated_at": at, **_told(conditions)}
    insert_batch(
        cursor,
        "evaluation",
        [{**shared, **number._asdict(), "parameters": json.dumps(dict(number.parameters))} for number in numbers],
    )
    return Evaluation(key, at, conditions, {number.metric: number for number in numbers})


def list_evaluations(
    cursor: Cursor, scope: Filter | None = None, *, limit: int | None = None
) -> tuple[Evaluation, ...]:
    """List evaluations, newest first: all, or those of a filter of the same values; the first `limit` of them."""
    return _list_where(cursor, {} if scope is None else {"scope_hash = ?": filter_hash(scope)}, limit=limit)


def find_evaluation(cursor: Cursor, conditions: Conditions, *, has_intervals: bool = False) -> Evaluation | None:
    """Give the newest evaluation under the same conditions, or the newest with intervals; None if there is none."""
    wanted = _same(conditions, "n", "rows", "dataset_version")
    if has_intervals:
        wanted["json_exists(parameters, ?)"] = "$.splits"
    return next(iter(_list_where(cursor, wanted, limit=1)), None)


def find_earlier_state(cursor: Cursor, conditions: Conditions, *, most: int) -> Evaluation | None:
    """Give the newest evaluation of the same set in the same way when other rows were there, at most `most` of them."""
    wanted = _same(conditions) | {"dataset_version <> ?": conditions.dataset_version, "n <= ?": most}
    return next(iter(_list_where(cursor, wanted, limit=1)), None)


def find_before(cursor: Cursor, evaluation: Evaluation) -> Evaluation | None:
    """Give the evaluation before this one that it can be compared with: all the same but the data and the time."""
    wanted = _same(evaluation.conditions, "n") | {"evaluated_at < ?": evaluation.evaluated_at}
    return next(iter(_list_where(cursor, wanted, limit=1)), None)


def _same(conditions: Conditions, *others: str) -> dict[str, object]:
    """Give what is wanted of evaluations of the same set in the same way, with these conditions the same too."""
    told = _told(conditions)
    names = ("scope_hash", "measured", "seed", "encoder", "content", "reference", *others)
    return {f"{name} = ?": told[name] for name in names}


def _list_where(cursor: Cursor, wanted: Mapping[str, object], *, limit: int | None) -> tuple[Evaluation, ...]:
    """List the evaluations with a number of which all that is wanted is true, newest first; no others are read."""
    rows = cursor.execute(
        f"""
        select
            evaluation_id, evaluated_at, scope, measured, n, rows, seed, encoder, content, reference, dataset_version,
            metric, value, lower, upper, parameters, seconds
        from evaluation
        where evaluation_id in (
            select evaluation_id
            from evaluation
            where {" and ".join(wanted) or "true"}
            group by evaluation_id
            order by max(evaluated_at) desc, evaluation_id
            limit ?
        )
        order by evaluated_at desc, evaluation_id, metric
        """,  # noqa: S608 - conditions of ours
        [*wanted.values(), limit],
    ).fetchall()
    found: dict[str, Evaluation] = {}
    for key, at, text, *of_conditions, metric, value, lower, upper, parameters, seconds in rows:
        if key not in found:
            found[key] = Evaluation(key, at, Conditions(filter_from_json(text), *of_conditions), {})
        number = Number(metric, value, lower, upper, json.loads(parameters), seconds)
        found[key] = found[key]._replace(numbers={**found[key].numbers, metric: number})
    return tuple(found.values())


def _told(conditions: Conditions) -> dict[str, object]:
    scope = conditions.scope
    return {**conditions._asdict(), "scope": filter_to_json(scope), "scope_hash": filter_hash(scope)}
