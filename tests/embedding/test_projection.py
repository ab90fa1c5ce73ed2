"""The same vectors give the same map, and what comes later finds its place without moving anything."""

from typing import NamedTuple

import numpy as np
import pytest

from glan_core.embedding.projection import Fit, Layout, lay_out
from glan_core.errors import EmbeddingError

DIMENSIONS = 24


def vectors_around(axis: int, count: int, *, seed: int) -> np.ndarray:
    """Give rows of unit length that all point nearly along one axis."""
    rows = np.random.default_rng(seed).normal(scale=0.05, size=(count, DIMENSIONS))
    rows[:, axis] += 1.0
    unit: np.ndarray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


# Two thick clusters: rows 0 to 19 and rows 20 to 39.
VECTORS = np.vstack([vectors_around(0, 20, seed=1), vectors_around(1, 20, seed=2)])
LATER = np.vstack([vectors_around(0, 2, seed=3), vectors_around(1, 2, seed=4)])


class Maps(NamedTuple):
    """Everything that most tests ask UMAP for: where nothing is compiled yet its first call takes up to a minute."""

    first: Layout
    second: Layout
    smallest: Layout
    same_rows: Layout
    coordinates: np.ndarray
    """Those of `first`, as they were handed over for placing."""
    later: np.ndarray
    later_again: np.ndarray


@pytest.fixture(scope="module")
def maps() -> Maps:
    """Maps of VECTORS (twice), of 15 rows and of one row 20 times, and the places of LATER among VECTORS (twice)."""
    first = lay_out(VECTORS)
    coordinates = first.coordinates.copy()
    later, again = (Fit(VECTORS, coordinates, method="umap").place(LATER).coordinates for _ in range(2))
    return Maps(
        first,
        lay_out(VECTORS),
        lay_out(VECTORS[:15]),
        lay_out(np.repeat(VECTORS[:1], 20, axis=0)),
        coordinates,
        later,
        again,
    )


