"""Does each next vector lie the farthest from all before it?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.insight.farthest_first import farthest_first


def at(*degrees: float) -> np.ndarray:
    """Give unit vectors at angles of a circle."""
    angles = np.radians(degrees)
    return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


def test_the_next_one_is_the_farthest():
    found = farthest_first(at(0, 10, 170, 90), wanted=4)
    assert found.rows.tolist() == [0, 2, 3, 1]
    assert found.distances[1:] == pytest.approx(1 - np.cos(np.radians([170, 80, 10])), abs=1e-6)


def test_it_begins_where_it_is_told_and_takes_no_more_than_wanted():
    assert farthest_first(at(0, 10, 170, 90), wanted=2, first=3).rows.tolist() == [3, 0]


def test_what_says_the_same_is_not_taken_twice():
    assert farthest_first(at(0, 0, 90, 90, 0), wanted=5).rows.tolist() == [0, 2]


def test_of_nothing_there_is_nothing():
    assert farthest_first(np.empty((0, 3), np.float32), wanted=3).rows.tolist() == []
    assert farthest_first(at(0), wanted=0).rows.tolist() == []


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_distances_fall_and_nothing_left_is_farther(seed: int, size: int):
    vectors = np.random.default_rng(seed).standard_normal((size, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = farthest_first(vectors, wanted=6)
    assert len(set(found.rows.tolist())) == len(found.rows) == min(6, size)
    assert (np.diff(found.distances[1:]) <= 1e-6).all()
    nearest = (1 - vectors @ vectors[found.rows].T).min(axis=1)
    assert nearest.max() <= (found.distances[-1] if len(found.rows) > 1 else 2) + 1e-5
