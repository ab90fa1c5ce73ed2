"""What lies together comes together, every row once, and the same rows give the same groups."""

import numpy as np
import pytest

from glan_core.embedding.grouping import group_vectors
from tests.embedding.test_projection import vectors_around

VECTORS = np.vstack([vectors_around(0, 3, seed=1), vectors_around(1, 5, seed=2), vectors_around(2, 1, seed=3)])


def test_clusters_are_found_the_largest_first():
    groups = group_vectors(VECTORS, number=3)
    assert [group.rows for group in groups] == [(3, 4, 5, 6, 7), (0, 1, 2), (8,)]
    assert [sorted(group.central) for group in groups] == [list(group.rows) for group in groups]


def test_the_row_nearest_to_the_middle_stands_for_the_rest():
    rows = np.array([[0.0], [1.0], [2.2], [9.0], [9.1], [9.3]])
    assert [group.central[0] for group in group_vectors(rows, number=2)] == [1, 4]


@pytest.mark.parametrize(("number", "groups"), [(1, 1), (2, 2), (9, 9), (50, 9)])
def test_every_row_is_in_one_group(number: int, groups: int):
    found = group_vectors(VECTORS, number=number)
    assert len(found) == groups
    assert sorted(row for group in found for row in group.rows) == list(range(9))


def test_nothing_gives_no_group():
    assert group_vectors(np.empty((0, 4)), number=2) == ()


def test_the_same_rows_give_the_same_groups():
    assert group_vectors(VECTORS, number=4) == group_vectors(VECTORS.copy(), number=4)
