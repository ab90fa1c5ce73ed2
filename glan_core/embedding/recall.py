"""Do two ways to embed the same texts find the same neighbours?"""

import numpy as np

NEIGHBOURS = 10
LEAST_TEXTS = NEIGHBOURS + 1
_ROWS_AT_ONCE = 1024


def recall_at_10(reference: np.ndarray, other: np.ndarray) -> float:
    """Give the mean share of the 10 nearest rows that are the same in both, 0 to 1; a row itself does not count.

    Both of unit length, float32 of shapes (n, d) and (n, e), n >= 11. Raises ValueError otherwise.
    """
    if len(reference) != len(other) or len(reference) < LEAST_TEXTS:
        raise ValueError(f"{len(reference)} and {len(other)} vectors cannot be compared: {LEAST_TEXTS} are wanted")
    same = 0
    for start in range(0, len(reference), _ROWS_AT_ONCE):
        nearest, others = (_nearest(vectors, start) for vectors in (reference, other))
        same += int((nearest[:, :, None] == others[:, None, :]).sum())
    return same / (len(reference) * NEIGHBOURS)


def _nearest(vectors: np.ndarray, start: int) -> np.ndarray:
    """Give the numbers of the 10 nearest of each row from `start` on, in no order."""
    rows = vectors[start : start + _ROWS_AT_ONCE]
    cosines = rows @ vectors.T
    cosines[np.arange(len(rows)), np.arange(start, start + len(rows))] = -np.inf
    return np.argpartition(-cosines, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
