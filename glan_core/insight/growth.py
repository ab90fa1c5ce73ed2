"""Does more still add something?

A curve tells how a number grew as rows came: on nested samples, each holding the one before. Two laws are fitted to
it, `a (1 - exp(-n / b))`, which ends at a, and `a n^b`, which does not; the one that is nearer to the points is taken.
What it adds beyond the last point is given with an interval: the curve is drawn from several random orders of the same
rows, and fitted anew to the mean of orders drawn from these with replacement (bootstrap). That is how far the order
moves the law, not how far the law may be wrong: the farther beyond the points, the less it is worth.
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from glan_core.insight.vendi import vendi_of_products

Law = Literal["saturating", "power"]
LEAST_SIZES = 3
_STEPS = 400
_DRAWS = 200
_ENDS = (5.0, 95.0)
_ROWS = 512
_WORD = re.compile(r"\w+")


class Fit(NamedTuple):
    """A law with its two numbers."""

    law: Law
    a: float
    """What the saturating law ends at; of the power law what the first row gives."""
    b: float
    """Of the saturating law, in rows: after 3 b it is at 95 %. Of the power law the exponent, 0 to 1."""

    def at(self, n: np.ndarray) -> np.ndarray:
        """Give the law's number for so many rows."""
        n = np.asarray(n, np.float64)
        return self.a * _shape(self.law, n, self.b)


class FittedGrowth(NamedTuple):
    """How a number grew, and what comes next if it goes on like that."""

    sizes: np.ndarray
    """int64 of shape (p,), rising."""
    values: np.ndarray
    """float64 of shape (p,): the mean over the orders."""
    fit: Fit
    more: int
    """So many rows are looked ahead."""
    gain: float
    """What the law adds with these."""
    lower: float
    upper: float
    """Between these lie 90 % of the gains of the bootstrap."""


def nested_sizes(rows: int, *, points: int = 10) -> np.ndarray:
    """Give up to so many sizes from a tenth of the rows to all of them, int64, rising and above 0."""
    sizes = np.unique(np.linspace(rows / points, rows, points).round().astype(np.int64))
    return sizes[sizes > 0]


def draw_orders(rows: int, *, orders: int, seed: int) -> np.ndarray:
    """Give random orders of rows: int64 of shape (orders, rows)."""
    rng = np.random.default_rng(seed)
    return np.array([rng.permutation(rows) for _ in range(orders)], np.int64).reshape(orders, rows)


def curves_of_unlike(vectors: np.ndarray, orders: np.ndarray, sizes: np.ndarray, *, near: float) -> np.ndarray:
    """Count, in each order and up to each size, the rows that had none before them with a cosine of `near` or more.

    Gives float64 of shape (orders, len(sizes)).
    """
    rows = len(vectors)
    places = np.empty_like(orders)
    np.put_along_axis(places, orders, np.broadcast_to(np.arange(rows), orders.shape), axis=1)
    is_new = np.ones(orders.shape, bool)
    for start in range(0, rows, _ROWS):
        cosines = vectors[start : start + _ROWS] @ vectors.T
        own = np.arange(len(cosines))
        cosines[own, start + own] = np.inf  # so that no row is without any
        one, other = np.nonzero(cosines >= np.float32(near))
        starts = np.searchsorted(one, own)
        for place, new in zip(places, is_new, strict=True):
            new[start + own] = np.minimum.reduceat(place[other], starts) == place[start + own]
    in_order = np.take_along_axis(is_new, orders, axis=1)
    return np.cumsum(in_order, axis=1)[:, sizes - 1].astype(np.float64)


