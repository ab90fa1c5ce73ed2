"""Are gaps found beside everything else, and is it known when they have to be found anew?"""

import threading
import time
from typing import Any

import numpy as np
import pytest

from glan_core import text_vectors
from glan_core.embedding.encoder import encode
from glan_core.errors import EmbeddingError
from glan_core.gap_finder import GapFinder
from glan_core.placement import place_all
from glan_core.store.ingest import ingest
from tests.conftest import Small
from tests.small_pairs import instruction


def computed(function: Any, *arguments: Any, **options: Any) -> Any:
    """Stand for the process that embeds: vectors that the texts decide; everything else is done here."""
    if function is not encode:
        return function(*arguments, **options)
    texts = arguments[-1]
    vectors = np.stack([np.random.default_rng(sum(text.encode())).normal(size=384) for text in texts])
    scaled: np.ndarray = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def wait(finder: GapFinder) -> None:
    """Wait until nothing is found any more."""
    deadline = time.monotonic() + 60
    while finder.is_running:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def finder(small: Small) -> GapFinder:
    """One whose database has three pairs."""
    ingest(small.cursor, [instruction("a"), instruction("b", "phase"), instruction("c", "telescope")])
    return GapFinder(small.database, computed, computed)


def test_names_and_pairs_are_read_and_compared(finder: GapFinder):
    assert not finder.is_current()
    finder.start()
    wait(finder)
    assert finder.error is None
    report = finder.report
    assert report is not None
    assert (len(report.concepts), report.pairs, report.unread_concepts, report.unread_pairs) == (15, 3, 0, 0)
    assert finder.is_current()
    assert finder.placed is None


def test_a_new_pair_makes_the_report_old_and_the_next_start_makes_another(finder: GapFinder, small: Small):
    finder.start()
    wait(finder)
    ingest(small.cursor, [instruction("d")])
    assert not finder.is_current()
    finder.start()
    wait(finder)
    assert finder.report is not None
    assert finder.report.pairs == 4


def test_key_concepts_get_places_on_the_standing_map_and_only_new_ones_are_placed_again(
    finder: GapFinder, small: Small
):
    place_all(small.database, compute=computed)
    finder.start(places=True)
    wait(finder)
    assert finder.error is None
    first = finder.placed
    assert first is not None
    assert first.coordinates.shape == (15, 2)
    assert np.isfinite(first.coordinates).all()
    finder.start(places=True)
    wait(finder)
    assert finder.placed is not None
    assert np.array_equal(finder.placed.coordinates, first.coordinates)


def test_a_failure_is_told_and_the_next_start_tries_again(small: Small):
    ingest(small.cursor, [instruction("a")])
    answers = iter([True])

    def compute(function: Any, *arguments: Any, **options: Any) -> Any:
        if next(answers, False):
            raise EmbeddingError("No memory is left.", "Close something.")
        return computed(function, *arguments, **options)

    finder = GapFinder(small.database, compute, compute)
    finder.start()
    wait(finder)
    assert finder.error is not None
    assert finder.error.message == "No memory is left."
    assert finder.report is None
    finder.start()
    wait(finder)
    assert finder.error is None
    assert finder.report is not None


def test_while_it_works_a_second_start_does_nothing(small: Small):
    ingest(small.cursor, [instruction("a")])
    opened, calls = threading.Event(), []

    def compute(function: Any, *arguments: Any, **options: Any) -> Any:
        calls.append(function)
        opened.wait(30)
        return computed(function, *arguments, **options)

    finder = GapFinder(small.database, compute, compute)
    finder.start()
    finder.start()
    assert finder.is_running
    opened.set()
    wait(finder)
    assert finder.error is None
    assert len([function for function in calls if function is encode]) == 2  # names, and the one pair


def test_a_stop_ends_reading_and_keeps_what_was_read(small: Small, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(text_vectors, "_FIRST_BATCH", 4)
    ingest(small.cursor, [instruction("a")])
    entered, opened = threading.Event(), threading.Event()

    def compute(function: Any, *arguments: Any, **options: Any) -> Any:
        entered.set()
        opened.wait(30)
        return computed(function, *arguments, **options)

    finder = GapFinder(small.database, compute, compute)
    finder.start(places=True)
    assert entered.wait(30)
    finder.stop()
    assert finder.is_stopping
    opened.set()
    wait(finder)
    assert (finder.error, finder.report, finder.placed) == (None, None, None)
    assert small.cursor.execute("select count(*) from embedding").fetchall()[0][0] == 4
    finder.start()
    wait(finder)
    assert finder.error is None
    assert finder.report is not None
