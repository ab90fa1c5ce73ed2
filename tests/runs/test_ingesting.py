"""What other processes wrote into journals gets into the database, once."""

import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from glan_core.entities import RunState
from glan_core.errors import StoreError
from glan_core.planning.plan import Plan
from glan_core.runs import ingesting
from glan_core.runs.ingesting import Settled, take_in_journal, take_in_journals
from glan_core.runs.journal import Journal
from glan_core.runs.run_folder import list_run_folders, read_status, write_status
from glan_core.store.answers import list_known_answer_ids
from glan_core.store.journals import find_journal_bytes, save_journal_bytes
from glan_core.store.runs import find_run
from tests.conftest import Small
from tests.small_pairs import answer, instruction, model_call
from tests.workbench import Workbench


@pytest.fixture
def made(workbench: Workbench) -> Plan:
    """A run of three pairs that this database knows."""
    plan = workbench.plan(instructions=3)
    workbench.execute(plan)
    return plan


def forget(workbench: Workbench) -> None:
    """Empty the tables that runs fill, as in a database that was made anew."""
    for table in ("run", "journal", "model_call", "shared_text", "instruction", "answer"):
        workbench.cursor.execute(f"delete from {table}")


def test_what_is_known_is_not_taken_in_again(workbench: Workbench, made: Plan):
    assert take_in_journals(workbench.database, workbench.runs_folder) == (0, 0, ())


def test_a_run_comes_back_with_its_pairs_and_its_row(workbench: Workbench, made: Plan):
    pairs, run = workbench.pairs(), workbench.run(made)
    forget(workbench)
    taken = take_in_journals(workbench.database, workbench.runs_folder)
    assert (taken.runs, taken.unreadable) == (1, ())
    assert (workbench.pairs(), workbench.run(made)) == (pairs, run)


def test_what_a_journal_has_grown_by_is_taken_in(workbench: Workbench, made: Plan):
    folder = workbench.folder(made)
    with Journal(folder) as journal:
        journal.append(model_call("more"), instruction("more"), answer("more"))
    assert take_in_journal(workbench.database, folder) == 3
    assert list_known_answer_ids(workbench.cursor, ["answer-more"])
    assert find_journal_bytes(workbench.cursor, made.run_id) == (folder / "journal.jsonl").stat().st_size