def curves_of_vendi(vectors: np.ndarray, orders: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Give the Vendi score (q = 1) of the rows up to each size, in each order: float64 of shape (orders, p)."""
    curves = np.empty((len(orders), len(sizes)))
    for number, order in enumerate(orders):
        products, before = np.zeros((vectors.shape[1],) * 2), 0
        for place, size in enumerate(sizes.tolist()):
            block = vectors[order[before:size]]
            products += block.T @ block
            curves[number, place], before = vendi_of_products(products / size, 1.0), size
    return curves


def curves_of_words(texts: Sequence[str], orders: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Count the different words of the texts up to each size, in each order: float64 of shape (orders, p)."""
    numbers: dict[str, int] = {}
    words = [
        np.unique([numbers.setdefault(word, len(numbers)) for word in _WORD.findall(text.casefold())]).astype(np.int64)
        for text in texts
    ]
    text_of = np.repeat(np.arange(len(texts)), [len(each) for each in words])
    word_of = np.concatenate(words) if words else np.empty(0, np.int64)
    curves = np.empty((len(orders), len(sizes)))
    for number, order in enumerate(orders):
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        first = np.full(len(numbers), len(order))
        np.minimum.at(first, word_of, place[text_of])
        curves[number] = np.searchsorted(np.sort(first), sizes)
    return curves


def fit_growth(sizes: np.ndarray, curves: np.ndarray, *, more: int = 1000, seed: int) -> FittedGrowth:
    """Fit the nearer law to curves, float64 of shape (orders, p); ValueError for fewer than three sizes.

    `sizes`, of shape (p,), are rising and above 0.
    """
    if len(sizes) < LEAST_SIZES:
        raise ValueError(f"a law cannot be fitted to {len(sizes)} sizes")
    mean = curves.mean(axis=0)
    fit = min((_fitted(law, sizes, mean[None]) for law in ("saturating", "power")), key=lambda each: each.errors[0])
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(curves), (_DRAWS, len(curves)))
    again = _fitted(fit.law, sizes, curves[drawn].mean(axis=1))
    end, beyond = float(sizes[-1]), float(sizes[-1] + more)
    gains = again.a * (_shape(fit.law, beyond, again.b) - _shape(fit.law, end, again.b))
    chosen = Fit(fit.law, float(fit.a[0]), float(fit.b[0]))
    gain = float(chosen.at(np.array(beyond)) - chosen.at(np.array(end)))
    lower, upper = np.percentile(np.append(gains, gain), _ENDS)
    return FittedGrowth(sizes, mean, chosen, more, gain, min(float(lower), gain), max(float(upper), gain))


class _Fitted(NamedTuple):
    law: Law
    a: np.ndarray
    b: np.ndarray
    errors: np.ndarray
    """Sums of squares, all three of shape (m,) for m curves."""


def _fitted(law: Law, sizes: np.ndarray, curves: np.ndarray) -> _Fitted:
    """Give the best numbers of a law for each curve: for a given b the best a is known, so b is all to look for."""
    end = float(sizes[-1])
    b = np.geomspace(end / 50, end * 100, _STEPS) if law == "saturating" else np.linspace(0.0, 1.0, _STEPS)
    shapes = _shape(law, sizes.astype(np.float64)[None], b[:, None])
    a = curves @ shapes.T / (shapes**2).sum(axis=1)
    errors = (curves**2).sum(axis=1)[:, None] - a**2 * (shapes**2).sum(axis=1)
    best = errors.argmin(axis=1)
    rows = np.arange(len(curves))
    return _Fitted(law, a[rows, best], b[best], errors[rows, best])


def _shape(law: Law, n: np.ndarray | float, b: np.ndarray | float) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-np.expm1(-np.asarray(n) / b) if law == "saturating" else np.asarray(n, np.float64) ** b)


class Novelty(NamedTuple):
    """How far the newest rows are from what was there, beside as many drawn at random."""

    rows: int
    newest: float
    """Mean of 1 - cosine to the nearest row that is not among these, 0 to 2."""
    drawn: float
    """The same of rows drawn at random: what is usual in this set."""


def novelty_of_newest(vectors: np.ndarray, arrival: np.ndarray, *, newest: int, seed: int) -> Novelty | None:
    """Compare the rows that came last with all before; None unless at least as many came before.

    `vectors`: float32 of shape (n, d), rows of unit length; `arrival`, of shape (n,): larger for what came later.
    """
    rows = len(vectors)
    if not 0 < newest <= rows // 2:
        return None
    last = np.argsort(arrival, kind="stable")[-newest:]
    drawn = np.random.default_rng(seed).choice(rows, newest, replace=False)
    return Novelty(newest, *(_distance_to_rest(vectors, chosen) for chosen in (last, drawn)))


def _distance_to_rest(vectors: np.ndarray, chosen: np.ndarray) -> float:
    rest = np.delete(vectors, chosen, axis=0)
    nearest = np.concatenate(
        [(vectors[chosen[start : start + 512]] @ rest.T).max(axis=1) for start in range(0, len(chosen), 512)]
    )
    return float(np.maximum(1 - nearest.astype(np.float64), 0).mean())
