"""Which points lie in a polygon, in SQL?

A ray to the right of a point inside crosses the edges an odd number of times. As that is dear for millions of points
and dozens of edges, the polygon is laid out in cells first: what lies in a cell that no edge touches is known without
a ray, and these are nearly all.
"""

from collections.abc import Sequence

import numpy as np

from glan_core.entities import Window
from glan_core.store.conditions import Condition

_CELLS = 128
"""Along each side of the polygon's box."""
_MARGIN = 0.01  # of a cell: so near an edge, rounding may put a point into the next cell

Corners = Sequence[tuple[float, float]]


def inside_box(box: Window) -> Condition:
    """Give the test that the columns x and y lie in a box or on its edge."""
    return Condition(
        "x between ?::double and ?::double and y between ?::double and ?::double",
        [box.left, box.right, box.bottom, box.top],
    )


def inside_polygon(polygon: Corners) -> Condition:
    """Give the test that the columns x and y lie in a polygon of at least three corners.

    Where a polygon crosses itself, what it surrounds twice lies outside. What lies on an edge may count either way.
    """
    corners = np.asarray(polygon, dtype=np.float64)
    (left, bottom), (right, top) = corners.min(axis=0), corners.max(axis=0)
    edges = _edges(corners)
    if not len(edges) or left == right:
        return Condition("false", [])
    xs, ys = (np.linspace(low, high, _CELLS + 1) for low, high in ((left, right), (bottom, top)))
    touched = _touched(corners, xs, ys)
    inside = _inside(edges, xs, ys) & ~touched
    column = f"least(floor((x - ?) * ?)::integer, {_CELLS - 1})"
    row = f"least(floor((y - ?) * ?)::integer, {_CELLS - 1})"
    place = f"{row} * {_CELLS} + {column}"
    scales = [bottom, _CELLS / (top - bottom), left, _CELLS / (right - left)]
    crossed = "((y < edge[1]) <> (y < edge[2]) and x < edge[3] + (y - edge[4]) * edge[5])::integer"
    # CASE keeps its order: outside the box there is no cell, and the ray is left for the few that need it
    return Condition(
        f"""case
            when not (x between ? and ? and y between ? and ?) then false
            when get_bit(?::bit, {place}) = 1 then true
            when get_bit(?::bit, {place}) = 1
                then list_sum(list_transform(?::double[][], lambda edge: {crossed})) % 2 = 1
            else false
        end""",
        [
            *map(float, (left, right, bottom, top)),
            _bits(inside),
            *map(float, scales),
            _bits(touched),
            *map(float, scales),
            edges.tolist(),
        ],
    )


def _edges(corners: np.ndarray) -> np.ndarray:
    """Give y1, y2, x1, y1 and the slope dx/dy of each edge; level ones are never crossed by a level ray."""
    (x1, y1), (x2, y2) = corners.T, np.roll(corners, -1, axis=0).T
    sloped = y1 != y2
    x1, y1, x2, y2 = x1[sloped], y1[sloped], x2[sloped], y2[sloped]
    return np.column_stack([y1, y2, x1, y1, (x2 - x1) / (y2 - y1)])


def _touched(corners: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """Say which cells (bool of shape (rows, columns)) an edge may run through, level edges included."""
    touched = np.zeros((_CELLS, _CELLS), dtype=bool)
    width, height = xs[1] - xs[0], ys[1] - ys[0]
    columns = np.arange(_CELLS)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        low, high = min(y1, y2) - _MARGIN * height, max(y1, y2) + _MARGIN * height
        rows = np.nonzero((ys[1:] >= low) & (ys[:-1] <= high))[0]
        if y1 == y2:
            starts, ends = np.full(len(rows), min(x1, x2)), np.full(len(rows), max(x1, x2))
        else:  # where the edge enters and leaves the strip of each row, a little wider than the row
            strips = np.stack([ys[rows] - _MARGIN * height, ys[rows + 1] + _MARGIN * height])
            crossings = x1 + (np.clip(strips, min(y1, y2), max(y1, y2)) - y1) * ((x2 - x1) / (y2 - y1))
            starts, ends = crossings.min(axis=0), crossings.max(axis=0)
        first = (starts - xs[0]) / width - _MARGIN
        last = (ends - xs[0]) / width + _MARGIN
        touched[rows] |= (columns[None, :] + 1 >= first[:, None]) & (columns[None, :] <= last[:, None])
    return touched


def _inside(edges: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """Say in which cells (bool of shape (rows, columns)) the middle lies in the polygon."""
    middles_x, middles_y = (xs[1:] + xs[:-1]) / 2, (ys[1:] + ys[:-1]) / 2
    y1, y2, x1, _, slope = edges.T
    crossed = (middles_y[:, None] < y1) != (middles_y[:, None] < y2)
    at = np.where(crossed, x1 + (middles_y[:, None] - y1) * slope, -np.inf)  # (rows, edges)
    odd: np.ndarray = (middles_x[None, :, None] < at[:, None, :]).sum(axis=2) % 2 == 1
    return odd


def _bits(cells: np.ndarray) -> str:
    """Write cells as DuckDB reads a BIT, row by row."""
    return (cells.ravel() + ord("0")).astype(np.uint8).tobytes().decode("ascii")