def test_a_torn_last_line_waits_until_it_is_whole(workbench: Workbench, made: Plan):
    path = workbench.folder(made) / "journal.jsonl"
    size = path.stat().st_size
    with Journal(path.parent) as journal:
        journal.append(answer("more"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    assert take_in_journal(workbench.database, path.parent) == 0
    assert find_journal_bytes(workbench.cursor, made.run_id) == size
    path.write_bytes(whole)
    assert take_in_journal(workbench.database, path.parent) == 1


def test_a_journal_that_is_shorter_than_what_was_taken_in_is_another_one(workbench: Workbench, made: Plan):
    forget(workbench)
    save_journal_bytes(workbench.cursor, made.run_id, 10_000_000)
    take_in_journals(workbench.database, workbench.runs_folder)
    assert len(workbench.pairs()) == 3


def test_a_state_that_changed_is_taken_in_without_a_new_line(workbench: Workbench, made: Plan):
    status = read_status(workbench.folder(made))
    assert status is not None
    write_status(workbench.folder(made), dataclasses.replace(status, state=RunState.STOPPED, message="Enough."))
    assert take_in_journal(workbench.database, workbench.folder(made)) == 0
    assert (workbench.run(made).state, workbench.run(made).message) == (RunState.STOPPED, "Enough.")


def test_a_plan_is_read_only_of_a_run_that_nobody_has_seen(workbench: Workbench, made: Plan):
    (workbench.folder(made) / "plan.json").write_text("?")
    assert take_in_journals(workbench.database, workbench.runs_folder).unreadable == ()
    forget(workbench)
    (sentence,) = take_in_journals(workbench.database, workbench.runs_folder).unreadable
    assert made.run_id in sentence


def test_times_that_are_none_are_told(workbench: Workbench, made: Plan):
    path = workbench.folder(made) / "status.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "started_at": "yesterday"}))
    with pytest.raises(StoreError, match="times"):
        take_in_journal(workbench.database, path.parent)


def test_a_journal_is_taken_in_whatever_the_status_says(workbench: Workbench, made: Plan):
    path = workbench.folder(made) / "status.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "finished_at": 5}))
    forget(workbench)
    assert take_in_journal(workbench.database, path.parent) > 0


def test_a_run_that_made_nothing_yet_has_a_row(workbench: Workbench):
    plan = workbench.plan()
    folder = workbench.folder(plan)
    folder.mkdir(parents=True)
    (folder / "plan.json").write_text(json.dumps(plan.to_data()))
    take_in_journals(workbench.database, workbench.runs_folder)
    run = find_run(workbench.cursor, plan.run_id)
    assert run is not None
    assert (run.state, run.plan["instructions"], run.seed) == (RunState.INTERRUPTED, 6, 1)


def test_runs_of_this_process_are_left_out(workbench: Workbench, made: Plan):
    forget(workbench)
    taken = take_in_journals(workbench.database, workbench.runs_folder, except_runs=frozenset({made.run_id}))
    assert taken.runs == 0
    assert find_run(workbench.cursor, made.run_id) is None


def test_a_line_that_is_no_entry_is_told_and_the_other_runs_are_taken_in(workbench: Workbench, made: Plan):
    other = workbench.plan(instructions=2, seed=2)
    workbench.execute(other)
    path = workbench.folder(made) / "journal.jsonl"
    path.write_bytes(b"garbage\n" + path.read_bytes())
    forget(workbench)
    taken = take_in_journals(workbench.database, workbench.runs_folder)
    assert taken.runs == 1
    assert len(taken.unreadable) == 1
    assert "is not a journal entry" in taken.unreadable[0]
    assert len(workbench.pairs()) == 2


def test_older_runs_are_taken_in_first(workbench: Workbench, made: Plan):
    # What was found out about an endpoint is replaced by what was found out later.
    other = workbench.plan(instructions=2, seed=2)
    workbench.execute(other)
    newest_first = [folder.name for folder in list_run_folders(workbench.runs_folder)]
    assert newest_first == [other.run_id, made.run_id]
    for folder, form in zip(list_run_folders(workbench.runs_folder), ("json", "jsonl"), strict=True):
        with Journal(folder) as journal:
            journal.append(_found(form))
    forget(workbench)
    take_in_journals(workbench.database, workbench.runs_folder)
    assert workbench.cursor.execute("select reply_form from endpoint_model where endpoint = 'x'").fetchall() == [
        ("json",)
    ]


def _found(form: str) -> object:
    from glan_core.calls import EndpointModel

    return EndpointModel("x", "m", form, None)  # type: ignore[arg-type]


def test_nothing_comes_of_a_folder_that_is_not_there(small: Small):
    assert take_in_journals(small.database, small.database.path.parent / "nowhere") == (0, 0, ())


# Runs that are passed over


class LastLine:
    """A run that is at work, and ends with one more pair when it is told to."""

    def __init__(self, workbench: Workbench, plan: Plan) -> None:
        self._folder = workbench.folder(plan)
        self._journal = Journal(self._folder)
        self._has_ended = False
        self._write_state(RunState.RUNNING)

    def end(self) -> None:
        """Write the last pair, then the state, then let go of the journal, as a process does; once."""
        if not self._has_ended:
            self._has_ended = True
            self._journal.append(model_call("last"), instruction("last"), answer("last"))
            self._write_state(RunState.FINISHED)
            self._journal.close()

    def _write_state(self, state: RunState) -> None:
        status = read_status(self._folder)
        assert status is not None
        write_status(self._folder, dataclasses.replace(status, state=state))


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs whose journal was looked into, in order."""
    looked: list[str] = []
    real = ingesting.take_in_journal

    def note(database: object, folder: Path) -> int:
        looked.append(folder.name)
        return real(database, folder)  # type: ignore[arg-type]

    monkeypatch.setattr(ingesting, "take_in_journal", note)
    return looked


def test_a_run_that_has_ended_and_is_taken_in_is_passed_over(workbench: Workbench, made: Plan, looked_at: list[str]):
    settled = Settled()
    for _ in range(3):
        take_in_journals(workbench.database, workbench.runs_folder, settled=settled)
    assert looked_at == [made.run_id]
    for _ in range(2):
        take_in_journals(workbench.database, workbench.runs_folder)
    assert looked_at == [made.run_id] * 3


def test_a_run_that_was_taken_up_again_is_looked_at_even_if_it_was_killed_before_it_told_anything(
    workbench: Workbench, made: Plan
):
    settled = Settled()
    take_in_journals(workbench.database, workbench.runs_folder, settled=settled)
    with Journal(workbench.folder(made)) as journal:
        journal.append(answer("more"))
    assert take_in_journals(workbench.database, workbench.runs_folder, settled=settled).runs == 1
    assert list_known_answer_ids(workbench.cursor, ["answer-more"])


def test_a_run_at_work_is_looked_at_until_it_has_ended(workbench: Workbench, made: Plan):
    settled = Settled()
    run = LastLine(workbench, made)
    for _ in range(2):
        take_in_journals(workbench.database, workbench.runs_folder, settled=settled)
        assert (workbench.run(made).state, settled.changed_at) == (RunState.RUNNING, {})
    run.end()
    take_in_journals(workbench.database, workbench.runs_folder, settled=settled)
    assert workbench.run(made).state is RunState.FINISHED
    assert list_known_answer_ids(workbench.cursor, ["answer-last"])


def test_a_process_that_ended_before_its_run_did_is_heard_of(workbench: Workbench, made: Plan):
    settled = Settled()
    folder = workbench.folder(made)
    status = read_status(folder)
    assert status is not None
    with Journal(folder):
        write_status(folder, dataclasses.replace(status, state=RunState.RUNNING, finished_at=None))
        take_in_journals(workbench.database, workbench.runs_folder, settled=settled)
        assert workbench.run(made).state is RunState.RUNNING
    take_in_journals(workbench.database, workbench.runs_folder, settled=settled)  # no file has changed since
    assert workbench.run(made).state is RunState.INTERRUPTED


@pytest.mark.parametrize("step", ["is_at_work", "find_run", "find_status", "find_journal_bytes", "whole_bytes"])
@pytest.mark.parametrize("is_before", [True, False])
def test_the_end_of_a_run_is_heard_of_whenever_it_comes(
    workbench: Workbench, made: Plan, monkeypatch: pytest.MonkeyPatch, step: str, *, is_before: bool
):
    settled = Settled()
    run = LastLine(workbench, made)
    take_in_journals(workbench.database, workbench.runs_folder, settled=settled)
    assert workbench.run(made).state is RunState.RUNNING
    _ends_beside(monkeypatch, step, run.end, is_before=is_before)
    while workbench.run(made).state is not RunState.FINISHED:
        take_in_journals(workbench.database, workbench.runs_folder, settled=settled)
    assert list_known_answer_ids(workbench.cursor, ["answer-last"])  # whoever reads that it is finished finds all of it


def _ends_beside(monkeypatch: pytest.MonkeyPatch, step: str, end: Callable[[], None], *, is_before: bool) -> None:
    """Let a run end just before or after a step of taking it in."""
    real = getattr(ingesting, step)

    def with_end(*arguments: object) -> object:
        if is_before:
            end()
        result = real(*arguments)
        end()
        return result

    monkeypatch.setattr(ingesting, step, with_end)


def test_rows_come_before_the_state_that_says_they_are_all_there(
    workbench: Workbench, made: Plan, monkeypatch: pytest.MonkeyPatch
):
    run = LastLine(workbench, made)
    take_in_journals(workbench.database, workbench.runs_folder)
    run.end()
    states: list[RunState] = []
    real = ingesting.take_in_lines

    def note(*arguments: object, **options: object) -> int:
        states.append(workbench.run(made).state)
        return real(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(ingesting, "take_in_lines", note)
    take_in_journals(workbench.database, workbench.runs_folder)
    assert states == [RunState.RUNNING]
    assert workbench.run(made).state is RunState.FINISHED


def test_a_journal_that_could_not_be_read_is_tried_and_told_again(workbench: Workbench, made: Plan):
    settled = Settled()
    forget(workbench)
    with (workbench.folder(made) / "journal.jsonl").open("a") as lines:
        lines.write("no entry\n")
    for _ in range(2):
        assert len(take_in_journals(workbench.database, workbench.runs_folder, settled=settled).unreadable) == 1
    run = workbench.run(made)
    assert (run.state, run.message) == (RunState.INTERRUPTED, "Not all of its journal could be taken in.")


def test_a_torn_last_line_keeps_a_run_in_view(workbench: Workbench, made: Plan):
    settled = Settled()
    with (workbench.folder(made) / "journal.jsonl").open("a") as lines:
        lines.write('{"kind":')
    take_in_journals(workbench.database, workbench.runs_folder, settled=settled)
    assert settled.changed_at == {}


def test_a_run_that_is_at_work_and_has_told_nothing_yet_is_running_until_its_process_ends(workbench: Workbench):
    plan = workbench.plan()
    folder = workbench.folder(plan)
    folder.mkdir(parents=True)
    (folder / "plan.json").write_text(json.dumps(plan.to_data()))
    with Journal(folder):
        take_in_journals(workbench.database, workbench.runs_folder)
        assert workbench.run(plan).state is RunState.RUNNING
    take_in_journals(workbench.database, workbench.runs_folder)
    assert workbench.run(plan).state is RunState.INTERRUPTED


def test_taking_a_run_up_marks_its_folder(workbench: Workbench, made: Plan):
    folder = workbench.folder(made)
    os.utime(folder, ns=(1, 1))
    with Journal(folder):
        assert folder.stat().st_mtime_ns > 1
