"""How is a plan worked off in this process?"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from glan_core.coroutines import run_to_end
from glan_core.engines.control import RunControl, wish_of_folder
from glan_core.engines.findings import Findings
from glan_core.engines.limits import Spent, check_limits, is_first_awaited, reached
from glan_core.engines.pool import Pool
from glan_core.engines.progress import Progress
from glan_core.engines.run_record import RunRecord, message_of
from glan_core.entities import RunState
from glan_core.errors import SettingsError
from glan_core.generation_settings import Limits
from glan_core.llm import built_in
from glan_core.llm.chat_model import TIMEOUT_SECONDS
from glan_core.llm.circuit_breaker import PATIENCE_SECONDS, CircuitBreaker
from glan_core.llm.endpoint import Endpoint
from glan_core.llm.senders import open_sender
from glan_core.llm.steady_chat_model import RETRIES, SteadyChatModel
from glan_core.planning.plan import Plan
from glan_core.runs.attempts import Counts
from glan_core.runs.costs import Costs
from glan_core.runs.journal import Journal, write_plan
from glan_core.runs.kinds import AnySteps, pipeline_of
from glan_core.runs.ledger import Ledger
from glan_core.runs.recording import RecordingModel
from glan_core.runs.shards import ACTORS_END_SECONDS, gather_shards
from glan_core.store.database import Database
from glan_core.store.runs import RunCounts, run_counts

_TICK_SECONDS = 0.4  # how far a run may lag behind a wish
# How far the database may lag behind the journal. A batch costs 30 ms before its first row, so a busy run writes few.
_FLUSH_SECONDS = 1.0
_GRACE_SECONDS = 30.0  # for calls under way when the run has to end
_NO_LIMITS = Limits()


def execute(
    plan: Plan,
    *,
    database: Database,
    folder: Path,
    endpoint: Endpoint,
    concurrency: int,
    control: RunControl | None = None,
    limits: Limits = _NO_LIMITS,
    only: frozenset[str] | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
    retries: int = RETRIES,
    patience_seconds: float = PATIENCE_SECONDS,
    before: RunCounts | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    journal: Journal | None = None,
) -> Progress:
    """Work a plan off in this thread, or go on with it where it ended before.

    `folder` is the run's own folder for plan and journal; with `only`, no other instructions and answers than those
    with these ids are made. A `journal` of that folder that is open already is used and stays open. An endpoint that
    worked before and gives out is waited for as long as `patience_seconds`.

    `before` is what earlier sessions of the run made, where this database is a small one of the run's own (see
    headless.py): then calls and pairs go into the journal alone.

    A wish to stop, by `control` or from another process, lets the calls under way finish and sends no more. An error
    that ends the run (endpoint, disk, database) leaves in place what was made, is written into the run's row, and is
    raised.
    """
    check_limits(limits)
    _check_model(plan, endpoint)
    costs = Costs(plan.request.settings, base_url=endpoint.base_url)
    if limits.dollars is not None:
        costs.check(plan.request.stages)
    write_plan(folder, plan.to_data())
    with contextlib.nullcontext(journal) if journal else Journal(folder) as kept:
        if journal is None:
            wish_of_folder(folder)  # one that was left for an earlier session means nothing any more
        gather_shards(folder, kept, wait_seconds=ACTORS_END_SECONDS)
        record = RunRecord(plan, database=database, folder=folder, endpoint=endpoint, concurrency=concurrency)
        record.save_state(RunState.RUNNING)
        loop = _Loop(plan, record, database=database, folder=folder, control=control or RunControl(), limits=limits)
        loop.on_progress = on_progress
        try:
            loop.open(kept, before)
            run_to_end(
                loop.run(
                    endpoint,
                    concurrency=concurrency,
                    costs=costs,
                    only=only,
                    timeout_seconds=timeout_seconds,
                    retries=retries,
                    patience_seconds=patience_seconds,
                )
            )
        except BaseException as error:
            record.end(loop.progress(RunState.STOPPED, message_of(error)), before=loop.before)
            raise
        message = " ".join(words for words in (loop.end_message, loop.last_words) if words)
        progress = loop.progress(RunState.FINISHED if loop.end_message is None else RunState.STOPPED, message)
        record.end(progress, before=loop.before)
    on_progress(progress)
    return progress


def _check_model(plan: Plan, endpoint: Endpoint) -> None:
    """Refuse to let the built-in model, which answers to any name, speak for another one."""
    settings, stages = plan.request.settings.stages, plan.request.stages
    others = sorted({settings[stage].model for stage in stages} - {built_in.MODEL})
    if endpoint.is_built_in and others:
        raise SettingsError(
            f"The run is one for {' and '.join(others)}, and no endpoint is set, so the built-in model would answer.",
            "Set OPENAI_BASE_URL (or --base-url) to the endpoint that it was begun with.",
        )


class _Loop:
    """The event loop of one run."""

    def __init__(
        self, plan: Plan, record: RunRecord, *, database: Database, folder: Path, control: RunControl, limits: Limits
    ) -> None:
        self.on_progress: Callable[[Progress], None] = lambda progress: None
        self.end_message: str | None = None
        """Why it ended before the plan was done; None if it did not."""
        self.before = RunCounts(0, 0, 0, 0, 0, 0, 0.0)
        """What earlier sessions of the run have made and spent."""
        self._plan = plan
        self._record = record
        self._database = database
        self._folder = folder
        self._control = control
        self._limits = limits
        self._cursor = database.cursor()
        self._started = time.perf_counter()
        self._flushed_at = self._started
        self._ledger: Ledger | None = None
        self._steady: SteadyChatModel | None = None
        self._model: RecordingModel | None = None
        self._pipeline: AnySteps | None = None
        self._pool: Pool | None = None
        self._is_paused = False

    def open(self, journal: Journal, before: RunCounts | None) -> None:
        """Bring the database up to the journal, and see what earlier sessions of the run have spent."""
        run_id = self._plan.run_id
        self._ledger = Ledger(self._database, journal, run_id=run_id, is_tree_only=before is not None)
        self.before = before or run_counts(self._cursor, run_id)

    async def run(
        self,
        endpoint: Endpoint,
        *,
        concurrency: int,
        costs: Costs,
        only: frozenset[str] | None,
        timeout_seconds: float,
        retries: int,
        patience_seconds: float,
    ) -> None:
        """Do all the work of the plan, and bring the database up to the journal whatever happens."""
        assert self._ledger is not None  # opened before
        known = Findings(self._cursor, endpoint)
        opened = open_sender(
            endpoint, timeout_seconds=timeout_seconds, most_under_way=concurrency, ceilings=known.address_ceilings
        )
        try:
            async with opened as sender:
                self._steady = SteadyChatModel(
                    sender,
                    most_under_way=concurrency,
                    ceilings=known.ceilings,
                    retries=retries,
                    breaker=CircuitBreaker(clock=time.monotonic, patience_seconds=patience_seconds),
                    on_wait=self._fill,
                    gives_up_refused=only is None,  # some of those that are tried again may well be refused again
                )
                self._model = RecordingModel(
                    self._steady,
                    run_id=self._plan.run_id,
                    find=self._ledger.find_call,
                    record=self._ledger.record,
                    cost=costs.of,
                    reply_forms=known.reply_forms,
                )
                self._pipeline = pipeline_of(
                    self._plan, cursor=self._cursor, model=self._model, ledger=self._ledger, only=only
                )
                self._pool = Pool(
                    self._pipeline.first_work(),
                    most=concurrency,
                    may_begin=self._may_begin,
                    waiting=lambda: self._steady.waiting if self._steady else 0,
                    most_pairs=self._limits.pairs,
                )
                try:
                    await self._pool.work_off(self._tick, tick_seconds=_TICK_SECONDS, grace_seconds=_GRACE_SECONDS)
                finally:
                    self._keep_findings(known)
            if self.end_message is None and self._pool.is_cut_short:
                self.end_message = f"The limit of {self._limits.pairs:,} pairs is reached."
        finally:
            await self._ledger.flush()
            self._ledger.close()
            self._cursor.close()

    @property
    def last_words(self) -> str:
        """Which addresses of several got no calls any more at the end, and why; empty if all did."""
        return self._steady.last_words if self._steady else ""

    def progress(self, state: RunState, message: str) -> Progress:
        """Say what has been done so far."""
        model, steady = self._model, self._steady
        counts = self._pipeline.counts if self._pipeline else Counts()
        return Progress(
            run_id=self._plan.run_id,
            state=state,
            message=message,
            counts=counts,
            calls=model.calls if model else 0,
            calls_reused=counts.items_reused + (model.calls_reused if model else 0),
            prompt_tokens=model.prompt_tokens if model else 0,
            completion_tokens=model.completion_tokens if model else 0,
            cost=self._ledger.cost if self._ledger else 0.0,
            seconds=time.perf_counter() - self._started,
            under_way=steady.under_way if steady else 0,
            limit=steady.limit if steady else 0,
            refusals=steady.refusals if steady else 0,
            retried=steady.retried if steady else 0,
            waiting=steady.waiting if steady else 0,
            addresses=steady.standings if steady else (),
        )

    def _fill(self) -> None:
        if self._pool is not None:
            self._pool.fill()

    def _may_begin(self) -> bool:
        is_wanted = self._control.wish == "work" and not self._is_spent()
        return is_wanted and not is_first_awaited(self._limits, self._spent())

    def _is_spent(self) -> bool:
        """Say whether a limit is reached, or the run is to end for another reason."""
        if self.end_message is None:
            self.end_message = reached(self._limits, self._spent()) or None
        return self.end_message is not None

    def _spent(self) -> Spent:
        assert self._ledger is not None
        assert self._model is not None
        tokens = self._model.prompt_tokens + self._model.completion_tokens
        before, here = self.before, self._ledger.cost
        return Spent(
            dollars=None if before.cost is None or here is None else before.cost + here,
            tokens=None
            if self._model.has_unknown_tokens or before.without_tokens
            else before.prompt_tokens + before.completion_tokens + tokens,
            seconds=time.perf_counter() - self._started,
            most_dollars=None if self._ledger.most_cost is None else max(before.most_cost, self._ledger.most_cost),
            most_tokens=max(before.most_tokens, self._model.most_tokens),
            under_way=self._pool.under_way if self._pool else 0,
        )

    async def _tick(self) -> bool:
        """Bring the database up to date, tell the progress, take wishes; False once the run is to end."""
        assert self._ledger is not None
        if time.perf_counter() - self._flushed_at >= _FLUSH_SECONDS:
            await self._ledger.flush()
            self._flushed_at = time.perf_counter()
        wish = wish_of_folder(self._folder)
        if wish is not None:
            self._control.ask(wish)
        if self._control.wish == "stop" and self.end_message is None:
            self.end_message = ""
        is_paused = self._control.wish == "pause" and self.end_message is None
        state = RunState.PAUSED if is_paused else RunState.RUNNING
        message = self._steady.message if self._steady else ""
        if is_paused != self._is_paused:
            self._is_paused = is_paused
            await asyncio.to_thread(self._record.save_state, state)
        progress = self.progress(state, message)
        self._record.tell(progress, before=self.before)
        self.on_progress(progress)
        self._is_spent()  # a time limit is reached while nothing ends or the run is paused, too
        if self._steady is not None and (self._control.wish == "stop" or self._is_out_of_time()):
            self._steady.send_no_more()  # what waits for an endpoint that is away could do so for a long time yet
        return self.end_message is None

    def _is_out_of_time(self) -> bool:
        return self._limits.seconds is not None and time.perf_counter() - self._started >= self._limits.seconds

    def _keep_findings(self, known: Findings) -> None:
        assert self._steady is not None
        assert self._model is not None
        assert self._ledger is not None
        for found in known.new(self._model.reply_forms, self._steady):
            self._ledger.keep(found)
