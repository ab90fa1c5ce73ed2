"""Which vectors are the nearest of each vector?

Arrays in, arrays out: rows of `vectors` are of unit length, so that a cosine is a product of two rows, and are told by
their place. Of two equally near ones the earlier row comes first, and every cosine that is given was added up in
64 bits and then rounded, which makes it the same whichever rows were multiplied along with it. So `find_nearest` gives
the same lists however the rows come, all at once or some at a time, on any number of cores.

For very many rows `make_cells` divides them into cells around centres (k-means, as faiss's IndexIVFFlat does), and
`find_nearest_in_cells` looks into the cells near a row only: a small share of the true neighbours is missed. The same
vectors give the same cells, as what they are trained on is drawn with a fixed seed; on a machine with another
processor or number of cores a centre can differ in its last digit, and with it a neighbour at the edge of a cell.
"""

from typing import Any, NamedTuple

import numpy as np

from glan_core.errors import EmbeddingError

NEIGHBOURS = 15
SEED = 42

_ROWS, _COLUMNS = 256, 16_384  # of a block of cosines: 16 MB, which stays near the processor
_GROUPS = 512  # whose largest cosines stand for a block, where a bound of the nearest is looked for
# Cosines added up in 32 bits are off by some millionths; what is within this of a bound is added up in 64.
_SLACK = np.float32(5e-5)
_BELOW_ALL = np.float32(-2.0)
_PAIRS = 20_000  # that are added up in 64 bits at once: 120 MB

_CELLS_A_ROOT = 4  # so many times the root of the number of vectors
_POINTS_A_CENTRE = 48  # to train on; faiss asks for 39 at least
_ROUNDS = 8
_CELLS_LOOKED_INTO = 24


class Nearest(NamedTuple):
    """The nearest rows of some rows, nearest first, itself left out."""

    rows: np.ndarray
    """int32 of shape (m, k); -1 where there are fewer."""
    similarities: np.ndarray
    """Their cosines, float32 of shape (m, k); -inf where there are fewer."""


class Ends(NamedTuple):
    """What stands at the end of the lists that there are: a row that is nearer, or as near and earlier, belongs in."""

    similarities: np.ndarray
    """float32 of shape (n,); -inf for a list with room, inf for a row whose list is not to be added to."""
    rows: np.ndarray
    """int32 of shape (n,)."""


class Offers(NamedTuple):
    """New rows that belong into the lists of old ones."""

    rows: np.ndarray
    """int32 of shape (p,): whose list it is."""
    new: np.ndarray
    """int32 of shape (p,): what belongs into it."""
    similarities: np.ndarray
    """float32 of shape (p,)."""


class Found(NamedTuple):
    """What a search for the neighbours of new rows gives."""

    nearest: Nearest
    """Of the new rows."""
    offers: Offers


def closed_ends(rows: int) -> Ends:
    """Give the ends of so many lists that are not to be added to."""
    return Ends(np.full(rows, np.inf, np.float32), np.full(rows, -1, np.int32))


def find_nearest(vectors: np.ndarray, new: np.ndarray, ends: Ends, *, k: int = NEIGHBOURS) -> Found:
    """Compare the rows `new` (int, shape (m,)) with all rows of `vectors`, float32 of shape (n, d).

    Raises EmbeddingError for values that are not finite.
    """
    lists, offers = [], []
    for start in range(0, len(new), _ROWS):
        found = _compare(vectors, new[start : start + _ROWS], ends, k)
        lists.append(found.nearest)
        offers.append(found.offers)
    return Found(_stacked(lists, k), _joined(offers))


def make_cells(vectors: np.ndarray) -> Any:
    """Divide vectors, float32 of shape (n, d), into cells: a faiss index, which holds a copy of them.

    Raises EmbeddingError for values that are not finite.
    """
    import faiss

    rows, length = vectors.shape
    number = min(rows, int(_CELLS_A_ROOT * np.sqrt(rows)))
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(length), length, number, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed, index.cp.niter = SEED, _ROUNDS
    index.cp.min_points_per_centroid, index.cp.max_points_per_centroid = 1, _POINTS_A_CENTRE
    drawn = np.random.default_rng(SEED).choice(rows, min(rows, number * _POINTS_A_CENTRE), replace=False)
    sample = vectors[np.sort(drawn)]
    check_finite(sample)
    index.train(sample)
    for start in range(0, rows, _COLUMNS):
        block = np.ascontiguousarray(vectors[start : start + _COLUMNS])
        check_finite(block)
        index.add(block)
    index.nprobe = min(_CELLS_LOOKED_INTO, number)
    return index


def find_nearest_in_cells(
    cells: Any, vectors: np.ndarray, new: np.ndarray, ends: Ends, *, k: int = NEIGHBOURS
) -> Found:
    """Do as `find_nearest`, approximately: `cells` are those of the same vectors.

    What is offered to a row is among what was found for the new one, twice as many as its list holds.
    """
    columns = cells.search(np.ascontiguousarray(vectors[new]), 2 * k + 1)[1]
    places, ranks = np.nonzero((columns >= 0) & (columns != np.asarray(new)[:, None]))
    others = columns[places, ranks].astype(np.int32)
    similarities = _cosines(vectors, new[places], others)
    near = _reduced(_NO_PAIRS, _Pairs(places, others, similarities), k)
    return Found(
        _lists(near, rows=len(new), k=k), _welcome(Offers(others, new[places].astype(np.int32), similarities), ends)
    )


