"""How does a line drawn by hand become a polygon of few corners?

A mouse gives hundreds of corners, of which most lie on a line between others. Douglas and Peucker's way leaves out
those that are nearest to the line without them (The Canadian Cartographer 10, 1973).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

MOST_CORNERS = 64

Point = tuple[float, float]


_LEAST_AREA = 1e-6  # of the square of the length of an outline: less is a line, but for rounding


class Simplified(NamedTuple):
    """A polygon with fewer corners."""

    polygon: tuple[Point, ...]
    error: float
    """How far the corner that was left out farthest lies from the new outline, in the units of the corners."""


def has_area(polygon: Sequence[Point]) -> bool:
    """Say whether anything can lie inside: a stroke along a line, or a click, encloses nothing."""
    following = [*polygon[1:], *polygon[:1]]
    doubled = sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in zip(polygon, following, strict=True))
    length = sum(math.dist(corner, other) for corner, other in zip(polygon, following, strict=True))
    return abs(doubled) > _LEAST_AREA * length**2


def simplify(polygon: Sequence[Point], *, most_corners: int = MOST_CORNERS) -> Simplified:
    """Leave corners out until there are at most `most_corners` (3 or more), those first that change the least.

    A polygon that has no more is given as it is, with an error of 0.
    """
    if most_corners < 3:
        raise ValueError("a polygon has at least three corners")
    corners = [corner for place, corner in enumerate(polygon) if place == 0 or corner != polygon[place - 1]]
    if len(corners) <= most_corners:
        return Simplified(tuple(corners), 0.0)
    importance = _importance(corners)
    kept = sorted(sorted(range(len(corners)), key=lambda place: (-importance[place], place))[:most_corners])
    return Simplified(tuple(corners[place] for place in kept), _error(corners, kept))


def _importance(corners: Sequence[Point]) -> list[float]:
    """Give for each corner how far it lies from the line that would be drawn without it; infinite for two of them.

    The outline is cut at its first corner and the one farthest from it. A corner counts at most as much as the one at
    which its line was cut before: so of any number of corners those are kept that all later cuts rest on.
    """
    first = 0
    opposite = max(range(len(corners)), key=lambda place: math.dist(corners[first], corners[place]))
    importance = [0.0] * len(corners)
    importance[first] = importance[opposite] = math.inf
    closed = [*corners, corners[0]]
    waiting = [(first, opposite, math.inf), (opposite, len(corners), math.inf)]
    while waiting:
        start, end, most = waiting.pop()
        if end - start < 2:
            continue
        distances = [_distance(closed[place], closed[start], closed[end]) for place in range(start + 1, end)]
        farthest = max(range(len(distances)), key=distances.__getitem__)
        place = start + 1 + farthest
        importance[place] = min(most, distances[farthest])
        waiting += [(start, place, importance[place]), (place, end, importance[place])]
    return importance


def _error(corners: Sequence[Point], kept: Sequence[int]) -> float:
    """Give the largest distance of a corner that was left out from the edge that passes it."""
    largest = 0.0
    for start, end in zip(kept, [*kept[1:], kept[0] + len(corners)], strict=True):
        for place in range(start + 1, end):
            corner = corners[place % len(corners)]
            largest = max(largest, _distance(corner, corners[start], corners[end % len(corners)]))
    return largest


def _distance(point: Point, start: Point, end: Point) -> float:
    """Give the distance of a point from the line between two others."""
    across, up = end[0] - start[0], end[1] - start[1]
    length = across * across + up * up
    if length == 0:
        return math.dist(point, start)
    share = min(1.0, max(0.0, ((point[0] - start[0]) * across + (point[1] - start[1]) * up) / length))
    return math.dist(point, (start[0] + share * across, start[1] + share * up))