def distances(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Give the distance of each point to each other one."""
    apart: np.ndarray = np.linalg.norm(points[:, None] - others[None], axis=2)
    return apart


# UMAP ---------------------------------------------------------------------------------------------------------------


def test_fifteen_rows_are_enough_for_umap(maps: Maps):
    assert maps.smallest.method == "umap"
    assert maps.smallest.coordinates.shape == (15, 2)


def test_every_row_gets_a_finite_place(maps: Maps):
    assert maps.first.coordinates.shape == (40, 2)
    assert maps.first.coordinates.dtype == np.float32
    assert np.isfinite(maps.first.coordinates).all()


def test_the_same_vectors_give_the_same_map(maps: Maps):
    assert np.array_equal(maps.first.coordinates, maps.second.coordinates)


def test_like_lies_with_like(maps: Maps):
    left, right = maps.first.coordinates[:20], maps.first.coordinates[20:]
    assert distances(left, left).max() < distances(left, right).min()


def test_rows_that_are_all_the_same_can_be_laid_out(maps: Maps):
    assert maps.same_rows.coordinates.shape == (20, 2)
    assert np.isfinite(maps.same_rows.coordinates).all()


def test_placing_later_rows_moves_no_earlier_one(maps: Maps):
    assert np.array_equal(maps.coordinates, maps.first.coordinates)


def test_later_rows_are_placed_with_their_like(maps: Maps):
    left, right = maps.first.coordinates[:20].mean(axis=0), maps.first.coordinates[20:].mean(axis=0)
    nearer = distances(maps.later, np.array([left, right])).argmin(axis=1)
    assert nearer.tolist() == [0, 0, 1, 1]


def test_later_rows_are_placed_the_same_way_each_time(maps: Maps):
    assert maps.later.shape == (4, 2)
    assert np.array_equal(maps.later, maps.later_again)


def test_a_place_does_not_depend_on_what_comes_along(maps: Maps):
    fit = Fit(VECTORS, maps.coordinates, method="umap")
    many = np.vstack([LATER, vectors_around(2, 300, seed=5)])
    alone = np.vstack([fit.place(many[start : start + 7]).coordinates for start in range(0, len(many), 7)])
    assert np.array_equal(fit.place(many).coordinates, alone)
    assert np.array_equal(alone[:4], maps.later)


def test_a_vector_of_the_fit_is_placed_near_where_it_lies(maps: Maps):
    again = Fit(VECTORS, maps.coordinates, method="umap").place(VECTORS).coordinates
    apart = np.linalg.norm(again - maps.coordinates, axis=1)
    assert np.median(apart) < 0.1 * np.ptp(maps.coordinates, axis=0).max()


def test_distances_are_those_of_the_nearest_other_vector(maps: Maps):
    cosines = VECTORS @ VECTORS.T
    np.fill_diagonal(cosines, -1)
    assert maps.first.distances == pytest.approx(1 - cosines.max(axis=1), abs=1e-5)
    assert lay_out(VECTORS[:5]).distances == pytest.approx(1 - cosines[:5, :5].max(axis=1), abs=1e-5)


def test_distances_of_new_vectors_are_those_of_the_nearest_of_the_fit(maps: Maps):
    found = Fit(VECTORS, maps.coordinates, method="umap").place(LATER).distances
    assert found == pytest.approx(1 - (LATER @ VECTORS.T).max(axis=1), abs=1e-5)


def test_a_layout_that_begins_from_an_older_one_looks_like_it(maps: Maps):
    again = lay_out(VECTORS, start=maps.coordinates).coordinates
    elsewhere = lay_out(VECTORS, start=maps.coordinates[::-1].copy()).coordinates
    left, right = slice(0, 20), slice(20, 40)
    between = maps.coordinates[right].mean(axis=0) - maps.coordinates[left].mean(axis=0)
    assert (again[right].mean(axis=0) - again[left].mean(axis=0)) @ between > 0
    assert (elsewhere[right].mean(axis=0) - elsewhere[left].mean(axis=0)) @ between < 0


# Principal components -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 2, 14])
def test_fewer_than_fifteen_rows_are_laid_out_by_principal_components(rows: int):
    layout = lay_out(VECTORS[:rows])
    assert layout.method == "pca"
    assert layout.coordinates.shape == (rows, 2)
    assert np.isfinite(layout.coordinates).all()


def test_a_single_row_lies_at_the_origin():
    assert lay_out(VECTORS[:1]).coordinates.tolist() == [[0.0, 0.0]]


def test_two_rows_lie_as_far_apart_as_their_vectors():
    first, second = lay_out(VECTORS[18:20]).coordinates
    assert np.linalg.norm(first - second) == pytest.approx(np.linalg.norm(VECTORS[18] - VECTORS[19]), rel=1e-4)


def test_a_few_rows_that_are_all_the_same_lie_in_one_place():
    layout = lay_out(np.repeat(VECTORS[:1], 5, axis=0))
    assert layout.coordinates == pytest.approx(np.zeros((5, 2)), abs=1e-5)


def test_few_rows_give_the_same_map_in_any_order():
    rows = VECTORS[14:26]
    assert lay_out(rows[::-1]).coordinates == pytest.approx(lay_out(rows).coordinates[::-1], abs=1e-4)


def test_a_map_that_was_turned_has_new_rows_turned_along():
    known, new = VECTORS[:10], VECTORS[10:13]
    layout = lay_out(known)
    turn = np.array([[0.0, -1.0], [1.0, 0.0]], np.float32)
    straight = Fit(known, layout.coordinates, method="pca").place(new).coordinates
    turned = Fit(known, layout.coordinates @ turn + 3.0, method="pca").place(new).coordinates
    assert turned == pytest.approx(straight @ turn + 3.0, abs=1e-4)


def test_among_rows_that_are_all_the_same_everything_lies_in_one_place():
    same = np.repeat(VECTORS[:1], 5, axis=0)
    places = Fit(same, np.zeros((5, 2), np.float32), method="pca").place(VECTORS[1:4])
    assert places.coordinates == pytest.approx(np.zeros((3, 2)), abs=1e-5)


@pytest.mark.parametrize("rows", [1, 2, 14])
def test_a_known_row_is_placed_where_it_lies(rows: int):
    known = VECTORS[:rows]
    layout = lay_out(known)
    again = Fit(known, layout.coordinates, method="pca").place(known)
    assert again.coordinates == pytest.approx(layout.coordinates, abs=1e-5)


# What cannot be laid out --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("rows", [3, 20])
def test_a_value_that_is_not_finite_cannot_be_laid_out(rows: int, value: float):
    broken = VECTORS[:rows].copy()
    broken[1, 0] = value
    with pytest.raises(EmbeddingError, match="not finite"):
        lay_out(broken)


def test_a_value_that_is_not_finite_cannot_be_placed():
    broken = np.full((1, DIMENSIONS), np.nan, np.float32)
    with pytest.raises(EmbeddingError, match="not finite"):
        Fit(VECTORS[:3], np.zeros((3, 2), np.float32), method="pca").place(broken)


@pytest.mark.parametrize("nothing", [np.empty((0, DIMENSIONS), np.float32), np.empty(DIMENSIONS, np.float32)])
def test_without_rows_there_is_nothing_to_lay_out(nothing: np.ndarray):
    with pytest.raises(EmbeddingError, match="nothing to lay out"):
        lay_out(nothing)
