"""How varied are some pairs, and how far can the number be trusted?

Every number of a sample depends on how many rows there are, so sets are only compared at the same n: the first n of
each in the order of a hash of their ids and a seed. What was measured is kept (store/evaluations.py), and not measured
again as long as no other pairs could be meant.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from glan_core.encoder_choice import encoder_in_use
from glan_core.entities import Filter
from glan_core.errors import EmbeddingError, SettingsError
from glan_core.filter_json import filter_to_json
from glan_core.insight.headline import Measured, Sample, measure
from glan_core.store.database import Cursor, Database, explained_errors, transaction
from glan_core.store.evaluations import (
    PAIRS,
    Conditions,
    Drawable,
    DrawnPairs,
    Evaluation,
    Number,
    count_drawable,
    dataset_version,
    draw_pairs,
    find_evaluation,
    insert_evaluation,
    list_evaluations,
)
from glan_core.store.numbered_vectors import read_numbered_vectors
from glan_core.text_encoding import Compute, compute_here

ROWS = 10_000
"""Measured where nobody says otherwise."""
LEAST = 2
MOST = 20_000
"""All cosines of so many take some ten seconds."""
Progress = Callable[[int, int], None]


class Asked(NamedTuple):
    """What is to be measured."""

    scope: Filter = Filter()
    n: int = ROWS
    """At most so many rows."""
    seed: int = 0
    reference: Filter | None = None
    """Pairs to hold it against; as many are drawn."""


def conditions_of(cursor: Cursor, asked: Asked) -> Conditions:
    """Give under which conditions a measurement would be made now: what is asked for, and what is there.

    Raises SettingsError for an n that cannot be.
    """
    if not LEAST <= asked.n <= MOST:
        raise SettingsError(f"{asked.n:,} rows cannot be measured.", f"Choose from {LEAST} to {MOST:,}.")
    encoder, content = encoder_in_use(cursor)
    there = drawable(cursor, asked.scope)
    return Conditions(
        scope=asked.scope,
        measured=PAIRS,
        n=min(asked.n, there.with_vector),
        rows=there.rows,
        seed=asked.seed,
        encoder=encoder.encoder,
        content=content,
        reference="" if asked.reference is None else filter_to_json(asked.reference),
        dataset_version=dataset_version(cursor, encoder=encoder.encoder, content=content),
    )


def drawable(cursor: Cursor, scope: Filter) -> Drawable:
    """Count the questions of a filter, and those of them that the encoder in use has read."""
    encoder, content = encoder_in_use(cursor)
    return count_drawable(cursor, scope, encoder=encoder.encoder, content=content)


def evaluate(
    database: Database,
    asked: Asked,
    *,
    compute: Compute = compute_here,
    on_progress: Progress = lambda done, total: None,
    is_anew: bool = False,
) -> Evaluation:
    """Measure what is asked for and keep it; give what is kept where nothing has changed since, unless `is_anew`.

    `on_progress` hears how many steps are done and how many there are. Raises SettingsError, EmbeddingError where the
    encoder in use has read fewer than two of the pairs, and StoreError.
    """
    with explained_errors(database.path):
        cursor = database.cursor()
        try:
            conditions = conditions_of(cursor, asked)
            if conditions.n < LEAST:
                raise EmbeddingError(
                    f"{conditions.encoder} has read {conditions.n} of {conditions.rows:,} pairs: there is nothing to "
                    "compare.",
                    "Choose other pairs." if conditions.rows < LEAST else "Read them first: python -m glan_core embed",
                )
            kept = None if is_anew else find_evaluation(cursor, conditions)
            if kept is not None:
                return kept
            measured = _measure(cursor, asked, conditions, compute, on_progress)
            numbers = [Number(*each) for each in measured]
            with database.writing, transaction(cursor):
                return insert_evaluation(cursor, conditions, numbers, at=datetime.now(UTC))
        finally:
            cursor.close()


def find_before(cursor: Cursor, evaluation: Evaluation) -> Evaluation | None:
    """Give the evaluation before this one that it can be compared with: all the same but the data and the time."""
    this = _without_data(evaluation.conditions)
    for other in list_evaluations(cursor, evaluation.conditions.scope):
        if other.evaluated_at < evaluation.evaluated_at and _without_data(other.conditions) == this:
            return other
    return None


def _without_data(conditions: Conditions) -> Conditions:
    return conditions._replace(rows=0, dataset_version="", scope=Filter())


def _measure(
    cursor: Cursor, asked: Asked, conditions: Conditions, compute: Compute, on_progress: Progress
) -> tuple[Measured, ...]:
    drawn = _draw(cursor, asked.scope, conditions)
    sample = Sample(drawn.texts, _vectors(cursor, conditions.encoder, drawn), drawn.arrival)
    reference = None
    if asked.reference is not None:
        reference = _vectors(cursor, conditions.encoder, _draw(cursor, asked.reference, conditions))
    measured = compute(measure, sample, seed=asked.seed, reference=reference, on_progress=on_progress)
    return tuple(_with_ids(each, drawn.instruction_ids) for each in measured)


def _draw(cursor: Cursor, filter_: Filter, conditions: Conditions) -> DrawnPairs:
    return draw_pairs(
        cursor,
        filter_,
        n=conditions.n,
        seed=conditions.seed,
        encoder=conditions.encoder,
        content=conditions.content,
    )


def _vectors(cursor: Cursor, encoder: str, drawn: DrawnPairs) -> np.ndarray:
    """Give the vector of each row; equal texts share one."""
    numbers, place = np.unique(drawn.numbers, return_inverse=True)
    vectors: np.ndarray = read_numbered_vectors(cursor, encoder=encoder, numbers=numbers)[place]
    return vectors


def _with_ids(measured: Measured, instruction_ids: tuple[str, ...]) -> Measured:
    """Name rows by their ids where they are told by their place in the sample."""
    if "groups" not in measured.details:
        return measured
    groups = [[instruction_ids[row] for row in rows] for rows in measured.details["groups"]]
    return measured._replace(details={**measured.details, "groups": groups})
