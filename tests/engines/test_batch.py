"""Tests of glan_core.engines.batch: pairs by way of a batch service, whatever becomes of calls, parts and processes."""

import dataclasses
import random
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from glan_core.engines.batch import execute
from glan_core.engines.control import RunControl
from glan_core.engines.progress import Progress
from glan_core.entities import RunState
from glan_core.errors import EndpointError, GlanError, SettingsError
from glan_core.generation_settings import Limits, Price
from glan_core.runs.batch_parts import calls_out, list_parts
from glan_core.runs.journal import write_plan
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import open_database
from glan_core.store.failures import list_open_failures
from tests.batch_server import BatchServer
from tests.engines.batch_case import HURRIED, QUICK, batch
from tests.model_server import Reply
from tests.plans_of_pairs import insert_pairs, regenerating_plan, reject
from tests.workbench import Workbench, belongs


def test_questions_come_back_and_then_their_answers(bench: Workbench, server: BatchServer):
    plan = bench.plan(instructions=6)
    progress = batch(bench, plan)
    assert (progress.state, progress.counts.instructions, progress.counts.answers) == (RunState.FINISHED, 6, 6)
    assert all(belongs(pair) for pair in bench.pairs())
    assert [len(each.calls) for each in server.batches] == [6, 6]
    assert (progress.calls, len(bench.calls(plan))) == (12, 12)
    assert bench.run(plan).engine == "batch"
    assert calls_out(bench.folder(plan)).calls == 0


def test_a_bare_discipline_grows_part_by_part(bench: Workbench, server: BatchServer):
    progress = batch(bench, bench.growing_plan())
    assert (progress.state, progress.counts.answers, progress.counts.failed) == (RunState.FINISHED, 6, 0)
    assert all(belongs(pair) for pair in bench.pairs())
    assert len(server.worked_on) == len(set(server.worked_on))


def test_parts_hold_no_more_calls_than_they_may(bench: Workbench, server: BatchServer):
    batch(bench, bench.plan(instructions=7), choice=dataclasses.replace(QUICK, part_calls=3))
    assert [len(each.calls) for each in server.batches[:3]] == [3, 3, 1]
    assert max(len(each.calls) for each in server.batches) <= 3


def test_a_call_costs_half(bench: Workbench, server: BatchServer):
    stages = {name: dataclasses.replace(stage, price=Price(1e6, 2e6)) for name, stage in bench.settings.stages.items()}
    plan = bench.plan(instructions=1, settings=dataclasses.replace(bench.settings, stages=stages))
    progress = batch(bench, plan)
    assert progress.cost == pytest.approx((progress.prompt_tokens + 2 * progress.completion_tokens) / 2)


def test_every_item_ends_once_or_with_its_reason_whatever_the_service_does(bench: Workbench, server: BatchServer):
    """Of some 2,000 calls one in a hundred is left out, one refused, some come twice or torn, and a part expires."""
    rng = random.Random(7)
    fates: dict[str, Any] = {}

    def fate(call: dict[str, Any]) -> Any:
        custom_id = call["custom_id"]
        if custom_id not in fates:
            fates[custom_id] = rng.choices(
                ["drop", "refuse", "twice", "garble", "overload", None], [1, 1, 1, 1, 1, 95]
            )[0]
            return fates[custom_id]
        return "refuse" if fates[custom_id] == "refuse" else None

    server.fate = fate
    server.fate_of_batch = lambda each: "expired" if each.batch_id == "batch_2" else None
    plan = bench.plan(instructions=1000)
    assert len(plan.items) == 1000
    progress = batch(bench, plan, choice=dataclasses.replace(QUICK, part_calls=200))

    refused = {custom_id for custom_id, how in fates.items() if how == "refuse"}
    failures = {failure.item_id: failure.error_kind for failure in list_open_failures(bench.cursor, plan.run_id)}
    done = {pair.instruction_id for pair in bench.pairs() if pair.answer is not None}
    assert progress.state is RunState.FINISHED
    assert set(failures.values()) == {"http_400"}
    assert len(failures) == len(refused) == progress.counts.failed > 0
    for item in plan.items:
        ends = [item.instruction_id in done, item.instruction_id in failures, item.answer_id in failures]
        assert ends.count(True) == 1
    assert all(belongs(pair) for pair in bench.pairs() if pair.answer is not None)
    answered = Counter(id_ for id_ in server.worked_on if fates[id_] in (None, "drop", "twice"))
    assert set(answered.values()) == {1}  # nothing that was answered is ordered again
    assert not (bench.folder(plan) / "batch").exists()


