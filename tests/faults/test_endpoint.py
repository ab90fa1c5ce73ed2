"""An endpoint that fails costs as little as it can: a call, an item, or the rest of the run."""

import collections
import dataclasses
import gc
from typing import Any

import pytest

from glan_core.entities import RunState
from glan_core.errors import EndpointError
from glan_core.store.runs import run_errors
from tests.model_server import ModelServer, Reply, Script, default_text
from tests.workbench import Workbench, belongs

AT_ONCE = {"Retry-After": "0.01"}


def first_time(reply: Reply) -> Script:
    """Give a script that sends `reply` the first time a prompt comes, and the default from then on."""
    seen: collections.Counter[str] = collections.Counter()

    def script(request: dict[str, Any]) -> Reply | None:
        prompt = str(request["messages"])
        seen[prompt] += 1
        return reply if seen[prompt] == 1 else None

    return script


# What stops the run -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "message"),
    [(401, "refused the key"), (403, "refused the key"), (404, "knows no model 'scripted-model'")],
)
def test_what_no_call_can_get_past_stops_the_run_after_one_call(workbench: Workbench, status: int, message: str):
    workbench.server.script = lambda request: Reply("no", status=status)
    plan = workbench.plan(instructions=50)
    with pytest.raises(EndpointError, match=message):
        workbench.execute(plan, concurrency=1)
    assert len(workbench.server.requests) == 1
    run = workbench.run(plan)
    assert run.state is RunState.STOPPED
    assert message in run.message


def test_many_calls_that_fail_at_once_end_the_run_on_one_error(workbench: Workbench, caplog: pytest.LogCaptureFixture):
    workbench.server.script = lambda request: Reply("no", status=401)
    with pytest.raises(EndpointError):
        workbench.execute(workbench.plan(instructions=50), concurrency=8)
    gc.collect()  # a task whose error nobody took would say so now
    assert [record.message for record in caplog.records if record.name == "asyncio"] == []
    assert len(workbench.server.requests) <= 8


def test_a_server_that_dies_stops_the_run_and_another_one_takes_it_up(workbench: Workbench):
    def script(request: dict[str, Any]) -> None:
        if len(workbench.server.requests) == 9:
            workbench.server.stop()

    workbench.server.script = script
    plan = workbench.plan(instructions=10)
    with pytest.raises(EndpointError, match="cannot be reached"):
        workbench.execute(plan, concurrency=1)
    assert workbench.run(plan).state is RunState.STOPPED
    assert "cannot be reached" in workbench.run(plan).message
    assert len(workbench.made(plan)) == 8
    assert len(workbench.pairs()) == 4

    other = ModelServer()
    try:
        dataclasses.replace(workbench, server=other).execute(plan)
    finally:
        other.stop()
    assert len(other.requests) == 12
    assert len(workbench.pairs()) == 10
    assert all(belongs(pair) for pair in workbench.pairs())


# What passes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_costs_a_second_call_and_nothing_else(workbench: Workbench, status: int):
    workbench.server.script = first_time(Reply("busy", status=status, headers=AT_ONCE))
    plan = workbench.plan()
    progress = workbench.execute(plan)
    assert (progress.counts.answers, progress.counts.failed) == (6, 0)
    assert len(workbench.server.requests) == 24
    assert run_errors(workbench.cursor, plan.run_id).empty
    assert all(belongs(pair) for pair in workbench.pairs())


def test_a_connection_that_drops_costs_a_second_call_and_nothing_else(workbench: Workbench):
    workbench.server.script = first_time(Reply(is_dropped=True))
    progress = workbench.execute(workbench.plan(instructions=2))
    assert (progress.counts.answers, progress.counts.failed) == (2, 0)


def test_slow_replies_only_take_longer(workbench: Workbench):
    workbench.server.script = lambda request: Reply(default_text(request), delay_seconds=0.2)
    progress = workbench.execute(workbench.plan(instructions=4), concurrency=8)
    assert (progress.state, progress.counts.answers) == (RunState.FINISHED, 4)


# What fails an item -------------------------------------------------------------------------------------------------

_GARBAGE = {
    "html": Reply(body=b"<html>Welcome</html>", content_type="text/html"),
    "half of a document": Reply(body=b'{"choices": [{"mess'),
    "no bytes at all": Reply(body=b""),
    "json of another shape": Reply(body=b'[{"text": "Why?"}]'),
}


@pytest.mark.parametrize("reply", _GARBAGE.values(), ids=_GARBAGE.keys())
def test_a_body_that_is_no_completion_costs_one_attempt(workbench: Workbench, reply: Reply):
    workbench.server.script = first_time(reply)
    progress = workbench.execute(workbench.plan(instructions=3))
    assert (progress.state, progress.counts.answers, progress.counts.failed) == (RunState.FINISHED, 3, 0)
    assert len(workbench.server.requests) == 12


def test_an_endpoint_that_sends_only_garbage_fails_every_item_and_ends(workbench: Workbench):
    workbench.server.script = lambda request: Reply(body=b"garbage")
    plan = workbench.plan(instructions=3)
    progress = workbench.execute(plan)
    assert (progress.state, progress.counts.failed) == (RunState.FINISHED, 3)
    errors = run_errors(workbench.cursor, plan.run_id)
    assert errors[["stage", "error_kind", "calls"]].values.tolist() == [["instructions", "unreadable", 3]]
    assert len(workbench.server.requests) == 9  # each request three times, each time as the same call


def test_a_call_that_stays_refused_fails_its_item_with_its_kind(workbench: Workbench):
    workbench.server.script = lambda request: Reply("too long", status=413)
    plan = workbench.plan(instructions=2)
    progress = workbench.execute(plan)
    assert (progress.state, progress.counts.failed) == (RunState.FINISHED, 2)
    errors = run_errors(workbench.cursor, plan.run_id)
    assert errors[["error_kind", "calls"]].values.tolist() == [["http_413", 2]]
    assert "too long" in errors["example"][0]


def test_an_endpoint_that_stays_busy_fails_its_items_and_the_run_ends(workbench: Workbench):
    busy = Reply("busy", status=429, headers=AT_ONCE)
    workbench.server.script = lambda request: busy
    settings = dataclasses.replace(workbench.settings, reply_attempts=1)
    plan = workbench.plan(instructions=2, settings=settings)
    progress = workbench.execute(plan)
    assert (progress.state, progress.counts.failed) == (RunState.FINISHED, 2)
    assert run_errors(workbench.cursor, plan.run_id)["error_kind"].tolist() == ["http_429"]
