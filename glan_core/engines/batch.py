"""How is a plan worked off by a provider's batch service, for half the price and up to a day later?

The run passes over its plan again and again. A pass uses every answer that has been fetched, and notes every call that
can be asked now; these are handed in as parts. Questions come back, the next pass notes their answers, and so on
through all stages. Between two passes nothing is held in memory but the ids of calls under way, and nothing is lost
when the process ends: the service goes on, and the next session takes up what stands in the run's folder.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from glan_core.amounts import count_of
from glan_core.coroutines import run_to_end
from glan_core.engines.batch_desk import BatchDesk
from glan_core.engines.batch_orders import Orders
from glan_core.engines.batch_pass import BatchPass, Passed
from glan_core.engines.control import RunControl, wish_of_folder
from glan_core.engines.engine import EngineChoice
from glan_core.engines.limits import check_limits
from glan_core.engines.progress import Progress
from glan_core.engines.run_record import RunRecord, message_of
from glan_core.entities import RunState
from glan_core.errors import EndpointError, SettingsError
from glan_core.generation_settings import Limits
from glan_core.llm.batch_service import BatchService
from glan_core.llm.chat_model import TIMEOUT_SECONDS
from glan_core.llm.circuit_breaker import PATIENCE_SECONDS
from glan_core.llm.endpoint import Endpoint
from glan_core.llm.openai_chat_model import OpenAIChatModel
from glan_core.planning.plan import Plan
from glan_core.runs.attempts import Counts
from glan_core.runs.batch_parts import PartLog, calls_out, now
from glan_core.runs.costs import Costs
from glan_core.runs.journal import Journal, write_plan
from glan_core.store.database import Database
from glan_core.store.runs import RunCounts, run_counts

_TICK_SECONDS = 0.4  # how far a run may lag behind a wish
_GROWTH = 1.5  # of the time between two looks, as long as nothing has come
_NO_LIMITS = Limits()


def execute(
    plan: Plan,
    *,
    choice: EngineChoice,
    database: Database,
    folder: Path,
    endpoint: Endpoint,
    concurrency: int,
    control: RunControl | None = None,
    limits: Limits = _NO_LIMITS,
    only: frozenset[str] | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
    patience_seconds: float = PATIENCE_SECONDS,
    before: RunCounts | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    journal: Journal | None = None,
) -> Progress:
    """Work a plan off, or go on with it; arguments are those of engines.local.execute.

    A wish to stop hands in nothing more: what the service has is worked on there, and fetched by the next session. So
    it is with `choice.waits` false, once everything that can be handed in now has been. `concurrency` says nothing
    here.

    Raises SettingsError if the endpoint is the built-in model or several addresses, or parts are with another one;
    EndpointError if there is no batch service, if it is away for `patience_seconds`, or if it will not take a part.
    """
    check_limits(limits)
    _check_endpoint(endpoint)
    costs = Costs(plan.request.settings, base_url=endpoint.base_url, is_batch=True)
    if limits.dollars is not None:
        costs.check(plan.request.stages)
    write_plan(folder, plan.to_data())
    with contextlib.nullcontext(journal) if journal else Journal(folder) as kept:
        if journal is None:
            wish_of_folder(folder)  # one that was left for an earlier session means nothing any more
        record = RunRecord(
            plan, database=database, folder=folder, endpoint=endpoint, concurrency=concurrency, engine="batch"
        )
        record.save_state(RunState.RUNNING)
        loop = _Loop(plan, record, choice=choice, folder=folder, control=control or RunControl(), limits=limits)
        loop.on_progress = on_progress
        loop.before = before or run_counts(database.cursor(), plan.run_id)
        work = BatchPass(
            plan, database=database, journal=kept, costs=costs, limits=limits, only=only, before=loop.before
        )
        try:
            run_to_end(loop.run(work, endpoint, timeout_seconds=timeout_seconds, patience_seconds=patience_seconds))
        except BaseException as error:
            record.end(loop.progress(RunState.STOPPED, message_of(error)), before=loop.before)
            raise
        progress = loop.progress(RunState.FINISHED if loop.is_done else RunState.STOPPED, loop.end_words())
        record.end(progress, before=loop.before)
    on_progress(progress)
    return progress


def _check_endpoint(endpoint: Endpoint) -> None:
    if endpoint.is_built_in:
        raise SettingsError(
            "The built-in model has no batch service.", "Set OPENAI_BASE_URL (or --base-url) to an endpoint with one."
        )
    if endpoint.other_addresses:
        raise SettingsError(
            "A batch service has one address, and this endpoint has several.", "Give the one that has the service."
        )


class _Loop:
    """The event loop of one session of a run."""

    def __init__(
        self,
        plan: Plan,
        record: RunRecord,
        *,
        choice: EngineChoice,
        folder: Path,
        control: RunControl,
        limits: Limits,
    ) -> None:
        self.on_progress: Callable[[Progress], None] = lambda progress: None
        self.before = RunCounts(0, 0, 0, 0, 0, 0, 0.0)
        self.is_done = False
        """Whether the plan is worked off."""
        self._plan = plan
        self._record = record
        self._choice = choice
        self._folder = folder
        self._control = control
        self._limits = limits
        self._started = time.perf_counter()
        self._log = PartLog(folder)
        self._work: BatchPass | None = None
        self._message = ""
        self._is_paused = False

    async def run(
        self, work: BatchPass, endpoint: Endpoint, *, timeout_seconds: float, patience_seconds: float
    ) -> None:
        """Hand in, wait and fetch, until nothing is left to do or the session is to end."""
        self._work = work
        order = next((part.order for part in self._log.open_parts), now())
        orders = Orders(self._log, endpoint, order=order)
        async with (
            BatchService(endpoint, timeout_seconds=timeout_seconds) as service,
            OpenAIChatModel(endpoint, timeout_seconds=timeout_seconds) as direct,
        ):
            desk = BatchDesk(
                self._log,
                orders,
                service=service,
                endpoint=endpoint,
                run_id=self._plan.run_id,
                order=order,
                most_calls=self._choice.part_calls,
                patience_seconds=patience_seconds,
                is_stopped=lambda: self._control.wish == "stop",
            )
            work.take(
                desk,
                orders,
                direct,
                endpoint=endpoint,
                order_began_at=datetime.fromisoformat(order),
                tick=self._tick,
                wants_more=lambda: self._control.wish == "work" and not self._message,
            )
            hindrance = desk.take_up()
            try:
                await self._go(desk, orders, hindrance)
            finally:
                desk.drop_drafts()

    async def _go(self, desk: BatchDesk, orders: Orders, hindrance: EndpointError | None) -> None:
        assert self._work is not None
        wait = self._choice.poll_seconds
        is_first = True
        while True:
            if is_first and await self._tick() and self._control.wish == "work":
                await desk.hand_in()  # what an earlier session had noted
            ended = await desk.look()
            for part in ended:
                hindrance = orders.read_results(part) or hindrance
            if is_first or ended:
                passed = await self._work.run(may_order=hindrance is None)
                if hindrance is not None:
                    raise hindrance
                wait = self._choice.poll_seconds
                is_first = passed.was_paused
                if passed.has_room and not desk.is_awaiting:
                    is_first = True  # another pass at once: there is nothing to wait for
                    continue
                if self._is_over(passed, desk):
                    return
            if not self._choice.waits or not await self._wait(max(wait, desk.retry_after_seconds)):
                return
            wait = min(wait * _GROWTH, max(self._choice.poll_seconds, self._choice.most_poll_seconds))

    def _is_over(self, passed: Passed, desk: BatchDesk) -> bool:
        """Say whether nothing more is to come, and why."""
        if desk.is_awaiting or passed.was_paused:
            return False
        self._message = passed.hindrance
        self.is_done = not passed.hindrance and passed.is_whole
        return True

    async def _wait(self, seconds: float) -> bool:
        """Wait so long; False if the session is to end."""
        until = time.perf_counter() + seconds
        while await self._tick():
            if self._control.wish == "work" and time.perf_counter() >= until:
                return True
            await asyncio.sleep(min(_TICK_SECONDS, max(0.01, until - time.perf_counter())))
        return False

    def progress(self, state: RunState, message: str) -> Progress:
        """Say what has been done so far."""
        assert self._work is not None or state is RunState.STOPPED
        made = self._work
        under_way = sum(part.calls - part.done - part.failed for part in self._log.open_parts if part.is_with_service)
        return Progress(
            run_id=self._plan.run_id,
            state=state,
            message=message,
            counts=made.counts if made else Counts(),
            calls=made.budget.calls if made else 0,
            calls_reused=made.calls_reused if made else 0,
            prompt_tokens=made.budget.prompt_tokens if made else 0,
            completion_tokens=made.budget.completion_tokens if made else 0,
            cost=made.budget.cost if made else 0.0,
            seconds=time.perf_counter() - self._started,
            under_way=under_way,
        )

    def end_words(self) -> str:
        """Say why the session ended before the plan was done, and what is still to come."""
        out = calls_out(self._folder)
        if not out.calls:
            return self._message
        words = f"{count_of(out.calls, 'call')} in {count_of(out.parts, 'part')} are with the batch service."
        return f"{self._message} {words} Go on with the run to fetch them.".strip()

    async def _tick(self) -> bool:
        """Tell the progress and take wishes; False once the session is to end."""
        wish = wish_of_folder(self._folder)
        if wish is not None:
            self._control.ask(wish)
        is_paused = self._control.wish == "pause"
        state = RunState.PAUSED if is_paused else RunState.RUNNING
        if is_paused != self._is_paused:
            self._is_paused = is_paused
            await asyncio.to_thread(self._record.save_state, state)
        progress = self.progress(state, self._standing())
        self._record.tell(progress, before=self.before)
        self.on_progress(progress)
        seconds = self._limits.seconds
        if seconds is not None and time.perf_counter() - self._started >= seconds:
            self._message = f"The time limit of {seconds:g} s is reached."
            return False
        return self._control.wish != "stop"

    def _standing(self) -> str:
        parts = [part for part in self._log.open_parts if part.is_with_service]
        if not parts:
            return ""
        done, calls = sum(part.done for part in parts), sum(part.calls for part in parts)
        return f"With the batch service: {count_of(len(parts), 'part')}, {done:,} of {count_of(calls, 'call')} done."
