"""What do all measures of diversity say of one sample?

    Measured("vendi_1", 71.4, None, None, {"order": 1}, 0.11)

It reaches another process whole (embedding/worker.py), so it takes and gives arrays, texts and numbers only.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from glan_core.insight.growth import (
    LEAST_SIZES,
    FittedGrowth,
    curves_of_unlike,
    curves_of_vendi,
    curves_of_words,
    draw_orders,
    fit_growth,
    nested_sizes,
    novelty_of_newest,
)
from glan_core.insight.intervals import LEAST_HALVED, half_splits, interval_of
from glan_core.insight.lexical import LONG_RUN, OPENING_WORDS, compression_ratio, distinct_n, templates
from glan_core.insight.novel_sum import NEIGHBOURS, POWER, density_in, novel_sum
from glan_core.insight.redundancy import (
    NEAR,
    Redundancy,
    compare_rows,
    list_groups,
    mean_nearest_distance,
    near_duplicate_rate,
)
from glan_core.insight.reference_coverage import NEIGHBOURS as BALL
from glan_core.insight.reference_coverage import reference_coverage
from glan_core.insight.vendi import vendi_scores

UNLIKE = 0.8
"""From this cosine on a row brings nothing new beside one that came before."""
KTH = 10
STEPS = ("nearest", "meaning", "words", "growth")
HALVES = "halves"
"""The step after these that draws intervals, as often as there are splits."""
LEAST_REFERENCE = max(NEIGHBOURS, BALL) + 1
"""Rows of a reference."""
_BINS = np.linspace(0.0, 1.0, 51)
_MOST_GROUPS = 50
_NEWEST_SHARE = 10
_MORE = 1_000
_ORDERS = 4
_SHARES = (
    *("near_duplicate_rate", "opening_share", "run_share", "reference_coverage"),
    *(f"distinct_{n}" for n in (1, 2, 3)),
)
"""What lies between 0 and 1."""


class Sample(NamedTuple):
    """What is measured."""

    texts: Sequence[str]
    vectors: np.ndarray
    """float32 of shape (n, d), rows of unit length; as many as there are texts."""
    arrival: np.ndarray
    """int64 of shape (n,): larger for what came later."""


class Measured(NamedTuple):
    """One number, and what is behind it."""

    metric: str
    value: float
    lower: float | None
    upper: float | None
    details: Mapping[str, Any]
    """Settings of the measure and, for a few, what was counted; as JSON can hold it."""
    seconds: float


def measure(
    sample: Sample,
    *,
    seed: int,
    near: float = NEAR,
    reference: np.ndarray | None = None,
    splits: int = 0,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Measured, ...]:
    """Measure a sample; `reference`, float32 of shape (m, d), adds what it can be held against.

    With `splits` numbers other than those of growth get an interval from so many splits into halves, where there are
    enough rows; those of growth have one in any case, of how far the order of rows moves them. `on_progress` hears how
    many steps are done: STEPS, and one for each split. What too few rows have no answer to is left out. ValueError for
    a reference below LEAST_REFERENCE rows.
    """
    if reference is not None and len(reference) < LEAST_REFERENCE:
        raise ValueError(f"a reference of {len(reference)} rows is too small")
    found: list[Measured] = []
    for number, step in enumerate((*_BY_ROWS, _of_growth)):
        on_progress(number, len(STEPS) + splits)
        found += step(sample, seed=seed, near=near, reference=reference)
    if splits:
        found = _with_intervals(
            found, sample, splits, seed=seed, near=near, reference=reference, on_progress=on_progress
        )
    on_progress(len(STEPS) + splits, len(STEPS) + splits)
    return tuple(found)


def step_at(done: int) -> str:
    """Give what is being done when so many steps are done."""
    return STEPS[done] if done < len(STEPS) else HALVES


def _with_intervals(
    found: list[Measured],
    sample: Sample,
    splits: int,
    *,
    seed: int,
    near: float,
    reference: np.ndarray | None,
    on_progress: Callable[[int, int], None],
) -> list[Measured]:
    """Measure the halves of each split, and say of each number that they have how far they move it."""
    rows = len(sample.texts)
    of_halves: dict[str, list[list[float]]] = {}
    names: set[str] = {"near_duplicate_rate"}  # which any number of rows has: it says that halves were asked for
    for number, split in enumerate(half_splits(rows, splits=splits, seed=seed) if rows >= LEAST_HALVED else ()):
        on_progress(len(STEPS) + number, len(STEPS) + splits)
        values = []
        for half in split:
            part = Sample([sample.texts[row] for row in half.tolist()], sample.vectors[half], sample.arrival[half])
            made = [each for step in _BY_ROWS for each in step(part, seed=seed, near=near, reference=reference)]
            values.append({each.metric: each.value for each in made})
        for metric in values[0].keys() & values[1].keys():
            of_halves.setdefault(metric, []).append([value[metric] for value in values])
        names |= values[0].keys()
    told = []
    for each in found:
        halves = np.array(of_halves.get(each.metric, []))
        most = 1.0 if each.metric in _SHARES else np.inf
        interval = interval_of(each.value, halves, most=most) if len(halves) == splits else None
        lower, upper = interval or (each.lower, each.upper)
        details = {**each.details, "splits": splits} if each.metric in names else each.details
        told.append(each._replace(lower=lower, upper=upper, details=details))
    return told


class _Watch:
    """Tells the seconds since it was asked last."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def lap(self) -> float:
        now = time.perf_counter()
        seconds, self._since = now - self._since, now
        return seconds


