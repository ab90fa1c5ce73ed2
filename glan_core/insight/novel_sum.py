"""How much does each row differ from those nearest to it?

NovelSum (Yang et al. 2025, arXiv 2502.17184): the novelty of a row is the mean of its distances to all rows, itself
included, weighted by 1 / rank from the nearest on, and multiplied by how dense a reference set is around it; the
number of a set is the mean over its rows. A distance is 1 - cosine. Without a reference the density is left out: the
authors advise against taking the set itself for it.
"""

import numpy as np

NEIGHBOURS = 10
POWER = 0.5
"""Of the density."""
_SAME = 1e-6
_ROWS = 512


def novel_sum(vectors: np.ndarray, density: np.ndarray | None = None) -> float:
    """Give the mean novelty of rows, float32 of shape (n, d) and of unit length; 0 for none.

    `density`, of shape (n,), is that of `density_in`. Without it the number lies between 0 and 2.
    """
    rows = len(vectors)
    if not rows:
        return 0.0
    weights = 1 / np.arange(1, rows + 1)
    weights /= weights.sum()
    novelties = np.empty(rows)
    for start in range(0, rows, _ROWS):
        distances = 1 - vectors[start : start + _ROWS] @ vectors.T
        own = np.arange(len(distances))
        distances[own, start + own] = 0
        distances.sort(axis=1)
        novelties[start : start + len(own)] = np.maximum(distances, 0) @ weights
    return float(np.mean(novelties if density is None else novelties * density))


def density_in(
    reference: np.ndarray, vectors: np.ndarray, *, neighbours: int = NEIGHBOURS, power: float = POWER
) -> np.ndarray:
    """Give how dense a reference is around each row: 1 / (mean distance to its 10 nearest there) to a power.

    Both float32, of shape (m, d) and (n, d), rows of unit length; m is above `neighbours`, or ValueError is raised.
    Where a row stands in the reference itself, it is left out there.
    """
    if len(reference) <= neighbours:
        raise ValueError(f"{len(reference)} rows of a reference have no {neighbours} nearest others")
    densities = np.empty(len(vectors))
    for start in range(0, len(vectors), _ROWS):
        distances = 1 - vectors[start : start + _ROWS] @ reference.T
        nearest = np.sort(np.partition(distances, neighbours, axis=1)[:, : neighbours + 1], axis=1)
        is_itself = nearest[:, :1] < _SAME
        others = np.where(is_itself, nearest[:, 1:], nearest[:, :-1])
        means = np.maximum(others.mean(axis=1, dtype=np.float64), _SAME)
        densities[start : start + len(others)] = means**-power
    return densities
