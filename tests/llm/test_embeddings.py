"""Vectors come from an endpoint in the order of the texts, or one sentence says why not."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from glan_core.errors import CallError, EmbeddingError, EndpointError, GlanError
from glan_core.llm.embeddings import MOST_LETTERS, TEXTS_A_CALL, TRIES, embed_at
from glan_core.llm.endpoint import Endpoint
from tests.embeddings_server import API_KEY, DIMENSIONS, Answer, EmbeddingsServer, listed, serving, vector_of


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    """A server of embeddings."""
    with serving() as made:
        yield made


def embed(server: EmbeddingsServer, texts: list[str], waits: list[float] | None = None) -> np.ndarray:
    """Ask the server, without really waiting."""
    endpoint = Endpoint(server.base_url, API_KEY, key_name="MY_KEY")
    return embed_at(endpoint, "m", texts, sleep=(waits if waits is not None else []).append)


def test_the_vectors_of_many_texts_come_in_order_and_with_unit_length(server: EmbeddingsServer):
    texts = [f"text {number}" for number in range(3 * TEXTS_A_CALL + 5)]
    found = embed(server, texts)
    expected = np.array([vector_of(text) for text in texts])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert found.dtype == np.float32
    assert np.allclose(found, expected, atol=1e-6)
    assert len(server.requests) == 4
    assert sorted(server.texts) == sorted(texts)
    assert set(server.keys) == {f"Bearer {API_KEY}"}


def test_a_text_of_no_and_one_of_100_000_letters_are_read(server: EmbeddingsServer):
    assert embed(server, ["", "x" * 100_000]).shape == (2, DIMENSIONS)
    assert server.texts == [" ", "x" * MOST_LETTERS]


def test_no_texts_ask_nothing(server: EmbeddingsServer):
    assert len(embed(server, [])) == 0
    assert server.requests == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_endpoint_is_asked_again_after_what_it_says(server: EmbeddingsServer, status: int):
    busy = Answer(status, {"error": {"message": "later"}}, (("Retry-After", "7"),))
    server.script = lambda _: busy if len(server.requests) <= 2 else None
    waits: list[float] = []
    assert embed(server, ["lens"], waits).shape == (1, DIMENSIONS)
    assert len(server.requests) == 3
    assert [wait >= 7 for wait in waits] == [True, True]


def test_one_that_stays_busy_is_given_up_after_some_tries(server: EmbeddingsServer):
    server.script = lambda _: Answer(500, {"error": {"message": "broken"}})
    waits: list[float] = []
    with pytest.raises(CallError, match="HTTP 500: broken") as raised:
        embed(server, ["lens"], waits)
    assert (raised.value.tries, len(server.requests), len(waits)) == (TRIES, TRIES, TRIES - 1)
    assert sum(waits) < 20


def test_one_that_wants_to_be_left_alone_for_an_hour_is_not_waited_for(server: EmbeddingsServer):
    server.script = lambda _: Answer(429, {"error": {}}, (("Retry-After", "3600"),))
    waits: list[float] = []
    with pytest.raises(CallError, match="HTTP 429"):
        embed(server, ["lens"], waits)
    assert (len(server.requests), waits) == (1, [])


def test_a_refused_key_is_named_and_not_shown(server: EmbeddingsServer):
    server.script = lambda _: Answer(401, {"error": {"message": f"bad key {API_KEY}"}})
    with pytest.raises(EndpointError, match="refused the key") as raised:
        embed(server, ["lens"])
    assert "MY_KEY" in raised.value.hint
    assert API_KEY not in f"{raised.value.message} {raised.value.hint}"
    assert len(server.requests) == 1


def test_a_refused_text_is_not_sent_again(server: EmbeddingsServer):
    server.script = lambda _: Answer(400, {"error": {"message": f"too long for {API_KEY}"}})
    with pytest.raises(CallError, match=r"HTTP 400: too long for \*\*\*"):
        embed(server, ["lens"])
    assert len(server.requests) == 1


NAN = [float("nan"), *[0.0] * (DIMENSIONS - 1)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>Welcome</html>", "no list of vectors"),
        ({"data": "none"}, "no list of vectors"),
        ({"data": [{"index": 0, "embedding": "AAAA"}]}, "no list of vectors"),
        ({"data": []}, "0 vectors for 2 texts"),
        (listed({"input": ["a"], "model": "m"}), "1 vectors for 2 texts"),
        (listed({"input": [], "model": "m"}, [[1.0, 2.0], [1.0]]), "no list of vectors"),
        (listed({"input": [], "model": "m"}, [NAN, NAN]), "not finite"),
        (listed({"input": [], "model": "m"}, [[0.0, 0.0], [1.0, 0.0]]), "zero"),
    ],
)
def test_what_are_no_vectors_is_said(server: EmbeddingsServer, body: Any, words: str):
    server.script = lambda _: Answer(200, body)
    with pytest.raises(EmbeddingError, match=words):
        embed(server, ["lens", "light"])
    assert len(server.requests) == 1


def test_calls_that_give_vectors_of_different_lengths_are_an_error(server: EmbeddingsServer):
    server.script = lambda request: (
        Answer(200, listed(request, [[1.0, 0.0]] * len(request["input"]))) if "first" in request["input"] else None
    )
    with pytest.raises(EmbeddingError, match="different lengths"):
        embed(server, ["first", *(f"text {number}" for number in range(TEXTS_A_CALL))])


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9/v1", "no address", "http://[::1"])
def test_an_address_where_nobody_answers_is_an_error(base_url: str):
    with pytest.raises(GlanError, match="cannot be"):
        embed_at(Endpoint(base_url, ""), "m", ["lens"], sleep=lambda _: None)


def test_a_key_that_no_header_can_carry_is_not_quoted():
    with pytest.raises(EndpointError) as raised:
        embed_at(Endpoint("http://127.0.0.1:9/v1", "schlüssel\n"), "m", ["lens"])
    assert "schlüssel" not in str(raised.value)
