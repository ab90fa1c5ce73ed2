"""An encoder is tried out before it is kept, and the one that was chosen last is in use."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from glan_core.encoder_choice import (
    add_encoder,
    add_static_encoder,
    content_named,
    encoder_in_use,
    encoder_named,
    list_all_encoders,
    use_encoder,
)
from glan_core.encoders import BUILT_IN_ENCODER
from glan_core.errors import EmbeddingError, EndpointError, SettingsError
from glan_core.store.database import Cursor
from glan_core.store.embeddings import vector_numbers
from glan_core.store.encoders import find_encoder_recall, list_encoders
from glan_core.store.ingest import ingest
from glan_core.text_encoding import Means
from glan_core.text_vectors import embed_instructions
from tests.conftest import Small
from tests.embeddings_server import API_KEY, DIMENSIONS, Answer, EmbeddingsServer, listed, serving
from tests.small_pairs import instruction
from tests.tiny_encoder import DIMENSIONS as TINY_DIMENSIONS
from tests.tiny_encoder import save_tiny_model

KEYS = Means(find_key=lambda name: {"MY_KEY": API_KEY}.get(name, ""))


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    """A server of embeddings."""
    with serving() as made:
        yield made


def rows(cursor: Cursor) -> str:
    """Give everything that is kept about encoders."""
    return str([cursor.execute(f"from {table}").fetchall() for table in ("encoder", "encoder_choice")])


def test_by_default_the_built_in_one_reads_instructions(small: Small):
    assert encoder_in_use(small.cursor) == (BUILT_IN_ENCODER, "instruction")
    assert list_all_encoders(small.cursor) == (BUILT_IN_ENCODER,)


def test_an_endpoint_is_tried_out_kept_without_its_key_and_chosen(small: Small, server: EmbeddingsServer):
    added = add_encoder(
        small.database, kind="endpoint", model="m", base_url=f"{server.base_url}/", key_name="MY_KEY", means=KEYS
    )
    assert (added.encoder, added.dimensions, added.base_url) == ("m", DIMENSIONS, server.base_url)
    assert server.keys == [f"Bearer {API_KEY}"]
    assert list_all_encoders(small.cursor) == (BUILT_IN_ENCODER, added)
    use_encoder(small.database, added, "both")
    assert encoder_in_use(small.cursor) == (added, "both")
    assert encoder_named(small.cursor, " M ") == added
    assert API_KEY not in rows(small.cursor)


def test_one_that_does_not_answer_is_not_kept(small: Small, server: EmbeddingsServer):
    server.script = lambda _: Answer(401, {"error": {}})
    with pytest.raises(EndpointError, match="refused the key"):
        add_encoder(small.database, kind="endpoint", model="m", base_url=server.base_url, means=KEYS)
    assert list_all_encoders(small.cursor) == (BUILT_IN_ENCODER,)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"model": " "}, "model is missing"),
        ({"name": "x" * 61}, "at most 60 letters"),
        ({"name": "All-MiniLM-L6-v2"}, "already"),
        ({"name": "mine (static)"}, "static encoders"),
        ({"base_url": "ftp://host"}, "http"),
        ({"base_url": "http://user:secret@host/v1"}, "password"),
        ({"key_name": API_KEY}, "not the name of a key"),
        ({"name": API_KEY, "key_name": "MY_KEY"}, "key itself"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_sent(
    small: Small, server: EmbeddingsServer, given: dict[str, str], words: str
):
    fields = {"model": "m", "base_url": server.base_url, **given}
    with pytest.raises(SettingsError, match=words) as raised:
        add_encoder(small.database, kind="endpoint", means=KEYS, **fields)
    assert server.requests == []
    assert "secret" not in str(raised.value)
    assert API_KEY not in f"{raised.value.message} {raised.value.hint}"


def test_a_name_stays_with_its_model_and_its_dimensions(small: Small, server: EmbeddingsServer):
    for _ in range(2):  # adding the same again is no mistake
        add_encoder(small.database, kind="endpoint", model="m", base_url=server.base_url, means=KEYS)
    with pytest.raises(SettingsError, match="already"):
        add_encoder(small.database, kind="endpoint", model="n", name="m", base_url=server.base_url, means=KEYS)
    server.script = lambda request: Answer(200, listed(request, [[1.0, 2.0]]))
    with pytest.raises(EmbeddingError, match="vectors of 2 numbers now; they were 16"):
        add_encoder(small.database, kind="endpoint", model="m", base_url=server.base_url, means=KEYS)
    assert len(list_all_encoders(small.cursor)) == 2


@pytest.mark.parametrize("name", ["mine", "Mine"])
def test_a_name_that_is_taken_while_an_encoder_is_tried_out_stays_with_the_first(
    small: Small, server: EmbeddingsServer, name: str
):
    def add_meanwhile(request: dict[str, Any]) -> None:
        if request["model"] == "slow":
            add_encoder(small.database, kind="endpoint", model="quick", name=name, base_url=server.base_url)

    server.script = add_meanwhile
    with pytest.raises(SettingsError, match=f"'{name}' already"):
        add_encoder(small.database, kind="endpoint", model="slow", name="mine", base_url=server.base_url)
    assert [(each.encoder, each.model) for each in list_encoders(small.cursor)] == [(name, "quick")]


def test_an_unknown_name_or_content_is_refused_with_what_there_is(small: Small):
    with pytest.raises(SettingsError, match="no encoder 'mine'") as raised:
        encoder_named(small.cursor, "mine")
    assert "all-MiniLM-L6-v2" in raised.value.hint
    with pytest.raises(SettingsError, match="'all' is nothing"):
        content_named("all")
    assert content_named(" Both ") == "both"


def test_a_model_in_a_folder_and_the_static_one_made_of_it_read_pairs(small: Small, tmp_path: Path):
    model = save_tiny_model(tmp_path / "tiny")
    ingest(small.cursor, [instruction(letter) for letter in "abcdefghijkl"])
    added = add_encoder(small.database, kind="folder", model=str(model), name="tiny")
    assert (added.dimensions, added.model) == (TINY_DIMENSIONS, str(model))
    steps: list[str] = []
    static = add_static_encoder(small.database, added, on_step=steps.append)
    assert (static.encoder, static.kind, steps) == ("tiny (static)", "static", ["distil", "recall"])
    measured = find_encoder_recall(small.cursor, static.encoder)
    assert measured is not None
    assert (measured.texts, 0 < measured.recall <= 1) == (12, True)
    for encoder in (added, static):
        assert embed_instructions(small.database, encoder=encoder).embedded == 12
        assert vector_numbers(small.cursor, encoder=encoder.encoder, content="instruction").num_rows == 12


def test_no_static_encoder_is_made_of_an_endpoint(small: Small, server: EmbeddingsServer):
    added = add_encoder(small.database, kind="endpoint", model="m", base_url=server.base_url, means=KEYS)
    with pytest.raises(EmbeddingError, match="no sentence-transformers model"):
        add_static_encoder(small.database, added)
