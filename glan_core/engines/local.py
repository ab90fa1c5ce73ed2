"""How is a plan worked off in this process?

Depth first, with no barrier between stages: of the work at hand the latest stage comes first, so a question is
answered before the next one is asked and pairs come out within seconds. At most `concurrency` pieces are under way.
"""

import asyncio
import dataclasses
import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from glan_core.entities import STAGES, Run, RunState
from glan_core.errors import GlanError
from glan_core.journal import Journal, write_plan
from glan_core.ledger import Ledger
from glan_core.llm.endpoint import Endpoint
from glan_core.llm.openai_chat_model import OpenAIChatModel
from glan_core.pipeline import Counts, Pipeline, Work
from glan_core.plan import Plan
from glan_core.recording import RecordingModel
from glan_core.store.database import Database, explained_errors
from glan_core.store.runs import save_run

_FLUSH_SECONDS = 0.4  # how far the database may lag behind the journal
_FLUSH_ROWS = 2000
_GRACE_SECONDS = 30.0  # for calls in flight when the run has to end

_QUIET = threading.Event()  # never set


@dataclass(frozen=True, slots=True)
class Progress:
    """What a run has done so far."""

    run_id: str
    state: RunState
    message: str
    """Why it stopped; empty otherwise."""
    counts: Counts
    calls: int
    calls_reused: int
    """Calls that did not have to be made: their rows or replies were there before."""
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    """US dollars of the new calls; None once the price of one is not known."""
    seconds: float


def execute(
    plan: Plan,
    *,
    database: Database,
    folder: Path,
    endpoint: Endpoint,
    concurrency: int,
    stop: threading.Event = _QUIET,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Progress:
    """Work a plan off in this thread, or go on with it where it ended before.

    `folder` is the run's own folder for plan and journal. Setting `stop` lets the calls in flight finish and sends no
    more. An error that ends the run (endpoint, disk, database) leaves in place what was made, is written into the
    run's row, and is raised.
    """
    write_plan(folder, plan.to_data())
    run = Run(
        run_id=plan.run_id,
        plan={
            "scope": list(plan.request.scope),
            "instructions": plan.request.instructions,
            "stages": list(plan.request.stages),
        },
        settings=dataclasses.asdict(plan.request.settings),
        seed=plan.request.seed,
        state=RunState.RUNNING,
        engine="local",
        started_at=datetime.now(UTC),
    )
    cursor = database.cursor()
    with Journal(folder) as journal:
        with explained_errors(database.path):
            save_run(cursor, run)
        error: GlanError | None = None
        loop: _Loop | None = None
        try:
            loop = _Loop(plan, Ledger(database, journal), database, stop, on_progress)
            asyncio.run(loop.run(endpoint, concurrency))
        except GlanError as raised:
            error = raised
        except BaseException as raised:
            message = f"It ended on {type(raised).__name__}: {raised}"
            save_run(cursor, dataclasses.replace(run, state=RunState.STOPPED, message=message))
            raise
        state = RunState.STOPPED if error or stop.is_set() else RunState.FINISHED
        message = f"{error.message} {error.hint}".strip() if error else ""
        with explained_errors(database.path):
            save_run(cursor, dataclasses.replace(run, state=state, finished_at=datetime.now(UTC), message=message))
    if error or loop is None:
        raise error or AssertionError("a run without a loop has an error")
    progress = dataclasses.replace(loop.progress(), state=state, message=message)
    on_progress(progress)
    return progress


class _Loop:
    """The event loop of one run."""

    def __init__(
        self,
        plan: Plan,
        ledger: Ledger,
        database: Database,
        stop: threading.Event,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._plan = plan
        self._ledger = ledger
        self._cursor = database.cursor()
        self._stop = stop
        self._on_progress = on_progress
        self._started = time.perf_counter()
        self._model: RecordingModel | None = None
        self._pipeline: Pipeline | None = None

    async def run(self, endpoint: Endpoint, concurrency: int) -> None:
        """Do all the work of the plan, and bring the database up to the journal whatever happens."""
        try:
            async with OpenAIChatModel(endpoint) as model:
                self._model = RecordingModel(
                    model, run_id=self._plan.run_id, find=self._ledger.find_call, record=self._ledger.record
                )
                self._pipeline = Pipeline(self._plan, cursor=self._cursor, model=self._model, ledger=self._ledger)
                await self._work_off(self._pipeline.first_work(), concurrency)
        finally:
            await self._ledger.flush()
            self._ledger.close()
            self._cursor.close()

    async def _work_off(self, source: Iterator[Work], concurrency: int) -> None:
        waiting: list[tuple[int, int, Work]] = []
        order = itertools.count()
        running: set[asyncio.Task[list[Work]]] = set()
        flushed = time.perf_counter()
        try:
            while True:
                while len(running) < concurrency and not self._stop.is_set():
                    work = heapq.heappop(waiting)[2] if waiting else next(source, None)
                    if work is None:
                        break
                    running.add(asyncio.ensure_future(work.do()))
                if not running:
                    return
                done, running = await asyncio.wait(running, timeout=_FLUSH_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                errors = [error for error in [task.exception() for task in done] if error is not None]
                if errors:
                    raise errors[0]
                for task in done:
                    for work in task.result():
                        heapq.heappush(waiting, (-STAGES.index(work.stage), next(order), work))
                if time.perf_counter() - flushed >= _FLUSH_SECONDS or self._ledger.unwritten >= _FLUSH_ROWS:
                    await self._ledger.flush()
                    flushed = time.perf_counter()
                    self._on_progress(self.progress())
        except GlanError:
            if running:  # their replies are paid for
                await asyncio.wait(running, timeout=_GRACE_SECONDS)
            raise
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def progress(self) -> Progress:
        """Say what has been done so far."""
        model, counts = self._model, self._pipeline.counts if self._pipeline else Counts()
        return Progress(
            run_id=self._plan.run_id,
            state=RunState.RUNNING,
            message="",
            counts=counts,
            calls=model.calls if model else 0,
            calls_reused=counts.items_reused + (model.calls_reused if model else 0),
            prompt_tokens=model.prompt_tokens if model else 0,
            completion_tokens=model.completion_tokens if model else 0,
            cost=self._ledger.cost,
            seconds=time.perf_counter() - self._started,
        )
