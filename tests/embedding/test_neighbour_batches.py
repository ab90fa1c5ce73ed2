"""Batches out of a file give what the vectors themselves give; few new ones are compared with all."""

from pathlib import Path

import numpy as np

from glan_core.embedding.neighbour_batches import batch_size, find_all_nearest, find_in_file, forget_file, is_exact
from glan_core.embedding.neighbours import closed_ends, find_nearest
from glan_core.embedding.worker import EmbeddingWorker
from tests.embedding.test_neighbours import all_at_once, assert_same, clustered


def test_another_process_finds_the_same_in_a_file(tmp_path: Path):
    vectors = clustered(500)
    path = tmp_path / "vectors.npy"
    np.save(path, vectors)
    new, ends = np.arange(400, 500), closed_ends(500)
    worker = EmbeddingWorker()
    try:
        found = worker.compute(find_in_file, str(path), new, ends, exact=True)
        worker.compute(forget_file)
    finally:
        worker.close()
    assert_same(found.nearest, find_nearest(vectors, new, ends).nearest)


def test_a_file_that_was_forgotten_is_read_again(tmp_path: Path):
    path = tmp_path / "vectors.npy"
    for seed in (1, 2):
        vectors = clustered(300, seed=seed)
        np.save(path, vectors)
        found = find_in_file(str(path), np.arange(300), closed_ends(300), exact=False)
        own = find_in_file(str(path), np.arange(300), closed_ends(300), exact=True)
        forget_file()
        assert_same(own.nearest, all_at_once(vectors))
        assert np.mean(found.nearest.rows == own.nearest.rows) > 0.9


def test_all_are_compared_with_all_up_to_some_ten_thousand():
    assert is_exact(new=30_000, rows=30_000)
    assert not is_exact(new=40_000, rows=40_000)
    assert is_exact(new=100, rows=1_000_000)
    assert_same(find_all_nearest(clustered(100), k=3), all_at_once(clustered(100), k=3))


def test_a_batch_is_smaller_the_more_it_is_compared_with():
    assert batch_size(1_000) == 4_096
    assert batch_size(1_000_000) == 200
    assert batch_size(0) == 4_096
