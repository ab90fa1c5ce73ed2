"""Where on the map does a name belong?

A field, sub-field, discipline or subject is named at the median of its points within the window, if they form a hump
there. That is so if half of them lie near it, as windows go, and at least a tenth within half of that distance: of a
round heap 16 % do, of an even disc 12 %, of a ring or of two separate heaps none, and these have no middle to be named
at. Where many points have no such name, two typical words of their questions stand in for it.

In a smaller window broad names spread too far and fine ones come together, so labels refine as one zooms.
"""

import math
from collections.abc import Collection

import numpy as np
import pandas as pd

from glan_core.entities import Filter, Window
from glan_core.map_labels import Label
from glan_core.store.database import Cursor
from glan_core.store.map_points import sample_rows
from glan_core.store.map_table import BRANCHES, MapTable
from glan_core.store.terms import terms_of_classes

MOST_POINTS = 10_000
"""Points of the nested sample that places are worked out from."""
_FEWEST_POINTS = 3
_SMALLEST_SHARE = 0.004  # of the points in the window, for a name
_WIDEST = 0.12  # of the window's diagonal, for the distance that half of the points of a hump keep
_INNER_SHARE = 0.1  # of the points of a hump, within half that distance
_COLUMNS, _ROWS = 6, 4  # cells that are looked at for places without a name
_SMALLEST_CELL_SHARE = 0.02
_FEWEST_IN_CELL = 4
_READ_IN_CELL = 60
_TERM_WEIGHT = 0.5  # so that of a name and words about equally many points the name stays


def list_labels(
    cursor: Cursor,
    map_: MapTable,
    filter_: Filter = Filter(),  # noqa: B008 - frozen
    *,
    window: Window | None = None,
    stop_words: Collection[str] = frozenset(),
) -> tuple[Label, ...]:
    """Give what could be named within a window; weights are points. map_labels.place_labels chooses what fits."""
    window = window or map_.window
    rows, total = sample_rows(cursor, map_, filter_, window=window, limit=MOST_POINTS)
    if rows.empty:
        return ()
    scale = total / len(rows)
    rows = rows.join(map_.syllabi, on="syllabus")
    names = pd.concat([_humps(rows, level, window) for level in BRANCHES], ignore_index=True)
    labels = [
        Label(name, float(x), float(y), float(points) * scale)
        for name, x, y, points in zip(names["name"], names["x"], names["y"], names["points"], strict=True)
    ]
    return (*labels, *_words(cursor, rows, names, window, scale=scale, stop_words=stop_words))


def _humps(rows: pd.DataFrame, level: str, window: Window) -> pd.DataFrame:
    """Give the nodes of a level that form a hump: name, x, y, points."""
    key = f"{level}_id"
    groups = rows.groupby(key, sort=True)
    middle = groups.agg(name=(level, "first"), x=("x", "median"), y=("y", "median"), points=("x", "size"))
    own = middle.loc[rows[key]]
    distance = np.hypot(rows["x"].to_numpy() - own["x"].to_numpy(), rows["y"].to_numpy() - own["y"].to_numpy())
    by_key = pd.DataFrame({"key": rows[key].to_numpy(), "distance": distance})
    near = by_key.groupby("key")["distance"].median()
    is_inner = by_key["distance"] <= by_key["key"].map(near) / 2
    inner_share = is_inner.groupby(by_key["key"]).mean()
    fewest = max(_FEWEST_POINTS, _SMALLEST_SHARE * len(rows))
    is_hump = (middle["points"] >= fewest) & (near <= _WIDEST * _diagonal(window)) & (inner_share >= _INNER_SHARE)
    return middle[is_hump]


def _words(
    cursor: Cursor,
    rows: pd.DataFrame,
    names: pd.DataFrame,
    window: Window,
    *,
    scale: float,
    stop_words: Collection[str],
) -> list[Label]:
    """Give typical words for the cells that hold many points and no name."""
    cells = _cells(rows, window)
    named = set(_cells(names, window).tolist())
    fewest = max(_FEWEST_IN_CELL, _SMALLEST_CELL_SHARE * len(rows))
    nameless = {
        cell: part for cell, part in rows.groupby(cells, sort=True) if len(part) >= fewest and cell not in named
    }
    classes = {str(cell): part.head(_READ_IN_CELL) for cell, part in nameless.items()}
    if not classes:
        return []
    words = terms_of_classes(cursor, classes, stop_words=stop_words)
    return [
        Label(
            " · ".join(words[str(cell)]),
            float(part["x"].median()),
            float(part["y"].median()),
            len(part) * scale * _TERM_WEIGHT,
        )
        for cell, part in nameless.items()
        if words[str(cell)]
    ]


def _cells(rows: pd.DataFrame, window: Window) -> np.ndarray:
    across, up = (window.right - window.left) or 1.0, (window.top - window.bottom) or 1.0
    column = np.clip((rows["x"].to_numpy() - window.left) / across * _COLUMNS, 0, _COLUMNS - 1).astype(int)
    row = np.clip((rows["y"].to_numpy() - window.bottom) / up * _ROWS, 0, _ROWS - 1).astype(int)
    cells: np.ndarray = row * _COLUMNS + column
    return cells


def _diagonal(window: Window) -> float:
    return math.hypot(window.right - window.left, window.top - window.bottom)
