"""Tests of glan_core.commands.engine_options: which options say where the calls of a run are made?"""

from pathlib import Path

import pytest

from glan_core.commands.engine_options import engine_choice
from glan_core.engines import engine
from glan_core.entities import Failure
from glan_core.errors import SettingsError
from glan_core.runs.shard_journal import end_writer
from glan_core.runs.shard_places import begin_session, place_of
from glan_core.runs.shards import has_shards
from tests.runs.shard_runs import actor, move_to_machine, sealed
from tests.terminal import Terminal

_GENERATE = ("generate", "--scope", "Optics", "--instructions", "3")


@pytest.fixture(autouse=True)
def with_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here nothing of Ray is needed, so it need not be installed."""
    monkeypatch.setattr(engine, "_is_installed", lambda library: True)


def test_shards_under_an_address_are_for_ray_alone(terminal_with_model: Terminal, tmp_path: Path):
    refused = terminal_with_model.run(*_GENERATE, "--shards", tmp_path.as_uri())
    assert refused.code == 2
    assert "--ray-address, --actors and --shards are for the ray engine alone." in refused.err


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("ftp://host/glan", "The address ftp://host/glan cannot be used: Unrecognized filesystem type"),
        ("s3://me:secret@bucket/glan", "The address of the shards holds a key or a password."),
        ("file:///dev/null/glan", "Shards cannot be kept under file:///dev/null/glan"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_before_anything_is_planned(
    terminal_with_model: Terminal, address: str, sentence: str
):
    refused = terminal_with_model.run(*_GENERATE, "--engine", "ray", "--shards", address)
    assert refused.code == 2
    assert sentence in refused.err
    assert "secret" not in refused.err
    assert not terminal_with_model.runs.exists()


def test_an_address_where_shards_can_be_kept_is_part_of_the_choice(tmp_path: Path):
    choice = engine_choice("ray", no_wait=False, shards=tmp_path.as_uri())
    assert choice.shards == tmp_path.as_uri()
    with pytest.raises(SettingsError, match="no address of a place"):
        engine_choice("ray", no_wait=False, shards=str(tmp_path))


def test_what_lies_under_the_address_of_a_run_comes_in_without_its_being_named(
    terminal_with_model: Terminal, tmp_path: Path, request: pytest.FixtureRequest
):
    move_to_machine("one", request)
    run_id = terminal_with_model.run(*_GENERATE, "--json").data["run_id"]
    folder = terminal_with_model.runs / run_id
    begin_session(folder, (tmp_path / "far").as_uri())
    one = actor(folder, "s-0001")
    one.append(Failure("item", run_id, "answers", "http_400", "No."))
    sealed(folder, one)
    end_writer(place_of(folder), "s-0001")

    assert terminal_with_model.run("ingest").code == 0
    assert '"item"' in (folder / "journal.jsonl").read_text()
    assert not has_shards(folder)
