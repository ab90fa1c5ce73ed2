"""Means have the interval that Student gives them, and who wins does not depend on who stands first."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtrit

from glan_core.insight.judge_means import duel_of, mean_from, student

_SCORES = st.integers(1, 10)


def duel(first: list[tuple[int, int]], swapped: list[tuple[int, int]]):
    """Give the duel of scores (ours, theirs) with ours shown first, and shown second."""
    shown_first, shown_second = np.array(first, float), np.array(swapped, float)
    means = (shown_first + shown_second) / 2
    gaps = [each[:, 0] - each[:, 1] for each in (shown_first, shown_second)]
    return duel_of(gaps[0], gaps[1], means[:, 0], means[:, 1])


def test_a_mean_of_ten_reaches_as_far_as_student_says():
    mean = mean_from(10, 6.0, 2.0)
    assert mean.lower == pytest.approx(6 - 2.262157 * 2 / math.sqrt(10), abs=1e-3)
    assert mean.upper == pytest.approx(6 + 2.262157 * 2 / math.sqrt(10), abs=1e-3)


def test_students_percentile_is_that_of_scipy():
    for degrees in (*range(1, 80), 1_000, 1_000_000):
        assert student(degrees) == pytest.approx(float(stdtrit(degrees, 0.975)), abs=6e-4)


@pytest.mark.parametrize("deviation", [None, math.nan, 2.0])
def test_a_single_value_has_no_interval(deviation: float | None):
    assert mean_from(1, 6.0, deviation)[2:] == (None, None)


def test_values_that_are_all_the_same_have_no_interval():
    assert mean_from(5, 7.0, 0.0)[2:] == (None, None)


def test_an_interval_ends_where_scores_do():
    assert mean_from(2, 9.0, 4.0)[2:] == (1.0, 10.0)


def test_wins_ties_and_losses_are_counted_on_the_mean_of_both_orders():
    made = duel([(8, 5), (6, 6), (9, 4), (3, 7)], [(7, 6), (6, 6), (4, 9), (2, 8)])
    assert (made.n, made.wins, made.ties, made.losses) == (4, 1, 2, 1)
    assert made.gap.mean == pytest.approx((2 + 0 + 0 - 5) / 4)
    assert made.contradictions == 1
    assert made.first_place == pytest.approx((3 - 1 + 0 + 5 + 5 + (-4 + 6)) / 8)


@given(st.lists(st.tuples(_SCORES, _SCORES), min_size=1, max_size=20))
def test_a_model_beside_itself_always_ties(shown: list[tuple[int, int]]):
    """The same answer twice: whatever a judge gives to the first and to the second place, each model has both."""
    made = duel(shown, [(second, first) for first, second in shown])
    assert (made.ties, made.gap.mean) == (made.n, 0)


@given(
    st.lists(st.tuples(_SCORES, _SCORES, _SCORES, _SCORES), min_size=1, max_size=20),
)
def test_swapping_both_models_swaps_wins_and_losses(rows: list[tuple[int, int, int, int]]):
    first, swapped = [row[:2] for row in rows], [row[2:] for row in rows]
    ours = duel(first, swapped)
    theirs = duel([each[::-1] for each in swapped], [each[::-1] for each in first])
    assert (theirs.wins, theirs.ties, theirs.losses) == (ours.losses, ours.ties, ours.wins)
    assert theirs.gap.mean == pytest.approx(-ours.gap.mean)
    assert theirs.contradictions == ours.contradictions
    assert theirs.first_place == pytest.approx(ours.first_place)
