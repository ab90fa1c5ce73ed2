"""Texts that many read at once have the vectors, and the numbers, that one process would have given them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from glan_core import spread_reading
from glan_core.encoder_choice import add_encoder
from glan_core.encoders import Encoder
from glan_core.engines.engine import EngineChoice
from glan_core.engines.ray_texts import TextActors
from glan_core.errors import SettingsError
from glan_core.spread_reading import spread_instructions, spread_names
from glan_core.spreading import spread_here
from glan_core.store.embeddings import read_vectors, vector_numbers
from glan_core.store.encoders import list_names_to_read
from glan_core.text_vectors import embed_instructions, embed_names
from tests.conftest import Small
from tests.pairs_to_read import AT_ONCE, PAIRS, assert_same, insert_pairs, taken_vectors
from tests.tiny_encoder import save_tiny_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model."""
    return save_tiny_model(tmp_path_factory.mktemp("tiny") / "tiny")


@pytest.fixture
def encoder(small: Small, model: Path, monkeypatch: pytest.MonkeyPatch) -> Encoder:
    """An encoder that has read nothing of a database with pairs."""
    monkeypatch.setattr(spread_reading, "_TEXTS_AT_ONCE", AT_ONCE)
    monkeypatch.setattr(spread_reading, "_PAIRS_AT_ONCE", 10)
    insert_pairs(small)
    return add_encoder(small.database, kind="folder", model=str(model), name="tiny")


def ahead(function: Callable[[Sequence[str]], Any], batches: Iterable[Sequence[str]]) -> Iterator[Any]:
    """Take three batches before their turn, as actors do."""
    taken = []
    for batch in batches:
        taken.append(batch)
        if len(taken) > 3:
            yield function(taken.pop(0))
    yield from map(function, taken)


@pytest.mark.parametrize("content", ["instruction", "both"])
def test_vectors_and_their_numbers_are_those_of_one_process(small: Small, encoder: Encoder, content: Any):
    heard: list[tuple[int, int]] = []
    done = spread_instructions(
        small.database,
        encoder=encoder,
        content=content,
        spread=ahead,
        on_progress=lambda *numbers: heard.append(numbers),
    )
    found = taken_vectors(small, content)
    here = embed_instructions(small.database, encoder=encoder, content=content)
    assert (done.embedded, done.known) == (here.embedded, here.known)
    assert done.embedded + done.known == PAIRS
    assert heard[-1] == (PAIRS, PAIRS)
    assert_same(found, taken_vectors(small, content))


def test_a_second_time_nothing_is_read_and_no_cluster_is_looked_for(small: Small, encoder: Encoder):
    embed_instructions(small.database, encoder=encoder)
    nowhere = TextActors(EngineChoice("ray", ray_address="127.0.0.1:1"))
    done = spread_instructions(small.database, encoder=encoder, content="instruction", spread=nowhere)
    assert (done.embedded, done.known) == (0, 0)
    with pytest.raises(SettingsError, match=r"There is no Ray cluster at 127\.0\.0\.1:1"):
        spread_instructions(small.database, encoder=encoder, content="answer", spread=nowhere)


def test_what_was_read_when_it_was_interrupted_is_kept_and_the_rest_is_read_later(small: Small, encoder: Encoder):
    def interrupted(function: Callable[[Sequence[str]], Any], batches: Iterable[Sequence[str]]) -> Iterator[Any]:
        for number, result in enumerate(ahead(function, batches)):
            if number == 3:
                raise KeyboardInterrupt
            yield result

    with pytest.raises(KeyboardInterrupt):
        spread_instructions(small.database, encoder=encoder, content="instruction", spread=interrupted)
    kept = len(read_vectors(small.cursor, encoder="tiny"))
    assert kept == 3 * AT_ONCE - 1  # the last batch of a page has what is left of it

    done = spread_instructions(small.database, encoder=encoder, content="instruction", spread=ahead)
    texts = {text for (text,) in small.cursor.execute("select text from instruction").fetchall()}
    assert kept + done.embedded == len(texts) == len(read_vectors(small.cursor, encoder="tiny"))
    assert vector_numbers(small.cursor, encoder="tiny", content="instruction").num_rows == PAIRS


def test_names_are_read_too(small: Small, encoder: Encoder):
    done = spread_names(small.database, encoder=encoder, spread=spread_here)
    names = list_names_to_read(small.cursor)
    assert (done.embedded, done.known) == (len(names), 0)
    assert embed_names(small.database, encoder=encoder).embedded == 0


def test_an_encoder_at_an_endpoint_is_left_to_this_process(small: Small):
    far = Encoder("far", "endpoint", "m", 8, base_url="http://127.0.0.1:9/v1")
    with pytest.raises(SettingsError, match="far is at an endpoint"):
        spread_instructions(small.database, encoder=far, content="instruction", spread=spread_here)
