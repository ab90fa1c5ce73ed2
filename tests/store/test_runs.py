"""Runs are kept with their settings and counted with what they made; those of a dead process are told apart."""

from datetime import timedelta

from glan_core.entities import Filter, RunState
from glan_core.store.database import Cursor
from glan_core.store.ingest import ingest
from glan_core.store.pairs import count_pairs
from glan_core.store.runs import (
    DearestCall,
    RunCounts,
    Spending,
    count_runs,
    find_run,
    list_runs,
    mark_interrupted_runs,
    next_seed,
    remove_run,
    restore_run,
    run_counts,
    run_errors,
    save_run,
    spending,
)
from tests.conftest import Small
from tests.small_pairs import NOON, model_call, run


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


def test_a_run_is_counted_with_its_calls_tokens_and_cost(made: Small):
    calls = (("answers", "faster", 2), ("answers", "m", 1), ("instructions", "m", 3))
    dearest = tuple(DearestCall(stage, model, number, 25, 0.25) for stage, model, number in calls)
    assert run_counts(made.cursor, "run") == RunCounts(
        6, 1, 3, 2, 120, 30, 1.5, most_tokens=25, most_cost=0.25, dearest=dearest
    )


def test_replies_that_came_without_their_tokens_are_counted(made: Small):
    ingest(made.cursor, [model_call("untold", completion_tokens=None)])
    ingest(made.cursor, [model_call("lost", error_kind="timeout", prompt_tokens=None, finish_reason="")])
    assert run_counts(made.cursor, "run").without_tokens == 1


def test_a_run_without_calls_has_cost_nothing(small: Small):
    assert run_counts(small.cursor, "nowhere") == RunCounts(0, 0, 0, 0, 0, 0, 0)


def test_the_cost_of_a_run_is_unknown_if_the_price_of_a_call_is(made: Small):
    ingest(made.cursor, [model_call("dear", cost=None)])
    assert run_counts(made.cursor, "run").cost is None


def test_failed_calls_are_listed_by_kind(made: Small):
    ingest(made.cursor, [model_call("x", error_kind="not_json", error_message="The reply holds no JSON.")])
    ingest(made.cursor, [model_call("y", error_kind="not_json", error_message="The reply holds no JSON.")])
    assert run_errors(made.cursor, "run").values.tolist() == [
        ["instructions", "not_json", 2, "The reply holds no JSON."],
        ["answers", "http_400", 1, "No."],
    ]


def test_all_runs_together_are_added_up(made: Small):
    assert spending(made.cursor) == Spending(6, 120, 30, 1.5, 0)


def test_calls_of_unknown_price_are_counted_apart(made: Small):
    ingest(made.cursor, [model_call("dear", run_id="other", cost=None)])
    assert spending(made.cursor) == Spending(7, 140, 35, 1.5, 1)


def test_nothing_was_spent_at_first(small: Small):
    assert spending(small.cursor) == Spending(0, 0, 0, 0, 0)


def test_a_removed_run_counts_nowhere_until_it_is_restored(made: Small):
    assert (count_runs(made.cursor), count_pairs(made.cursor, Filter())) == (1, 3)
    remove_run(made.cursor, "run")
    assert (count_runs(made.cursor), count_pairs(made.cursor, Filter()), list_runs(made.cursor)) == (0, 0, ())
    restore_run(made.cursor, "run")
    assert (count_runs(made.cursor), count_pairs(made.cursor, Filter())) == (1, 3)


def test_a_removed_run_stays_removed_when_it_writes_its_own_row(cursor: Cursor):
    save_run(cursor, run())
    remove_run(cursor, "run")
    save_run(cursor, run(state=RunState.FINISHED))
    found = find_run(cursor, "run")
    assert found is not None
    assert (found.state, found.is_removed) == (RunState.FINISHED, True)


def test_the_next_seed_is_above_all_from_the_first_on_removed_or_not(cursor: Cursor):
    assert next_seed(cursor, first=100) == 100
    save_run(cursor, run("low", seed=99))
    assert next_seed(cursor, first=100) == 100
    save_run(cursor, run("high", seed=105))
    remove_run(cursor, "high")
    assert next_seed(cursor, first=100) == 106
