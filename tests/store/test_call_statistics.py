"""What finished calls took, by stage, model and template."""

from datetime import timedelta

import pytest

from glan_core.store.call_statistics import NEWEST, call_statistics
from glan_core.store.database import Cursor
from glan_core.store.model_calls import insert_model_calls
from tests.small_pairs import NOON, model_call

KIND = {"stage": "instructions", "model": "m", "template": "instructions"}


def test_without_calls_nothing_is_known(cursor: Cursor):
    statistics = call_statistics(cursor, **KIND)
    assert (statistics.calls, statistics.prompt_tokens_mean, statistics.seconds_variance) == (0, None, None)


def test_mean_and_variance_are_those_of_the_answered_calls(cursor: Cursor):
    insert_model_calls(
        cursor,
        [
            model_call("a", prompt_tokens=10, completion_tokens=1, seconds=1.0),
            model_call("b", prompt_tokens=20, completion_tokens=3, seconds=3.0),
            model_call("c", prompt_tokens=None, completion_tokens=None, seconds=2.0, error_kind="empty"),
            model_call("d", finish_reason="", error_kind="timeout", seconds=99.0),
        ],
    )
    statistics = call_statistics(cursor, **KIND)
    assert (statistics.calls, statistics.unusable, statistics.calls_with_tokens) == (3, 1, 2)
    assert (statistics.prompt_tokens_mean, statistics.prompt_tokens_variance) == (15.0, 50.0)
    assert (statistics.completion_tokens_mean, statistics.tokens_covariance) == (2.0, 10.0)
    assert (statistics.seconds_mean, statistics.seconds_variance) == (2.0, 1.0)


@pytest.mark.parametrize(
    "change", [{"stage": "answers"}, {"model": "other"}, {"template": "instructions_quick"}], ids=str
)
def test_calls_of_another_kind_do_not_count(cursor: Cursor, change: dict):
    insert_model_calls(cursor, [model_call("a", **change)])
    assert call_statistics(cursor, **KIND).calls == 0


def test_only_the_newest_calls_count(cursor: Cursor):
    old = [model_call(f"old{number}", seconds=100.0) for number in range(3)]
    later = NOON + timedelta(hours=1)
    new = [model_call(f"{number}", seconds=1.0, finished_at=later) for number in range(NEWEST)]
    insert_model_calls(cursor, [*old, *new])
    statistics = call_statistics(cursor, **KIND)
    assert (statistics.calls, statistics.seconds_mean) == (NEWEST, 1.0)
