"""Tests of glan_core.engines.ray_shift: how does one actor work its parts off?

Without Ray: the actors of a test are tasks of one event loop, and the desk is an object of it.
"""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from glan_core.engines import ray_sealing
from glan_core.errors import DiskError
from glan_core.runs.shard_places import ShardPlace
from tests.engines.actors_of_a_loop import Actors
from tests.model_server import Reply, default_text
from tests.workbench import Workbench, belongs


def test_two_actors_make_what_one_process_makes(workbench: Workbench, tmp_path: Path):
    plan = workbench.plan(instructions=20)
    actors = Actors(workbench, plan, tmp_path)

    assert len(actors.parts) == 20
    asyncio.run(actors.work_as_two())
    actors.bring_home(workbench)
    assert {pair.instruction_id for pair in workbench.pairs()} == {item.instruction_id for item in plan.items}
    assert all(belongs(pair) for pair in workbench.pairs())
    assert len(workbench.server.requests) == 40


def test_all_that_was_done_of_a_part_is_told_before_the_part_counts_as_done(workbench: Workbench, tmp_path: Path):
    actors = Actors(workbench, workbench.plan(instructions=6), tmp_path)
    actors.slow_turns = 2_000
    asyncio.run(actors.work("a", actors.parts))
    assert actors.calls_told == 12


def test_parts_do_not_wait_for_each_other(workbench: Workbench, tmp_path: Path):
    plan = workbench.plan(instructions=12)
    actors = Actors(workbench, plan, tmp_path)
    full = threading.Event()

    def script(request: dict[str, Any]) -> None:
        if workbench.server.in_flight >= 4:
            full.set()
        full.wait(10)  # hold the first calls until as many have come as may

    workbench.server.script = script
    asyncio.run(actors.work("a", actors.parts))
    assert workbench.server.most_in_flight == 4  # its share of the eight, though each part is one question


def test_who_takes_a_part_over_sends_nothing_that_was_answered(workbench: Workbench, tmp_path: Path):
    plan = workbench.plan(instructions=20)
    actors = Actors(workbench, plan, tmp_path)

    async def run() -> None:
        dies = asyncio.Event()
        loop = asyncio.get_running_loop()
        workbench.server.script = lambda request: (
            loop.call_soon_threadsafe(dies.set) and None if len(workbench.server.requests) > 15 else None
        )
        await actors.work("a", actors.parts, dies=dies)
        answered_on_disk = _answered(actors.folder)
        assert 0 < answered_on_disk < 40
        assert await actors.work("a", actors.parts) == [True] * 20
        sent = [request.key for request in workbench.server.requests]
        assert len(sent) - len(set(sent)) <= 4  # those that were under way
        assert len(set(sent)) == 40

    asyncio.run(run())
    actors.bring_home(workbench)
    assert len([pair for pair in workbench.pairs() if belongs(pair)]) == 20


def _answered(folder: Path) -> int:
    lines = [line for path in folder.glob("shards/*/journal.jsonl") for line in path.read_bytes().splitlines()]
    return sum(b'"kind":"ModelCall"' in line for line in lines)


def test_a_node_grows_with_one_actor_while_others_do_other_things(workbench: Workbench, tmp_path: Path):
    plan = workbench.growing_plan(instructions=6)
    actors = Actors(workbench, plan, tmp_path)
    assert asyncio.run(actors.work("a", actors.parts)) == [True]
    actors.bring_home(workbench)
    assert len(workbench.pairs()) == 6
    assert len([request for request in workbench.server.requests if request.stage == "syllabus"]) == 3


def test_an_actor_that_is_told_to_stop_gives_its_parts_back(workbench: Workbench, tmp_path: Path):
    plan = workbench.plan(instructions=20)
    actors = Actors(workbench, plan, tmp_path)

    def script(request: dict[str, Any]) -> Reply:
        actors.desk.look("stop")
        return Reply(default_text(request), delay_seconds=0.6)  # the actor hears of it before the first reply

    workbench.server.script = script
    done = asyncio.run(actors.work("a", actors.parts))
    assert not all(done)
    (said,) = actors.desk.look("stop").said
    assert said.is_over
    assert len(workbench.server.requests) == said.calls  # each was waited for
    actors.bring_home(workbench)
    assert len(workbench.pairs()) == said.counts.instructions


def test_an_endpoint_that_refuses_the_key_ends_the_actor_with_the_reason(workbench: Workbench, tmp_path: Path):
    plan = workbench.plan(instructions=4)
    actors = Actors(workbench, plan, tmp_path)
    workbench.server.script = lambda request: Reply("Wrong key.", status=401)
    assert asyncio.run(actors.work("a", actors.parts)) == [False] * 4
    (said,) = actors.desk.look("work").said
    assert said.error is not None
    assert said.error[0] == "EndpointError"


def test_actors_keep_to_a_limit_of_tokens_together(workbench: Workbench, tmp_path: Path):
    plan = workbench.plan(instructions=20)
    actors = Actors(workbench, plan, tmp_path, tokens=1_500)

    async def run() -> None:
        both = [asyncio.create_task(actors.work(name, actors.parts[at::2])) for at, name in enumerate("ab")]
        while not actors.desk.look("work").is_lent_out:
            await asyncio.sleep(0)
        actors.desk.look("stop")
        await asyncio.gather(*both)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("glan_core.engines.ray_shift._TICK_SECONDS", 0.01)
        asyncio.run(run())
    said = actors.desk.look("stop").said
    spent = sum(each.prompt_tokens + each.completion_tokens for each in said)
    assert 700 < spent <= 1_500


def test_an_actor_whose_disk_is_full_says_so(workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(place: ShardPlace, closed: Path) -> None:
        raise DiskError(f"{closed} cannot be written: no space left.", "Free space.")

    monkeypatch.setattr(ray_sealing, "seal", refuse)
    actors = Actors(workbench, workbench.plan(instructions=3), tmp_path)
    done = asyncio.run(asyncio.wait_for(actors.work("a", actors.parts), 20))
    assert not all(done)
    (said,) = actors.desk.look("stop").said
    assert said.is_over
    assert said.error is not None
    assert said.error[0] == "DiskError"
