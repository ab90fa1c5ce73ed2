"""A run over several servers makes everything once, whatever becomes of one of them."""

import collections
import time
from collections.abc import Iterator
from typing import Any

import pytest

from glan_core.engines.local import execute
from glan_core.engines.progress import Progress
from glan_core.entities import RunState
from glan_core.errors import EndpointError
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import Plan
from glan_core.runs.run_folder import read_status
from glan_core.store.endpoint_models import list_endpoint_models
from tests.model_server import API_KEY, ModelServer, Reply, Script, default_text
from tests.workbench import Workbench, belongs

PAIRS = 40
CALLS = 2 * PAIRS


@pytest.fixture
def second() -> Iterator[ModelServer]:
    """Another model server."""
    server = ModelServer()
    yield server
    server.stop()


def endpoint_of(*servers: ModelServer) -> Endpoint:
    first, *others = (server.base_url for server in servers)
    return Endpoint(first, API_KEY, other_addresses=tuple(others))


def work(bench: Workbench, plan: Plan, endpoint: Endpoint, **options: Any) -> Progress:
    given = {"concurrency": 8, **options}
    return execute(plan, database=bench.database, folder=bench.folder(plan), endpoint=endpoint, **given)


def slowly(seconds: float) -> Script:
    return lambda request: Reply(default_text(request), delay_seconds=seconds)


def shares(bench: Workbench, plan: Plan) -> collections.Counter[str | None]:
    """Count the answered calls of a run's journal by address."""
    return collections.Counter(call.address for call in bench.calls(plan) if call.has_reply)


def assert_complete(bench: Workbench, plan: Plan, *servers: ModelServer, most_in_flight: int = 0) -> None:
    """Each pair is there once with its own answer, and no call was sent twice beyond those in flight."""
    pairs = bench.pairs()
    assert len(pairs) == PAIRS
    assert all(belongs(pair) for pair in pairs)
    sent = collections.Counter(request.key for server in servers for request in server.requests)
    assert len(sent) == CALLS
    assert sum(sent.values()) - CALLS <= most_in_flight


def test_two_servers_share_the_calls_and_each_call_tells_which_it_was(workbench: Workbench, second: ModelServer):
    workbench.server.script = second.script = slowly(0.02)
    plan = workbench.plan(instructions=PAIRS)
    progress = work(workbench, plan, endpoint_of(workbench.server, second))
    assert (progress.state, progress.message) == (RunState.FINISHED, "")
    assert_complete(workbench, plan, workbench.server, second)
    found = shares(workbench, plan)
    assert found == {
        workbench.server.base_url: len(workbench.server.requests),
        second.base_url: len(second.requests),
    }
    assert min(found.values()) >= 0.3 * CALLS
    status = read_status(workbench.folder(plan))
    assert status is not None
    assert {each.address: each.answered for each in status.addresses} == dict(found)
    assert status.endpoint == f"{workbench.server.base_url} and 1 more"


def test_a_server_that_dies_in_mid_run_costs_only_what_was_in_flight(workbench: Workbench, second: ModelServer):
    def die(request: dict[str, Any]) -> Reply:
        if len(second.requests) == 10:
            second.stop()
        return Reply(default_text(request), delay_seconds=0.02)

    workbench.server.script, second.script = slowly(0.02), die
    plan = workbench.plan(instructions=PAIRS)
    progress = work(workbench, plan, endpoint_of(workbench.server, second))
    assert (progress.state, progress.counts.failed) == (RunState.FINISHED, 0)
    assert_complete(workbench, plan, workbench.server, second, most_in_flight=8)
    assert progress.message.startswith("1 of 2 addresses got no calls in the end.")
    assert second.base_url in progress.message
    assert workbench.run(plan).message == progress.message
    lost = next(each for each in progress.addresses if each.address == second.base_url)
    assert lost.is_resting
    assert lost.failed >= 1


