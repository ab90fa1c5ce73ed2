"""What each address did for a run is counted from its calls."""

from datetime import UTC, datetime, timedelta

import pytest

from glan_core.calls import Message, ModelCall
from glan_core.store.address_statistics import address_figures
from glan_core.store.database import Cursor
from glan_core.store.model_calls import find_model_call, insert_model_calls

BEGIN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def call(
    number: int, address: str | None, *, began: float = 0.0, seconds: float = 1.0, lost: bool = False
) -> ModelCall:
    return ModelCall(
        model_call_id=f"call{number}",
        run_id="run",
        stage="answers",
        template="answers",
        template_fingerprint="f",
        model="m",
        parameters={},
        messages=(Message("user", "Why?"),),
        reply="" if lost else "Because.",
        finish_reason="" if lost else "stop",
        prompt_tokens=None if lost else 10,
        completion_tokens=None if lost else 6,
        seconds=0.0 if lost else seconds,
        attempt=1,
        finished_at=BEGIN + timedelta(seconds=began + seconds),
        error_kind="timeout" if lost else None,
        address=address,
    )


def test_the_address_of_a_call_is_kept(cursor: Cursor):
    insert_model_calls(cursor, [call(1, "http://a/v1"), call(2, None)])
    assert [getattr(find_model_call(cursor, name), "address", "") for name in ("call1", "call2")] == [
        "http://a/v1",
        None,
    ]


def test_calls_tokens_and_seconds_are_counted_by_address(cursor: Cursor):
    # a: from 0 to 2 and from 1 to 3 are 3 seconds, from 10 to 11 is another: 18 tokens in 4 seconds.
    of_a = [call(1, "a", seconds=2), call(2, "a", began=1, seconds=2), call(3, "a", began=10)]
    insert_model_calls(cursor, [*of_a, call(4, "b", seconds=3), call(5, "b", lost=True)])
    figures = address_figures(cursor, "run").set_index("address")
    assert figures["calls"].to_dict() == {"a": 3, "b": 1}
    assert figures["share"].to_dict() == {"a": 0.75, "b": 0.25}
    assert figures["lost"].to_dict() == {"a": 0, "b": 1}
    assert figures["completion_tokens"].to_dict() == {"a": 18, "b": 6}
    assert figures["tokens_per_second"].to_dict() == pytest.approx({"a": 4.5, "b": 2.0}, abs=1e-3)
    assert figures.loc["a", ["p50", "p95"]].tolist() == pytest.approx([2, 2])


def test_a_run_with_one_address_has_no_figures_of_its_own(cursor: Cursor):
    insert_model_calls(cursor, [call(1, "a"), call(2, "a"), call(3, None)])
    assert address_figures(cursor, "run").empty
