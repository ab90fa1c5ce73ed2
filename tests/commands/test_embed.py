"""`embed` reads what has no vector yet, with the encoder that is named or added, and says how fast."""

from collections.abc import Iterator

import pytest

from tests.embeddings_server import API_KEY, Answer, EmbeddingsServer, serving
from tests.terminal import Terminal


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    """A server of embeddings."""
    with serving() as made:
        yield made


def test_an_encoder_is_added_used_and_used_again_by_its_name(terminal_with_model: Terminal, server: EmbeddingsServer):
    terminal = terminal_with_model
    terminal.run("generate", "--scope", "Optics", "--instructions", "3")
    terminal.environment["MY_KEY"] = API_KEY
    where = ("--model", "m", "--base-url", server.base_url, "--key-name", "MY_KEY")
    first = terminal.run("embed", "--encoder", "mine", *where, "--content", "both", "--names", "--json")
    assert (first.code, first.data["encoder"], first.data["content"]) == (0, "mine", "both")
    assert (first.data["embedded"], first.data["known"]) == (3, 0)
    assert first.data["seconds"] > 0
    assert first.data["texts_per_second"] > 0
    assert first.data["names_embedded"] > 10
    assert "Reading pairs: 3 of 3" in first.err
    assert API_KEY not in first.out + first.err

    sent = len(server.requests)
    again = terminal.run("embed", "--encoder", "mine", "--content", "both", "--json")
    assert (again.code, again.data["embedded"], again.data["known"]) == (0, 0, 0)
    assert len(server.requests) == sent
    named = terminal.run("embed", "--encoder", "mine", "--content", "instruction")
    assert named.code == 0
    assert "mine read 3 texts of pairs in" in named.out


def test_what_cannot_be_used_is_said(terminal_with_model: Terminal, server: EmbeddingsServer):
    terminal = terminal_with_model
    unknown = terminal.run("embed", "--encoder", "mine", "--json")
    assert (unknown.code, unknown.out) == (2, "")
    assert "There is no encoder 'mine'" in unknown.err
    assert terminal.run("embed", "--content", "all").code == 2
    assert "belong to --model" in terminal.run("embed", "--base-url", server.base_url).err
    server.script = lambda _: Answer(200, b"<html>")
    garbage = terminal.run("embed", "--model", "m", "--base-url", server.base_url)
    assert (garbage.code, "no list of vectors" in garbage.err) == (2, True)
