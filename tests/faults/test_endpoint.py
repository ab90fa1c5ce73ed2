"""An endpoint that fails costs as little as it can: a call, an item, or the rest of the run."""

import collections
import dataclasses
import gc
import math
import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import pytest

from glan_core.engines.control import RunControl
from glan_core.engines.progress import Progress
from glan_core.entities import Failure, RunState
from glan_core.errors import EndpointError
from glan_core.planning.plan import Plan
from glan_core.store.endpoint_models import list_endpoint_models
from glan_core.store.failures import list_open_failures
from glan_core.store.runs import run_errors
from tests.model_server import ModelServer, Reply, Script, default_text, stage_of
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


def test_a_quota_that_is_used_up_ends_the_run(workbench: Workbench):
    body = b'{"error": {"message": "You exceeded your quota.", "code": "insufficient_quota"}}'
    workbench.server.script = lambda request: (
        Reply(status=429, body=body) if len(workbench.server.requests) > 8 else None
    )
    plan = workbench.plan(instructions=50)
    with pytest.raises(EndpointError, match="quota is used up: You exceeded your quota"):
        workbench.execute(plan)
    assert "Top it up" in workbench.run(plan).message
    assert len(workbench.server.requests) <= 8 + 4
    assert _failures(workbench, plan) == []


def test_to_be_sent_away_for_a_day_ends_the_run_with_a_sentence(workbench: Workbench):
    tomorrow = Reply("Limit of today reached.", status=429, headers={"Retry-After": "86400"})
    workbench.server.script = lambda request: tomorrow if len(workbench.server.requests) > 8 else None
    plan = workbench.plan(instructions=50)
    with pytest.raises(EndpointError, match=r"Limit of today reached\. It asks to be left alone for 1440 minutes"):
        workbench.execute(plan)
    assert "Go on with the run after that" in workbench.run(plan).message
    assert _failures(workbench, plan) == []


def test_an_address_where_nothing_listens_ends_the_run_within_seconds(workbench: Workbench):
    workbench.server.stop()
    plan = workbench.plan(instructions=50)
    started = time.monotonic()
    with pytest.raises(EndpointError, match="cannot be reached"):
        workbench.execute(plan)
    assert time.monotonic() - started < 20
    assert "OPENAI_BASE_URL" in workbench.run(plan).message
    assert _failures(workbench, plan) == []


@pytest.mark.parametrize("reply", [Reply(body=b"<html>Welcome</html>", content_type="text/html"), Reply(body=b"")])
def test_an_endpoint_that_never_sent_a_completion_ends_the_run(workbench: Workbench, reply: Reply):
    workbench.server.script = lambda request: reply
    with pytest.raises(EndpointError, match="sent something that is no completion"):
        workbench.execute(workbench.plan(instructions=50))
    assert len(workbench.server.requests) <= 5 + 4


# What is waited for -------------------------------------------------------------------------------------------------


def test_a_server_that_is_away_for_a_while_costs_no_item_and_the_run_says_so(workbench: Workbench):
    server, told = workbench.server, []
    others: list[ModelServer] = []

    def script(request: dict[str, Any]) -> None:
        if len(server.requests) == 20:
            server.stop()

    def follow(progress: Progress) -> None:
        told.append(progress)
        if progress.message and not others:
            others.append(ModelServer(port=server.port))  # it comes back when everybody has seen that it was away

    server.script = script
    plan = workbench.plan(instructions=40)
    try:
        progress = workbench.execute(plan, on_progress=follow)
    finally:
        others[0].stop()
    assert (progress.state, progress.message) == (RunState.FINISHED, "")
    assert (progress.counts.answers, progress.counts.failed) == (40, 0)
    assert all(belongs(pair) for pair in workbench.pairs())
    held = [each for each in told if each.message]
    assert "cannot be reached. Nothing is sent for now" in held[0].message
    assert held[0].state is RunState.RUNNING
    assert held[0].under_way <= 1  # the call that tries whether it is back


