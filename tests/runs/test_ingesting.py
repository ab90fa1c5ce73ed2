"""What other processes wrote into journals gets into the database, once."""

import dataclasses
import json

import pytest

from glan_core.entities import RunState
from glan_core.errors import StoreError
from glan_core.planning.plan import Plan
from glan_core.runs.ingesting import take_in_journal, take_in_journals
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
