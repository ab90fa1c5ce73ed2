"""How evenly are n of the pairs spread, whatever their order and whichever way they are counted?"""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.insight.equal_n import expected_reached, spread_at
from glan_core.insight.evenness import spread_of

COUNTS = st.lists(st.integers(0, 12), min_size=1, max_size=8).filter(lambda counts: sum(counts) > 0)


def test_all_that_there_are_need_no_draw():
    counts = np.array([0, 1, 3])
    whole, at_n = spread_of(counts), spread_at(counts, 4)
    assert (at_n.reached, at_n.n, at_n.nodes) == (2, 4, 3)
    assert at_n.gini == whole.gini == pytest.approx(1 / 2)
    assert at_n.evenness == pytest.approx(whole.evenness)
    assert at_n.equal_nodes == pytest.approx(whole.equal_nodes)
    assert at_n.curve is not None
    assert at_n.curve.pairs.tolist() == [0, 0, 0.25, 1]


def test_two_of_four_pairs_reach_one_and_a_half_nodes():
    assert spread_at(np.array([0, 1, 3]), 2).reached == pytest.approx(1.5)


def test_one_pair_is_at_one_node_whichever_it_is():
    one = spread_at(np.array([5, 2, 9, 0]), 1)
    assert (one.reached, one.evenness, one.equal_nodes) == (pytest.approx(1), 0, 1)
    assert one.gini == pytest.approx(3 / 4)


def test_none_says_nothing():
    assert spread_at(np.array([2, 3]), 0)[2:] == (0, None, None, None, None)


def test_the_mean_of_draws_is_near_the_mean_of_all_samples():
    counts, n = np.array([1, 2, 3]), 3
    pairs = np.repeat(np.arange(3), counts)
    samples = [np.bincount(pairs[list(chosen)], minlength=3) for chosen in combinations(range(6), n)]
    found = spread_at(counts, n, draws=4_000)
    assert found.gini == pytest.approx(np.mean([spread_of(each).gini for each in samples]), abs=0.01)
    assert found.evenness == pytest.approx(np.mean([spread_of(each).evenness for each in samples]), abs=0.01)
    assert found.equal_nodes == pytest.approx(np.mean([spread_of(each).equal_nodes for each in samples]), abs=0.02)
    assert found.reached == pytest.approx(np.mean([(each > 0).sum() for each in samples]))


@given(COUNTS, st.randoms(use_true_random=False), st.data())
def test_the_order_of_the_nodes_changes_nothing(counts, random, data):
    n = data.draw(st.integers(1, sum(counts)))
    mixed = random.sample(counts, len(counts))
    one, other = spread_at(np.array(counts), n), spread_at(np.array(mixed), n)
    assert one[:6] == pytest.approx(other[:6])


@given(COUNTS, st.data())
def test_the_numbers_stay_within_their_bounds(counts, data):
    n = data.draw(st.integers(1, sum(counts)))
    found = spread_at(np.array(counts), n)
    assert 1 - 1e-9 <= found.reached <= min(n, np.count_nonzero(counts)) + 1e-9
    assert 0 <= found.gini <= 1 - 1 / len(counts) + 1e-9
    assert 1 - 1e-9 <= found.equal_nodes <= min(n, len(counts)) + 1e-9
    assert found.evenness is None if len(counts) == 1 else 0 <= found.evenness <= 1


def test_the_same_set_doubled_is_as_even_at_the_same_n():
    counts = np.array([4, 8, 20, 40])
    one, two = spread_at(counts, 30, draws=2_000), spread_at(2 * counts, 30, draws=2_000)
    assert math.isclose(one.gini, two.gini, abs_tol=0.02)


def test_reached_groups_are_those_of_every_draw_on_average():
    counts = np.array([3, 1, 0, 2])
    rows = [0, 0, 0, 1, 3, 3]
    for n in range(1, 7):
        draws = [len({rows[place] for place in draw}) for draw in combinations(range(6), n)]
        assert expected_reached(counts, n) == pytest.approx(sum(draws) / len(draws))
    assert expected_reached(counts, 0) == 0
