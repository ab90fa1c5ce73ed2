"""How much of a reference does a set cover, and how densely?

Density and coverage of Naeem et al. 2020 (arXiv 2002.09797). Around each row of the reference lies a ball that reaches
to its k-th nearest other row there. Coverage is the share of balls with a row of the set inside. Density is the mean
number of balls that a row of the set lies in, by k: about 1 where both sets are drawn alike, and more where the set
stays where the reference is dense. Distances are 1 - cosine, which orders unit vectors as Euclid's do.
"""

from typing import NamedTuple

import numpy as np

NEIGHBOURS = 5
_ROWS = 512


class ReferenceCoverage(NamedTuple):
    """How a set lies to a reference."""

    coverage: float
    """0 to 1."""
    density: float
    """0 and more; not bounded by 1."""


def reference_coverage(
    reference: np.ndarray, vectors: np.ndarray, *, neighbours: int = NEIGHBOURS
) -> ReferenceCoverage:
    """Compare a set, float32 of shape (n, d), with a reference of shape (m, d); rows of unit length.

    Raises ValueError for a reference of no more than `neighbours` rows, and for an empty set.
    """
    inside = rows_inside(reference, vectors, neighbours=neighbours)
    return ReferenceCoverage(float((inside > 0).mean()), int(inside.sum()) / (neighbours * len(vectors)))


def rows_inside(reference: np.ndarray, vectors: np.ndarray, *, neighbours: int = NEIGHBOURS) -> np.ndarray:
    """Count the rows of the set in the ball around each row of the reference: int64 of shape (m,); 0: not covered.

    Takes and raises as `reference_coverage`.
    """
    if len(reference) <= neighbours or not len(vectors):
        raise ValueError(f"{len(vectors)} rows cannot be compared with {len(reference)} in balls of {neighbours}")
    inside = np.empty(len(reference), np.int64)
    for start in range(0, len(reference), _ROWS):
        block = reference[start : start + _ROWS]
        among = block @ reference.T
        own = np.arange(len(block))
        among[own, start + own] = -np.inf
        reach = np.partition(among, len(reference) - neighbours, axis=1)[:, [len(reference) - neighbours]]
        inside[start : start + len(block)] = (block @ vectors.T >= reach).sum(axis=1)
    return inside
