"""How far would another draw of as many rows move a number?

The rows are split into two random halves, again and again, and the number is taken of each half. Half of what the two
differ by is how far a draw moves it: for a mean over rows exactly so (half-sample replication, McCarthy 1969). A number
that depends on n is another one of a half, so the spread is taken as a share of the mean of all halves.

    interval_of(0.31, np.array([[0.33, 0.35], [0.36, 0.32]]), most=1.0)
"""

from typing import NamedTuple

import numpy as np

SPLITS = 8
LEAST_HALVED = 8
"""Rows: of fewer, halves say next to nothing."""
_STUDENT = 1.860
"""95th percentile of Student's t with as many degrees of freedom as there are splits: 90 % lie between."""


class DrawInterval(NamedTuple):
    """Between these lie 90 %."""

    lower: float
    upper: float


def half_splits(rows: int, *, splits: int = SPLITS, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split the places 0 to rows - 1 into two random halves: int64, each rising; of an odd number one has one more."""
    rng = np.random.default_rng(seed)
    halves = []
    for _ in range(splits):
        order = rng.permutation(rows)
        halves.append((np.sort(order[: rows // 2]), np.sort(order[rows // 2 :])))
    return halves


def interval_of(value: float, halves: np.ndarray, *, most: float = np.inf) -> DrawInterval | None:
    """Give the interval of a number by what it is of halves, float64 of shape (splits, 2); it lies from 0 to `most`.

    None where halves say nothing of it: if the number is 0 in all of them, or the same in all.
    """
    mean = float(halves.mean())
    spread = float(np.sqrt((((halves[:, 0] - halves[:, 1]) / 2) ** 2).mean()))
    if mean <= 0 or spread <= 1e-9 * mean:
        return None
    reach = _STUDENT * value * spread / mean
    return DrawInterval(max(value - reach, 0.0), min(value + reach, most))


def interval_of_difference(
    first: float, of_first: DrawInterval, second: float, of_second: DrawInterval
) -> DrawInterval:
    """Give the interval of first - second by those of both, which are taken to be independent.

    The method of variance estimates recovery (Zou and Donner 2008): intervals need not lie evenly around their numbers.
    """
    lower = np.hypot(first - of_first.lower, of_second.upper - second)
    upper = np.hypot(of_first.upper - first, second - of_second.lower)
    difference = first - second
    return DrawInterval(float(difference - lower), float(difference + upper))
