"""Neighbours are what a plain comparison of all with all finds, however the vectors come."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.embedding.neighbours import (
    Ends,
    Nearest,
    closed_ends,
    find_nearest,
    find_nearest_in_cells,
    make_cells,
    merge_offers,
)
from glan_core.errors import EmbeddingError


def unit(rows: np.ndarray) -> np.ndarray:
    """Give rows of unit length; those of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: np.ndarray = (rows / np.where(lengths == 0, 1, lengths)).astype(np.float32)
    return scaled


def clustered(count: int, dimensions: int = 32, *, seed: int = 1) -> np.ndarray:
    """Give unit vectors around twenty centres."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(20, dimensions))
    return unit(centres[random.integers(0, 20, count)] + 0.6 * random.normal(size=(count, dimensions)))


def reference(vectors: np.ndarray, k: int) -> Nearest:
    """Compare all with all in 64 bits, sort, and cut."""
    cosines = (vectors.astype(np.float64) @ vectors.T.astype(np.float64)).astype(np.float32)
    np.fill_diagonal(cosines, -np.inf)
    order = np.argsort(-cosines, axis=1, kind="stable")[:, : min(k, len(vectors) - 1)]
    nearest = Nearest(np.full((len(vectors), k), -1, np.int32), np.full((len(vectors), k), -np.inf, np.float32))
    nearest.rows[:, : order.shape[1]] = order
    nearest.similarities[:, : order.shape[1]] = np.take_along_axis(cosines, order, axis=1)
    return nearest


def all_at_once(vectors: np.ndarray, *, k: int = 15) -> Nearest:
    """Search for every row among all."""
    return find_nearest(vectors, np.arange(len(vectors)), closed_ends(len(vectors)), k=k).nearest


def in_parts(vectors: np.ndarray, sizes: list[int], *, k: int) -> Nearest:
    """Let the rows arrive in parts: each is searched for among what is there, and put into the lists of before."""
    lists = Nearest(np.empty((0, k), np.int32), np.empty((0, k), np.float32))
    for size in sizes:
        old = len(lists.rows)
        there = vectors[: old + size]
        ends = closed_ends(len(there))
        is_full = lists.rows[:, -1] >= 0
        ends.similarities[:old] = np.where(is_full, lists.similarities[:, -1], -np.inf)
        ends.rows[:old] = lists.rows[:, -1]
        found = find_nearest(there, np.arange(old, len(there)), ends, k=k)
        changed = np.unique(found.offers.rows)
        merged = merge_offers(changed, Nearest(lists.rows[changed], lists.similarities[changed]), found.offers, k=k)
        lists.rows[changed], lists.similarities[changed] = merged
        lists = Nearest(*(np.concatenate(both) for both in zip(lists, found.nearest, strict=True)))
    return lists


def assert_same(one: Nearest, other: Nearest) -> None:
    """Check that two searches gave the same rows with the same cosines."""
    np.testing.assert_array_equal(one.rows, other.rows)
    np.testing.assert_array_equal(one.similarities, other.similarities)


def test_the_neighbours_are_those_of_a_comparison_of_all_with_all():
    vectors = clustered(700)
    assert_same(all_at_once(vectors), reference(vectors, 15))


def test_more_vectors_than_a_block_holds_are_compared_too():
    vectors = clustered(17_000, 8)
    some = np.array([0, 16_383, 16_384, 16_999])
    found = find_nearest(vectors, some, closed_ends(len(vectors))).nearest
    cosines = (vectors[some].astype(np.float64) @ vectors.T.astype(np.float64)).astype(np.float32)
    cosines[np.arange(4), some] = -np.inf
    np.testing.assert_array_equal(found.rows, np.argsort(-cosines, axis=1, kind="stable")[:, :15])


@given(data=st.data(), k=st.sampled_from([1, 3, 15]))
def test_rows_that_come_in_parts_get_the_lists_of_all_at_once(data: st.DataObject, k: int):
    # Few values in few dimensions, so that many rows are equal, opposite, equally near or zero.
    rows = data.draw(st.lists(st.tuples(*[st.integers(-2, 2)] * 3), min_size=1, max_size=60))
    vectors = unit(np.array(rows, np.float64))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=4)))
    sizes = np.diff([0, *cuts, len(rows)]).tolist()
    assert_same(in_parts(vectors, sizes, k=k), all_at_once(vectors, k=k))
    assert_same(all_at_once(vectors, k=k), reference(vectors, k))


def test_many_rows_that_come_in_parts_get_the_lists_of_all_at_once():
    vectors = clustered(900)
    assert_same(in_parts(vectors, [1, 10, 300, 0, 89, 500], k=15), all_at_once(vectors))


def test_what_is_offered_twice_is_put_in_once():
    vectors = clustered(40)
    old = all_at_once(vectors[:30])
    ends = closed_ends(40)
    ends.similarities[:30], ends.rows[:30] = old.similarities[:, -1], old.rows[:, -1]
    offers = find_nearest(vectors, np.arange(30, 40), ends).offers
    rows = np.arange(30)
    once = merge_offers(rows, old, offers)
    assert_same(merge_offers(rows, once, offers), once)
    assert len(np.unique(once.rows[0])) == 15


def test_a_list_that_is_closed_is_offered_nothing():
    vectors = clustered(40)
    assert len(find_nearest(vectors, np.arange(30, 40), closed_ends(40)).offers.rows) == 0


def test_one_vector_has_no_neighbour():
    found = all_at_once(clustered(1))
    assert (found.rows == -1).all()
    assert np.isneginf(found.similarities).all()


def test_no_vectors_have_no_lists():
    assert all_at_once(np.empty((0, 4), np.float32)).rows.shape == (0, 15)


def test_fewer_vectors_than_a_list_holds_are_all_in_it():
    found = all_at_once(clustered(4))
    assert [sorted(row[:3].tolist()) for row in found.rows] == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
    assert (found.rows[:, 3:] == -1).all()


def test_of_duplicates_the_earliest_are_the_neighbours():
    found = all_at_once(np.repeat(clustered(1), 400, axis=0))
    assert found.rows[300].tolist() == list(range(15))
    assert found.rows[3].tolist() == [*range(3), *range(4, 16)]
    np.testing.assert_allclose(found.similarities, 1, atol=1e-6)


def test_vectors_of_zeros_are_at_a_right_angle_to_all():
    vectors = np.vstack([np.zeros((2, 32), np.float32), clustered(3)])
    found = all_at_once(vectors)
    assert found.rows[0, :4].tolist() == [1, 2, 3, 4]
    assert (found.similarities[0, :4] == 0).all()


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("row", [2, 7])
def test_values_that_are_not_finite_are_refused_whoever_has_them(value: float, row: int):
    vectors = clustered(10)
    vectors[row, 5] = value
    with pytest.raises(EmbeddingError, match="not finite"):
        find_nearest(vectors, np.arange(5, 10), closed_ends(10))
    with pytest.raises(EmbeddingError, match="not finite"):
        make_cells(vectors)


def test_a_search_in_cells_finds_nearly_all_neighbours():
    vectors = clustered(6_000)
    new = np.arange(5_000, 6_000)
    exact = find_nearest(vectors, new, closed_ends(6_000)).nearest
    found = find_nearest_in_cells(make_cells(vectors), vectors, new, closed_ends(6_000)).nearest
    shared = [len(set(one) & set(other)) for one, other in zip(found.rows.tolist(), exact.rows.tolist(), strict=True)]
    assert np.mean(shared) >= 0.95 * 15
    assert not (found.rows == new[:, None]).any()
    assert (np.diff(found.similarities, axis=1) <= 0).all()


def test_the_same_vectors_have_the_same_cells():
    vectors = clustered(2_000)
    rows, ends = np.arange(2_000), closed_ends(2_000)
    one, other = (find_nearest_in_cells(make_cells(vectors), vectors, rows, ends).nearest for _ in range(2))
    assert_same(one, other)


def test_a_search_in_cells_offers_new_rows_to_old_ones():
    vectors = clustered(2_000)
    vectors[1_999] = vectors[0]
    before = all_at_once(vectors[:1_999])
    ends = Ends(np.append(before.similarities[:, -1], np.inf), np.append(before.rows[:, -1], -1))
    offers = find_nearest_in_cells(make_cells(vectors), vectors, np.array([1_999]), ends).offers
    assert 0 in offers.rows.tolist()
    assert (offers.similarities >= ends.similarities[offers.rows]).all()


def test_a_single_vector_and_duplicates_can_be_divided_into_cells():
    for vectors in (clustered(1), np.repeat(clustered(1), 50, axis=0)):
        rows = np.arange(len(vectors))
        found = find_nearest_in_cells(make_cells(vectors), vectors, rows, closed_ends(len(vectors))).nearest
        assert ((found.rows >= 0).sum(axis=1) == min(15, len(vectors) - 1)).all()
