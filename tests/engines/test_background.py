"""Runs go on in threads of their own: each once, until it ends or is stopped."""

import dataclasses
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from glan_core.engines.background import Background
from glan_core.engines.local import execute
from glan_core.entities import RunState
from glan_core.errors import EndpointError, PlanError
from glan_core.planning.plan import Plan, make_plan
from glan_core.store.database import open_database
from tests.model_server import Reply
from tests.workbench import Workbench


@pytest.fixture
def background(workbench: Workbench) -> Iterator[Background]:
    """The runs of one process."""
    made = Background(workbench.database, workbench.runs_folder)
    yield made
    made.stop_all(seconds=30)


@pytest.fixture
def gate(workbench: Workbench) -> Iterator[threading.Event]:
    """While it is closed, no call is answered."""
    opened = threading.Event()

    def script(request: dict[str, Any]) -> None:
        opened.wait(30)

    workbench.server.script = script
    yield opened
    opened.set()


def _start(background: Background, workbench: Workbench, plan: Plan) -> None:
    background.start(plan, endpoint=workbench.server.endpoint, concurrency=2)


def _wait(plan: Plan) -> None:
    for thread in threading.enumerate():
        if thread.name == f"run-{plan.run_id}":
            thread.join(60)
            assert not thread.is_alive()


def test_a_run_ends_by_itself(background: Background, workbench: Workbench):
    plan = workbench.plan()
    _start(background, workbench, plan)
    _wait(plan)
    assert workbench.run(plan).state is RunState.FINISHED
    assert len(workbench.pairs()) == 6
    assert not background.is_running(plan.run_id)


def test_starting_a_run_twice_makes_one_run(background: Background, workbench: Workbench, gate: threading.Event):
    plan = workbench.plan()
    for _ in range(5):
        _start(background, workbench, plan)
    assert background.is_running(plan.run_id)
    gate.set()
    _wait(plan)
    assert len(workbench.server.requests) == 12
    assert background.error_of(plan.run_id) is None