def test_a_call_that_never_comes_back_is_ordered_three_times_and_fails_with_the_reason(
    bench: Workbench, server: BatchServer
):
    server.fate = lambda call: "drop"
    plan = bench.plan(instructions=2)
    progress = batch(bench, plan)
    assert (progress.state, progress.counts.failed, len(server.batches)) == (RunState.FINISHED, 2, 3)
    (kind,) = {failure.error_kind for failure in list_open_failures(bench.cursor, plan.run_id)}
    assert kind == "batch_missing"


def test_a_reply_that_cannot_be_used_is_asked_for_again_in_a_later_part_and_then_given_up(
    bench: Workbench, server: BatchServer
):
    server.script = lambda request: Reply("") if "«" not in str(request) else None
    plan = bench.plan(instructions=2)
    progress = batch(bench, plan)
    attempts = bench.settings.reply_attempts
    assert (progress.state, progress.counts.failed, len(server.batches)) == (RunState.FINISHED, 2, attempts)
    assert len(set(server.worked_on)) == 2 * attempts


def test_without_waiting_it_hands_in_and_ends_and_a_day_later_goes_on(bench: Workbench, server: BatchServer):
    plan = bench.plan(instructions=4)
    progress = batch(bench, plan, choice=HURRIED)
    assert progress.state is RunState.STOPPED
    assert "4 calls in 1 part are with the batch service" in progress.message
    server.looks_until_done = 0
    progress = batch(bench, plan, choice=HURRIED)
    assert progress.counts.instructions == 4
    progress = batch(bench, plan, choice=HURRIED)
    assert (progress.state, progress.counts.answers) == (RunState.FINISHED, 4)
    assert len(server.worked_on) == len(set(server.worked_on)) == 8


@pytest.mark.parametrize("part_calls", [2, 50])
def test_a_session_that_is_cut_off_at_any_step_orders_nothing_twice(
    bench: Workbench, server: BatchServer, part_calls: int
):
    """Each session gets three requests through to the service, and then none: it ends wherever it is then."""
    choice = dataclasses.replace(QUICK, part_calls=part_calls)
    plan = bench.plan(instructions=3)
    killed = 0
    for _ in range(100):
        place = len(server.asked)
        server.refuse = lambda method, path, place=place: 599 if len(server.asked) > place + 3 else None
        try:
            progress = batch(bench, plan, choice=choice, patience_seconds=0.0)
        except GlanError:
            killed += 1
            continue
        break
    assert progress.state is RunState.FINISHED
    assert killed > 2
    assert len(server.worked_on) == len(set(server.worked_on)) == 6
    assert all(belongs(pair) for pair in bench.pairs())


