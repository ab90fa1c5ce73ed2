"""Which texts have nearly the same words?

Alike are texts that share most of their pairs of neighbouring words: the Jaccard index, those that both have divided by
those that either has, from 0 to 1. MinHash (rensa) finds what may be alike among a million without comparing each with
each; what it finds is then compared exactly.

    >>> sketches = TextSketches()
    >>> sketches.add(sketch(texts))               # again and again
    >>> found = sketches.candidates(0.8)          # places of texts that may be alike
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from glan_core.quality.words import Words, read_words, run_hashes, whole_hashes

LEAST_SIMILARITY = 0.6
"""Below it the sketches miss too many."""
PAIR_LENGTH = 2
_BANDS, _BAND_ROWS = 20, 6
# Of two texts with an index of 0.8, 20 bands of 6 values find 99.8 %, of two with 0.7 still 91 %, with 0.6 61 %.
_SEED = 1
_ALL_WITH_ALL = 24  # texts of a band with the same values: above it each is compared with the next few only
_NEXT = 8
_SLACK = 0.12  # an estimate of 0.8 from 120 values is off by more in 1 of 2,000
_ESTIMATED_AT_ONCE = 100_000  # pairs
_SKETCHED_AT_ONCE = 10_000  # texts; rensa hands their values out as Python's numbers
_U64 = np.uint64


class Candidates(NamedTuple):
    """Texts that may be alike, by the order in which they came."""

    one: np.ndarray
    """int64 of shape (c,)."""
    other: np.ndarray
    """int64 of shape (c,), above `one`."""


class Sketch(NamedTuple):
    """What is kept of the texts of a batch: 288 bytes of each."""

    wholes: np.ndarray
    """A hash of each text as a whole, uint64 of shape (n,); 0 for one without words."""
    bands: np.ndarray
    """A hash for each band of each text, uint64 of shape (n, 20)."""
    marks: np.ndarray
    """The last byte of each of its MinHash values, uint8 of shape (n, 120)."""


def sketch(texts: Sequence[str]) -> Sketch:
    """Sketch the texts of a batch; that can be done anywhere, as a sketch depends on its text alone."""
    words = read_words(texts)
    return Sketch(whole_hashes(words), *_sketched(words))


class TextSketches:
    """Takes the sketches of texts in batches, and compares them."""

    def __init__(self) -> None:
        self._bands: list[np.ndarray] = []
        self._marks: list[np.ndarray] = []
        self._wholes: list[np.ndarray] = []

    def add(self, made: Sketch) -> None:
        """Take in the texts of a batch, which come after those of the batches before."""
        self._wholes.append(made.wholes)
        self._bands.append(made.bands)
        self._marks.append(made.marks)

    def equal(self) -> Candidates:
        """Give the texts that have all their words in common, each with the first like it."""
        wholes = _stacked(self._wholes, (0,))
        _, first, inverse = np.unique(wholes, return_index=True, return_inverse=True)
        places = np.arange(len(wholes))
        is_copy = (first[inverse] != places) & (wholes != 0)
        return Candidates(first[inverse][is_copy], places[is_copy])

    def candidates(self, similarity: float) -> Candidates:
        """Give the texts that may have an index of `similarity`, but equal ones: of these the first stands for all."""
        wholes = _stacked(self._wholes, (0,))
        bands = _stacked(self._bands, (0, _BANDS))
        marks = _stacked(self._marks, (0, _BANDS * _BAND_ROWS))
        _, distinct = np.unique(wholes, return_index=True)
        distinct = np.sort(distinct)
        distinct = distinct[wholes[distinct] != 0]
        found = np.empty(0, _U64)
        for band in range(_BANDS):
            same = _same(bands[distinct, band], distinct)
            found = np.union1d(found, same[_estimates(marks, same) >= similarity - _SLACK])
        return Candidates(*_parted(found))


def similarities(words: Words, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Give the exact Jaccard index of texts of a batch by their places (int64 of shape (c,)): float64 of shape (c,)."""
    if not len(one):
        return np.empty(0, np.float64)
    features, _ = _features(words)
    texts = np.repeat(np.arange(len(words.counts)), _feature_counts(words))
    kept = np.unique(np.stack([texts.astype(_U64), features]), axis=1) if len(features) else np.empty((2, 0), _U64)
    hashes, ends = kept[1], np.searchsorted(kept[0], np.arange(len(words.counts) + 1).astype(_U64))
    sizes = np.diff(ends)
    known = np.sort(_keys(kept[0], hashes))
    lengths = sizes[one]
    begins = np.concatenate([[0], np.cumsum(lengths)])
    places = np.arange(begins[-1]) - np.repeat(begins[:-1] - ends[:-1][one], lengths)
    asked = _keys(np.repeat(other, lengths).astype(_U64), hashes[places])
    is_shared = known[np.minimum(np.searchsorted(known, asked), len(known) - 1)] == asked
    totals = np.concatenate([[0], np.cumsum(is_shared)])
    shared = totals[begins[1:]] - totals[begins[:-1]]
    return np.asarray(shared / np.maximum(sizes[one] + sizes[other] - shared, 1), np.float64)


