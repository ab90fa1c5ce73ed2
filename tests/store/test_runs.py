"""Runs are kept with their settings, and those of a dead process are told apart."""

from datetime import timedelta

from glan_core.entities import RunState
from glan_core.store.database import Cursor
from glan_core.store.runs import count_runs, find_run, list_runs, mark_interrupted_runs, save_run
from tests.small_pairs import NOON, run


def test_a_run_comes_back_as_it_was_saved(cursor: Cursor):
    save_run(cursor, run())
    assert find_run(cursor, "run") == run()


def test_an_unknown_run_is_none(cursor: Cursor):
    assert find_run(cursor, "nowhere") is None


def test_saving_again_brings_state_times_and_message_up_to_date(cursor: Cursor):
    ended = run(state=RunState.STOPPED, finished_at=NOON + timedelta(minutes=1), message="The key was refused.")
    save_run(cursor, run())
    save_run(cursor, ended)
    assert find_run(cursor, "run") == ended


def test_saving_again_keeps_plan_settings_and_seed(cursor: Cursor):
    save_run(cursor, run())
    save_run(cursor, run(plan={}, settings={}, seed=2))
    assert find_run(cursor, "run") == run()


def test_the_newest_run_is_listed_first(cursor: Cursor):
    for number in (1, 3, 2):
        save_run(cursor, run(f"run {number}", started_at=NOON + timedelta(hours=number)))
    assert [listed.run_id for listed in list_runs(cursor)] == ["run 3", "run 2", "run 1"]
    assert [listed.run_id for listed in list_runs(cursor, limit=1)] == ["run 3"]


def test_runs_are_counted(cursor: Cursor):
    assert count_runs(cursor) == 0
    save_run(cursor, run("one"))
    save_run(cursor, run("two"))
    assert count_runs(cursor) == 2


def test_a_run_that_claims_to_be_running_is_marked_as_interrupted(cursor: Cursor):
    save_run(cursor, run())
    assert mark_interrupted_runs(cursor) == 1
    interrupted = find_run(cursor, "run")
    assert interrupted is not None
    assert interrupted.state is RunState.INTERRUPTED
    assert interrupted.message


def test_a_run_that_has_ended_is_not_marked(cursor: Cursor):
    save_run(cursor, run(state=RunState.FINISHED))
    assert mark_interrupted_runs(cursor) == 0
    assert find_run(cursor, "run") == run(state=RunState.FINISHED)