@pytest.mark.parametrize("moment", ["before the order", "after the order", "while it waits"])
def test_a_process_that_is_killed_orders_nothing_twice(bench: Workbench, server: BatchServer, moment: str):
    plan = bench.plan(instructions=4)
    write_plan(bench.folder(plan), plan.to_data())
    bench.database.close()
    arguments = (bench.database.path, bench.folder(plan), server.base_url, "--engine", "batch")
    process = subprocess.Popen([sys.executable, "-m", "tests.run_a_plan", *map(str, arguments)], cwd=PROJECT_FOLDER)

    def kill(method: str, path: str) -> int | None:
        is_before = method == "POST" and moment == "before the order"
        is_waiting = method == "GET" and moment == "while it waits"
        if (path == "/v1/batches" and is_before) or (path.startswith("/v1/batches/") and is_waiting):
            process.kill()
            return 500
        return None

    ordered = server._ordered

    def order_and_kill(body: dict[str, Any]) -> Any:
        found = ordered(body)
        if moment == "after the order":
            process.kill()
        return found

    server.refuse = kill
    server._ordered = order_and_kill  # type: ignore[method-assign]
    assert process.wait(timeout=120) == -9
    server.refuse, server._ordered = lambda method, path: None, ordered  # type: ignore[method-assign]

    with open_database(bench.database.path) as again:
        progress = batch(dataclasses.replace(bench, database=again, cursor=again.cursor()), plan)
    assert (progress.state, progress.counts.answers) == (RunState.FINISHED, 4)
    assert [len(each.calls) for each in server.batches] == [4, 4]
    assert len(server.worked_on) == len(set(server.worked_on)) == 8


def test_an_order_whose_receipt_was_lost_is_found_again(bench: Workbench, server: BatchServer):
    ordered = server._ordered

    def lost(body: dict[str, Any]) -> Any:
        ordered(body)
        server._ordered = ordered  # type: ignore[method-assign]
        raise ConnectionResetError

    server._ordered = lost  # type: ignore[method-assign, assignment]
    plan = bench.plan(instructions=3)
    with pytest.raises(EndpointError):
        batch(bench, plan, patience_seconds=0.0)
    assert [part.state for part in list_parts(bench.folder(plan))] == ["handing_in"]
    progress = batch(bench, plan)
    assert (progress.state, len(server.batches)) == (RunState.FINISHED, 2)
    assert len(server.worked_on) == len(set(server.worked_on)) == 6


def test_a_run_begun_here_is_finished_there_and_no_call_is_made_twice(bench: Workbench, server: BatchServer):
    plan = bench.plan(instructions=6)
    bench.execute(plan, limits=Limits(pairs=2))
    assert len(server.requests) == 4
    progress = batch(bench, plan)
    assert (progress.state, progress.counts.answers) == (RunState.FINISHED, 4)
    assert len(server.worked_on) == 8
    assert len({request.key for request in server.requests}) == len(server.requests) == 12
    assert bench.run(plan).engine == "batch"


def test_a_run_begun_there_is_finished_here_and_no_call_is_made_twice(bench: Workbench, server: BatchServer):
    plan = bench.plan(instructions=6)
    progress = batch(bench, plan, limits=Limits(pairs=2))
    assert (progress.state, progress.counts.answers) == (RunState.STOPPED, 2)
    assert "The limit of 2 pairs is reached." in progress.message
    progress = bench.execute(plan)
    assert (progress.state, progress.counts.answers) == (RunState.FINISHED, 4)
    assert len({request.key for request in server.requests}) == len(server.requests) == 12
    assert bench.run(plan).engine == "local"


def test_a_limit_of_pairs_counts_pairs_that_are_written_anew(bench: Workbench, server: BatchServer):
    insert_pairs(bench.cursor, "abc")
    for name in "abc":
        reject(bench.database, name, "unclear")
    plan = regenerating_plan(bench.cursor, bench.settings)
    first = batch(bench, plan, limits=Limits(pairs=2))
    assert (first.state, first.counts.instructions, first.counts.answers) == (RunState.STOPPED, 2, 2)
    rest = batch(bench, plan)
    assert (rest.state, rest.counts.instructions, rest.counts.answers) == (RunState.FINISHED, 1, 1)


