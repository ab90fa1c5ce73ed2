"""What was measured of how varied pairs are, and which pairs are measured?"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np

from glan_core.entities import Filter
from glan_core.filter_json import filter_from_json, filter_hash, filter_to_json
from glan_core.ids import stable_id
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor, first_row
from glan_core.store.filters import condition_of
from glan_core.store.numbered_vectors import count_linked
from glan_core.store.samples import samples_version

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
    """The JSON of a filter; '' for none."""
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


class DrawnPairs(NamedTuple):
    """A sample of the pairs of a filter, in the order of its draw: its beginning is a smaller sample."""

    instruction_ids: tuple[str, ...]
    texts: tuple[str, ...]
    """What the encoder read."""
    numbers: np.ndarray
    """int64 of shape (n,): those of their vectors."""
    arrival: np.ndarray
    """int64 of shape (n,): larger for what came to the database later."""


class Drawable(NamedTuple):
    """How many questions a filter means."""

    rows: int
    with_vector: int


_TEXTS = {
    "instruction": "pair.instruction",
    "answer": "min_by(pair.answer, pair.answer_id)",
    "both": "pair.instruction || chr(10) || chr(10) || min_by(pair.answer, pair.answer_id)",
}


def dataset_version(cursor: Cursor, *, encoder: str, content: str) -> str:
    """Give letters and digits that change whenever other pairs, or other vectors of them, may be meant."""
    linked = count_linked(cursor, encoder=encoder, content=content)
    return stable_id("dataset", *samples_version(cursor), encoder, content, linked)


def count_drawable(cursor: Cursor, filter_: Filter, *, encoder: str, content: str) -> Drawable:
    """Count the questions of a filter, and those of them that an encoder has read."""
    condition = condition_of(filter_)
    row = first_row(
        cursor.execute(
            f"""
            select count(distinct pair.instruction_id), count(distinct read.instruction_id)
            from pair
            left join embedded_instruction as read
                on read.instruction_id = pair.instruction_id and read.encoder = ? and read.content = ?
            where {condition.where}
            """,  # noqa: S608 - the condition is built from parameters only
            [encoder, content, *condition.parameters],
        )
    )
    return Drawable(*row) if row else Drawable(0, 0)


def draw_pairs(cursor: Cursor, filter_: Filter, *, n: int, seed: int, encoder: str, content: str) -> DrawnPairs:
    """Draw up to n of the questions of a filter that an encoder has read, by a hash of id and seed.

    So the same ids give the same sample wherever they stand, and a smaller n the beginning of a larger one.
    """
    condition = condition_of(filter_)
    rows = cursor.execute(
        f"""
        with drawn as (
            select distinct pair.instruction_id, read.number
            from pair
            join embedded_instruction as read
                on read.instruction_id = pair.instruction_id and read.encoder = ? and read.content = ?
            where {condition.where}
            order by md5(pair.instruction_id || ?), pair.instruction_id
            limit ?
        )
        select drawn.instruction_id, {_TEXTS[content]} as text, drawn.number, min(instruction.rowid) as arrival
        from drawn
        join pair on pair.instruction_id = drawn.instruction_id
        join instruction on instruction.instruction_id = drawn.instruction_id
        group by drawn.instruction_id, drawn.number, pair.instruction
        order by md5(drawn.instruction_id || ?), drawn.instruction_id
        """,  # noqa: S608 - one of three columns, and a condition built from parameters
        [encoder, content, *condition.parameters, f" {seed}", n, f" {seed}"],
    ).fetchnumpy()
    return DrawnPairs(
        tuple(map(str, rows["instruction_id"])),
        tuple(map(str, rows["text"])),
        np.asarray(rows["number"], np.int64),
        np.asarray(rows["arrival"], np.int64),
    )


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
    rows = cursor.execute(
        """
        select
            evaluation_id, evaluated_at, scope, measured, n, rows, seed, encoder, content, reference, dataset_version,
            metric, value, lower, upper, parameters, seconds
        from evaluation
        where evaluation_id in (
            select evaluation_id
            from evaluation
            where ? or scope_hash = ?
            group by evaluation_id
            order by max(evaluated_at) desc, evaluation_id
            limit ?
        )
        order by evaluated_at desc, evaluation_id, metric
        """,
        [scope is None, filter_hash(scope or Filter()), limit],
    ).fetchall()
    found: dict[str, Evaluation] = {}
    for key, at, text, *of_conditions, metric, value, lower, upper, parameters, seconds in rows:
        if key not in found:
            found[key] = Evaluation(key, at, Conditions(filter_from_json(text), *of_conditions), {})
        number = Number(metric, value, lower, upper, json.loads(parameters), seconds)
        found[key] = found[key]._replace(numbers={**found[key].numbers, metric: number})
    return tuple(found.values())


def find_evaluation(cursor: Cursor, conditions: Conditions) -> Evaluation | None:
    """Give the newest evaluation under the same conditions; None if there is none."""
    for evaluation in list_evaluations(cursor, conditions.scope):
        if _told(evaluation.conditions) == _told(conditions):
            return evaluation
    return None


def _told(conditions: Conditions) -> dict[str, object]:
    scope = conditions.scope
    return {**conditions._asdict(), "scope": filter_to_json(scope), "scope_hash": filter_hash(scope)}
