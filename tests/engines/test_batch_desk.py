"""Tests of glan_core.engines.batch_desk: what becomes of parts that a service refuses, loses or cannot give back."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from glan_core.engines.batch import execute
from glan_core.engines.engine import EngineChoice, check_calls_out
from glan_core.engines.progress import Progress
from glan_core.entities import RunState
from glan_core.errors import EndpointError, PlanError
from glan_core.planning.plan import Plan
from glan_core.runs.batch_parts import Out, Part, PartLog, calls_out, list_parts, now
from tests.batch_server import BatchServer
from tests.workbench import Workbench

QUICK = EngineChoice("batch", poll_seconds=0.01, most_poll_seconds=0.02)


@pytest.fixture
def server() -> Iterator[BatchServer]:
    server = BatchServer()
    yield server
    server.stop()


@pytest.fixture
def bench(workbench: Workbench, server: BatchServer) -> Workbench:
    return dataclasses.replace(workbench, server=server)


def batch(bench: Workbench, plan: Plan, *, choice: EngineChoice = QUICK, **options: Any) -> Progress:
    return execute(
        plan,
        choice=choice,
        database=bench.database,
        folder=bench.folder(plan),
        endpoint=bench.server.endpoint,
        concurrency=1,
        **options,
    )


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