def _keys(texts: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    """Give one number for a text and a hash."""
    keys: np.ndarray = hashes ^ ((texts + _U64(1)) * _U64(0xD1342543DE82EF95))
    return keys


def _features(words: Words) -> tuple[np.ndarray, np.ndarray]:
    """Give the hashes of the pairs of words of all texts, and where those of each begin; a lone word is its own."""
    runs = run_hashes(words, PAIR_LENGTH)
    lone = np.flatnonzero(words.counts == 1)
    texts = np.concatenate([runs.texts, lone])
    hashes = np.concatenate([runs.hashes, words.hashes[words.starts[:-1][lone]]])
    order = np.argsort(texts, kind="stable")
    return hashes[order], np.concatenate([[0], np.cumsum(_feature_counts(words))])


def _feature_counts(words: Words) -> np.ndarray:
    counts: np.ndarray = np.where(words.counts > 1, words.counts - PAIR_LENGTH + 1, words.counts)
    return counts


def _sketched(words: Words) -> tuple[np.ndarray, np.ndarray]:
    """Give a hash for each band of each text, uint64 of shape (n, _BANDS), and the last byte of each value."""
    from rensa import RMinHash

    hashes, ends = _features(words)
    factors = np.array([pow(0x9E3779B97F4A7C15, place + 1, 1 << 64) for place in range(_BAND_ROWS)], _U64)
    bands = np.empty((len(ends) - 1, _BANDS), _U64)
    marks = np.empty((len(bands), _BANDS * _BAND_ROWS), np.uint8)
    for first in range(0, len(bands), _SKETCHED_AT_ONCE):
        of = ends[first : first + _SKETCHED_AT_ONCE + 1]
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(
            hashes[of[0] : of[-1]], (of - of[0]).astype(_U64), num_perm=_BANDS * _BAND_ROWS, seed=_SEED
        )
        digests = np.array(matrix.to_rows(), _U64)
        last = first + len(digests)
        marks[first:last] = digests & _U64(255)
        mixed = (digests.reshape(-1, _BANDS, _BAND_ROWS) * factors).sum(axis=2, dtype=_U64)
        bands[first:last] = mixed ^ (mixed >> _U64(29))
    return bands, marks


def _estimates(marks: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Estimate the index of pairs of texts: the share of their values whose last bytes agree, float32."""
    one, other = _parted(pairs)
    shares = np.empty(len(pairs), np.float32)
    for first in range(0, len(pairs), _ESTIMATED_AT_ONCE):
        last = first + _ESTIMATED_AT_ONCE
        shares[first:last] = (marks[one[first:last]] == marks[other[first:last]]).mean(axis=1, dtype=np.float32)
    return shares


def _parted(pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give both places of pairs that `_same` put into one number."""
    return (pairs >> _U64(32)).astype(np.int64), (pairs & _U64(0xFFFFFFFF)).astype(np.int64)


def _same(hashes: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Give the pairs of places with the same hash, both in one number."""
    order = np.argsort(hashes, kind="stable")
    ordered, ordered_places = hashes[order], places[order].astype(_U64)
    begins = np.flatnonzero(np.diff(ordered, prepend=~ordered[:1]) != 0) if len(ordered) else np.empty(0, np.int64)
    sizes = np.diff(begins, append=len(ordered))
    reach = np.repeat(np.where(sizes <= _ALL_WITH_ALL, sizes, _NEXT), sizes)
    found = []
    for step in range(1, int(reach.max(initial=0)) + 1):
        if step >= len(ordered):
            break
        is_same = (ordered[step:] == ordered[:-step]) & (reach[:-step] >= step)
        found.append((ordered_places[:-step][is_same] << _U64(32)) | ordered_places[step:][is_same])
    return np.unique(np.concatenate(found)) if found else np.empty(0, _U64)


def _stacked(parts: list[np.ndarray], empty: tuple[int, ...]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty(empty, _U64)
