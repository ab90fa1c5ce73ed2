"""What calls took by stage, and how many were under way at once."""

from datetime import timedelta

import pytest

from glan_core.store.database import Cursor
from glan_core.store.model_calls import insert_model_calls
from glan_core.store.run_statistics import INTERVALS, call_latencies, call_times, items_made, stage_spending
from tests.conftest import Small
from tests.small_pairs import NOON, model_call


def after(seconds: float) -> object:
    return NOON + timedelta(seconds=seconds)


def test_each_stage_has_its_calls_tokens_and_cost(cursor: Cursor):
    insert_model_calls(
        cursor,
        [
            model_call("a"),
            model_call("b", tries=3, error_kind="empty"),
            model_call("c", stage="answers", cost=None),
            model_call("d", stage="answers", finish_reason="", error_kind="http_429", tries=9, prompt_tokens=None),
            model_call("e", run_id="other"),
        ],
    )
    answers, instructions = stage_spending(cursor, "run").to_dict("records")
    assert instructions == {
        "stage": "instructions",
        "calls": 2,
        "unusable": 1,
        "lost": 0,
        "sent_again": 2,
        "prompt_tokens": 40,
        "completion_tokens": 10,
        "cost": 0.5,
    }
    assert (answers["calls"], answers["unusable"], answers["lost"], answers["sent_again"]) == (2, 0, 1, 8)
    assert answers["cost"] != answers["cost"]  # unknown


def test_percentiles_are_those_of_answered_calls_by_stage_and_model(cursor: Cursor):
    insert_model_calls(cursor, [model_call(f"{number}", seconds=float(number)) for number in range(1, 102)])
    insert_model_calls(cursor, [model_call("lost", finish_reason="", error_kind="timeout", seconds=0.0)])
    insert_model_calls(cursor, [model_call("other", model="n", seconds=7.0)])
    assert call_latencies(cursor, "run").values.tolist() == [
        ["instructions", "m", 101, 51.0, 91.0, 100.0],
        ["instructions", "n", 1, 7.0, 7.0, 7.0],
    ]


def test_items_are_counted_for_the_run_that_made_them(made: Small):
    assert items_made(made.cursor, "run") == {
        "subjects": 0,
        "syllabus": 0,
        "class_details": 0,
        "instructions": 3,
        "answers": 2,
        "compared_answers": 0,
        "judge": 0,
        "compare": 0,
        "regenerated_instructions": 0,
        "regenerated_answers": 0,
    }
    syllabus = made.nodes.syllabus
    made.cursor.execute("update syllabus set run_id = 'grown' where syllabus_id = ?", [syllabus.syllabus_id])
    made.cursor.execute("update subject set run_id = 'grown'")
    grown = items_made(made.cursor, "grown")
    assert (grown["subjects"], grown["syllabus"], grown["class_details"]) == (1, 1, 1)


def test_without_an_answered_call_there_are_no_times(cursor: Cursor):
    insert_model_calls(cursor, [model_call("lost", finish_reason="", error_kind="timeout", seconds=0.0)])
    assert call_times(cursor, "run") is None


def test_the_mean_of_calls_under_way_is_their_time_by_the_length_of_the_interval(cursor: Cursor):
    """From 0 to 120 s: one call all the time, one from 30 to 60 s, and one of a quarter of the interval 90 to 91."""
    insert_model_calls(
        cursor,
        [
            model_call("long", seconds=120.0, finished_at=after(120)),
            model_call("middle", seconds=30.0, finished_at=after(60), tries=3),
            model_call("short", seconds=0.25, finished_at=after(90.5), error_kind="empty"),
            model_call("lost", seconds=0.0, finish_reason="", error_kind="http_429", finished_at=after(100), tries=9),
        ],
    )
    times = call_times(cursor, "run")
    assert times is not None
    assert (times.lost, times.began_at, times.interval_seconds) == (1, NOON, 120 / INTERVALS)
    under_way = times.intervals["under_way"].tolist()
    expected = [2.0 if 30 <= second < 60 else 1.25 if second == 90 else 1.0 for second in range(120)]
    assert under_way == pytest.approx(expected, abs=1e-6)
    happened = times.intervals[["ended", "sent_again", "lost"]]
    assert happened[happened.any(axis=1)].reset_index().values.tolist() == [
        [60, 1, 2, 0],
        [90, 1, 0, 0],
        [100, 0, 8, 1],
        [119, 1, 0, 0],
    ]


def test_only_calls_since_a_moment_are_counted(cursor: Cursor):
    insert_model_calls(
        cursor,
        [
            model_call("old", seconds=1.0, finished_at=NOON - timedelta(days=2)),
            model_call("new", seconds=1.0, finished_at=after(5)),
        ],
    )
    times = call_times(cursor, "run", since=NOON)
    assert times is not None
    assert times.began_at == after(4)
    assert call_times(cursor, "run", since=after(6)) is None


def test_one_call_of_no_length_is_no_division_by_nothing(cursor: Cursor):
    insert_model_calls(cursor, [model_call("a", seconds=0.0)])
    times = call_times(cursor, "run")
    assert times is not None
    assert times.intervals["ended"].sum() == 1
    assert times.intervals["under_way"].max() == 0
