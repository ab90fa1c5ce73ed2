"""Texts are handed to Ray's actors, on a real cluster, and what they make of them is what one process makes."""

import itertools
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from glan_core import spread_reading
from glan_core.checking import duplicates
from glan_core.checking.duplicates import KINDS, DuplicateSettings, check_duplicates
from glan_core.encoder_choice import add_encoder
from glan_core.encoders import Encoder
from glan_core.engines import ray_texts
from glan_core.engines.engine import EngineChoice
from glan_core.engines.ray_texts import TextActors
from glan_core.errors import EmbeddingError, GlanError
from glan_core.spread_reading import spread_instructions
from glan_core.store.duplicates import list_groups
from glan_core.text_vectors import embed_instructions
from tests.conftest import Small
from tests.pairs_to_read import AT_ONCE, PAIRS, assert_same, insert_pairs, taken_vectors
from tests.processes import below, command_of, kill
from tests.ray_cluster import RunningCluster, running_cluster
from tests.tiny_encoder import save_tiny_model


@pytest.fixture
def actors(ray_cluster: RunningCluster) -> Iterator[TextActors]:
    """Two actors of the cluster."""
    with TextActors(EngineChoice("ray", ray_address=ray_cluster.address, actors=2)) as made:
        yield made


@pytest.fixture
def encoder(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Encoder:
    """An encoder that has read nothing of a database with pairs."""
    monkeypatch.setattr(spread_reading, "_TEXTS_AT_ONCE", AT_ONCE)
    monkeypatch.setattr(duplicates, "_TEXTS_AT_ONCE", AT_ONCE)
    insert_pairs(small)
    return add_encoder(small.database, kind="folder", model=str(save_tiny_model(tmp_path / "tiny")), name="tiny")


def test_results_come_in_the_order_of_the_batches(actors: TextActors):
    batches = [[f"text {number}"] * (1 + number % 3) for number in range(25)]
    assert list(actors(_lengths, iter(batches))) == [_lengths(batch) for batch in batches]
    assert list(actors(_lengths, iter(()))) == []


def test_no_more_batches_are_asked_for_than_actors_are_about_to_want(actors: TextActors):
    asked: list[int] = []

    def batches() -> Iterator[list[str]]:
        for number in range(200):
            asked.append(number)
            yield ["text"]

    results = actors(_lengths, batches())
    for number, _ in enumerate(results, start=1):
        assert len(asked) <= number + 2 * ray_texts._AHEAD


def test_an_actor_has_one_core_and_asks_no_hub(actors: TextActors):
    assert list(actors(_surroundings, [["text"]])) == [(1, "1")]


def test_an_actor_that_is_killed_costs_what_it_had_in_hand_and_no_more(actors: TextActors, tmp_path: Path):
    batches = [[f"{number}"] for number in range(30)]
    batches[7] = ["deadly"]
    function = partial(_noted, folder=tmp_path, deaths=1)
    assert list(actors(function, iter(batches))) == batches
    called = (tmp_path / "called").read_text().split()
    assert len(called) <= len(batches) + ray_texts._IN_HAND
    assert set(called) == {text for (text,) in batches}


def test_texts_that_end_every_actor_are_told_instead_of_tried_for_ever(actors: TextActors, tmp_path: Path):
    function = partial(_noted, folder=tmp_path, deaths=100)
    with pytest.raises(GlanError, match="3 of Ray's actors ended, one after the other, that had the same texts"):
        list(actors(function, iter([["a"], ["deadly"], ["b"]])))


def test_what_a_function_raises_comes_as_it_would_have_come_here(actors: TextActors):
    with pytest.raises(EmbeddingError, match="no such model") as told:
        list(actors(_refuse, iter([["known"]])))
    assert told.value.hint == "Name another one."
    with pytest.raises(GlanError, match="could not go on: KeyError: 'other'"):
        list(actors(_refuse, iter([["other"]])))


def test_a_machine_that_goes_costs_what_its_actor_had_in_hand():
    seen: set[int] = set()
    end: list[int] = []

    def batches() -> Iterator[list[str]]:
        for number in itertools.count():
            if end and number > end[0]:
                return
            yield [f"{number}"]

    with (
        running_cluster(cpus=1, nodes=2) as both,
        TextActors(EngineChoice("ray", ray_address=both.address, actors=2)) as actors,
    ):
        for number, (said, process_id) in enumerate(actors(_said, batches())):
            assert said == f"{number}"
            seen.add(process_id)
            if len(seen) == 2 and not end:
                end.append(number + 20)
                kill(both.raylets()[1])
    assert number == end[0]


def test_vectors_are_those_of_one_process_though_an_actor_is_killed_on_the_way(
    small: Small, encoder: Encoder, actors: TextActors, ray_cluster: RunningCluster
):
    def killing(function: Callable[[Sequence[str]], Any], batches: Iterable[Sequence[str]]) -> Iterator[Any]:
        for number, result in enumerate(actors(function, batches)):
            if number == 1:
                kill(_readers(ray_cluster)[0])
            yield result

    done = spread_instructions(small.database, encoder=encoder, content="instruction", spread=killing)
    found = taken_vectors(small)
    here = embed_instructions(small.database, encoder=encoder)
    assert (done.embedded, done.known) == (here.embedded, here.known)
    assert_same(found, taken_vectors(small))


def test_the_same_duplicates_are_found(small: Small, encoder: Encoder, actors: TextActors):
    settings = DuplicateSettings("instruction", has_meaning=False)
    found = []
    for options in ({}, {"spread": actors}):
        check = check_duplicates(small.database, settings, **options)
        assert (check.state, check.rows) == ("finished", PAIRS)
        groups = [list_groups(small.cursor, kind, first=0, limit=100) for kind in KINDS]
        shown = ["group_number", "instruction_id", "is_kept", "similarity"]
        found.append((check.found, [group[shown].to_dict("records") for group in groups]))
    assert found[0] == found[1]
    assert found[0][0] > 5


def _lengths(texts: Sequence[str]) -> list[int]:
    return [len(text) for text in texts]


def _said(texts: Sequence[str]) -> tuple[str, int]:
    """Give the text, and the process that was given it."""
    return texts[0], os.getpid()


def _surroundings(texts: Sequence[str]) -> tuple[int, str | None]:
    import torch

    return torch.get_num_threads(), os.environ.get("HF_HUB_OFFLINE")


def _noted(texts: Sequence[str], *, folder: Path, deaths: int) -> Sequence[str]:
    """Note that it was called, and end the process so many times over a deadly text."""
    with (folder / "called").open("a") as called:
        called.write(f"{texts[0]}\n")
    died = folder / "died"
    if texts[0] == "deadly" and (not died.exists() or len(died.read_text()) < deaths):
        with died.open("a") as note:
            note.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return texts


def _refuse(texts: Sequence[str]) -> int:
    if texts == ["known"]:
        raise EmbeddingError("There is no such model.", "Name another one.")
    return {"a": 1}[texts[0]]


def _readers(cluster: RunningCluster) -> list[int]:
    """Give the processes of actors that read."""
    return [each for each in below(cluster.process_id) if command_of(each).startswith("ray::TextReader")]
