"""The calls of a run are listed page by page, by stage and by what came of them."""

from datetime import timedelta

import pytest

from glan_core.store.ingest import ingest
from glan_core.store.run_calls import CallChoice, count_calls, list_call_kinds, list_call_page
from tests.conftest import Small
from tests.small_pairs import NOON, model_call

ALL = CallChoice()


def test_the_call_that_ended_last_comes_first(made: Small):
    page = list_call_page(made.cursor, "run", ALL, limit=2)
    assert count_calls(made.cursor, "run", ALL) == 6
    assert page["model_call_id"].tolist() == ["call-b", "call-c"]


def test_pages_follow_each_other_without_gap_or_repetition(made: Small):
    seen = [
        call_id
        for offset in (0, 4)
        for call_id in list_call_page(made.cursor, "run", ALL, limit=4, offset=offset)["model_call_id"]
    ]
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        (CallChoice(("answers",)), {"answering-a", "answering-b", "answering-c"}),
        (CallChoice(("answers",), "used"), {"answering-a", "answering-b"}),
        (CallChoice(outcome="error"), {"answering-c"}),
        (CallChoice(error_kinds=("http_400",)), {"answering-c"}),
        (CallChoice(error_kinds=("empty",)), set()),
        (CallChoice(("instructions",), "error"), set()),
    ],
    ids=["stage", "used", "errors", "a kind of error", "no such error", "stage and errors"],
)
def test_calls_are_chosen_by_stage_outcome_and_error(made: Small, choice: CallChoice, found: set[str]):
    page = list_call_page(made.cursor, "run", choice, limit=10)
    assert set(page["model_call_id"]) == found
    assert count_calls(made.cursor, "run", choice) == len(found)


def test_calls_of_other_runs_are_left_out(made: Small):
    ingest(made.cursor, [model_call("other", run_id="other", finished_at=NOON + timedelta(hours=1))])
    assert count_calls(made.cursor, "run", ALL) == 6
    assert "other" not in set(list_call_page(made.cursor, "run", ALL, limit=10)["model_call_id"])


def test_a_reply_that_was_used_in_part_is_marked(made: Small):
    ingest(made.cursor, [model_call("part", left_out="Line 3 is no JSON.", finished_at=NOON + timedelta(hours=1))])
    marked = list_call_page(made.cursor, "run", ALL, limit=2)
    assert marked["is_partly_used"].tolist() == [True, False]


def test_calls_are_counted_by_stage_and_error(made: Small):
    kinds = list_call_kinds(made.cursor, "run")
    assert [
        (kind.stage, kind.error_kind if isinstance(kind.error_kind, str) else None, kind.calls)
        for kind in kinds.itertuples()
    ] == [
        ("answers", None, 2),
        ("answers", "http_400", 1),
        ("instructions", None, 3),
    ]