def test_a_server_that_stays_away_is_given_up_and_another_one_takes_the_run_up(workbench: Workbench):
    def script(request: dict[str, Any]) -> None:
        if len(workbench.server.requests) == 9:
            workbench.server.stop()

    workbench.server.script = script
    plan = workbench.plan(instructions=10)
    with pytest.raises(EndpointError, match=r"cannot be reached\. It was tried for"):
        workbench.execute(plan, concurrency=1, patience_seconds=0.3)
    assert workbench.run(plan).state is RunState.STOPPED
    assert "Go on with the run when it answers again" in workbench.run(plan).message
    assert len(workbench.made(plan)) == 8
    assert len(workbench.pairs()) == 4
    assert _failures(workbench, plan) == []

    other = ModelServer()
    try:
        dataclasses.replace(workbench, server=other).execute(plan)
    finally:
        other.stop()
    assert len(other.requests) == 12
    assert len(workbench.pairs()) == 10
    assert all(belongs(pair) for pair in workbench.pairs())


def test_a_run_can_be_stopped_while_it_waits_for_a_server(workbench: Workbench):
    def script(request: dict[str, Any]) -> None:
        if len(workbench.server.requests) == 9:
            workbench.server.stop()

    control = RunControl()
    workbench.server.script = script
    plan = workbench.plan(instructions=10)
    progress = workbench.execute(
        plan, control=control, on_progress=lambda progress: control.stop() if progress.message else None
    )
    assert progress.state is RunState.STOPPED
    assert _failures(workbench, plan) == []


def test_an_endpoint_that_stays_busy_is_given_up_and_no_item_fails(workbench: Workbench):
    workbench.server.script = lambda request: Reply("busy", status=429, headers=AT_ONCE)
    plan = workbench.plan(instructions=2)
    with pytest.raises(EndpointError, match=r"answered with HTTP 429: busy\. It was tried for"):
        workbench.execute(plan, patience_seconds=0.3)
    assert _failures(workbench, plan) == []


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_when_all_are_refused_no_call_comes_before_the_time_that_was_asked_for(workbench: Workbench, form: str):
    back_at = math.ceil(time.time()) + 2  # a date has whole seconds
    first_came_at: list[float] = []

    def script(request: dict[str, Any]) -> Reply | None:
        if time.time() >= back_at:
            return None
        first_came_at.append(time.time())
        asked = str(back_at - time.time()) if form == "seconds" else formatdate(back_at, usegmt=True)
        return Reply("busy", status=429, headers={"Retry-After": asked})

    workbench.server.script = script
    progress = workbench.execute(workbench.plan(instructions=10), concurrency=6)
    assert (progress.counts.answers, progress.counts.failed, progress.refusals) == (10, 0, 6)
    assert len(first_came_at) == 6  # whatever came before the time had been sent before the first was refused
    assert progress.waiting == progress.under_way == 0


def test_a_call_comes_back_no_earlier_than_it_was_asked_to_while_others_go_on(workbench: Workbench):
    busy = Reply("busy", status=429, headers={"Retry-After": "0.7"})
    came: dict[str, list[float]] = collections.defaultdict(list)

    def script(request: dict[str, Any]) -> Reply | None:
        prompt = str(request["messages"])
        came[prompt].append(time.monotonic())
        return busy if len(came) % 5 == 0 and len(came[prompt]) == 1 else None

    workbench.server.script = script
    progress = workbench.execute(workbench.plan(instructions=20))
    assert (progress.counts.answers, progress.counts.failed) == (20, 0)
    gaps = [times[1] - times[0] for times in came.values() if len(times) > 1]
    assert len(gaps) == progress.refusals > 0
    assert min(gaps) >= 0.7


# How many at once ---------------------------------------------------------------------------------------------------


@pytest.fixture
def crowded() -> Iterator[ModelServer]:
    """A server that works on 16 calls at once and refuses more."""
    server = ModelServer(lambda request: Reply(default_text(request), delay_seconds=0.05), places=16)
    yield server
    server.stop()


