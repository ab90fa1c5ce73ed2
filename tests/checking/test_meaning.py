"""Paraphrases are found by their vectors, and the curve says what any other threshold would find."""

from pathlib import Path

import numpy as np
import pytest

from glan_core.checking.benchmarks import add_benchmark
from glan_core.checking.meaning import CURVE, check_meaning, find_meaning_check
from glan_core.embedding.encoder import ENCODER
from glan_core.errors import SettingsError
from glan_core.store.benchmarks import Benchmark
from glan_core.store.contamination import find_curve, list_hits, report_benchmark
from glan_core.store.embeddings import insert_embeddings
from glan_core.store.flags import list_flagged
from tests.checking.conftest import MakePairs
from tests.conftest import Small
from tests.store.vectors import link

ITEMS = ("How many moons has Mars?", "Who wrote Hamlet?")
COSINES = {"a": 1.0, "b": 0.95, "c": 0.85, "d": 0.2}


@pytest.fixture
def benchmark(small: Small, make_pairs: MakePairs, tmp_path: Path) -> Benchmark:
    """Two items, and pairs a to d that come as near to the first as COSINES says; e was not read."""
    path = tmp_path / "quiz.csv"
    path.write_text("question\n" + "\n".join(ITEMS) + "\n", encoding="utf-8")
    texts = {key: f"Question {key} of mine?" for key in "abcde"}
    make_pairs(texts)
    vectors = np.zeros((6, 384), np.float32)
    vectors[0, 0] = vectors[1, 1] = 1
    for row, cosine in enumerate(COSINES.values(), start=2):
        vectors[row, [0, 2]] = [cosine, np.sqrt(1 - cosine**2)]
    insert_embeddings(small.cursor, encoder=ENCODER, texts=[*ITEMS, *list(texts.values())[:4]], vectors=vectors)
    link(small.cursor, ENCODER, **{key: number for number, key in enumerate("abcd", start=2)})
    return add_benchmark(small.database, path).benchmark


def _near(small: Small, benchmark: Benchmark) -> list[tuple[str, int, float]]:
    found = list_hits(small.cursor, benchmark.benchmark_id, kinds=("meaning",), limit=10)
    return [(row.instruction_id, row.number, round(row.similarity, 3)) for row in found.itertuples()]


def test_near_pairs_are_flagged_with_their_item(small: Small, benchmark: Benchmark):
    check = check_meaning(small.database, benchmark, 0.9)
    assert (check.state, check.found) == ("finished", 2)
    assert _near(small, benchmark) == [("a", 1, 1.0), ("b", 1, 0.95)]
    assert list_flagged(small.cursor, "contaminated", limit=10)["instruction_id"].tolist() == ["a", "b"]
    assert report_benchmark(small.cursor, benchmark.benchmark_id).meaning == 2


def test_the_curve_counts_every_pair_that_was_read(small: Small, benchmark: Benchmark):
    check_meaning(small.database, benchmark, 0.9, rows_at_once=2)
    curve = find_curve(small.cursor, benchmark.benchmark_id)
    assert curve is not None
    assert (curve.encoder, curve.content) == (ENCODER, "instruction")
    pairs = {point.similarity: point.pairs for point in curve.points}
    assert list(pairs) == list(CURVE)
    assert (pairs[0.5], pairs[0.85], pairs[0.86], pairs[0.95], pairs[0.96], pairs[1.0]) == (3, 3, 2, 2, 1, 1)


def test_another_threshold_begins_anew(small: Small, benchmark: Benchmark):
    check_meaning(small.database, benchmark, 0.9)
    check_meaning(small.database, benchmark, 0.8)
    assert [key for key, _, _ in _near(small, benchmark)] == ["a", "b", "c"]
    check_meaning(small.database, benchmark, 0.99)
    assert [key for key, _, _ in _near(small, benchmark)] == ["a"]
    curve = find_curve(small.cursor, benchmark.benchmark_id)
    assert curve is not None
    assert curve.points[0].pairs == 3


def test_it_goes_on_where_it_was_stopped(small: Small, benchmark: Benchmark):
    asked = iter((False, True))
    stopped = check_meaning(small.database, benchmark, 0.8, rows_at_once=2, is_stopped=lambda: next(asked))
    assert (stopped.state, stopped.done) == ("stopped", 2)
    check_meaning(small.database, benchmark, 0.8, rows_at_once=2)
    assert len(_near(small, benchmark)) == 3
    curve = find_curve(small.cursor, benchmark.benchmark_id)
    assert curve is not None
    assert curve.points[0].pairs == 3


@pytest.mark.parametrize("similarity", [0.4, 1.01])
def test_a_threshold_that_cannot_be_is_refused(small: Small, benchmark: Benchmark, similarity: float):
    with pytest.raises(SettingsError):
        check_meaning(small.database, benchmark, similarity)
    assert find_meaning_check(small.cursor, benchmark.benchmark_id) is None
