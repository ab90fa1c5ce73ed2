"""How do two sets differ in how varied they are, at equal n, and is it more than chance?

Both are drawn down to the size of the smaller one, by the same seed, and read by the same encoder; each is measured and
kept as any other evaluation. Where that cannot be said of two evaluations, they are not compared, and why is told.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from glan_core.diversity import LEAST, Asked, Progress, check_rows, conditions_of, drawable, evaluate
from glan_core.encoder_choice import encoder_in_use
from glan_core.errors import EmbeddingError
from glan_core.insight.intervals import DrawInterval, interval_of_difference
from glan_core.store.database import Cursor, Database, explained_errors
from glan_core.store.drawn_rows import Drawable, RowSet, count_shared
from glan_core.store.evaluations import Evaluation, Number, find_evaluation
from glan_core.text_encoding import Compute, compute_here, key_of_environment

_OF_REFERENCE = ("novel_sum_dense", "reference_coverage", "reference_density")
_OF_ARRIVAL = ("newest_novelty",)  # rows of a corpus have no time at which they came
_CONTENT_WORDS = {"instruction": "questions", "answer": "answers", "both": "questions with answers"}


class EqualN(NamedTuple):
    """Two sets, drawn down to as many rows."""

    first: Asked
    second: Asked
    of_first: Drawable
    of_second: Drawable
    shared: int
    """Rows that are in both draws."""

    @property
    def n(self) -> int:
        """How many rows of each are measured."""
        return self.first.n


class Difference(NamedTuple):
    """One number of both sets."""

    first: Number
    second: Number
    difference: float
    """The first less the second."""
    interval: DrawInterval | None
    """Of the difference, 90 %; None unless halves say how far another draw would move both numbers.

    What more rows would add has none: its own interval says how far the order of the same rows moves it.
    """

    @property
    def is_clear(self) -> bool:
        """Say whether the interval leaves out 0."""
        return self.interval is not None and (self.interval.lower > 0 or self.interval.upper < 0)


class DiversityComparison(NamedTuple):
    """Two sets at equal n."""

    first: Evaluation
    second: Evaluation
    differences: Mapping[str, Difference]
    """By metric, those that both have."""


def at_equal_n(cursor: Cursor, asked: Asked, other: RowSet) -> EqualN:
    """Draw what is asked for and another set down to the smaller of both, and at most `asked.n` rows.

    Raises SettingsError as `check_rows`, and EmbeddingError where either has fewer than two rows to draw.
    """
    for rows in (asked.rows, other):
        check_rows(cursor, rows)
    of_first, of_second = drawable(cursor, asked.rows), drawable(cursor, other)
    n = min(asked.n, of_first.with_vector, of_second.with_vector)
    if n < LEAST:
        raise EmbeddingError(
            f"Of the sets to compare, {of_first.with_vector:,} and {of_second.with_vector:,} rows can be drawn.",
            "Choose sets with more pairs, or read them first: python -m glan_core embed",
        )
    first = asked._replace(n=n, has_intervals=True)
    second = first._replace(scope=other.scope, corpus_id=other.corpus_id)
    encoder, content = encoder_in_use(cursor)
    shared = count_shared(
        cursor, first.rows, second.rows, n=n, seed=asked.seed, encoder=encoder.encoder, content=content
    )
    return EqualN(first, second, of_first, of_second, shared)


def compare(
    database: Database,
    equal: EqualN,
    *,
    compute: Compute = compute_here,
    find_key: Callable[[str], str] = key_of_environment,
    on_progress: Progress = lambda step, done, total: None,
    is_anew: bool = False,
) -> DiversityComparison:
    """Measure both sets, unless that was done, and compare them; raises as `diversity.evaluate`."""
    first, second = (
        evaluate(database, each, compute=compute, find_key=find_key, on_progress=on_progress, is_anew=is_anew)
        for each in (equal.first, equal.second)
    )
    return compared(first, second)


def find_comparison(database: Database, cursor: Cursor, equal: EqualN) -> DiversityComparison | None:
    """Give the comparison if both sets were measured as they are now; None otherwise."""
    with explained_errors(database.path):
        first, second = (
            find_evaluation(cursor, conditions_of(cursor, each), has_intervals=True)
            for each in (equal.first, equal.second)
        )
    return None if first is None or second is None else compared(first, second)


def compared(first: Evaluation, second: Evaluation) -> DiversityComparison:
    """Compare what was measured of two sets; ValueError where `why_not_compared` has something to say."""
    if reason := why_not_compared(first, second):
        raise ValueError(f"these are not compared: {reason}")
    differences = {
        metric: _difference(number, second.numbers[metric])
        for metric, number in first.numbers.items()
        if metric in second.numbers and metric not in _OF_ARRIVAL and _is_same_reference(first, second, metric)
    }
    return DiversityComparison(first, second, differences)


def number_before(evaluation: Evaluation, before: Evaluation | None, metric: str) -> Number | None:
    """Give what a number was in an evaluation before; None where it cannot be held beside it, or there is none."""
    if before is None or why_not_compared(evaluation, before):
        return None
    if metric not in evaluation.numbers or metric not in before.numbers:
        return None
    return before.numbers[metric] if _is_same_reference(evaluation, before, metric) else None


def why_not_compared(one: Evaluation, other: Evaluation) -> str:
    """Say why the numbers of two evaluations cannot be compared; '' where they can."""
    here, there = one.conditions, other.conditions
    reasons = []
    if there.n != here.n:
        reasons.append(f"n = {there.n:,}, not {here.n:,}")
    if there.seed != here.seed:
        reasons.append(f"seed {there.seed}, not {here.seed}")
    if there.encoder != here.encoder:
        reasons.append(f"read by {there.encoder}")
    if there.content != here.content:
        reasons.append(f"of {_CONTENT_WORDS[there.content]}")
    return "; ".join(reasons)


def _is_same_reference(first: Evaluation, second: Evaluation, metric: str) -> bool:
    """Say whether a number was held against the same rows, or against none."""
    if metric not in _OF_REFERENCE:
        return True
    rows = [each.numbers[metric].parameters["reference_rows"] for each in (first, second)]
    return first.conditions.reference == second.conditions.reference and rows[0] == rows[1]


def _difference(first: Number, second: Number) -> Difference:
    of_first, of_second = _interval_by_halves(first), _interval_by_halves(second)
    interval = None
    if of_first is not None and of_second is not None:
        interval = interval_of_difference(first.value, of_first, second.value, of_second)
    return Difference(first, second, first.value - second.value, interval)


def _interval_by_halves(number: Number) -> DrawInterval | None:
    """Give how far another draw would move a number, where that was measured."""
    if "splits" not in number.parameters or number.lower is None or number.upper is None:
        return None
    return DrawInterval(number.lower, number.upper)
