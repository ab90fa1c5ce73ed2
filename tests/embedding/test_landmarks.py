"""Landmarks are shared out by the size of branches, and the same points give the same ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.embedding.landmarks import choose_landmarks, share_out

sizes_of_branches = st.lists(st.integers(1, 400), min_size=1, max_size=40)


def points(sizes: list[int], *, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Give keys and branches of as many points as the branches have together."""
    branches = np.repeat([f"branch {number}" for number in range(len(sizes))], sizes)
    keys = np.random.default_rng(seed).permutation(2 * len(branches))[: len(branches)].astype(np.uint64)
    return keys, branches


@given(sizes_of_branches, st.integers(1, 2000))
def test_as_many_are_shared_out_as_there_are_and_may_be(sizes: list[int], most: int):
    shares = share_out(np.array(sizes), most=most)
    assert shares.sum() == min(most, sum(sizes))
    assert (shares <= sizes).all()
    assert (shares >= np.minimum(sizes, min(15, most // len(sizes)))).all()


@given(sizes_of_branches, st.integers(1, 2000))
def test_a_larger_branch_never_gets_less(sizes: list[int], most: int):
    ordered = np.sort(sizes)
    shares = share_out(ordered, most=most)
    assert (np.diff(shares) >= -1).all()  # of two equal ones the first gets what rounding left over


def test_shares_are_proportional_beyond_the_floor():
    assert share_out(np.array([10_000, 1_000, 20, 5]), most=1_100).tolist() == [970, 109, 16, 5]


def test_a_small_branch_has_a_neighbourhood_of_its_own():
    keys, branches = points([5_000, 30, 3])
    chosen = choose_landmarks(keys, branches, most=500)
    assert len(chosen) == 500
    names, counts = np.unique(branches[chosen], return_counts=True)
    assert dict(zip(names, counts, strict=True))["branch 1"] >= 15
    assert dict(zip(names, counts, strict=True))["branch 2"] == 3


def test_up_to_as_many_as_may_be_all_are_taken():
    keys, branches = points([3, 4])
    assert choose_landmarks(keys, branches, most=7).tolist() == list(range(7))


@given(sizes_of_branches, st.integers(1, 300), st.randoms(use_true_random=False))
def test_the_choice_does_not_depend_on_the_order(sizes: list[int], most: int, random):
    keys, branches = points(sizes)
    order = list(range(len(keys)))
    random.shuffle(order)
    chosen = choose_landmarks(keys, branches, most=most)
    again = choose_landmarks(keys[order], branches[order], most=most)
    assert set(keys[chosen].tolist()) == set(keys[order][again].tolist())


def test_the_smallest_keys_of_a_branch_are_taken():
    keys, branches = points([200, 100])
    chosen = choose_landmarks(keys, branches, most=60)
    for name in np.unique(branches):
        taken = set(keys[chosen][branches[chosen] == name].tolist())
        assert taken == set(np.sort(keys[branches == name])[: len(taken)].tolist())


@pytest.mark.parametrize("most", [1, 2])
def test_with_fewer_landmarks_than_branches_none_is_invented(most: int):
    keys, branches = points([5, 5, 5])
    assert len(choose_landmarks(keys, branches, most=most)) == most
