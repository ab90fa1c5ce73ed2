"""Which few vectors stand for all of them, so that looking at these shows the most of what there is?

The greedy k-center of T. F. Gonzalez (Clustering to minimize the maximum intercluster distance, 1985): each next one
is the farthest from all before, so that after k none is farther from the nearest of them than twice the best possible.
"""

from typing import NamedTuple

import numpy as np


class FarthestFirst(NamedTuple):
    """Rows, each the farthest from all before it."""

    rows: np.ndarray
    """int64 of shape (k,)."""
    distances: np.ndarray
    """float32 of shape (k,): 1 - cosine to the nearest before it, falling; nan for the first."""


def farthest_first(vectors: np.ndarray, *, wanted: int, first: int = 0) -> FarthestFirst:
    """Give up to `wanted` rows of float32 vectors of unit length, shape (n, d), beginning with row `first`.

    It ends where all that is left says the same as one that was taken: at a distance of 0. Of equally far ones the
    lowest row is taken.
    """
    if not len(vectors) or wanted < 1:
        return FarthestFirst(np.empty(0, np.int64), np.empty(0, np.float32))
    rows, distances = [first], [np.float32(np.nan)]
    apart = 1 - vectors @ vectors[first]
    while len(rows) < wanted:
        apart[rows[-1]] = -1.0  # what was taken is not taken again, whatever rounding says
        farthest = int(apart.argmax())
        if apart[farthest] <= _SAME:
            break
        rows.append(farthest)
        distances.append(apart[farthest])
        np.minimum(apart, 1 - vectors @ vectors[farthest], out=apart)
    return FarthestFirst(np.array(rows, np.int64), np.array(distances, np.float32))


_SAME = 1e-6  # within which 1 - cosine of equal vectors may miss 0