def test_a_run_is_started_once_by_many_threads(background: Background, workbench: Workbench, gate: threading.Event):
    plan = workbench.plan()
    starters = [threading.Thread(target=_start, args=(background, workbench, plan)) for _ in range(8)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert sum(thread.name == f"run-{plan.run_id}" for thread in threading.enumerate()) == 1
    gate.set()
    _wait(plan)
    assert len(workbench.server.requests) == 12


def test_two_runs_go_on_side_by_side(background: Background, workbench: Workbench, gate: threading.Event):
    first, second = workbench.plan(), workbench.plan(seed=2)
    _start(background, workbench, first)
    _start(background, workbench, second)
    assert background.is_running(first.run_id)
    assert background.is_running(second.run_id)
    gate.set()
    _wait(first)
    _wait(second)
    assert len(workbench.pairs()) == 12


def test_a_run_can_be_stopped(background: Background, workbench: Workbench, gate: threading.Event):
    plan = workbench.plan(instructions=50)
    _start(background, workbench, plan)
    background.stop(plan.run_id)
    assert background.is_stopping(plan.run_id)
    gate.set()
    _wait(plan)
    assert workbench.run(plan).state is RunState.STOPPED
    assert len(workbench.server.requests) <= 2
    assert not background.is_stopping(plan.run_id)


def test_a_stopped_run_can_be_started_again(background: Background, workbench: Workbench, gate: threading.Event):
    plan = workbench.plan()
    _start(background, workbench, plan)
    background.stop(plan.run_id)
    gate.set()
    _wait(plan)
    _start(background, workbench, plan)
    _wait(plan)
    assert workbench.run(plan).state is RunState.FINISHED
    assert len(workbench.pairs()) == 6


def test_all_runs_can_be_stopped_at_once(background: Background, workbench: Workbench, gate: threading.Event):
    plans = [workbench.plan(instructions=50, seed=seed) for seed in (1, 2)]
    for plan in plans:
        _start(background, workbench, plan)
    gate.set()
    background.stop_all(seconds=60)
    assert [background.is_running(plan.run_id) for plan in plans] == [False, False]


def test_the_error_that_ended_a_run_is_kept_until_it_is_started_again(background: Background, workbench: Workbench):
    workbench.server.script = lambda request: Reply("no", status=401)
    plan = workbench.plan()
    _start(background, workbench, plan)
    _wait(plan)
    assert isinstance(background.error_of(plan.run_id), EndpointError)
    workbench.server.script = lambda request: None
    _start(background, workbench, plan)
    _wait(plan)
    assert background.error_of(plan.run_id) is None


def test_an_unknown_run_is_neither_running_nor_in_error(background: Background):
    background.stop("nowhere")
    assert not background.is_running("nowhere")
    assert not background.is_stopping("nowhere")
    assert background.error_of("nowhere") is None


def test_a_run_that_shares_questions_with_a_running_one_is_refused(
    background: Background, workbench: Workbench, gate: threading.Event
):
    smaller, larger = workbench.plan(instructions=4), workbench.plan(instructions=6)
    _start(background, workbench, smaller)
    with pytest.raises(PlanError, match="some of the same questions"):
        _start(background, workbench, larger)
    gate.set()


def test_what_a_run_elsewhere_made_until_a_moment_ago_is_not_paid_for_again(
    background: Background, workbench: Workbench, tmp_path: Path
):
    smaller, larger = workbench.plan(instructions=4), workbench.plan(instructions=6)
    background.take_in_news()
    _make_elsewhere(workbench, smaller, tmp_path)
    before = len(workbench.server.requests)
    _start(background, workbench, larger)  # sooner than news are looked for again
    _wait(larger)
    assert len(workbench.server.requests) - before == 4
    assert len(workbench.pairs()) == 6


def test_why_a_run_elsewhere_could_not_be_taken_in_is_known_until_it_can(
    background: Background, workbench: Workbench, tmp_path: Path
):
    elsewhere, own = workbench.plan(instructions=2), workbench.plan(instructions=2, seed=2)
    _make_elsewhere(workbench, elsewhere, tmp_path)
    journal = workbench.folder(elsewhere) / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(b"garbage\n" + whole)
    background.take_in_news()
    (sentence,) = background.unreadable
    assert "Line 1 of" in sentence
    assert "the rest can be read" in sentence
    journal.write_bytes(whole)
    _start(background, workbench, own)  # looks at the news too
    assert background.unreadable == ()
    _wait(own)


def test_stopping_all_runs_takes_no_longer_for_many(
    background: Background, workbench: Workbench, gate: threading.Event
):
    for seed in (1, 2, 3, 4):
        _start(background, workbench, workbench.plan(instructions=4, seed=seed))
    began = time.monotonic()
    background.stop_all(seconds=0.5)
    assert time.monotonic() - began < 1.5
    gate.set()


def _make_elsewhere(workbench: Workbench, plan: Plan, folder: Path) -> None:
    """Work a plan off as another process does: with another database and the same folder of runs."""
    with open_database(Path(shutil.copy(workbench.database.path, folder / "elsewhere.duckdb"))) as database:
        endpoint = workbench.server.endpoint
        execute(plan, database=database, folder=workbench.folder(plan), endpoint=endpoint, concurrency=2)


def test_another_seed_leaves_out_what_a_running_plan_will_draw(
    background: Background, workbench: Workbench, gate: threading.Event
):
    first = workbench.plan(instructions=40)
    _start(background, workbench, first)
    taken = background.taken_combinations(other_than_seed=2)
    request = dataclasses.replace(first.request, seed=2)
    second = make_plan(workbench.cursor, request, also_taken=taken)
    gate.set()
    drawn = [{tuple(sorted(item.combination.key_concept_ids)) for item in plan.items} for plan in (first, second)]
    assert len(drawn[1]) == 40
    assert drawn[0].isdisjoint(drawn[1])
