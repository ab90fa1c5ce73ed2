"""The folder of a run tells how far it is, to whoever asks, without the database."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from glan_core.entities import RunState
from glan_core.errors import DiskError, PlanError, StoreError
from glan_core.runs.journal import Journal, is_at_work
from glan_core.runs.run_folder import find_run_folder, find_status, list_run_folders, read_status, write_status
from glan_core.settings import PROJECT_FOLDER
from tests.workbench import Workbench

_HOLD = """
import sys; from pathlib import Path; from glan_core.runs.journal import Journal, is_at_work
with Journal(Path(sys.argv[1])):
    print("held", flush=True); sys.stdin.read()
"""


@pytest.fixture
def finished(workbench: Workbench) -> Path:
    """The folder of a run of two pairs."""
    plan = workbench.plan(instructions=2)
    workbench.execute(plan)
    return workbench.folder(plan)


def test_a_finished_run_tells_what_it_made(finished: Path):
    status = read_status(finished)
    assert status is not None
    assert (status.state, status.wanted, status.instructions, status.answers, status.calls) == (
        RunState.FINISHED,
        *(2, 2, 2, 4),
    )
    assert status.finished_at is not None


def test_a_run_that_goes_on_counts_what_all_its_sessions_made(workbench: Workbench):
    plan = workbench.plan(instructions=4)
    for _ in range(2):
        workbench.execute(plan, only=None)
    status = read_status(workbench.folder(plan))
    assert status is not None
    assert (status.answers, status.calls, status.calls_reused) == (4, 8, 8)


def test_a_status_is_read_as_it_was_written(finished: Path):
    status = read_status(finished)
    assert status is not None
    write_status(finished, status)
    assert read_status(finished) == status


def test_a_status_of_the_first_version_is_read(finished: Path):
    path = finished / "status.json"
    data = json.loads(path.read_text())
    data["failed"] = data.pop("failed_in_session") + 3
    path.write_text(json.dumps(data))
    status = read_status(finished)
    assert status is not None
    assert status.failed_in_session == 3


def test_a_status_that_cannot_be_read_is_none_to_who_can_do_without(finished: Path, tmp_path: Path):
    assert find_status(finished) == read_status(finished)
    (finished / "status.json").write_text("?")
    assert find_status(finished) is None
    assert find_status(tmp_path) is None


def test_before_the_first_status_there_is_none(tmp_path: Path):
    assert read_status(tmp_path) is None


@pytest.mark.parametrize("state", ["running", "paused"])
def test_a_run_that_claims_to_be_at_work_and_is_not_was_interrupted(finished: Path, state: str):
    path = finished / "status.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "state": state}))
    status = read_status(finished)
    assert status is not None
    assert status.state is RunState.INTERRUPTED
    with Journal(finished):
        status = read_status(finished)
        assert status is not None
        assert status.state.value == state


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{}", b'{"state": "running"}', b"\xff", b'"x"'])
def test_a_status_that_is_garbage_is_told(finished: Path, content: bytes):
    (finished / "status.json").write_bytes(content)
    with pytest.raises(StoreError, match="cannot be read") as raised:
        read_status(finished)
    assert f"runs resume {finished.name}" in raised.value.hint


def test_a_status_of_another_version_is_told(finished: Path):
    path = finished / "status.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "mood": "good"}))
    with pytest.raises(StoreError, match="cannot be read"):
        read_status(finished)


def test_a_status_that_cannot_be_written_is_told(finished: Path):
    status = read_status(finished)
    assert status is not None
    with pytest.raises(DiskError, match="cannot be written"):
        write_status(finished / "nowhere", status)


def test_a_run_is_at_work_while_another_process_holds_its_journal(finished: Path):
    assert not is_at_work(finished)
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(finished)],
        cwd=PROJECT_FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    assert is_at_work(finished)
    holder.communicate()
    assert not is_at_work(finished)


def test_a_folder_without_a_journal_is_not_at_work(tmp_path: Path):
    assert not is_at_work(tmp_path)


def test_asking_whether_a_run_is_at_work_keeps_nobody_from_working_on_it(finished: Path):
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.is_set():
            is_at_work(finished)

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    try:
        for _ in range(200):
            Journal(finished).close()
    finally:
        is_over.set()
        for asker in askers:
            asker.join()


def test_folders_are_listed_newest_first_and_found_by_the_beginning_of_their_id(workbench: Workbench):
    plans = [workbench.plan(instructions=1, seed=seed) for seed in (1, 2)]
    for plan in plans:
        workbench.execute(plan)
    runs = workbench.runs_folder
    (runs / "no run").mkdir()
    assert [folder.name for folder in list_run_folders(runs)] == [plan.run_id for plan in reversed(plans)]
    for plan in plans:
        assert find_run_folder(runs, plan.run_id[:6]).name == plan.run_id


def test_a_folder_that_is_not_there_holds_no_runs(tmp_path: Path):
    assert list_run_folders(tmp_path / "nowhere") == ()


@pytest.mark.parametrize("run", ["nowhere", ""])
def test_an_unknown_run_is_refused(finished: Path, run: str):
    with pytest.raises(PlanError, match="There is no run"):
        find_run_folder(finished.parent, run)


def test_the_beginning_of_several_ids_is_refused(finished: Path):
    for name in ("abc", "abd"):
        (finished.parent / name).mkdir()
        (finished.parent / name / "plan.json").touch()
    with pytest.raises(PlanError, match="'ab' fits 2 runs"):
        find_run_folder(finished.parent, "ab")