def merge_offers(rows: np.ndarray, nearest: Nearest, offers: Offers, *, k: int = NEIGHBOURS) -> Nearest:
    """Give the lists of `rows` (int, shape (m,), rising) with what is offered to them put in, as long as before.

    `offers` are to these rows only. What a list holds already is not put in twice.
    """
    places, ranks = np.nonzero(nearest.rows >= 0)
    at = np.concatenate([places, np.searchsorted(rows, offers.rows)])
    others = np.concatenate([nearest.rows[places, ranks], offers.new])
    similarities = np.concatenate([nearest.similarities[places, ranks], offers.similarities])
    _, first = np.unique(at.astype(np.int64) * (np.int64(1) << 32) + others, return_index=True)
    near = _reduced(_NO_PAIRS, _Pairs(at[first], others[first], similarities[first]), k)
    return _lists(near, rows=len(rows), k=k)


def check_finite(vectors: np.ndarray) -> None:
    """Raise EmbeddingError if a value is not finite."""
    if not np.isfinite(vectors).all():
        raise _not_finite()


class _Pairs(NamedTuple):
    """Rows of which one may belong into the list of the other."""

    places: np.ndarray
    """int64 of shape (p,): which of the new rows, by its place among them."""
    rows: np.ndarray
    """int32 of shape (p,)."""
    similarities: np.ndarray
    """float32 of shape (p,)."""


_NO_PAIRS = _Pairs(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))


def _compare(vectors: np.ndarray, new: np.ndarray, ends: Ends, k: int) -> Found:
    """Search for a block of new rows among all, block by block, keeping what may belong into a list."""
    queries = vectors[new]
    check_finite(queries)
    tops = np.full((len(new), k), -np.inf, np.float32)  # of the cosines seen so far: the k-th is a bound
    near = _NO_PAIRS
    offers: list[Offers] = []
    for start in range(0, len(vectors), _COLUMNS):
        cosines = queries @ vectors[start : start + _COLUMNS].T
        if not np.isfinite(cosines[0]).all():
            raise _not_finite()
        own = np.flatnonzero((new >= start) & (new < start + cosines.shape[1]))
        cosines[own, new[own] - start] = -np.inf
        tops = _raised(tops, cosines)
        near = _reduced(near, _pairs(cosines, tops.min(axis=1)[:, None], vectors, new, start), k)
        wanted = ends.similarities[start : start + _COLUMNS]
        if not np.isposinf(wanted).all():
            found = _pairs(cosines, wanted, vectors, new, start)
            offers.append(_welcome(Offers(found.rows, new[found.places].astype(np.int32), found.similarities), ends))
    return Found(_lists(near, rows=len(new), k=k), _joined(offers))


def _raised(tops: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """Give the k largest of `tops` and of the largest cosine of each group of columns: none is above the true ones."""
    k, width = tops.shape[1], cosines.shape[1]
    if width > _GROUPS:
        whole = width // _GROUPS * _GROUPS
        cosines = cosines[:, :whole].reshape(len(cosines), -1, _GROUPS).max(axis=1)
    return np.partition(np.concatenate([tops, cosines], axis=1), -k, axis=1)[:, -k:]


def _pairs(cosines: np.ndarray, bound: np.ndarray, vectors: np.ndarray, new: np.ndarray, start: int) -> _Pairs:
    """Give the pairs of a block that may reach a bound, with their cosines as they are."""
    places, columns = np.nonzero(cosines >= np.maximum(bound - _SLACK, _BELOW_ALL))
    rows = (columns + start).astype(np.int32)
    return _Pairs(places, rows, _cosines(vectors, new[places], rows))


def _reduced(one: _Pairs, other: _Pairs, k: int) -> _Pairs:
    """Give the k nearest of each place, nearest first."""
    places, rows, similarities = (np.concatenate(both) for both in zip(one, other, strict=True))
    order = np.lexsort((rows, -similarities, places))
    places = places[order]
    ranks = np.arange(len(places)) - np.searchsorted(places, places)
    kept = order[ranks < k]
    return _Pairs(places[ranks < k], rows[kept], similarities[kept])


def _lists(pairs: _Pairs, *, rows: int, k: int) -> Nearest:
    """Give pairs that are in order as lists."""
    ranks = np.arange(len(pairs.places)) - np.searchsorted(pairs.places, pairs.places)
    nearest = Nearest(np.full((rows, k), -1, np.int32), np.full((rows, k), -np.inf, np.float32))
    nearest.rows[pairs.places, ranks] = pairs.rows
    nearest.similarities[pairs.places, ranks] = pairs.similarities
    return nearest


def _welcome(offers: Offers, ends: Ends) -> Offers:
    """Leave out what would come after the end of a list."""
    end, last = ends.similarities[offers.rows], ends.rows[offers.rows]
    kept = (offers.similarities > end) | ((offers.similarities == end) & (offers.new < last))
    return Offers(*(values[kept] for values in offers))


def _cosines(vectors: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Give the cosines of pairs of rows."""
    cosines = np.empty(len(one), np.float32)
    for start in range(0, len(one), _PAIRS):
        part = slice(start, start + _PAIRS)
        left = vectors[one[part]].astype(np.float64)
        left *= vectors[other[part]]
        cosines[part] = left.sum(axis=1)
    return cosines


def _stacked(lists: list[Nearest], k: int) -> Nearest:
    if not lists:
        return Nearest(np.empty((0, k), np.int32), np.empty((0, k), np.float32))
    return Nearest(*(np.concatenate(parts) for parts in zip(*lists, strict=True)))


def _joined(offers: list[Offers]) -> Offers:
    if not offers:
        return Offers(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32))
    return Offers(*(np.concatenate(parts) for parts in zip(*offers, strict=True)))


def _not_finite() -> EmbeddingError:
    return EmbeddingError("A vector has values that are not finite.", "Embed its text again.")
