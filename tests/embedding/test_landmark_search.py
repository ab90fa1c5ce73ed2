"""The nearest landmarks are found, exactly or nearly, and always the same ones."""

import numpy as np
import pytest

from glan_core.embedding import landmark_search
from glan_core.embedding.landmark_search import LandmarkSearch


def unit_rows(rows: int, *, seed: int, length: int = 16) -> np.ndarray:
    """Give random rows of unit length."""
    made = np.random.default_rng(seed).normal(size=(rows, length))
    unit: np.ndarray = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
    return unit


VECTORS, NEW = unit_rows(400, seed=1), unit_rows(50, seed=2)


def true_nearest(vectors: np.ndarray, new: np.ndarray, count: int) -> np.ndarray:
    """Give the nearest by comparing all, in 64 bits."""
    return np.argsort(-(new.astype(np.float64) @ vectors.T.astype(np.float64)), axis=1, kind="stable")[:, :count]


def test_the_nearest_come_first_with_their_distances():
    found, distances = LandmarkSearch(VECTORS).find(NEW, 5)
    assert np.array_equal(found, true_nearest(VECTORS, NEW, 5))
    assert distances == pytest.approx(1 - np.take_along_axis(NEW @ VECTORS.T, found, axis=1), abs=1e-6)


def test_of_equally_near_ones_the_first_comes_first():
    found, _ = LandmarkSearch(np.vstack([VECTORS[:5]] * 2)).find(VECTORS[:5], 2)
    assert found.tolist() == [[row, row + 5] for row in range(5)]


def test_each_vector_leads_the_list_of_its_own_neighbours():
    same = np.vstack([np.repeat(VECTORS[:1], 20, axis=0), VECTORS])
    found, distances = LandmarkSearch(same).find_among_themselves(4)
    assert found[:, 0].tolist() == list(range(len(same)))
    assert (distances[:, 0] == 0).all()
    assert all(len(set(row)) == 4 for row in found.tolist())


def test_among_many_most_of_the_nearest_are_found_in_cells(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(landmark_search, "_MOST_COMPARED", 100)
    centres = unit_rows(40, seed=3)
    many = np.repeat(centres, 100, axis=0) + 0.1 * unit_rows(4_000, seed=4)
    many /= np.linalg.norm(many, axis=1, keepdims=True)
    found, _ = LandmarkSearch(many).find(many[::40], 10)
    true = true_nearest(many, many[::40], 10)
    recall = np.mean(
        [len(set(one) & set(other)) / 10 for one, other in zip(found.tolist(), true.tolist(), strict=True)]
    )
    assert recall > 0.95


def test_cells_that_hold_too_few_are_no_reason_to_find_fewer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(landmark_search, "_MOST_COMPARED", 100)
    found, distances = LandmarkSearch(VECTORS).find(NEW, 400)
    assert np.array_equal(np.sort(found, axis=1), np.tile(np.arange(400), (50, 1)))
    assert (np.diff(distances, axis=1) >= 0).all()
