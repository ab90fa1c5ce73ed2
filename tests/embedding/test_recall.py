"""The share of neighbours that two ways to embed have in common."""

import numpy as np
import pytest

from glan_core.embedding.recall import recall_at_10


def unit(rows: int, columns: int, seed: int) -> np.ndarray:
    """Give random vectors of unit length."""
    vectors = np.random.default_rng(seed).normal(size=(rows, columns)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_same_vectors_have_the_same_neighbours():
    vectors = unit(1_500, 8, 1)
    assert recall_at_10(vectors, vectors) == 1.0


def test_turning_all_vectors_changes_no_neighbour():
    vectors = unit(200, 8, 1)
    turned, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(8, 8)))
    assert recall_at_10(vectors, (vectors @ turned).astype(np.float32)) > 0.999


def test_it_is_what_a_plain_loop_finds():
    one, other = unit(60, 5, 1), unit(60, 7, 2)

    def nearest(vectors: np.ndarray, row: int) -> set[int]:
        cosines = {column: float(vectors[row] @ vectors[column]) for column in range(60) if column != row}
        return set(sorted(cosines, key=cosines.__getitem__, reverse=True)[:10])

    shares = [len(nearest(one, row) & nearest(other, row)) / 10 for row in range(60)]
    assert recall_at_10(one, other) == pytest.approx(np.mean(shares))
    assert 0.05 < recall_at_10(one, other) < 0.5


@pytest.mark.parametrize(("first", "second"), [(10, 10), (11, 12)])
def test_too_few_or_different_numbers_cannot_be_compared(first: int, second: int):
    with pytest.raises(ValueError, match="cannot be compared"):
        recall_at_10(unit(first, 4, 1), unit(second, 4, 1))
