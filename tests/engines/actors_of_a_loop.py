"""Actors without Ray: tasks of one event loop, with a desk that is an object of it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from glan_core.engines.ray_desk import Desk, Job, Orders, Said, Stint, bare_plan
from glan_core.engines.ray_parts import write_parts
from glan_core.engines.ray_shift import ShiftWork
from glan_core.planning.plan import Plan
from glan_core.runs.ingesting import take_in_journal
from glan_core.runs.journal import Journal, write_plan
from glan_core.runs.shard_places import begin_session
from glan_core.runs.shards import gather_shards
from glan_core.store.database import open_database
from glan_core.store.slices import write_slice
from tests.workbench import Workbench


class _Line:
    """The desk in the same loop."""

    def __init__(self, desk: Desk, slow_turns: int) -> None:
        self._desk = desk
        self._slow_turns = slow_turns

    async def begin_part(self, part: str, stint: Stint) -> list[Stint]:
        return self._desk.begin_part(part, stint)

    async def end_part(self, part: str, stint: Stint) -> None:
        self._desk.end_part(part, stint)

    async def say(self, writer: str, said: Said) -> Orders:
        for _ in range(self._slow_turns):
            await asyncio.sleep(0)
        return self._desk.say(writer, said)


class Actors:
    """A desk and the parts of a plan, with actors to be begun one by one."""

    def __init__(self, workbench: Workbench, plan: Plan, folder: Path, *, shards: str = "", **limits: Any) -> None:
        self.desk = Desk("s")
        self.folder = workbench.folder(plan)
        write_plan(self.folder, plan.to_data())
        place = begin_session(self.folder, shards)
        self.parts = write_parts(self.folder, plan, cursor=workbench.cursor, actors=2, only=None, most_pairs=None).names
        self._place = folder
        self._slice = folder / "slice.duckdb"
        growing = [growth.node_id for growth in plan.growths]
        write_slice(workbench.cursor, self._slice, instruction_ids=[], growing_ids=growing)
        job = Job(
            plan=bare_plan(plan),
            folder=str(self.folder),
            endpoint=workbench.server.endpoint,
            concurrency=8,
            actors=2,
            timeout_seconds=20.0,
            rows_a_part=1,
            curriculum=[],
            only=[],
            shards=place,
            **{"dollars": None, "tokens": None, **limits},
        )
        self.desk.open(job)
        self.calls_told = 0
        """What the desk knew of when the last actor had done its parts."""
        self.slow_turns = 0
        """Of the loop, until the desk hears what is said."""

    async def work(self, name: str, parts: Sequence[str], *, dies: asyncio.Event | None = None) -> list[bool]:
        """Have an actor work parts off all at once; where it dies, nothing is put right at its end."""
        shift = self.desk.begin_shift(name)
        path = self._place / f"{shift.writer}.duckdb"
        path.write_bytes(self._slice.read_bytes())
        with open_database(path) as database:
            work = ShiftWork(shift, _Line(self.desk, self.slow_turns), database=database, only=None)
            running = asyncio.create_task(work.run())
            await work.is_ready.wait()
            taken = asyncio.gather(*(work.take(part) for part in parts))
            if dies is not None:
                await dies.wait()
                taken.cancel()
                running.cancel()
                await asyncio.gather(taken, running, return_exceptions=True)
                work.let_go()
                return []
            done = await taken
            self.calls_told = sum(each.calls for each in self.desk.look("stop").said)
            await running
            return done

    async def work_as_two(self) -> None:
        """Have two actors share the parts, and see that they do all of them."""
        done = await asyncio.gather(self.work("a", self.parts[::2]), self.work("b", self.parts[1::2]))
        assert all(map(all, done))

    def bring_home(self, workbench: Workbench) -> None:
        """Take what was made into the database."""
        with Journal(self.folder) as journal:
            gather_shards(self.folder, journal)
        take_in_journal(workbench.database, self.folder)
