"""A map is turned, mirrored and shifted, and never stretched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.embedding.alignment import turn_towards

MAP = np.random.default_rng(3).normal(size=(30, 2)).astype(np.float32)


def distances(points: np.ndarray) -> np.ndarray:
    """Give the distance of each point to each other one."""
    apart: np.ndarray = np.linalg.norm(points[:, None] - points[None], axis=2)
    return apart


@given(st.floats(0, 6.28), st.booleans(), st.tuples(st.floats(-50, 50), st.floats(-50, 50)))
def test_a_turned_map_is_turned_back(angle: float, is_mirrored: bool, shift: tuple[float, float]):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    if is_mirrored:
        turn[:, 0] *= -1
    turned = (MAP @ turn + shift).astype(np.float32)
    assert turn_towards(turned, common=np.arange(30), old=MAP) == pytest.approx(MAP, abs=1e-3)


@given(st.integers(0, 1000), st.floats(0.1, 10))
def test_distances_on_a_map_stay_whatever_it_is_turned_towards(seed: int, scale: float):
    old = np.random.default_rng(seed).normal(scale=scale, size=(30, 2))
    turned = turn_towards(MAP, common=np.arange(30), old=old)
    assert distances(turned) == pytest.approx(distances(MAP), abs=1e-3)
    assert turned.mean(axis=0) == pytest.approx(old.mean(axis=0), abs=1e-3)


def test_only_common_points_decide_and_all_are_turned():
    turn = np.array([[0.0, -1.0], [1.0, 0.0]], np.float32)
    common = np.array([4, 7, 20])
    turned = turn_towards(MAP @ turn, common=common, old=MAP[common])
    assert turned == pytest.approx(MAP, abs=1e-5)


def test_without_common_points_a_map_stays_as_it_is():
    assert np.array_equal(turn_towards(MAP, common=np.empty(0, int), old=np.empty((0, 2))), MAP)


def test_one_common_point_is_brought_to_its_place():
    turned = turn_towards(MAP, common=np.array([5]), old=np.array([[7.0, -2.0]]))
    assert turned[5] == pytest.approx([7.0, -2.0], abs=1e-5)
