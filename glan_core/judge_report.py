"""What did a judge say of the pairs of a filter, in numbers?

The scores of one judge with their mean; the table of two models by field (the paper's groups) and discipline; and how
far the judge says what people say. Every number comes with its n.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from glan_core.entities import Filter
from glan_core.insight.judge_agreement import HeldAgainstPeople, hold_against_people
from glan_core.insight.judge_means import Duel, Mean, duel_of, mean_from
from glan_core.judgements import ASPECTS
from glan_core.store.comparisons import read_compared_pairs
from glan_core.store.database import Cursor
from glan_core.store.judgements import count_by_verdict, count_scores, mean_scores

if TYPE_CHECKING:
    import pandas as pd

WHOLE = "score"
"""Beside ASPECTS: the answer as a whole."""


class Scores(NamedTuple):
    """What one judge gave."""

    means: dict[str, Mean]
    """By WHOLE and aspect."""
    counts: dict[str, dict[int, int]]
    """By the same, how many pairs got which score, 1 to 10."""

    @property
    def n(self) -> int:
        """How many pairs were judged."""
        return self.means[WHOLE].n


class BranchMean(NamedTuple):
    """What one judge gave below one branch."""

    branch_id: str
    name: str
    score: Mean


class ComparedBranch(NamedTuple):
    """A row of the table of two models."""

    group: str
    """The field; empty for all pairs."""
    discipline: str
    """Empty for a whole field."""
    duel: Duel


def read_scores(cursor: Cursor, filter_: Filter, judge: str) -> Scores | None:
    """Give what a judge gave to the pairs of a filter; None if it judged none of them."""
    frame = count_scores(cursor, filter_, judge)
    if frame.empty:
        return None
    counts = {name: _by_score(frame[frame["aspect"] == name]) for name in (WHOLE, *ASPECTS)}
    return Scores({name: _mean(by_score) for name, by_score in counts.items()}, counts)


def read_branch_means(cursor: Cursor, filter_: Filter, judge: str, *, level: str) -> tuple[BranchMean, ...]:
    """Give what a judge gave by `field`, `sub_field`, `discipline` or `subject`, the least first."""
    return tuple(
        BranchMean(each.branch_id, each.name, mean_from(each.pairs, each.mean, each.deviation))
        for each in mean_scores(cursor, filter_, judge, level=level)
    )


def compare_models(cursor: Cursor, filter_: Filter, *, compared_model: str, judge: str) -> tuple[ComparedBranch, ...]:
    """Give how the answers of a filter did beside another model's: all first, then each field with its disciplines.

    Nothing where no pair was judged in both orders. Fields and disciplines are in the order of their names.
    """
    frame = read_compared_pairs(cursor, filter_, compared_model=compared_model, judge=judge)
    return tuple(_branches(frame)) if len(frame) else ()


def read_agreement_with_people(cursor: Cursor, filter_: Filter, judge: str) -> HeldAgainstPeople:
    """Hold the scores of a judge against what people accepted and rejected."""
    frame = count_by_verdict(cursor, filter_, judge)
    rows = zip(frame["score"], frame["status"], frame["pairs"], strict=True)
    return hold_against_people({(int(score), str(status)): int(pairs) for score, status, pairs in rows})


def duel_data(duel: Duel) -> dict[str, Any]:
    """Give the numbers of a duel as JSON-ready data."""
    return {**duel._asdict(), "win_share": duel.win_share._asdict(), "gap": duel.gap._asdict()}


def _branches(frame: "pd.DataFrame") -> Iterator[ComparedBranch]:
    yield ComparedBranch("", "", _duel(frame))
    for group, of_group in frame.groupby("field"):
        yield ComparedBranch(str(group), "", _duel(of_group))
        for discipline, rows in of_group.groupby("discipline"):
            yield ComparedBranch(str(group), str(discipline), _duel(rows))


def _duel(rows: "pd.DataFrame") -> Duel:
    columns = ("first_gap", "swapped_gap", "score", "compared_score")
    return duel_of(*(np.asarray(rows[column], np.float64) for column in columns))


def _by_score(frame: "pd.DataFrame") -> dict[int, int]:
    return {int(given): int(pairs) for given, pairs in zip(frame["given"], frame["pairs"], strict=True)}


def _mean(by_score: dict[int, int]) -> Mean:
    n = sum(by_score.values())
    mean = sum(score * pairs for score, pairs in by_score.items()) / n
    squares = sum((score - mean) ** 2 * pairs for score, pairs in by_score.items())
    return mean_from(n, mean, (squares / (n - 1)) ** 0.5 if n > 1 else None)
