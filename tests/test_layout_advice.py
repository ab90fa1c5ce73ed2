"""A new layout is suggested where it would be made of more, or of something else."""

import pytest

from glan_core.layout_advice import advise
from glan_core.store.projections import LayoutFigures


def figures(points: int, placed_later: int, median: float | None = 0.2, fit: float | None = 0.3) -> LayoutFigures:
    """Make figures of a layout that fits what came later, unless said otherwise."""
    return LayoutFigures(points, placed_later, median, fit)


def test_a_layout_of_everything_needs_no_new_one():
    found = advise(figures(100, 0, None), landmarks=100)
    assert (found.is_worth_it, found.share, found.details) == (False, 0.0, "")
    assert advise(LayoutFigures(0, 0, None, None), landmarks=0).share == 0.0


@pytest.mark.parametrize(
    ("points", "landmarks", "expected"),
    [(199, 100, False), (200, 100, True), (99_999, 50_000, False), (1_000_000, 50_000, False), (60_000, 20_000, True)],
)
def test_a_layout_that_could_be_made_of_twice_as_many_has_been_outgrown(points: int, landmarks: int, expected: bool):
    found = advise(figures(points, points - landmarks), landmarks=landmarks)
    assert found.is_worth_it is expected
    if expected:
        assert f"of {min(points, 50_000):,} pairs, this one of {landmarks:,}" in found.sentence


@pytest.mark.parametrize(
    ("later", "median", "expected"), [(20, 0.31, True), (20, 0.3, False), (9, 0.9, False), (20, None, False)]
)
def test_what_lies_far_off_is_a_reason_if_it_is_more_than_a_little(later: int, median: float | None, expected: bool):
    found = advise(figures(100, later, median), landmarks=100 - later)
    assert found.is_worth_it is expected
    assert ("unlike" in found.sentence) is expected


def test_the_figures_are_told():
    found = advise(figures(100, 20), landmarks=80)
    assert found.share == 0.2
    assert found.details.startswith("20 % of the pairs were placed after")
    assert "within 0.20 of" in found.details
    assert "95 % lie within 0.30" in found.details


def test_a_small_share_is_not_told_as_nothing():
    assert advise(figures(1000, 1), landmarks=999).details.startswith("Less than 1 %")


def test_without_known_distances_only_the_share_is_told():
    assert advise(figures(100, 20, 0.2, None), landmarks=80).details.endswith("after this layout was made.")