def test_a_budget_holds_parts_back(bench: Workbench, server: BatchServer):
    plan = bench.plan(instructions=6)
    progress = batch(bench, plan, limits=Limits(tokens=10))
    assert (progress.state, server.batches) == (RunState.STOPPED, [])
    assert progress.message == "The limit of 10 tokens would not hold another call."


def test_a_wish_to_stop_hands_in_nothing_more(bench: Workbench, server: BatchServer):
    control = RunControl()
    plan = bench.plan(instructions=3)

    def stop_once_ordered(progress: Progress) -> None:
        if server.batches:
            control.stop()

    server.looks_until_done = 10**9
    progress = batch(bench, plan, control=control, on_progress=stop_once_ordered)
    assert (progress.state, len(server.batches)) == (RunState.STOPPED, 1)
    assert "3 calls in 1 part are with the batch service" in progress.message


def test_a_run_without_its_service_says_so(bench: Workbench, server: BatchServer):
    server.refuse = lambda method, path: 404
    with pytest.raises(EndpointError, match="has no batch service"):
        batch(bench, bench.plan())


def test_a_wrong_key_is_told(bench: Workbench, server: BatchServer):
    server.refuse = lambda method, path: 401
    with pytest.raises(EndpointError, match="refused the key"):
        batch(bench, bench.plan())


def test_a_part_that_is_too_large_is_told(bench: Workbench, server: BatchServer):
    server.refuse = lambda method, path: 413
    with pytest.raises(EndpointError, match="too large"):
        batch(bench, bench.plan())


def test_a_part_that_the_service_will_not_take_is_told_with_its_reasons_and_ordered_anew_later(
    bench: Workbench, server: BatchServer
):
    server.fate_of_batch = lambda each: "failed"
    plan = bench.plan(instructions=3)
    with pytest.raises(EndpointError, match="line 1: No such model"):
        batch(bench, plan)
    server.fate_of_batch = lambda each: None
    assert batch(bench, plan).counts.answers == 3


@pytest.mark.parametrize("number", [1, 2])
def test_a_part_that_is_too_much_for_now_is_made_again_when_another_is_done(
    bench: Workbench, server: BatchServer, number: int
):
    server.fate_of_batch = lambda each: "too_much" if each.batch_id == f"batch_{number}" else None
    progress = batch(bench, bench.plan(instructions=4), choice=dataclasses.replace(QUICK, part_calls=2))
    assert (progress.state, progress.counts.answers) == (RunState.FINISHED, 4)
    assert len(server.worked_on) == len(set(server.worked_on)) == 8


def test_a_service_that_is_overloaded_for_a_moment_is_asked_again(bench: Workbench, server: BatchServer):
    server.refuse = lambda method, path: 503 if len(server.asked) in (2, 5) else None
    assert batch(bench, bench.plan(instructions=2)).counts.answers == 2


def test_parts_with_one_service_are_not_looked_for_at_another(bench: Workbench, server: BatchServer):
    plan = bench.plan(instructions=2)
    batch(bench, plan, choice=HURRIED)
    elsewhere = dataclasses.replace(bench.server.endpoint, base_url="http://127.0.0.1:9/v1")
    with pytest.raises(SettingsError, match="2 calls of this run are with"):
        execute(
            plan,
            choice=QUICK,
            database=bench.database,
            folder=bench.folder(plan),
            endpoint=elsewhere,
            concurrency=1,
        )


@pytest.mark.parametrize(
    "change", [{"is_built_in": True}, {"other_addresses": ("http://127.0.0.1:9/v1",)}], ids=["built in", "several"]
)
def test_an_endpoint_that_can_have_no_service_is_refused(bench: Workbench, change: dict[str, Any]):
    plan = bench.plan()
    endpoint = dataclasses.replace(bench.server.endpoint, **change)
    with pytest.raises(SettingsError):
        execute(
            plan,
            choice=QUICK,
            database=bench.database,
            folder=bench.folder(plan),
            endpoint=endpoint,
            concurrency=1,
        )
