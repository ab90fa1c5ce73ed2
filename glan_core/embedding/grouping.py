"""Which vectors lie together, and which of them stand for the rest?"""

from typing import NamedTuple

import numpy as np


class Group(NamedTuple):
    """Some rows that lie together."""

    rows: tuple[int, ...]
    """In the order they came."""
    central: tuple[int, ...]
    """The same rows, nearest to the middle of the group first."""


def group_vectors(vectors: np.ndarray, *, number: int) -> tuple[Group, ...]:
    """Divide vectors of shape (n, d) into `number` groups, at most n, that vary as little as can be within (Ward).

    The same vectors give the same groups: nothing is drawn at random. Larger groups come first.
    """
    from sklearn.cluster import AgglomerativeClustering

    number = min(number, len(vectors))
    if number < 2:
        labels = np.zeros(len(vectors), int)
    else:
        labels = AgglomerativeClustering(n_clusters=number, linkage="ward").fit_predict(vectors)
    groups = [_group(vectors, np.flatnonzero(labels == label)) for label in range(max(number, 1))]
    return tuple(sorted((group for group in groups if group.rows), key=lambda group: (-len(group.rows), group.rows)))


def _group(vectors: np.ndarray, rows: np.ndarray) -> Group:
    members = vectors[rows]
    distances = np.linalg.norm(members - members.mean(axis=0), axis=1)
    return Group(tuple(rows.tolist()), tuple(rows[np.argsort(distances, kind="stable")].tolist()))
