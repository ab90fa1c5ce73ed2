"""Which landmarks are nearest to a vector?"""

from typing import Any

import numpy as np

from glan_core.embedding.neighbours import make_cells

_MOST_COMPARED = 20_000  # up to as many landmarks, each is compared with each
_ROWS_AT_ONCE = 1_000  # whose distances are added up in one go: 23 MB of 384 numbers each


class LandmarkSearch:
    """Finds the nearest of n vectors: exactly among up to 20,000, in the nearest cells of more."""

    def __init__(self, vectors: np.ndarray) -> None:
        """`vectors` are float32 of shape (n, d), rows of unit length, n >= 1."""
        import faiss

        self._vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        self._index: Any
        if len(vectors) > _MOST_COMPARED:
            self._index = make_cells(self._vectors)
        else:
            self._index = faiss.IndexFlatIP(self._vectors.shape[1])
            self._index.add(self._vectors)

    def __len__(self) -> int:
        """Say how many vectors there are."""
        return len(self._vectors)

    def find(self, vectors: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Give rows (int32) and distances (float32, 1 - cosine, never below 0) of the nearest, nearest first.

        Both of shape (len(vectors), count); `count` is at most n. They do not depend on what is looked for along with
        a vector.
        """
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        found = self._index.search(vectors, count)[1]
        short = np.flatnonzero((found < 0).any(axis=1))  # their cells hold too few
        if len(short):
            found[short] = np.argsort(-(vectors[short] @ self._vectors.T), axis=1, kind="stable")[:, :count]
        found = np.sort(found.astype(np.int32), axis=1)  # of equally near ones the first comes first
        distances = self._distances(vectors, found)
        order = np.argsort(distances, axis=1, kind="stable")
        return np.take_along_axis(found, order, axis=1), np.take_along_axis(distances, order, axis=1)

    def find_among_themselves(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Give the nearest of each of the n vectors as `find` does, each row beginning with the vector itself."""
        found, distances = self.find(self._vectors, count)
        own = np.arange(len(self), dtype=np.int32)
        is_own = found == own[:, None]
        absent = ~is_own.any(axis=1)  # there are as many that are the same
        found[absent, -1] = own[absent]
        is_own[absent, -1] = True
        order = np.argsort(~is_own, axis=1, kind="stable")
        found, distances = np.take_along_axis(found, order, axis=1), np.take_along_axis(distances, order, axis=1)
        distances[:, 0] = 0.0
        return found, distances

    def _distances(self, vectors: np.ndarray, found: np.ndarray) -> np.ndarray:
        """Give 1 - cosine row by row: what faiss adds up differs in the last digit with the number of rows."""
        distances = np.empty(found.shape, np.float32)
        for start in range(0, len(vectors), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            distances[part] = 1.0 - np.einsum("id,ikd->ik", vectors[part], self._vectors[found[part]])
        return np.maximum(distances, 0.0)
