"""Rows of a corpus get places on the standing map, where no pair moves; reading them can be stopped."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glan_core.corpora import map_placing
from glan_core.corpora.map_placer import CorpusPlacer
from glan_core.corpora.map_placing import place_corpus_on_map
from glan_core.errors import EmbeddingError
from glan_core.placement import place_all
from glan_core.store.corpus_points import list_placed_corpora
from glan_core.store.ingest import ingest
from glan_core.store.projections import list_placed_instructions
from tests.conftest import Small
from tests.corpora.test_placing import take_in
from tests.small_pairs import instruction
from tests.test_gap_finder import computed

ASKED = tuple(f"Question {number} of another project" for number in range(5))


@pytest.fixture
def mapped(small: Small) -> Small:
    """Twenty pairs on a map."""
    ingest(small.cursor, [instruction(f"p{number}", text=f"Question {number} of ours") for number in range(20)])
    place_all(small.database, compute=computed)
    return small


def points(small: Small) -> list[tuple[int, float, float]]:
    """Give every point of a corpus."""
    return small.cursor.execute("select number, x, y from corpus_point order by number").fetchall()


def test_every_row_gets_a_place_and_no_pair_moves(mapped: Small, tmp_path: Path):
    corpus = take_in(mapped.database, tmp_path, ASKED)
    (projection_id,) = {row[0] for row in mapped.cursor.execute("select projection_id from projection").fetchall()}
    before = list_placed_instructions(mapped.cursor, projection_id)
    heard: list[tuple[str, int, int]] = []
    placed = place_corpus_on_map(
        mapped.database, corpus, compute=computed, on_progress=lambda *progress: heard.append(progress)
    )
    assert (placed.placed, placed.points, placed.embedded, placed.is_stopped) == (5, 5, 5, False)
    assert placed.projection.projection_id == projection_id
    assert np.isfinite(np.array(points(mapped))).all()
    assert list_placed_instructions(mapped.cursor, projection_id) == before
    assert heard[0] == ("reading", 0, 5)
    assert heard[-1] == ("placing", 5, 5)
    (found,) = list_placed_corpora(mapped.cursor, projection_id)
    assert (found.name, found.rows, found.points) == ("set", 5, 5)


def test_placed_again_nothing_is_read_and_nothing_moves(mapped: Small, tmp_path: Path):
    corpus = take_in(mapped.database, tmp_path, ASKED)
    some = place_corpus_on_map(mapped.database, corpus, rows=2, compute=computed)
    assert (some.placed, some.points) == (2, 2)
    first = points(mapped)
    rest = place_corpus_on_map(mapped.database, corpus, compute=computed)
    assert (rest.placed, rest.points) == (3, 5)
    assert set(first) < set(points(mapped))
    again = place_corpus_on_map(mapped.database, corpus, compute=computed)
    assert (again.placed, again.points, again.embedded) == (0, 5, 0)


def test_a_row_that_says_what_a_pair_says_lies_where_the_pair_lies(mapped: Small, tmp_path: Path):
    corpus = take_in(mapped.database, tmp_path, ("Something else", "Question 7 of ours"))
    placed = place_corpus_on_map(mapped.database, corpus, compute=computed)
    assert placed.embedded == 1
    there = {
        each.text: (each.x, each.y) for each in list_placed_instructions(mapped.cursor, placed.projection.projection_id)
    }
    assert points(mapped)[1][1:] == there["Question 7 of ours"]


def test_without_a_map_it_is_said(small: Small, tmp_path: Path):
    corpus = take_in(small.database, tmp_path, ASKED)
    with pytest.raises(EmbeddingError, match="no map yet"):
        place_corpus_on_map(small.database, corpus, compute=computed)


def test_it_can_be_stopped_and_keeps_what_is_placed(mapped: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(map_placing, "_ROWS_AT_ONCE", 2)
    corpus = take_in(mapped.database, tmp_path, ASKED)
    asked = iter([False, False, False])
    heard: list[tuple[str, int, int]] = []
    placed = place_corpus_on_map(
        mapped.database,
        corpus,
        compute=computed,
        on_progress=lambda *progress: heard.append(progress),
        is_stopped=lambda: any(step == "placing" for step, _, _ in heard) and next(asked, True),
    )
    assert placed.is_stopped
    assert 0 < placed.placed < 5
    assert placed.points == placed.placed == len(points(mapped))


def test_a_placer_works_in_the_background_and_tells_why_it_ended(mapped: Small, tmp_path: Path):
    corpus = take_in(mapped.database, tmp_path, ASKED)

    def fail(function: Any, *arguments: Any, **options: Any) -> Any:
        raise EmbeddingError("No memory is left.", "Close something.")

    failing = CorpusPlacer(mapped.database, fail, fail)
    failing.start(corpus)
    failing.wait(60)
    assert failing.error is not None
    assert failing.error.message == "No memory is left."
    assert points(mapped) == []
    placer = CorpusPlacer(mapped.database, computed, computed)
    placer.start(corpus)
    placer.wait(60)
    assert placer.error is None
    assert placer.placed is not None
    assert placer.placed.points == 5


def test_a_stop_ends_it_after_the_rows_under_way(mapped: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(map_placing, "_ROWS_AT_ONCE", 1)
    corpus = take_in(mapped.database, tmp_path, ASKED)
    placers: list[CorpusPlacer] = []

    def compute(function: Any, *arguments: Any, **options: Any) -> Any:
        placers[0].stop()
        return computed(function, *arguments, **options)

    placers.append(CorpusPlacer(mapped.database, compute, compute))
    placers[0].start(corpus)
    placers[0].wait(60)
    assert placers[0].error is None
    assert placers[0].placed is not None
    assert placers[0].placed.is_stopped
    assert placers[0].placed.placed < 5
