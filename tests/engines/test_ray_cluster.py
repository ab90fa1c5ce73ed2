"""Tests of glan_core.engines.ray_cluster: which cluster does a run work on, and what does it show and leave there?"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from glan_core.engines.ray_cluster import answers, sweep
from tests.model_server import API_KEY, ModelServer, Reply, default_text
from tests.processes import all_commands, below, command_of, kill, listening
from tests.terminal import Held, Started, Terminal, count, wait_until

CONCURRENCY = 2
PAIRS = 60
SECONDS = 400.0


@pytest.fixture
def under_way(
    terminal_with_model: Terminal, model_server: ModelServer, start: Callable[..., Started]
) -> Iterator[tuple[Started, Held]]:
    """A run on a cluster of its own that has made four calls, and whose next two are held."""
    held = Held(model_server, after=4, concurrency=CONCURRENCY)
    started = start(
        *("generate", "--engine", "ray", "--actors", "1", "--concurrency", str(CONCURRENCY)),
        *("--scope", "Optics", "--instructions", str(PAIRS)),
    )
    held.wait(SECONDS)
    rest = below(started.process.pid)
    yield started, held
    held.release()
    started.kill()
    kill(*rest)


@pytest.mark.timeout(900)
def test_a_cluster_of_its_own_keeps_to_this_machine_and_the_key_to_memory(
    terminal_with_model: Terminal, under_way: tuple[Started, Held]
):
    started, held = under_way
    processes = below(started.process.pid)
    assert any(command_of(each).startswith("ray::") for each in processes)
    assert set().union(*(listening(each) for each in processes)) == {"127.0.0.1"}

    (session,) = _folders(started)
    (run,) = terminal_with_model.runs.iterdir()
    assert len(_files(session)) > 10
    assert not _holding(API_KEY, session, run)
    assert not [command for command in all_commands() if API_KEY in command]
    assert API_KEY.encode() in Path(f"/proc/{started.process.pid}/environ").read_bytes()  # that is where it came from

    held.release()
    ended = started.end(SECONDS)
    assert ended.code == 0, ended.err
    assert "leaked" not in ended.err
    assert count(terminal_with_model.database)["answers"] == PAIRS
    assert not _folders(started)
    assert not _holding(API_KEY, terminal_with_model.folder)
    wait_until(lambda: not [each for each in processes if command_of(each).startswith("ray::")])


@pytest.mark.timeout(900)
def test_a_head_that_is_killed_ends_the_run_with_a_sentence_and_the_run_goes_on(
    terminal_with_model: Terminal, model_server: ModelServer, under_way: tuple[Started, Held]
):
    started, held = under_way
    (head,) = (each for each in below(started.process.pid) if "/gcs_server" in command_of(each).partition(" ")[0])
    answered = {request.key for request in model_server.requests[:4]}
    model_server.script = lambda request: Reply(default_text(request), delay_seconds=0.5)  # half a minute for the rest
    kill(head)
    held.release()
    ended = started.end(SECONDS)
    assert ended.code == 2, ended.err
    *_, error, hint = ended.err.splitlines()
    assert "gone" in error
    assert "go on with the run" in hint
    assert "Traceback" not in ended.err
    (run_id,) = (folder.name for folder in terminal_with_model.runs.iterdir())
    model_server.script = lambda request: None
    resumed = terminal_with_model.run("runs", "resume", run_id, "--engine", "local", "--json")
    assert (resumed.code, resumed.data["state"]) == (0, "finished"), resumed.err
    assert answered.isdisjoint(request.key for request in model_server.requests[4:])
    assert count(terminal_with_model.database)["answers"] == PAIRS


def test_folders_of_processes_that_were_killed_are_removed_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    names = [f"glan-x-{ended.pid}-a", f"glan-x-{os.getpid()}-b", "glan-x-c-d", f"other-{ended.pid}-e"]
    for name in names:
        (tmp_path / name).mkdir()
    sweep("glan-x-")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])


def test_whether_somebody_listens_is_known(model_server: ModelServer):
    assert answers(f"127.0.0.1:{model_server.port}")
    assert not answers("127.0.0.1:1")


def _folders(started: Started) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"glan-ray-{started.process.pid}-*"))


def _files(*places: Path) -> list[Path]:
    return [path for place in places for path in place.rglob("*") if path.is_file()]


def _holding(key: str, *places: Path) -> list[Path]:
    return [path for path in _files(*places) if key.encode() in path.read_bytes()]
