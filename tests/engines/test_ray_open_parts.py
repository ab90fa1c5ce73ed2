"""Tests of glan_core.engines.ray_open_parts: what is there to do of a part, and when is all of it done?

Without Ray, by actors that are tasks of one event loop.
"""

import asyncio
from pathlib import Path

import pytest

from glan_core.engines.ray_open_parts import OpenPart
from glan_core.runs.work import Work
from glan_core.store.ingest import ingest
from tests.engines.actors_of_a_loop import Actors
from tests.plans_of_pairs import comparing_plan, insert_pairs, judging_plan, regenerating_plan, reject
from tests.small_pairs import answer
from tests.workbench import Workbench

PLANS = {"judging": judging_plan, "comparing": comparing_plan, "regenerating": regenerating_plan}
CALLS = {
    "judging": {"judge": 8},
    "comparing": {"compared_answers": 6, "compare": 16},
    "regenerating": {"regenerated_instructions": 2, "answers": 2, "regenerated_answers": 4},
}


@pytest.fixture
def bench(workbench: Workbench) -> Workbench:
    """Six rejected questions, a to f, of which a and b have two answers and e and f are to be asked otherwise."""
    insert_pairs(workbench.cursor, "abcdef")
    ingest(workbench.cursor, [answer(name, answer_id=f"second-{name}", text=f"Second of {name}.") for name in "ab"])
    for name in "abcdef":
        reject(workbench.database, name, "too_easy" if name in "ef" else "wrong_answer")
    return workbench


@pytest.mark.parametrize("kind", PLANS)
def test_two_actors_make_of_pairs_what_one_process_would(bench: Workbench, tmp_path: Path, kind: str):
    plan = PLANS[kind](bench.cursor, bench.settings)
    assert plan.calls == CALLS[kind]
    actors = Actors(bench, plan, tmp_path)
    asyncio.run(actors.work_as_two())
    actors.bring_home(bench)
    sent = [request.key for request in bench.server.requests]
    assert len(sent) == len(set(sent)) == sum(plan.calls.values())
    again = bench.execute(plan)
    assert (again.calls, again.calls_reused, again.counts.failed) == (0, again.counts.items_reused, 0)
    assert len(bench.server.requests) == len(sent)


@pytest.mark.parametrize("kind", PLANS)
def test_who_takes_pairs_over_sends_nothing_that_was_answered(bench: Workbench, tmp_path: Path, kind: str):
    plan = PLANS[kind](bench.cursor, bench.settings)
    actors = Actors(bench, plan, tmp_path)
    calls = sum(plan.calls.values())

    async def run() -> None:
        dies = asyncio.Event()
        loop = asyncio.get_running_loop()
        bench.server.script = lambda request: (
            loop.call_soon_threadsafe(dies.set) and None if len(bench.server.requests) > calls // 2 else None
        )
        await actors.work("a", actors.parts, dies=dies)
        assert await actors.work("a", actors.parts) == [True] * len(actors.parts)

    asyncio.run(run())
    actors.bring_home(bench)
    sent = [request.key for request in bench.server.requests]
    assert len(set(sent)) == calls
    assert len(sent) - calls <= 4  # those that were under way
    assert sum(PLANS[kind](bench.cursor, bench.settings).calls.values()) == 0


def test_a_part_is_done_once_all_that_follows_is():
    async def run() -> None:
        part = OpenPart()

        async def last() -> list[Work]:
            return []

        async def first() -> list[Work]:
            return [Work("answers", last), Work("answers", last)]

        (begun,) = part.counted([Work("instructions", first)])
        following = await begun.do()
        assert len(following) == 2
        assert not part.is_done.done()
        for each in following:
            assert not part.is_done.done()
            await each.do()
        assert part.is_done.result()

    asyncio.run(run())


def test_a_part_without_work_is_done_at_once():
    async def run() -> None:
        part = OpenPart()
        assert part.counted([]) == []
        assert part.is_done.result()

    asyncio.run(run())