def test_a_server_that_takes_16_of_64_calls_loses_none_and_refuses_few(workbench: Workbench, crowded: ModelServer):
    workbench = dataclasses.replace(workbench, server=crowded)
    progress = workbench.execute(workbench.plan(instructions=200), concurrency=64)
    assert (progress.state, progress.counts.answers, progress.counts.failed) == (RunState.FINISHED, 200, 0)
    assert all(belongs(pair) for pair in workbench.pairs())
    assert 0 < progress.refusals <= 60
    assert sum(reply.status == 429 for reply in crowded.replies) == progress.refusals
    assert 12 <= progress.limit <= 18
    (known,) = list_endpoint_models(workbench.cursor, crowded.base_url)
    assert 12 <= known.ceiling <= 16


def test_the_next_run_starts_at_the_ceiling_that_was_met(workbench: Workbench, crowded: ModelServer):
    workbench = dataclasses.replace(workbench, server=crowded)
    workbench.execute(workbench.plan(instructions=200), concurrency=64)
    again = workbench.execute(workbench.plan(instructions=60, seed=2), concurrency=64)
    assert (again.counts.answers, again.counts.failed) == (60, 0)
    assert again.refusals <= 3  # a try with one more now and then, no burst


def test_a_run_with_few_calls_at_once_leaves_the_ceiling_as_it_was(workbench: Workbench, crowded: ModelServer):
    workbench = dataclasses.replace(workbench, server=crowded)
    workbench.execute(workbench.plan(instructions=100), concurrency=64)
    before = list_endpoint_models(workbench.cursor, crowded.base_url)
    workbench.execute(workbench.plan(instructions=4, seed=2), concurrency=2)
    assert list_endpoint_models(workbench.cursor, crowded.base_url) == before


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


def test_an_item_whose_replies_are_all_garbage_fails_alone(workbench: Workbench):
    spoiled: list[str] = []

    def script(request: dict[str, Any]) -> Reply | None:
        if stage_of(request) == "answers" and not spoiled:
            spoiled.append(str(request["messages"]))
        return Reply(body=b"garbage") if str(request["messages"]) in spoiled else None

    workbench.server.script = script
    plan = workbench.plan(instructions=5)
    progress = workbench.execute(plan)
    assert (progress.state, progress.counts.answers, progress.counts.failed) == (RunState.FINISHED, 4, 1)
    errors = run_errors(workbench.cursor, plan.run_id)
    assert errors[["stage", "error_kind", "calls"]].values.tolist() == [["answers", "unreadable", 1]]
    assert [(failure.stage, failure.error_kind) for failure in _failures(workbench, plan)] == [
        ("answers", "unreadable")
    ]
    assert len(workbench.server.requests) == 12  # three times, each time as the same call


def test_one_prompt_that_is_always_refused_is_sent_once_and_listed(workbench: Workbench):
    refused: list[str] = []

    def script(request: dict[str, Any]) -> Reply | None:
        prompt = str(request["messages"])
        if stage_of(request) == "answers" and not refused:
            refused.append(prompt)
        return Reply("This violates the rules.", status=400) if prompt in refused else None

    workbench.server.script = script
    plan = workbench.plan(instructions=10)
    progress = workbench.execute(plan)
    assert (progress.state, progress.counts.answers, progress.counts.failed) == (RunState.FINISHED, 9, 1)
    assert sum(str(request.body["messages"]) in refused for request in workbench.server.requests) == 1
    (failure,) = _failures(workbench, plan)
    assert (failure.stage, failure.error_kind) == ("answers", "http_400")
    assert "This violates the rules." in failure.message
    assert failure.item_id in {item.answer_id for item in plan.items}


def test_a_call_that_stays_refused_fails_its_item_with_its_kind(workbench: Workbench):
    workbench.server.script = lambda request: Reply("too long", status=413)
    plan = workbench.plan(instructions=2)
    progress = workbench.execute(plan)
    assert (progress.state, progress.counts.failed) == (RunState.FINISHED, 2)
    errors = run_errors(workbench.cursor, plan.run_id)
    assert errors[["error_kind", "calls"]].values.tolist() == [["http_413", 2]]
    assert "too long" in errors["example"][0]


def _failures(workbench: Workbench, plan: Plan) -> list[Failure]:
    return list(list_open_failures(workbench.cursor, plan.run_id))