def _of_nearest(sample: Sample, *, seed: int, near: float, reference: np.ndarray | None) -> list[Measured]:
    del seed, reference
    watch = _Watch()
    found = compare_rows(sample.vectors, near=near, k=KTH)
    large = list_groups(found.groups)
    details = {
        "near": near,
        "groups": [list(rows) for rows in large[:_MOST_GROUPS]],
        "all_groups": len(large),
        "rows_in_groups": sum(map(len, large)),
    }
    seconds = watch.lap()
    made = [Measured("near_duplicate_rate", near_duplicate_rate(found.groups), None, None, details, seconds)]
    mean = mean_nearest_distance(found.nearest)
    if mean is not None:
        made.append(Measured("nearest_distance", mean, None, None, _histogram(found), seconds))
        kth = float(found.kth_distance.mean(dtype=np.float64))
        made.append(Measured("kth_distance", kth, None, None, {"k": KTH}, seconds))
    return made


def _histogram(found: Redundancy) -> dict[str, Any]:
    counts, edges = np.histogram(np.clip(found.nearest, 0, 1), bins=_BINS)
    return {"edges": edges.round(4).tolist(), "counts": counts.tolist()}


def _of_meaning(sample: Sample, *, seed: int, near: float, reference: np.ndarray | None) -> list[Measured]:
    del seed, near
    watch = _Watch()
    first, second = vendi_scores(sample.vectors, (1.0, 2.0))
    seconds = watch.lap()
    made = [
        Measured("vendi_1", first, None, None, {"order": 1}, seconds),
        Measured("vendi_2", second, None, None, {"order": 2}, seconds),
        Measured("novel_sum", novel_sum(sample.vectors), None, None, {"density": False}, watch.lap()),
    ]
    if reference is not None:
        dense = novel_sum(sample.vectors, density_in(reference, sample.vectors))
        details = {"density": True, "neighbours": NEIGHBOURS, "power": POWER, "reference_rows": len(reference)}
        made.append(Measured("novel_sum_dense", dense, None, None, details, watch.lap()))
        held = reference_coverage(reference, sample.vectors)
        details = {"neighbours": BALL, "reference_rows": len(reference)}
        seconds = watch.lap()
        made.append(Measured("reference_coverage", held.coverage, None, None, details, seconds))
        made.append(Measured("reference_density", held.density, None, None, details, seconds))
    return made


def _of_words(sample: Sample, *, seed: int, near: float, reference: np.ndarray | None) -> list[Measured]:
    del seed, near, reference
    watch = _Watch()
    made = []
    ratio = compression_ratio(sample.texts)
    if ratio is not None:
        made.append(Measured("compression_ratio", ratio, None, None, {"level": 9}, watch.lap()))
    for n in (1, 2, 3):
        share = distinct_n(sample.texts, n)
        if share is not None:
            made.append(Measured(f"distinct_{n}", share, None, None, {"words": n}, watch.lap()))
    found = templates(sample.texts)
    seconds = watch.lap()
    openings = {"words": OPENING_WORDS, "most_common": [list(each) for each in found.openings]}
    runs = {"words": LONG_RUN, "most_common": [list(each) for each in found.runs]}
    made.append(Measured("opening_share", found.opening_share, None, None, openings, seconds))
    made.append(Measured("run_share", found.run_share, None, None, runs, seconds))
    return made


_BY_ROWS = (_of_nearest, _of_meaning, _of_words)


def _of_growth(sample: Sample, *, seed: int, near: float, reference: np.ndarray | None) -> list[Measured]:
    del near, reference
    watch = _Watch()
    rows = len(sample.vectors)
    made = []
    sizes = nested_sizes(rows)
    orders = draw_orders(rows, orders=_ORDERS, seed=seed)
    curves: tuple[tuple[str, Callable[[], np.ndarray], dict[str, Any]], ...] = (
        ("unlike_gain", lambda: curves_of_unlike(sample.vectors, orders, sizes, near=UNLIKE), {"near": UNLIKE}),
        ("vendi_gain", lambda: curves_of_vendi(sample.vectors, orders, sizes), {"order": 1}),
        ("words_gain", lambda: curves_of_words(sample.texts, orders, sizes), {}),
    )
    for metric, draw, details in curves if len(sizes) >= LEAST_SIZES else ():
        grown = fit_growth(sizes, draw(), more=_MORE, seed=seed)
        details = details | {"orders": _ORDERS} | _as_details(grown)
        made.append(Measured(metric, grown.gain, grown.lower, grown.upper, details, watch.lap()))
    newest = min(rows // _NEWEST_SHARE, _MORE)
    novelty = novelty_of_newest(sample.vectors, sample.arrival, newest=newest, seed=seed)
    if novelty is not None:
        details = {"newest": novelty.rows, "drawn": novelty.drawn}
        made.append(Measured("newest_novelty", novelty.newest, None, None, details, watch.lap()))
    return made


def _as_details(grown: FittedGrowth) -> dict[str, Any]:
    return {
        "more": grown.more,
        "sizes": grown.sizes.tolist(),
        "values": grown.values.round(3).tolist(),
        "law": grown.fit.law,
        "a": grown.fit.a,
        "b": grown.fit.b,
    }
