"""What is lost when a part of a Ray cluster is killed while a run works on it?

Real processes are ended as kill -9 does. The model server answers the first calls and holds those after them, so that
it is known at the kill which calls have come back: none of them may be sent again.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from glan_core.engines.control import RunControl
from glan_core.engines.engine import EngineChoice
from glan_core.engines.progress import Progress
from glan_core.entities import RunState
from glan_core.errors import GlanError
from glan_core.planning.plan import Plan
from glan_core.runs.headless import prepare, work_off
from glan_core.runs.ingesting import take_in_journal
from tests.model_server import ModelServer, Reply, default_text
from tests.processes import below, command_of, kill
from tests.ray_cluster import DESK, RunningCluster, running_cluster
from tests.terminal import Held, Started, Terminal, count
from tests.workbench import Workbench, belongs

pytestmark = pytest.mark.timeout(900)  # seconds on a machine that does nothing else, minutes on one that does much

CONCURRENCY = 4
BEFORE = 10
"""Calls that have come back when something is killed."""
PAIRS = 12
SECONDS = 400.0
"""The longest that anything may take on a machine that does much else."""


class _Killing:
    """Kills once the server holds all calls that are made at once, and then lets them go on."""

    def __init__(self, server: ModelServer, do: Callable[[], None]) -> None:
        self._held = Held(server, after=BEFORE, concurrency=CONCURRENCY)
        self._server = server
        self._do = do
        self.answered: set[Any] = set()
        """The calls that had come back."""

    def __call__(self, progress: Progress) -> None:
        if self._held.is_reached.is_set() and not self._held.is_released.is_set():
            self.answered = {request.key for request in self._server.requests[:BEFORE]}
            self._do()
            self._held.release()


def _work_off(workbench: Workbench, plan: Plan, engine: EngineChoice, **options: Any) -> Progress:
    prepared = prepare(workbench.database, plan, workbench.folder(plan))
    endpoint = options.pop("endpoint", workbench.server.endpoint)
    try:
        return work_off(prepared, endpoint=endpoint, concurrency=CONCURRENCY, engine=engine, **options)
    finally:
        take_in_journal(workbench.database, prepared.folder)


def _check_all(workbench: Workbench, answered: set[Any], *, sent_before: int, twice: int) -> None:
    """All pairs are there, nothing that had come back was sent again, and no more calls than these were sent twice."""
    sent = [request.key for request in workbench.server.requests]
    assert answered.isdisjoint(sent[sent_before:])
    assert len(set(sent)) == 2 * PAIRS
    assert len(sent) - len(set(sent)) <= twice
    assert len(workbench.pairs()) == PAIRS
    assert all(belongs(pair) for pair in workbench.pairs())


def test_an_actor_that_is_killed_costs_the_calls_that_it_had_under_way(
    workbench: Workbench, ray_cluster: RunningCluster
):
    killing = _Killing(workbench.server, lambda: kill(ray_cluster.actors()[0]))
    plan = workbench.plan(instructions=PAIRS)
    engine = EngineChoice("ray", ray_address=ray_cluster.address, actors=2)
    progress = _work_off(workbench, plan, engine, on_progress=killing)
    assert (progress.state, progress.counts.instructions, progress.counts.answers) == (RunState.FINISHED, PAIRS, PAIRS)
    _check_all(workbench, killing.answered, sent_before=BEFORE, twice=CONCURRENCY // 2)


def test_a_desk_that_is_killed_ends_the_run_with_a_sentence_and_another_engine_goes_on(
    workbench: Workbench, ray_cluster: RunningCluster
):
    def kill_desk() -> None:
        (desk,) = (each for each in below(ray_cluster.process_id) if command_of(each).startswith(DESK))
        kill(desk)

    killing = _Killing(workbench.server, kill_desk)
    plan = workbench.plan(instructions=PAIRS)
    engine = EngineChoice("ray", ray_address=ray_cluster.address, actors=2)
    with pytest.raises(GlanError, match="What holds the actors of this run together is gone") as raised:
        _work_off(workbench, plan, engine, on_progress=killing)
    assert "go on with the run" in raised.value.hint
    run = workbench.run(plan)
    assert (run.state, run.message) == (RunState.STOPPED, f"{raised.value.message} {raised.value.hint}")
    assert _work_off(workbench, plan, EngineChoice("local")).state is RunState.FINISHED
    _check_all(workbench, killing.answered, sent_before=BEFORE, twice=CONCURRENCY)


def test_a_run_that_one_process_began_is_finished_by_actors(workbench: Workbench, ray_cluster: RunningCluster):
    control = RunControl()

    def script(request: dict[str, Any]) -> Reply:
        if len(workbench.server.requests) >= BEFORE:
            control.stop()
        return Reply(default_text(request), delay_seconds=0.05)

    workbench.server.script = script
    plan = workbench.plan(instructions=PAIRS)
    begun = _work_off(workbench, plan, EngineChoice("local"), control=control)
    assert begun.state is RunState.STOPPED
    assert BEFORE <= begun.calls < 2 * PAIRS
    answered, sent = {request.key for request in workbench.server.requests}, len(workbench.server.requests)
    engine = EngineChoice("ray", ray_address=ray_cluster.address, actors=2)
    assert _work_off(workbench, plan, engine).state is RunState.FINISHED
    _check_all(workbench, answered, sent_before=sent, twice=0)


def test_actors_share_their_calls_out_over_all_addresses_of_an_endpoint(
    workbench: Workbench, ray_cluster: RunningCluster
):
    other = ModelServer(lambda request: Reply(default_text(request), delay_seconds=0.05))
    workbench.server.script = other.script
    endpoint = dataclasses.replace(workbench.server.endpoint, other_addresses=(other.base_url,))
    plan = workbench.plan(instructions=PAIRS)
    engine = EngineChoice("ray", ray_address=ray_cluster.address, actors=2)
    progress = _work_off(workbench, plan, engine, endpoint=endpoint)
    other.stop()
    assert progress.state is RunState.FINISHED
    served = {server.base_url: len(server.requests) for server in (workbench.server, other)}
    assert {each.address: each.answered for each in progress.addresses} == served
    assert sum(served.values()) == 2 * PAIRS
    assert min(served.values()) >= PAIRS // 2


def test_a_run_whose_first_process_was_killed_goes_on(
    terminal_with_model: Terminal,
    model_server: ModelServer,
    start: Callable[..., Started],
    ray_cluster: RunningCluster,
):
    held = Held(model_server, after=BEFORE, concurrency=CONCURRENCY)
    on_cluster = ("--ray-address", ray_cluster.address, "--actors", "2")
    started = start(
        *("generate", "--engine", "ray", *on_cluster, "--concurrency", str(CONCURRENCY)),
        *("--scope", "Optics", "--instructions", str(PAIRS)),
    )
    held.wait(SECONDS)
    answered = {request.key for request in model_server.requests[:BEFORE]}
    started.kill()
    held.release()
    (run_id,) = (folder.name for folder in terminal_with_model.runs.iterdir())
    resumed = terminal_with_model.run("runs", "resume", run_id, "--json", *on_cluster)
    assert (resumed.code, resumed.data["state"]) == (0, "finished"), resumed.err
    sent = [request.key for request in model_server.requests]
    assert answered.isdisjoint(sent[BEFORE:])
    assert len(set(sent)) == 2 * PAIRS
    assert len(sent) - len(set(sent)) <= CONCURRENCY
    assert count(terminal_with_model.database)["answers"] == PAIRS


def test_a_machine_that_is_killed_costs_its_calls_under_way_and_the_others_go_on(workbench: Workbench):
    with running_cluster(cpus=1, nodes=2) as cluster:
        head, machine = cluster.raylets()

        def kill_machine() -> None:
            assert [len(set(below(each)) & set(cluster.actors())) for each in (head, machine)] == [1, 1]
            kill(machine)

        killing = _Killing(workbench.server, kill_machine)
        plan = workbench.plan(instructions=PAIRS)
        engine = EngineChoice("ray", ray_address=cluster.address, actors=2)
        progress = _work_off(workbench, plan, engine, on_progress=killing)
        assert (progress.state, progress.counts.answers) == (RunState.FINISHED, PAIRS)
        _check_all(workbench, killing.answered, sent_before=BEFORE, twice=CONCURRENCY // 2)
