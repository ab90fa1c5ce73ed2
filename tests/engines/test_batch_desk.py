"""Tests of glan_core.engines.batch_desk: what becomes of parts that a service refuses, loses or cannot give back."""

import dataclasses
from typing import Any

import pytest

from glan_core.engines.engine import EngineChoice, check_calls_out
from glan_core.entities import RunState
from glan_core.errors import EndpointError, PlanError
from glan_core.runs.batch_parts import Out, Part, PartLog, calls_out, list_parts, now
from glan_core.store.failures import list_open_failures
from tests.batch_server import BatchServer, Fate
from tests.engines.batch_case import HURRIED, QUICK, batch
from tests.workbench import Workbench


@pytest.mark.parametrize("refused", ["/v1/files", "/v1/batches"])
def test_a_run_that_no_service_took_is_free_for_any_engine(bench: Workbench, server: BatchServer, refused: str):
    server.refuse = lambda method, path: 404 if path == refused else None
    plan = bench.plan(instructions=3)
    with pytest.raises(EndpointError, match="has no batch service"):
        batch(bench, plan)
    assert calls_out(bench.folder(plan)) == Out(0, 0)
    assert not (bench.folder(plan) / "batch").exists()
    check_calls_out(EngineChoice("local"), bench.folder(plan))
    assert bench.execute(plan).counts.answers == 3
    server.refuse = lambda method, path: None
    assert batch(bench, plan).state is RunState.FINISHED
    assert server.batches == []


def test_an_order_of_which_nobody_knows_whether_it_went_out_is_with_the_service(bench: Workbench, server: BatchServer):
    server.refuse = lambda method, path: 599 if path == "/v1/batches" else None
    plan = bench.plan(instructions=3)
    with pytest.raises(EndpointError):
        batch(bench, plan, patience_seconds=0.0)
    assert calls_out(bench.folder(plan)) == Out(1, 3)
    with pytest.raises(PlanError, match="3 calls of this run are with a batch service"):
        check_calls_out(EngineChoice("local"), bench.folder(plan))


def test_a_part_that_was_too_large_is_handed_in_again_in_smaller_ones(bench: Workbench, server: BatchServer):
    server.refuse = lambda method, path: 413 if (method, path) == ("POST", "/v1/files") else None
    plan = bench.plan(instructions=3)
    with pytest.raises(EndpointError, match="too large"):
        batch(bench, plan)
    server.refuse = lambda method, path: None
    assert batch(bench, plan, choice=dataclasses.replace(QUICK, part_calls=1)).counts.answers == 3
    assert [len(each.calls) for each in server.batches] == [1] * 6


def test_a_part_that_a_killed_process_had_only_written_is_noted_again(bench: Workbench, server: BatchServer):
    plan = bench.plan(instructions=3)
    log = PartLog(bench.folder(plan))
    log.files.mkdir(parents=True)
    log.requests_path(1).write_bytes(b"")
    log.add(Part(1, now(), "a-model", 3, 0, 0, None, now(), "http://elsewhere/v1"))
    assert calls_out(bench.folder(plan)) == Out(0, 0)
    progress = batch(bench, plan)
    assert (progress.state, progress.counts.answers) == (RunState.FINISHED, 3)
    assert len(server.worked_on) == len(set(server.worked_on)) == 6
    assert [part.state for part in list_parts(bench.folder(plan))] == ["given_back", "settled", "settled"]


@pytest.mark.parametrize("lost", ["batch", "file"])
def test_what_the_service_has_lost_is_ordered_again_and_the_other_parts_are_fetched(
    bench: Workbench, server: BatchServer, lost: str
):
    gone = "/v1/batches/batch_1" if lost == "batch" else "/v1/files/file-4/content"
    server.refuse = lambda method, path: 404 if path == gone else None
    plan = bench.plan(instructions=4)
    progress = batch(bench, plan, choice=dataclasses.replace(QUICK, part_calls=2))
    assert (progress.state, progress.counts.answers, progress.counts.failed) == (RunState.FINISHED, 4, 0)
    (missing,) = [part.missing for part in list_parts(bench.folder(plan)) if part.missing]
    assert set(missing.values()) == {"batch_lost"}
    assert len(missing) == 2


