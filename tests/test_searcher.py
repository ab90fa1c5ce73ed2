"""A page never waits for the encoder: it asks, is told to wait, and gets its hits when they are there."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from glan_core.errors import EmbeddingError, SettingsError
from glan_core.searcher import Searcher
from glan_core.searching import Hit
from glan_core.store.ingest import ingest
from tests.conftest import Small
from tests.small_pairs import instruction
from tests.store.vectors import embed, link

DIRECTIONS = {"east": (1.0, 0.0), "north": (0.0, 1.0)}


class Embedder:
    """Gives the vector of a direction, once it is let go."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_released = threading.Event()

    def __call__(self, encoder: str, text: str) -> np.ndarray:
        """Give the vector; EmbeddingError for what is no direction."""
        self.asked.append(text)
        assert self.is_released.wait(60)
        if text not in DIRECTIONS:
            raise EmbeddingError(f"{encoder} cannot read {text!r}.", "Ask for a direction.")
        return np.array(DIRECTIONS[text], np.float32)


@pytest.fixture
def embedder() -> Iterator[Embedder]:
    """An embedder that holds back what it gives until it is released, at the latest at the end."""
    made = Embedder()
    yield made
    made.is_released.set()


@pytest.fixture
def searcher(small: Small, embedder: Embedder) -> Searcher:
    """A searcher over two pairs, one in the east and one in the north."""
    ingest(small.cursor, [instruction("a"), instruction("b")])
    embed(small.cursor, "e", np.array(list(DIRECTIONS.values()), np.float32))
    link(small.cursor, "e", a=0, b=1)
    return Searcher(small.database, embedder)


def wait_for(searcher: Searcher) -> None:
    """Wait until the thread has ended."""
    give_up = time.monotonic() + 60
    while searcher.is_running:
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_a_page_is_told_to_wait_and_then_gets_its_hits(small: Small, searcher: Searcher, embedder: Embedder):
    assert searcher.by_meaning(small.cursor, "north", encoder="e", limit=1) is None
    assert not searcher.is_ready("north", encoder="e")
    embedder.is_released.set()
    wait_for(searcher)
    assert searcher.is_ready("north", encoder="e")
    assert searcher.by_meaning(small.cursor, "north", encoder="e", limit=1) == (Hit("b", 1.0),)
    assert searcher.memory_bytes == 16


def test_a_text_is_embedded_once(small: Small, searcher: Searcher, embedder: Embedder):
    embedder.is_released.set()
    for _ in range(3):
        searcher.is_ready("east", encoder="e")
        wait_for(searcher)
    assert embedder.asked == ["east"]
    assert searcher.by_meaning(small.cursor, "east", encoder="e", limit=2) == (Hit("a", 1.0), Hit("b", 0.0))


def test_the_text_that_was_typed_last_is_read_though_another_one_is_under_way(searcher: Searcher, embedder: Embedder):
    searcher.is_ready("east", encoder="e")
    searcher.is_ready("no direction", encoder="e")
    searcher.is_ready("north", encoder="e")
    embedder.is_released.set()
    wait_for(searcher)
    assert searcher.is_ready("north", encoder="e")
    assert "no direction" not in embedder.asked[1:]


def test_what_went_wrong_is_told_and_not_tried_for_ever(searcher: Searcher, embedder: Embedder):
    embedder.is_released.set()
    for _ in range(2):
        assert not searcher.is_ready("up", encoder="e")
        wait_for(searcher)
    error = searcher.error("up", encoder="e")
    assert error is not None
    assert error.message == "e cannot read 'up'."
    assert embedder.asked == ["up"]
    assert searcher.error("north", encoder="e") is None
    searcher.try_again()
    searcher.is_ready("up", encoder="e")
    wait_for(searcher)
    assert embedder.asked == ["up", "up"]


def test_two_that_fail_in_turn_are_each_tried_once(searcher: Searcher, embedder: Embedder):
    embedder.is_released.set()
    for _ in range(3):
        for text in ("up", "down"):
            assert not searcher.is_ready(text, encoder="e")
            wait_for(searcher)
    assert embedder.asked == ["up", "down"]
    searcher.is_ready("north", encoder="e")  # what succeeds says nothing of the others
    wait_for(searcher)
    assert [searcher.error(text, encoder="e") is None for text in ("up", "down", "north")] == [False, False, True]


class AnotherTab:
    """A lock; each time it is let go of, another tab looks among the vectors of another encoder."""

    def __init__(self, look: Callable[[], object]) -> None:
        self._lock = threading.Lock()
        self._look = look
        self._is_looking = False

    def __enter__(self) -> None:
        """Take the lock."""
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        """Let go of it."""
        self._lock.release()
        if not self._is_looking:
            self._is_looking = True
            self._look()
            self._is_looking = False


def test_a_vector_is_never_compared_with_those_of_another_encoder(
    small: Small, searcher: Searcher, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
):
    embedder.is_released.set()
    embed(small.cursor, "f", np.array([[0.0, -1.0]], np.float32))
    link(small.cursor, "f", a=0)
    searcher.is_ready("north", encoder="e")
    wait_for(searcher)
    looked: list[object] = []
    other = AnotherTab(lambda: looked.append(searcher.next_to(small.cursor, "a", encoder="f", limit=1)))
    monkeypatch.setattr(searcher, "_lock", other)
    assert searcher.by_meaning(small.cursor, "north", encoder="e", limit=1) == (Hit("b", 1.0),)
    assert looked


def test_without_vectors_the_encoder_is_not_asked(searcher: Searcher, embedder: Embedder):
    assert not searcher.is_ready("north", encoder="another")
    wait_for(searcher)
    error = searcher.error("north", encoder="another")
    assert error is not None
    assert "another has read no questions yet" in error.message
    assert embedder.asked == []


def test_the_vectors_of_another_encoder_take_the_place_of_those_of_before(
    small: Small, searcher: Searcher, embedder: Embedder
):
    embedder.is_released.set()
    embed(small.cursor, "f", np.array([[0.0, -1.0]], np.float32))
    link(small.cursor, "f", a=0)
    for encoder, hits in (("e", (Hit("b", 1.0),)), ("f", (Hit("a", -1.0),)), ("e", (Hit("b", 1.0),))):
        searcher.is_ready("north", encoder=encoder)
        wait_for(searcher)
        assert searcher.by_meaning(small.cursor, "north", encoder=encoder, limit=1) == hits


def test_the_pairs_next_to_one_need_no_encoder(small: Small, searcher: Searcher, embedder: Embedder):
    assert searcher.next_to(small.cursor, "a", encoder="e", limit=3) == (Hit("b", 0.0),)
    assert embedder.asked == []


def test_an_empty_text_is_refused(searcher: Searcher):
    with pytest.raises(SettingsError, match="empty"):
        searcher.is_ready(" ", encoder="e")
