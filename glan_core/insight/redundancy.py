"""How much of a set says what another row of it says already?

Rows are vectors of unit length, so that a cosine is a product of two rows. Every row is compared with every other one:
10,000 of 384 values take a second or two.
"""

from typing import NamedTuple

import numpy as np

NEAR = 0.95
"""From this cosine on two rows are near-duplicates, if nothing else is said."""
_ROWS = 512  # compared with all at once: 20 MB for 10,000


class Redundancy(NamedTuple):
    """What every row was found to be next to."""

    nearest: np.ndarray
    """float32 of shape (n,): the cosine of each row and the one nearest to it; -inf for a row that is alone."""
    kth_distance: np.ndarray
    """float32 of shape (n,): 1 - cosine of each row and its k-th nearest, or its farthest where there are fewer."""
    groups: np.ndarray
    """int64 of shape (n,): the lowest of the rows that each hangs together with, by steps of two that are near."""


def compare_rows(vectors: np.ndarray, *, near: float = NEAR, k: int = 10) -> Redundancy:
    """Compare all rows, float32 of shape (n, d); two are near from the cosine `near` on."""
    rows = len(vectors)
    nearest = np.full(rows, -np.inf, np.float32)
    kth = np.zeros(rows, np.float32)
    groups = np.arange(rows)
    taken = min(k, rows - 1)
    for start in range(0, rows, _ROWS):
        cosines = vectors[start : start + _ROWS] @ vectors.T
        own = np.arange(len(cosines))
        cosines[own, start + own] = -np.inf
        if taken > 0:
            nearest[start : start + len(own)] = cosines.max(axis=1)
            kth[start : start + len(own)] = 1 - np.partition(cosines, rows - taken, axis=1)[:, rows - taken]
        one, other = np.nonzero(cosines >= np.float32(near))
        groups = joined(groups, one + start, other)
    return Redundancy(nearest, np.maximum(kth, 0), groups)


def joined(groups: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Give the groups (int64, each row's lowest fellow) after rows `one` were linked with rows `other`."""
    first, second = groups[one], groups[other]
    is_link = first != second
    first, second = first[is_link], second[is_link]
    lowest = np.arange(len(groups))
    while True:
        low = np.minimum(lowest[first], lowest[second])
        np.minimum.at(lowest, first, low)
        np.minimum.at(lowest, second, low)
        if np.array_equal(after := lowest[lowest], lowest) and np.array_equal(lowest[first], lowest[second]):
            found: np.ndarray = after[groups]
            return found
        lowest = after


def near_duplicate_rate(groups: np.ndarray) -> float:
    """Give the share of rows that could be dropped if one of each group is kept: 0 to below 1, 0 for no rows."""
    return 1 - len(np.unique(groups)) / len(groups) if len(groups) else 0.0


def list_groups(groups: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """Give the rows of each group of two or more, the largest group first."""
    order = np.argsort(groups, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    large = [tuple(part.tolist()) for part in parts if len(part) > 1]
    return tuple(sorted(large, key=lambda rows: (-len(rows), rows)))


def mean_nearest_distance(nearest: np.ndarray) -> float | None:
    """Give the mean of 1 - cosine to the nearest other row, 0 to 2; None of fewer than two rows."""
    return None if len(nearest) < 2 else float(np.maximum(1 - nearest.astype(np.float64), 0).mean())
