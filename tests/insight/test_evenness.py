"""Are Gini, evenness and the Lorenz curve those that one works out by hand?"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.insight.evenness import evenness, gini, hill_number, lorenz_curve, spread_of

COUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=40).map(np.array)


def test_the_gini_coefficient_of_small_counts():
    assert gini(np.array([5, 5, 5])) == 0
    assert gini(np.array([0, 0, 0, 8])) == pytest.approx(3 / 4)  # one of four has all
    # 0, 1, 3: (2 - 4) 0 + (4 - 4) 1 + (6 - 4) 3 = 6 over 3 * 4
    assert gini(np.array([3, 0, 1])) == pytest.approx(1 / 2)
    assert gini(np.array([7])) == 0


def test_evenness_and_the_number_of_equal_nodes():
    assert evenness(np.array([4, 4])) == pytest.approx(1)
    assert hill_number(np.array([4, 4, 0, 0])) == pytest.approx(2)
    assert evenness(np.array([4, 4, 0, 0])) == pytest.approx(1 / 2)  # ln 2 / ln 4
    # a quarter and three quarters: H = 1/4 ln 4 + 3/4 ln 4/3
    entropy = math.log(4) / 4 + 3 * math.log(4 / 3) / 4
    assert hill_number(np.array([1, 3])) == pytest.approx(math.exp(entropy))
    assert evenness(np.array([1, 3, 0])) == pytest.approx(entropy / math.log(3))
    assert (evenness(np.array([0, 9])), hill_number(np.array([0, 9]))) == (0, 1)


def test_the_lorenz_curve_has_a_corner_for_each_different_count():
    curve = lorenz_curve(np.array([3, 1, 0, 0, 1]))
    assert curve is not None
    assert curve.nodes.tolist() == pytest.approx([0, 0.4, 0.8, 1])
    assert curve.pairs.tolist() == pytest.approx([0, 0, 0.4, 1])


def test_without_a_pair_nothing_is_even_or_uneven():
    nothing = np.array([0, 0])
    assert spread_of(nothing) == (2, 0, 0, None, None, None)
    assert spread_of(np.array([], dtype=np.int64)) == (0, 0, 0, None, None, None)
    assert lorenz_curve(nothing) is None
    assert evenness(np.array([9])) is None  # one node alone


@given(COUNTS)
def test_the_gini_coefficient_is_twice_the_area_above_the_curve(counts: np.ndarray):
    curve = lorenz_curve(counts)
    if curve is None:
        assert gini(counts) is None
        return
    area = float(np.sum(np.diff(curve.nodes) * (curve.pairs[1:] + curve.pairs[:-1]) / 2))
    assert gini(counts) == pytest.approx(1 - 2 * area, abs=1e-9)


@given(COUNTS, st.integers(2, 5), st.randoms())
def test_order_and_scale_change_nothing(counts: np.ndarray, times: int, random):
    shuffled = counts.tolist()
    random.shuffle(shuffled)
    before, after = spread_of(counts), spread_of(np.array(shuffled) * times)
    assert after.covered == before.covered
    for one, other in zip(before[3:], after[3:], strict=True):
        assert one == (None if other is None else pytest.approx(other, abs=1e-9))


@given(COUNTS)
def test_a_pair_moved_from_the_richest_to_the_poorest_makes_it_no_less_even(counts: np.ndarray):
    moved = counts.copy()
    if moved.max() - moved.min() < 2:
        return
    poorest, richest = moved.argmin(), moved.argmax()
    moved[poorest], moved[richest] = moved[poorest] + 1, moved[richest] - 1
    assert gini(moved) <= gini(counts) + 1e-12  # type: ignore[operator]
    assert hill_number(moved) >= hill_number(counts) - 1e-9  # type: ignore[operator]