def test_a_server_that_comes_back_is_used_again(workbench: Workbench, second: ModelServer):
    others: list[ModelServer] = []
    told: list[str] = []

    def go_away(request: dict[str, Any]) -> Reply:
        if len(second.requests) == 5:
            second.stop()
        return Reply(default_text(request), delay_seconds=0.1)

    def follow(progress: Progress) -> None:
        resting = [each for each in progress.addresses if each.is_resting]
        if resting and not others:
            told.append(progress.message)
            others.append(ModelServer(slowly(0.1), port=second.port))

    workbench.server.script, second.script = slowly(0.3), go_away
    plan = workbench.plan(instructions=PAIRS)
    try:
        progress = work(workbench, plan, endpoint_of(workbench.server, second), concurrency=4, on_progress=follow)
        assert (progress.state, progress.message, progress.counts.failed) == (RunState.FINISHED, "", 0)
        assert len(others[0].requests) >= 5
        assert "It is left alone, next try in" in told[0]
        assert told[0].endswith("1 of 2 addresses go on.")
        assert_complete(workbench, plan, workbench.server, second, *others, most_in_flight=4)
    finally:
        for server in others:
            server.stop()


def test_a_slow_server_gets_fewer_calls(workbench: Workbench, second: ModelServer):
    workbench.server.script, second.script = slowly(0.02), slowly(0.3)
    plan = workbench.plan(instructions=PAIRS)
    work(workbench, plan, endpoint_of(workbench.server, second))
    assert_complete(workbench, plan, workbench.server, second)
    assert 0 < len(second.requests) < 0.35 * CALLS


def test_a_wrong_key_at_one_server_is_told_and_the_run_goes_on_with_the_other(
    workbench: Workbench, second: ModelServer
):
    second.script = lambda request: Reply(f"wrong: {API_KEY}", status=401)
    plan = workbench.plan(instructions=PAIRS)
    progress = work(workbench, plan, endpoint_of(workbench.server, second))
    assert (progress.state, progress.counts.failed) == (RunState.FINISHED, 0)
    assert f"{second.base_url} refused the key. Check the environment variable OPENAI_API_KEY" in progress.message
    assert len(second.requests) <= 8
    assert len(workbench.pairs()) == PAIRS
    written = (workbench.folder(plan) / "status.json").read_text() + workbench.run(plan).message
    assert API_KEY not in written


def test_a_wrong_key_at_all_servers_ends_the_run(workbench: Workbench, second: ModelServer):
    workbench.server.script = second.script = lambda request: Reply("no", status=401)
    plan = workbench.plan(instructions=PAIRS)
    with pytest.raises(EndpointError, match="None of the 2 addresses can be used") as raised:
        work(workbench, plan, endpoint_of(workbench.server, second))
    assert workbench.server.base_url in raised.value.message
    assert second.base_url in raised.value.message
    assert workbench.run(plan).state is RunState.STOPPED


def test_when_no_server_is_there_the_run_ends_within_seconds(workbench: Workbench, second: ModelServer):
    workbench.server.stop()
    second.stop()
    plan = workbench.plan(instructions=PAIRS)
    started = time.monotonic()
    with pytest.raises(EndpointError, match="None of the 2 addresses can be reached"):
        work(workbench, plan, endpoint_of(workbench.server, second))
    assert time.monotonic() - started < 30


def test_what_each_server_served_is_remembered_for_itself(workbench: Workbench, second: ModelServer):
    second.places = 2
    workbench.server.script = second.script = slowly(0.05)
    plan = workbench.plan(instructions=PAIRS)
    progress = work(workbench, plan, endpoint_of(workbench.server, second), concurrency=16)
    assert progress.counts.failed == 0
    assert progress.refusals == sum(reply.status == 429 for reply in second.replies) > 0
    (kept,) = list_endpoint_models(workbench.cursor, second.base_url)
    assert kept.ceiling in (1, 2, 3)
    assert list_endpoint_models(workbench.cursor, workbench.server.base_url) == ()
