"""Runs of tests whose shards lie in the run's folder, under a file:// address, or with a server that speaks S3."""

import tempfile
from pathlib import Path

import pytest

from glan_core.entities import Failure
from glan_core.runs.journal import read_journal
from glan_core.runs.shard_journal import ShardJournal, begin_writer, seal
from glan_core.runs.shard_places import begin_session, place_of

UNDER_ADDRESSES = ("file", "s3")
EVERYWHERE = ("folder", *UNDER_ADDRESSES)


def run_folder(kind: str, request: pytest.FixtureRequest) -> Path:
    """Give the folder of a run in which a session has begun; machines are what `move_to_machine` says."""
    tmp_path: Path = request.getfixturevalue("tmp_path")
    move_to_machine("one", request)
    folder = tmp_path / f"run-{tmp_path.name}"
    folder.mkdir()
    begin_session(folder, address_of(kind, request))
    return folder


def address_of(kind: str, request: pytest.FixtureRequest) -> str:
    """Give an address of this kind under which nothing lies yet."""
    tmp_path: Path = request.getfixturevalue("tmp_path")
    if kind == "s3":
        return str(request.getfixturevalue("object_store").address(f"glan/{tmp_path.name}"))
    return (tmp_path / "shared disk").as_uri() if kind == "file" else ""


def move_to_machine(name: str, request: pytest.FixtureRequest) -> None:
    """Let what happens from now on happen on a machine with a disk of its own."""
    disk: Path = request.getfixturevalue("tmp_path") / f"disk of {name}"
    disk.mkdir(exist_ok=True)
    request.getfixturevalue("monkeypatch").setattr(tempfile, "tempdir", str(disk))


def actor(folder: Path, writer: str) -> ShardJournal:
    """Begin what an actor writes."""
    begin_writer(place_of(folder), writer)
    return ShardJournal(place_of(folder), writer)


def sealed(folder: Path, journal: ShardJournal) -> None:
    """Put what an actor wrote into a shard."""
    closed = journal.close_current()
    assert closed is not None
    seal(place_of(folder), closed)


def failure(number: int) -> Failure:
    """Give something to be written."""
    return Failure(f"item-{number}", "run", "answers", "http_400", "No.")


def written(folder: Path) -> list[str]:
    """Give what the run's journal holds."""
    return [entity.item_id for entity in read_journal(folder / "journal.jsonl") if isinstance(entity, Failure)]
