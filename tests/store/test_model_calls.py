"""The ledger holds each call once, with its latest outcome."""

from datetime import timedelta

from glan_core.store.database import Cursor
from glan_core.store.model_calls import find_model_call, insert_model_calls
from tests.small_pairs import NOON, model_call

_FAILED = model_call(reply="", finish_reason="", error_kind="http_500", error_message="Busy.", cost=None)


def test_a_call_comes_back_as_it_went_in(cursor: Cursor):
    insert_model_calls(cursor, [model_call(), model_call("failed", **_changes_of_failure())])
    assert find_model_call(cursor, "call") == model_call()
    assert find_model_call(cursor, "failed") == model_call("failed", **_changes_of_failure())


def test_an_unknown_call_is_none(cursor: Cursor):
    assert find_model_call(cursor, "nowhere") is None


def test_a_later_outcome_replaces_an_earlier_one(cursor: Cursor):
    later = model_call(finished_at=NOON + timedelta(seconds=1))
    insert_model_calls(cursor, [_FAILED])
    insert_model_calls(cursor, [later])
    assert find_model_call(cursor, "call") == later


def test_an_earlier_outcome_does_not_replace_a_later_one(cursor: Cursor):
    later = model_call(finished_at=NOON + timedelta(seconds=1))
    insert_model_calls(cursor, [later])
    insert_model_calls(cursor, [_FAILED])
    assert find_model_call(cursor, "call") == later


def test_what_became_of_a_reply_is_taken_over(cursor: Cursor):
    unusable = model_call(error_kind="not_json", error_message="The reply holds no JSON.")
    insert_model_calls(cursor, [model_call()])
    insert_model_calls(cursor, [unusable])
    assert find_model_call(cursor, "call") == unusable


def test_of_two_outcomes_in_one_batch_the_last_counts(cursor: Cursor):
    insert_model_calls(cursor, [_FAILED, model_call()])
    assert find_model_call(cursor, "call") == model_call()


def _changes_of_failure() -> dict[str, object]:
    return {"reply": "", "finish_reason": "", "prompt_tokens": None, "cost": None, "error_kind": "http_500"}
