"""Every text gets its vector once, whatever reads it and however that ends."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from glan_core import text_vectors
from glan_core.embedding.sentence_encoder import encode_in, measure_bfloat16
from glan_core.encoder_choice import add_encoder
from glan_core.encoders import BUILT_IN_ENCODER, Encoder
from glan_core.errors import EmbeddingError, EndpointError
from glan_core.store.embeddings import list_vectors, read_vectors, vector_numbers
from glan_core.store.encoders import count_unread_texts, find_encoder_recall, list_names_to_read
from glan_core.store.ingest import ingest
from glan_core.text_encoding import Means
from glan_core.text_vectors import embed_instructions, embed_missing, embed_names, vectors_of
from tests.conftest import Small
from tests.embeddings_server import API_KEY, Answer, EmbeddingsServer, listed, serving, vector_of
from tests.small_pairs import answer, instruction


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    """A server of embeddings."""
    with serving() as made:
        yield made


def find_key(name: str) -> str:
    """Give the one key there is."""
    return {"MY_KEY": API_KEY}.get(name, "")


@pytest.fixture
def encoder(small: Small, server: EmbeddingsServer) -> Encoder:
    """An encoder at the server, added to a database with three questions, two of them the same, and one answer."""
    ingest(
        small.cursor,
        [instruction("a"), instruction("b"), replace(instruction("c"), text="Question a?"), answer("a")],
    )
    made = add_encoder(
        small.database,
        kind="endpoint",
        model="m",
        base_url=server.base_url,
        key_name="MY_KEY",
        means=Means(find_key=find_key),
    )
    server.requests.clear()
    return made


def test_equal_texts_are_read_once_and_share_their_vector(small: Small, encoder: Encoder, server: EmbeddingsServer):
    done = embed_instructions(small.database, encoder=encoder, find_key=find_key)
    assert (done.embedded, done.known) == (2, 1)
    assert sorted(server.texts) == ["Question a?", "Question b?"]
    rows = {
        row["instruction_id"]: row["number"]
        for row in vector_numbers(small.cursor, encoder=encoder.encoder, content="instruction").to_pylist()
    }
    assert rows["a"] == rows["c"] != rows["b"]
    vectors = read_vectors(small.cursor, encoder=encoder.encoder)
    expected = np.array(vector_of("Question b?"))
    assert np.allclose(vectors[rows["b"]], expected / np.linalg.norm(expected), atol=1e-6)


def test_a_second_time_nothing_is_read(small: Small, encoder: Encoder, server: EmbeddingsServer):
    embed_instructions(small.database, encoder=encoder, find_key=find_key)
    server.requests.clear()
    done = embed_instructions(small.database, encoder=encoder, find_key=find_key)
    assert (done.embedded, done.known, done.texts_per_second, server.requests) == (0, 0, 0.0, [])


def test_answers_and_both_are_read_beside_instructions(small: Small, encoder: Encoder, server: EmbeddingsServer):
    for content, number in (("instruction", 3), ("answer", 1), ("both", 1)):
        embed_instructions(small.database, encoder=encoder, content=content, find_key=find_key)
        assert vector_numbers(small.cursor, encoder=encoder.encoder, content=content).num_rows == number
        assert count_unread_texts(small.cursor, encoder=encoder.encoder, content=content) == 0
    assert len(server.texts) == len(set(server.texts)) == 4


def test_names_lie_in_the_space_of_the_pairs(small: Small, encoder: Encoder, server: EmbeddingsServer):
    embed_instructions(small.database, encoder=encoder, find_key=find_key)
    done = embed_names(small.database, encoder=encoder, find_key=find_key)
    names = list_names_to_read(small.cursor)
    assert done.embedded == len(names) > 10
    assert list_vectors(small.cursor, encoder=encoder.encoder, texts=names).shape == (len(names), encoder.dimensions)


def test_what_was_read_before_a_failure_is_kept(
    small: Small, encoder: Encoder, server: EmbeddingsServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(text_vectors, "_FIRST_BATCH", 2)
    monkeypatch.setattr(text_vectors, "_LARGEST_BATCH", 2)
    server.script = lambda request: Answer(401, {"error": {}}) if "text 5" in request["input"] else None
    texts = [f"text {number}" for number in range(8)]
    heard: list[tuple[int, int]] = []
    with pytest.raises(EndpointError, match="refused the key"):
        embed_missing(
            small.database, texts, encoder=encoder, find_key=find_key, on_progress=lambda *news: heard.append(news)
        )
    assert heard == [(0, 8), (2, 8), (4, 8)]
    assert len(read_vectors(small.cursor, encoder=encoder.encoder)) == 4
    server.script = lambda _: None
    server.requests.clear()
    assert embed_missing(small.database, texts, encoder=encoder, find_key=find_key) == 4
    assert server.texts == texts[4:]


def test_two_that_embed_the_same_texts_send_each_once(
    small: Small, encoder: Encoder, server: EmbeddingsServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(text_vectors, "_FIRST_BATCH", 2)
    monkeypatch.setattr(text_vectors, "_LARGEST_BATCH", 2)
    texts = [f"text {number}" for number in range(9)]
    is_asked, is_joined = threading.Event(), threading.Event()

    def hold(request: dict[str, Any]) -> None:
        is_asked.set()
        assert is_joined.wait(60)  # until the other one has found the same texts missing

    server.script = hold
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(embed_missing, small.database, texts, encoder=encoder, find_key=find_key)
        assert is_asked.wait(60)
        own = embed_missing(
            small.database, texts, encoder=encoder, find_key=find_key, on_progress=lambda *_: is_joined.set()
        )
    assert sorted(server.texts) == texts
    assert own + other.result() == len(texts)
    assert read_vectors(small.cursor, encoder=encoder.encoder).shape[0] == len(texts)


def stop_after(requests: int, server: EmbeddingsServer) -> Callable[[], bool]:
    """Say stop as soon as so many requests came."""
    return lambda: len(server.requests) >= requests


def test_reading_stops_between_batches_and_goes_on_from_there(
    small: Small, encoder: Encoder, server: EmbeddingsServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(text_vectors, "_FIRST_BATCH", 1)
    monkeypatch.setattr(text_vectors, "_LARGEST_BATCH", 1)
    ingest(small.cursor, [instruction("d"), instruction("e")])
    done = embed_instructions(small.database, encoder=encoder, find_key=find_key, is_stopped=stop_after(2, server))
    assert (done.embedded, done.known, done.is_stopped) == (2, 1, True)  # c says the same as a
    assert count_unread_texts(small.cursor, encoder=encoder.encoder, content="instruction") == 2
    rest = embed_instructions(small.database, encoder=encoder, find_key=find_key)
    assert (rest.embedded, rest.known, rest.is_stopped) == (2, 0, False)
    assert len(server.texts) == len(set(server.texts)) == 4


def test_a_stop_that_comes_when_all_is_read_stops_nothing(small: Small, encoder: Encoder, server: EmbeddingsServer):
    done = embed_instructions(small.database, encoder=encoder, find_key=find_key, is_stopped=stop_after(1, server))
    assert (done.embedded, done.known, done.is_stopped) == (2, 1, False)
    assert count_unread_texts(small.cursor, encoder=encoder.encoder, content="instruction") == 0


def test_reading_names_can_be_stopped_too(
    small: Small, encoder: Encoder, server: EmbeddingsServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(text_vectors, "_FIRST_BATCH", 2)
    monkeypatch.setattr(text_vectors, "_LARGEST_BATCH", 2)
    names = len(list_names_to_read(small.cursor))
    stopped = embed_names(small.database, encoder=encoder, find_key=find_key, is_stopped=stop_after(3, server))
    assert (stopped.embedded, stopped.known, stopped.is_stopped) == (6, 0, True)
    rest = embed_names(small.database, encoder=encoder, find_key=find_key)
    assert (rest.embedded, rest.known, rest.is_stopped) == (names - 6, 6, False)


def test_a_vector_that_is_not_finite_is_not_kept(small: Small, encoder: Encoder, server: EmbeddingsServer):
    server.script = lambda request: Answer(200, listed(request, [[float("nan")] * 16] * len(request["input"])))
    with pytest.raises(EmbeddingError, match="not finite"):
        embed_instructions(small.database, encoder=encoder, find_key=find_key)
    assert len(read_vectors(small.cursor, encoder=encoder.encoder)) == 0


def test_an_encoder_that_changed_its_dimensions_is_refused(small: Small, encoder: Encoder, server: EmbeddingsServer):
    embed_missing(small.database, ["one"], encoder=encoder, find_key=find_key)
    server.script = lambda request: Answer(200, listed(request, [[1.0, 2.0]] * len(request["input"])))
    with pytest.raises(EmbeddingError, match="vectors of 2 numbers now; they were 16"):
        embed_missing(small.database, ["two"], encoder=encoder, find_key=find_key)
    assert read_vectors(small.cursor, encoder=encoder.encoder).shape == (1, 16)


def test_an_encoder_without_its_key_asks_nothing(small: Small, encoder: Encoder, server: EmbeddingsServer):
    with pytest.raises(EndpointError, match="MY_KEY is not set"):
        embed_missing(small.database, ["one"], encoder=encoder, find_key=lambda _: "")
    assert server.requests == []


def test_vectors_are_those_of_the_encoder_that_is_asked(small: Small, encoder: Encoder):
    found = vectors_of(small.database, ["two", "one", "two"], encoder=encoder, find_key=find_key)
    assert np.array_equal(found[0], found[2])
    assert found.shape == (3, 16)


class Recorder:
    """Stands for the process that computes: notes what it is asked, and answers at once."""

    def __init__(self, recall: float) -> None:
        self.recall = recall
        self.measured = 0
        self.precisions: list[str] = []

    def __call__(self, function: Any, *arguments: Any, **options: Any) -> Any:
        if function is measure_bfloat16:
            self.measured += len(arguments[1])
            return self.recall
        self.precisions.append(options.get("precision", "float32") if function is encode_in else "float32")
        return np.tile(np.eye(1, 384, dtype=np.float32), (len(arguments[-1]), 1))


@pytest.mark.parametrize(
    ("has_it", "recall", "precision"),
    [(True, 0.985, "bfloat16"), (True, 0.97, "float32"), (False, 0.99, "float32")],
)
def test_16_bit_numbers_are_used_only_where_they_keep_the_neighbours(
    small: Small, monkeypatch: pytest.MonkeyPatch, has_it: bool, recall: float, precision: str
):
    monkeypatch.setattr(text_vectors, "has_bfloat16", lambda: has_it)
    recorder = Recorder(recall)
    for part in ("first", "second"):
        embed_missing(small.database, [f"{part} {number}" for number in range(1_200)], compute=recorder)
    assert set(recorder.precisions) == {precision}
    measured = find_encoder_recall(small.cursor, BUILT_IN_ENCODER.encoder)
    assert recorder.measured == (400 if has_it else 0)
    assert (measured.recall if measured else None) == (recall if has_it else None)


def test_for_a_few_texts_nothing_is_measured(small: Small, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(text_vectors, "has_bfloat16", lambda: True)
    recorder = Recorder(1.0)
    embed_missing(small.database, ["one", "two"], compute=recorder)
    assert (recorder.measured, recorder.precisions) == (0, ["float32"])
