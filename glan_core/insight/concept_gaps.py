"""Which concepts is no pair near to, and which pairs are nearer to a concept of another group than to their own?

Everything is told in cosines of vectors of unit length. Pairs come in batches, so that memory is bounded by a batch
and not by the set; each is compared with every concept once. A group is a number from 0: the subject that a concept
is taught in and a pair was drawn from.

    >>> found = ConceptComparison(concepts, groups)           # float32 (c, d), int64 (c,)
    >>> found.add(vectors, keys, own_groups)                  # float32 (n, d), int64 (n,), int64 (n,), again and again
    >>> gap_sizes(found.within.cosines)                         # 1 - cosine; 1 where there is nothing to compare with
"""

from typing import NamedTuple

import numpy as np

CELLS_AT_ONCE = 8_000_000
"""Cosines that are held at once: 32 MB."""
PERCENTILE = 5.0
LEAST_CALIBRATED = 20
"""Pairs that a percentile wants: of fewer, the 5th is hardly more than the smallest cosine."""
_NONE = -1
_SAME = np.float32(1e-4)  # cosines of the same two vectors differ by less, however they were added up


class Nearest(NamedTuple):
    """The nearest pair of each concept."""

    cosines: np.ndarray
    """float32 of shape (c,); -inf where there was no pair."""
    keys: np.ndarray
    """int64 of shape (c,): the key that the pair was added with; -1 where there was none."""


class Concerned(NamedTuple):
    """The nearest concept of each pair of a batch; all arrays have shape (n,)."""

    concepts: np.ndarray
    """int64: the nearest of all concepts, by its row; -1 if there are none."""
    cosines: np.ndarray
    """float32: its cosine."""
    own_cosines: np.ndarray
    """float32: that of the nearest concept of the pair's own group; -inf if the group has none."""

    @property
    def is_elsewhere(self) -> np.ndarray:
        """Say of each pair whether its group has concepts, and one of another group is nearer than all of them."""
        is_elsewhere: np.ndarray = np.isfinite(self.own_cosines) & (self.cosines > self.own_cosines + _SAME)
        return is_elsewhere


class Calibration(NamedTuple):
    """How near pairs are to the concepts that they were made from."""

    cosines: np.ndarray
    """float32 of shape (n,): for each pair that of the nearest of the concepts that it was made from. A question over
    five of them need not speak of each."""
    percentile: float
    usual: float | None
    """So many percent of the cosines are smaller; None if there are fewer than LEAST_CALIBRATED."""
    chance: float | None = None
    """So many percent of the cosines of pairs and concepts that have nothing to do with them are larger."""

    @property
    def threshold(self) -> float | None:
        """The cosine from which on a pair is near: what is usual, but never what chance gives. None: nobody knows.

        Of pairs that hardly speak of what they were made from, the usual is no nearer than anything is to anything.
        """
        return self.usual if self.usual is None or self.chance is None else max(self.usual, self.chance)