def test_a_service_that_loses_everything_is_asked_three_times_and_then_another_engine_may_go_on(
    bench: Workbench, server: BatchServer
):
    server.refuse = lambda method, path: 404 if path.startswith("/v1/batches/") else None
    plan = bench.plan(instructions=2)
    progress = batch(bench, plan)
    assert (progress.state, progress.counts.failed, len(server.batches)) == (RunState.FINISHED, 2, 3)
    assert {failure.error_kind for failure in list_open_failures(bench.cursor, plan.run_id)} == {"batch_lost"}
    check_calls_out(EngineChoice("local"), bench.folder(plan))
    assert bench.execute(plan).counts.answers == 2


def test_a_batch_that_is_not_known_yet_is_asked_for_once_more(bench: Workbench, server: BatchServer):
    server.refuse = lambda method, path: 404 if server.asked.count("GET /v1/batches/batch_1") == 1 else None
    assert batch(bench, bench.plan(instructions=2)).counts.answers == 2
    assert len(server.batches) == 2


def test_a_batch_that_was_cancelled_at_the_provider_ends_the_session_and_the_next_one_orders_the_rest(
    bench: Workbench, server: BatchServer
):
    server.fate_of_batch = lambda each: "cancelled"
    first: list[str] = []

    def fate(call: dict[str, Any]) -> Fate | None:
        first.append(call["custom_id"])
        return "cancel" if len(first) > 1 else None

    server.fate = fate
    plan = bench.plan(instructions=3)
    with pytest.raises(EndpointError, match=r"A batch of 3 calls was cancelled at the provider\."):
        batch(bench, plan)
    assert (len(server.batches), len(server.worked_on)) == (1, 1)
    assert calls_out(bench.folder(plan)) == Out(0, 0)
    server.fate, server.fate_of_batch = lambda call: None, lambda each: None
    assert batch(bench, plan).counts.answers == 3
    assert len(server.worked_on) == len(set(server.worked_on)) == 6


def test_a_result_with_a_number_that_is_none_counts_as_not_answered(bench: Workbench, server: BatchServer):
    fates: list[str] = []

    def fate(call: dict[str, Any]) -> Fate | None:
        fates.append(call["custom_id"])
        return "infinite" if len(fates) == 1 else None

    server.fate = fate
    progress = batch(bench, bench.plan(instructions=2))
    assert (progress.state, progress.counts.answers) == (RunState.FINISHED, 2)


def test_a_download_that_breaks_off_is_tried_again(bench: Workbench, server: BatchServer):
    broken: list[str] = []

    def breaks(path: str) -> bool:
        broken.append(path)
        return len(broken) == 1

    server.breaks = breaks
    assert batch(bench, bench.plan(instructions=2)).counts.answers == 2
    assert len(server.worked_on) == len(set(server.worked_on)) == 4
    assert len(broken) == 3


def test_a_service_that_does_not_know_its_counts_yet_is_waited_for(bench: Workbench, server: BatchServer):
    server.knows_counts = False
    assert batch(bench, bench.plan(instructions=2)).counts.answers == 2


@pytest.mark.parametrize("damage", ["gone", "torn"])
def test_paid_answers_are_used_though_the_file_of_their_calls_is_gone(
    bench: Workbench, server: BatchServer, damage: str
):
    plan = bench.plan(instructions=3)
    batch(bench, plan, choice=HURRIED)
    path = PartLog(bench.folder(plan)).requests_path(1)
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-40])
    progress = batch(bench, plan)
    assert (progress.state, progress.counts.answers) == (RunState.FINISHED, 3)
    assert len(server.worked_on) == len(set(server.worked_on)) == 6


def test_results_that_are_gone_are_fetched_again(bench: Workbench, server: BatchServer):
    plan = bench.plan(instructions=3)
    batch(bench, plan, choice=HURRIED)
    log = PartLog(bench.folder(plan))
    log.change(log.parts[0], state="fetched")
    assert batch(bench, plan).counts.answers == 3
    assert len(server.worked_on) == len(set(server.worked_on)) == 6
