"""A line drawn by hand becomes a polygon of few corners that says how far it is off."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.lassos import MOST_CORNERS, has_area, simplify

_CORNERS = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=150)


def _distance_from_outline(point: tuple[float, float], polygon: tuple[tuple[float, float], ...]) -> float:
    distances = []
    for (x1, y1), (x2, y2) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        length = math.dist((x1, y1), (x2, y2))
        share = 0.0
        if length:
            share = ((point[0] - x1) * (x2 - x1) + (point[1] - y1) * (y2 - y1)) / length**2
        share = min(1.0, max(0.0, share))
        distances.append(math.dist(point, (x1 + share * (x2 - x1), y1 + share * (y2 - y1))))
    return min(distances)


@given(_CORNERS)
def test_no_corner_lies_farther_from_the_outline_than_is_said(corners: list[tuple[float, float]]):
    simplified = simplify(corners, most_corners=20)
    assert max(_distance_from_outline(corner, simplified.polygon) for corner in corners) <= simplified.error + 1e-9


@given(_CORNERS)
def test_there_are_no_more_corners_than_wanted_and_all_are_old_ones(corners: list[tuple[float, float]]):
    polygon = simplify(corners, most_corners=7).polygon
    assert len(polygon) <= 7
    rest = iter(corners)
    assert all(corner in rest for corner in polygon)  # in their order


def test_few_corners_stay_as_they_are():
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    assert simplify(square) == (square, 0.0)


def test_corners_on_a_straight_line_go_first_and_change_nothing():
    sides = [(float(x), 0.0) for x in range(50)] + [(50.0, float(y)) for y in range(50)]
    sides += [(50.0 - x, 50.0) for x in range(50)] + [(0.0, 50.0 - y) for y in range(50)]
    simplified = simplify(sides, most_corners=4)
    assert simplified.polygon == ((0.0, 0.0), (50.0, 0.0), (50.0, 50.0), (0.0, 50.0))
    assert simplified.error == pytest.approx(0, abs=1e-12)


def test_a_circle_of_thousands_of_corners_is_off_by_little():
    circle = [(math.cos(turn / 1_000 * math.pi), math.sin(turn / 1_000 * math.pi)) for turn in range(2_000)]
    simplified = simplify(circle)
    assert len(simplified.polygon) == MOST_CORNERS
    assert 0 < simplified.error < 0.006


def test_a_corner_said_twice_counts_once():
    assert simplify([(0, 0), (0, 0), (1, 0), (1, 1), (1, 1)]).polygon == ((0, 0), (1, 0), (1, 1))


def test_all_corners_at_one_place_are_one():
    assert simplify([(2.0, 3.0)] * 100) == (((2.0, 3.0),), 0.0)


@pytest.mark.parametrize(
    ("polygon", "expected"),
    [
        ([], False),
        ([(1.0, 2.0)], False),
        ([(0.0, 0.0), (1.0, 3.0)], False),
        ([(0.1 * n, 0.3 * n) for n in range(50)], False),
        ([(0.0, 0.0), (1.0, 0.0), (1.0, 0.01)], True),
        ([(1e4, 1e4), (1e4 + 1, 1e4), (1e4, 1e4 + 1)], True),
    ],
)
def test_a_stroke_encloses_nothing(polygon: list[tuple[float, float]], expected: bool):
    assert has_area(polygon) is expected


def test_less_than_a_triangle_cannot_be_wanted():
    with pytest.raises(ValueError, match="three corners"):
        simplify([(0, 0), (1, 0), (1, 1)], most_corners=2)
