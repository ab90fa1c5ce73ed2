"""How well do the pairs of a node keep to what it teaches, and which sibling nodes can hardly be told apart?

A node is stood for by the centroid of its concepts, of unit length. Its cohesion is the mean cosine of its pairs to
that; the overlap of two siblings is the share of the pairs of both that lie nearer to the other one's centroid: 0 if
they keep apart, one half if they cannot be told apart. A pair that is as near to both counts half. Pairs come in
batches.
"""

from typing import NamedTuple

import numpy as np

_SAME = np.float32(1e-5)  # cosines to the same two vectors differ by less, however they were added up


class Overlap(NamedTuple):
    """Two nodes below the same parent, by their numbers."""

    one: int
    other: int
    share: float
    """Of the pairs of both, 0 to 1."""
    pairs: int


class NodeComparison:
    """Compares pairs with the centroids of the nodes below the same parent."""

    def __init__(self, centroids: np.ndarray, parents: np.ndarray) -> None:
        """`centroids` are float32 of shape (k, d), as `centroids_of` gives them; `parents` int64 of shape (k,)."""
        count = len(centroids)
        self._centroids = centroids
        self._parents = parents
        self._has_one = np.linalg.norm(centroids, axis=1) > 0 if count else np.empty(0, bool)
        self._sums = np.zeros(count)
        self._pairs = np.zeros(count, np.int64)
        self._nearer: dict[tuple[int, int], float] = {}

    def add(self, vectors: np.ndarray, nodes: np.ndarray) -> None:
        """Take in pairs: `vectors` float32 of shape (n, d), of unit length; `nodes` int64 of shape (n,), -1: none."""
        counted = (nodes >= 0) & self._has_one[nodes] if len(self._has_one) else np.zeros(len(nodes), bool)
        vectors, nodes = vectors[counted], nodes[counted]
        for parent in np.unique(self._parents[nodes]):
            members = np.flatnonzero(self._parents[nodes] == parent)
            siblings = np.flatnonzero((self._parents == parent) & self._has_one)
            own = np.searchsorted(siblings, nodes[members])
            cosines = vectors[members] @ self._centroids[siblings].T
            own_cosines = np.take_along_axis(cosines, own[:, None], axis=1)
            np.add.at(self._sums, nodes[members], own_cosines[:, 0])
            np.add.at(self._pairs, nodes[members], 1)
            for place, sibling in enumerate(siblings.tolist()):
                further = cosines[own == place] - own_cosines[own == place]
                nearer = (further > _SAME).sum(axis=0) + 0.5 * (np.abs(further) <= _SAME).sum(axis=0)
                for other, number in zip(siblings.tolist(), nearer.tolist(), strict=True):
                    if number and other != sibling:
                        self._nearer[sibling, other] = self._nearer.get((sibling, other), 0.0) + number

    @property
    def pairs(self) -> np.ndarray:
        """How many pairs each node was compared with: int64 of shape (k,)."""
        return np.array(self._pairs)

    def cohesions(self) -> np.ndarray:
        """Give the mean cosine of its pairs to each centroid: float64 of shape (k,), nan where there are none."""
        means: np.ndarray = np.full(len(self._sums), np.nan)
        np.divide(self._sums, self._pairs, out=means, where=self._pairs > 0)
        return means

    def overlaps(self) -> tuple[Overlap, ...]:
        """Give the siblings of which a pair lies nearer to the other, or as near, the largest share first."""
        both = sorted({(min(two), max(two)) for two in self._nearer})
        found = [
            Overlap(one, other, (self._nearer.get((one, other), 0) + self._nearer.get((other, one), 0)) / pairs, pairs)
            for one, other in both
            if (pairs := int(self._pairs[one] + self._pairs[other]))
        ]
        return tuple(sorted(found, key=lambda each: (-each.share, -each.pairs, each.one, each.other)))


def centroids_of(vectors: np.ndarray, nodes: np.ndarray, *, count: int) -> np.ndarray:
    """Give the centroid of each node's concepts, float32 of shape (count, d), of unit length; zeros without any.

    `vectors` are float32 of shape (c, d), `nodes` int64 of shape (c,), from 0 to count - 1.
    """
    sums = np.zeros((count, vectors.shape[1]), np.float64)
    order = np.argsort(nodes, kind="stable")
    there, starts = np.unique(nodes[order], return_index=True)
    for node, members in zip(there, np.split(order, starts[1:]) if len(there) else (), strict=True):
        sums[node] = vectors[members].sum(axis=0, dtype=np.float64)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    centroids: np.ndarray = np.zeros(sums.shape, np.float32)
    np.divide(sums, lengths, out=centroids, where=lengths > 0, casting="same_kind")
    return centroids
