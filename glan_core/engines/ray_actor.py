"""How do Ray's actors get to their work?

Ray Data hands an actor several parts at once and calls it in an event loop of Ray's own, which it now and then brings
to a halt. So the calls have a thread and a loop of their own, and what Ray calls waits for them.
"""

import asyncio
import atexit
import dataclasses
import os
import shutil
import tempfile
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from glan_core.engines.ray_cluster import sweep
from glan_core.engines.ray_desk import Orders, Said, Shift, Stint
from glan_core.engines.ray_shift import ShiftWork
from glan_core.store.database import open_database

_FOLDERS = "glan-actor-"


class PartWorker:
    """What map_batches makes in each actor."""

    def __init__(self, desk: Any) -> None:
        import ray

        sweep(_FOLDERS)  # what actors that were killed left behind
        actor_id = ray.get_runtime_context().get_actor_id()
        shift: Shift = ray.get(desk.begin_shift.remote(actor_id))
        endpoint = dataclasses.replace(shift.job.endpoint, api_key=ray.get(desk.give_key.remote()))
        shift = dataclasses.replace(shift, job=dataclasses.replace(shift.job, endpoint=endpoint))
        curriculum: bytes = ray.get(shift.job.curriculum[0])
        only = frozenset(ray.get(shift.job.only[0])) if shift.job.only else None
        self._begun: Future[tuple[asyncio.AbstractEventLoop, ShiftWork]] = Future()
        thread = threading.Thread(target=self._work, args=(shift, desk, curriculum, only), name="calls", daemon=True)
        thread.start()
        self._begun.result()

    async def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Work a part off."""
        loop, work = self._begun.result()
        (name,) = (str(each) for each in batch["part"])
        is_done = await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work.take(name), loop))
        return {"part": [name], "is_done": [is_done]}

    def _work(self, shift: Shift, desk: Any, curriculum: bytes, only: frozenset[str] | None) -> None:
        async def run(path: Path) -> None:
            with open_database(path) as database:
                work = ShiftWork(shift, _Line(desk), database=database, only=only)
                running = asyncio.create_task(work.run())
                await work.is_ready.wait()
                self._begun.set_result((asyncio.get_running_loop(), work))
                await running
                await asyncio.Event().wait()  # whatever comes still gets its answer

        folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDERS}{os.getpid()}-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)  # Ray may end the process at any time
        try:
            path = folder / "curriculum.duckdb"
            path.write_bytes(curriculum)
            asyncio.run(run(path))
        except BaseException as error:  # noqa: BLE001 - raised where the actor is made
            if not self._begun.done():
                self._begun.set_exception(error)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


class _Line:
    """The desk, as coroutines."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk

    async def begin_part(self, part: str, stint: Stint) -> list[Stint]:
        """Note who has a part, and give who had it before."""
        stints: list[Stint] = await _answer(self._desk.begin_part.remote(part, stint))
        return stints

    async def end_part(self, part: str, stint: Stint) -> None:
        """Note that it is done."""
        await _answer(self._desk.end_part.remote(part, stint))

    async def say(self, writer: str, said: Said) -> Orders:
        """Tell what was done, and hear what is wanted."""
        orders: Orders = await _answer(self._desk.say.remote(writer, said))
        return orders


async def _answer(reference: Any) -> Any:
    return await asyncio.wrap_future(reference.future())