class ConceptComparison:
    """Compares concepts with pairs that come in batches."""

    def __init__(self, concepts: np.ndarray, groups: np.ndarray) -> None:
        """`concepts` are float32 of shape (c, d), of unit length; `groups` int64 of shape (c,)."""
        self._concepts = np.ascontiguousarray(concepts, np.float32)
        self._transposed = np.ascontiguousarray(self._concepts.T)
        self._of_group = _members(groups)
        self.within = _nothing(len(concepts))
        """The nearest pair of the concept's own group."""
        self.anywhere = _nothing(len(concepts))
        """The nearest of all pairs."""

    def add(self, vectors: np.ndarray, keys: np.ndarray, groups: np.ndarray) -> Concerned:
        """Compare a batch: `vectors` float32 of shape (n, d), unit length; `keys` and `groups` int64 of shape (n,).

        Of pairs that are equally near, the first that was added counts.
        """
        count = len(self._concepts)
        nearest = np.full(len(vectors), _NONE, np.int64)
        cosines = np.full(len(vectors), -np.inf, np.float32)
        own = np.full(len(vectors), -np.inf, np.float32)
        if not count or not len(vectors):
            return Concerned(nearest, cosines, own)
        for start in range(0, len(vectors), max(CELLS_AT_ONCE // count, 1)):
            part = slice(start, start + max(CELLS_AT_ONCE // count, 1))
            found = vectors[part] @ self._transposed
            nearest[part] = found.argmax(axis=1)
            cosines[part] = np.take_along_axis(found, nearest[part][:, None], axis=1)[:, 0]
            _improve(self.anywhere, np.arange(count), found, keys[part])
        for group, members in _members(groups).items():
            concepts = self._of_group.get(group)
            if concepts is not None:
                own[members] = self._compare_group(vectors[members], keys[members], concepts)
        return Concerned(nearest, cosines, own)

    def _compare_group(self, vectors: np.ndarray, keys: np.ndarray, concepts: np.ndarray) -> np.ndarray:
        best = np.empty(len(vectors), np.float32)
        transposed = self._transposed[:, concepts]
        step = max(CELLS_AT_ONCE // len(concepts), 1)
        for start in range(0, len(vectors), step):
            found = vectors[start : start + step] @ transposed
            best[start : start + step] = found.max(axis=1)
            _improve(self.within, concepts, found, keys[start : start + step])
        return best


def gap_sizes(cosines: np.ndarray) -> np.ndarray:
    """Give how far each concept is from its nearest pair: 1 - cosine, float64, from 0 to 1.

    What has nothing to be compared with (-inf) has the gap 1 by definition, and so has what is turned away.
    """
    return 1.0 - np.clip(cosines.astype(np.float64), 0.0, 1.0)


def ranked(cosines: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """Give the rows of concepts, the largest gap first, int64; equal ones by `otherwise`, the smaller cosine first."""
    return np.lexsort((np.arange(len(cosines)), otherwise, -gap_sizes(cosines)))


def best_of_each(cosines: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Give the largest cosine of each pair: both of shape (m,), with the rows of a pair one after the other."""
    if not len(cosines):
        return cosines
    starts = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]]))
    best: np.ndarray = np.maximum.reduceat(cosines, starts)
    return best


def paired_cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Give the cosine of each row of one array with the same row of another, both of shape (n, d): float32 (n,)."""
    cosines: np.ndarray = np.einsum("ij,ij->i", left, right)
    return cosines


def calibrate(
    cosines: np.ndarray, *, by_chance: np.ndarray | None = None, percentile: float = PERCENTILE
) -> Calibration:
    """Tell from these cosines, and those of pairs with concepts of something else, which are near.

    None of both where they are too few to tell.
    """
    usual = float(np.percentile(cosines, percentile)) if len(cosines) >= LEAST_CALIBRATED else None
    chance = None
    if by_chance is not None and len(by_chance) >= LEAST_CALIBRATED:
        chance = float(np.percentile(by_chance, 100 - percentile))
    return Calibration(cosines, percentile, usual, chance)


def _nothing(count: int) -> Nearest:
    return Nearest(np.full(count, -np.inf, np.float32), np.full(count, _NONE, np.int64))


def _members(groups: np.ndarray) -> dict[int, np.ndarray]:
    """Give the rows of each group, in their order."""
    order = np.argsort(groups, kind="stable")
    values, starts = np.unique(groups[order], return_index=True)
    return dict(zip(values.tolist(), np.split(order, starts[1:]), strict=True)) if len(values) else {}


def _improve(nearest: Nearest, concepts: np.ndarray, cosines: np.ndarray, keys: np.ndarray) -> None:
    """Take in the cosines (n, len(concepts)) of pairs; only what is nearer than before is looked for by its row.

    The largest of a column is quickly found, but not its row: and after some batches few columns get any better.
    """
    largest = cosines.max(axis=0)
    better = np.flatnonzero(largest > nearest.cosines[concepts])
    nearest.cosines[concepts[better]] = largest[better]
    nearest.keys[concepts[better]] = keys[cosines[:, better].argmax(axis=0)]
