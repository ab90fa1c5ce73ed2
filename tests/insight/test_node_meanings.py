"""Do nodes whose pairs keep together differ from nodes whose pairs could be their sibling's?"""

import numpy as np
import pytest

from glan_core.insight.node_meanings import NodeComparison, Overlap, centroids_of

EAST, NORTH, UP = np.eye(3, dtype=np.float32)


def whole(*numbers: int) -> np.ndarray:
    """Give whole numbers as an array."""
    return np.array(numbers, np.int64)


def test_a_centroid_is_the_direction_between_a_nodes_concepts():
    centroids = centroids_of(np.stack([EAST, NORTH, UP]), whole(0, 0, 2), count=3)
    assert centroids == pytest.approx(np.array([[2**-0.5, 2**-0.5, 0], [0, 0, 0], [0, 0, 1]]))


def test_cohesion_is_the_mean_cosine_to_the_own_centroid_and_overlap_the_share_nearer_to_a_sibling():
    compared = NodeComparison(np.stack([EAST, NORTH, UP]), whole(0, 0, 1))
    compared.add(np.stack([EAST, NORTH]), whole(0, 0))
    compared.add(np.stack([NORTH, NORTH, UP]), whole(1, 1, 2))
    assert compared.cohesions().tolist() == [0.5, 1.0, 1.0]
    assert compared.pairs.tolist() == [2, 2, 1]
    assert compared.overlaps() == (Overlap(0, 1, 0.25, 4),)  # one of four lies nearer to the other's centroid


def test_siblings_that_teach_the_same_overlap_by_one_half():
    random = np.random.default_rng(8)
    one = random.standard_normal(384).astype(np.float32)
    vectors = random.standard_normal((50, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    centroids = centroids_of(np.stack([one, one, -one]), whole(0, 1, 2), count=3)
    compared = NodeComparison(centroids, whole(0, 0, 1))
    compared.add(vectors, random.integers(0, 2, 50))
    assert compared.overlaps() == (Overlap(0, 1, 0.5, 50),)


def test_nodes_of_different_parents_are_not_compared():
    compared = NodeComparison(np.stack([EAST, NORTH]), whole(0, 1))
    compared.add(np.stack([NORTH, EAST]), whole(0, 1))
    assert compared.overlaps() == ()
    assert compared.cohesions().tolist() == [0.0, 0.0]


def test_a_node_without_concepts_or_pairs_has_no_cohesion():
    compared = NodeComparison(np.stack([EAST, 0 * EAST, NORTH]), whole(0, 0, 0))
    compared.add(np.stack([NORTH, EAST]), whole(1, -1))
    assert np.isnan(compared.cohesions()).all()
    assert compared.overlaps() == ()


def test_doubling_every_pair_changes_no_cohesion_and_no_share():
    random = np.random.default_rng(5)
    vectors = random.standard_normal((60, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    nodes = random.integers(0, 3, 60)
    once, twice = (NodeComparison(np.stack([EAST, NORTH, UP]), whole(0, 0, 0)) for _ in range(2))
    once.add(vectors, nodes)
    for _ in range(2):
        twice.add(vectors[::-1], nodes[::-1])
    assert twice.cohesions() == pytest.approx(once.cohesions())
    assert [each[:3] for each in twice.overlaps()] == [each[:3] for each in once.overlaps()]
    assert len(once.overlaps()) == 3
