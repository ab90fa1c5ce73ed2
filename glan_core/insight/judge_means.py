"""What does a judge give on average, and which of two models does it favour?

    Mean(n=40, mean=6.8, lower=6.3, upper=7.3)

Intervals of means are Student's, at 95 %; those of shares are Wilson's (wilson.py). Where every value is the
same there is no interval: it would have no width, as if nothing else could come. An interval ends where values do.
"""

import math
from typing import NamedTuple

import numpy as np

from glan_core.insight.wilson import Interval, Z, wilson_interval

SCORES = (1.0, 10.0)
_GAPS = (-9.0, 9.0)
# 97.5th percentiles of Student's t with 1 to 30 degrees of freedom, as every table has them.
_STUDENT = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)


class Mean(NamedTuple):
    """The mean of n values."""

    n: int
    mean: float
    lower: float | None
    """End of its interval; None for a single value, or where all are the same."""
    upper: float | None


class Duel(NamedTuple):
    """How the answers of pairs did beside those of another model; each pair was judged in both orders."""

    n: int
    wins: int
    """Pairs whose answer got more, on the mean of both orders."""
    ties: int
    losses: int
    win_share: Interval
    """Of wins among all n, 0 to 1."""
    score: float
    """Mean over pairs, 1 to 10."""
    compared_score: float
    gap: Mean
    """Of score - compared_score: the paper's measure."""
    contradictions: int
    """Pairs where the one order favours the one model and the other order the other."""
    first_place: float
    """What a judge gives to an answer for standing first: half of what the gaps of both orders differ by, in points."""


def mean_from(n: int, mean: float, deviation: float | None, *, within: tuple[float, float] = SCORES) -> Mean:
    """Give a mean by the standard deviation of the sample; without an interval where that is None, nan or 0.

    Values lie `within` these bounds, so the mean of all does.
    """
    if not deviation or math.isnan(deviation) or n < 2:
        return Mean(n, mean, None, None)
    reach = student(n - 1) * deviation / math.sqrt(n)
    return Mean(n, mean, max(mean - reach, within[0]), min(mean + reach, within[1]))


def student(degrees: int) -> float:
    """Give the 97.5th percentile of Student's t with so many degrees of freedom, at least 1, to three digits.

    Beyond the table by the expansion in 1 / degrees (Abramowitz and Stegun, 26.7.5).
    """
    if degrees <= len(_STUDENT):
        return _STUDENT[degrees - 1]
    return Z + (Z**3 + Z) / (4 * degrees) + (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * degrees**2)


def duel_of(first_gaps: np.ndarray, swapped_gaps: np.ndarray, scores: np.ndarray, compared: np.ndarray) -> Duel:
    """Give how pairs did beside another model's answers; arrays float64 of shape (n,), n at least 1.

    `first_gaps` and `swapped_gaps` are the pair's score less the other one, shown first and second; `scores` and
    `compared` are the means of both orders.
    """
    gaps = (first_gaps + swapped_gaps) / 2
    wins = int((gaps > 0).sum())
    losses = int((gaps < 0).sum())
    return Duel(
        n=len(gaps),
        wins=wins,
        ties=len(gaps) - wins - losses,
        losses=losses,
        win_share=wilson_interval(wins, len(gaps)),
        score=float(scores.mean()),
        compared_score=float(compared.mean()),
        gap=mean_from(len(gaps), float(gaps.mean()), float(gaps.std(ddof=1)) if len(gaps) > 1 else None, within=_GAPS),
        contradictions=int((first_gaps * swapped_gaps < 0).sum()),
        first_place=float((first_gaps - swapped_gaps).mean() / 2),
    )
