"""How does one actor work its parts off, with its calls at once always full?

One pool for as long as the actor lives, in one event loop, with the steps and the model of the local engine. Parts come
in while others are under way, and each is done when all that followed from its items is on disk, whatever becomes of
the other parts. So no part waits for another, and nothing waits at the end of one.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from glan_core.engines.findings import Findings
from glan_core.engines.limits import Spent, is_first_awaited, reached
from glan_core.engines.pool import Pool
from glan_core.engines.ray_desk import Job, Orders, Said, Shift, Stint
from glan_core.engines.ray_open_parts import OpenPart, work_of
from glan_core.engines.ray_parts import read_part
from glan_core.engines.ray_sealing import Sealing
from glan_core.errors import GlanError
from glan_core.generation_settings import Limits
from glan_core.llm.circuit_breaker import PATIENCE_SECONDS, CircuitBreaker
from glan_core.llm.senders import open_sender
from glan_core.llm.steady_chat_model import SteadyChatModel
from glan_core.runs.costs import Costs
from glan_core.runs.kinds import AnySteps, pipeline_of
from glan_core.runs.ledger import Ledger
from glan_core.runs.recording import RecordingModel
from glan_core.runs.shard_journal import ShardJournal, read_writer
from glan_core.runs.shard_places import place_at
from glan_core.runs.work import Work
from glan_core.store.database import Database

_TICK_SECONDS = 0.25
_GRACE_SECONDS = 30.0


class DeskLine(Protocol):
    """The desk (see ray_desk.py), as it is reached from an actor."""

    async def begin_part(self, part: str, stint: Stint) -> list[Stint]:
        """Note who has a part, and give who had it before."""
        ...

    async def end_part(self, part: str, stint: Stint) -> None:
        """Note that it is done."""
        ...

    async def say(self, writer: str, said: Said) -> Orders:
        """Tell what was done, and hear what is wanted."""
        ...


class ShiftWork:
    """The work of one actor from its beginning to its end. Everything is to be called in its event loop."""

    def __init__(self, shift: Shift, desk: DeskLine, *, database: Database, only: frozenset[str] | None) -> None:
        """`database` holds the curriculum and is the actor's own; with `only`, nothing else is made."""
        self._shift = shift
        self._job: Job = shift.job
        self._desk = desk
        self._database = database
        self._cursor = database.cursor()
        self._known = Findings(self._cursor, self._job.endpoint)
        self._only = only
        self._place = place_at(Path(self._job.folder), self._job.shards)
        self._journal = ShardJournal(self._place, shift.writer)
        self._sealing = Sealing(self._place, self._journal, writer=shift.writer)
        self._ledger = Ledger(database, self._journal, run_id=self._job.plan.run_id, is_tree_only=True)
        self._orders = Orders(
            "work", None if self._job.dollars is None else -1.0, None if self._job.tokens is None else -1
        )
        self._coming: deque[Work] = deque()
        self._parts: set[OpenPart] = set()
        self._error: tuple[str, str, str] | None = None
        self.is_ready = asyncio.Event()
        """Set once parts may come, or nothing ever will be done."""
        self._is_over = False
        self._steady: SteadyChatModel
        self._model: RecordingModel
        self._steps: AnySteps
        self._pool: Pool

    async def run(self) -> None:
        """Work until somebody says that it is to end, or something makes it end; no error comes out."""
        try:
            await self._sealing.begin()
            async with self._opened():
                self.is_ready.set()
                await self._pool.work_off(self._tick, tick_seconds=_TICK_SECONDS, grace_seconds=_GRACE_SECONDS)
        except GlanError as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - whoever began the run hears of it
            self._fail(GlanError(f"An actor ended on {type(error).__name__}: {error}"))
        self._is_over = True
        self.is_ready.set()
        for last_words in (self._ledger.flush, self._sealing.end):
            try:
                await last_words()
            except GlanError as error:
                self._fail(error)
            except Exception as error:  # noqa: BLE001 - as above
                self._fail(GlanError(f"An actor ended on {type(error).__name__}: {error}"))
        with contextlib.suppress(Exception):  # the desk is gone with whoever began the run; all is on disk
            await self._desk.say(self._shift.writer, self._said())
        self._sealing.give_up()
        for part in self._parts:
            if not part.is_done.done():
                part.is_done.set_result(False)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is done."""
        return self._is_over

    async def take(self, name: str) -> bool:
        """Work a part off; False if the end came first."""
        if self._is_over:
            return False
        first = self._journal.number
        try:
            work, part = await self._begin(name, first)
        except GlanError as error:
            self._fail(error)
            return False
        if self.has_ended:  # while the part was being read
            return False
        self._parts.add(part)
        self._coming.extend(work)
        self._pool.feed()
        try:
            is_done = not work or await part.is_done
        finally:
            self._parts.discard(part)
        if is_done:
            try:
                is_done = await self._sealing.make_safe(is_last=not self._parts)
            except GlanError as error:
                self._fail(error)
                return False
        if is_done:
            await self._say()  # whoever began the run may end with the last part, and is to know of all that was done
            await self._desk.end_part(name, Stint(self._shift.writer, first, self._journal.number))
        return is_done

    async def _begin(self, name: str, first: int) -> tuple[list[Work], OpenPart]:
        """Give the work of a part, but for what others made of it who had it before and are gone."""
        for stint in await self._desk.begin_part(name, Stint(self._shift.writer, first)):
            await self._sealing.take_over(stint.writer)
            made = await asyncio.to_thread(read_writer, self._place, stint.writer, first=stint.first, last=stint.last)
            self._ledger.learn(made)
        request = self._job.plan.request
        read = await asyncio.to_thread(read_part, self._place, name, settings=request.settings, seed=request.seed)
        if read.known:
            self._ledger.learn(read.known)
        part = OpenPart()
        return part.counted(work_of(self._steps, read)), part

    def let_go(self) -> None:
        """Leave everything as it is, as a process does that is killed."""
        self._journal.close()

    def _fail(self, error: GlanError) -> None:
        self._error = self._error or (type(error).__name__, error.message, error.hint)

    @contextlib.asynccontextmanager
    async def _opened(self) -> AsyncIterator[None]:
        job, settings = self._job, self._job.plan.request.settings
        known = self._known
        opened = open_sender(
            job.endpoint,
            timeout_seconds=job.timeout_seconds,
            most_under_way=self._shift.concurrency,
            ceilings={address: self._share(of_address) for address, of_address in known.address_ceilings.items()},
        )
        async with opened as sender:
            self._steady = SteadyChatModel(
                sender,
                most_under_way=self._shift.concurrency,
                ceilings=self._share(known.ceilings),
                breaker=CircuitBreaker(clock=time.monotonic, patience_seconds=PATIENCE_SECONDS),
                on_wait=lambda: self._pool.fill(),
                gives_up_refused=self._only is None,
            )
            self._model = RecordingModel(
                self._steady,
                run_id=job.plan.run_id,
                find=self._ledger.find_call,
                record=self._ledger.record,
                cost=Costs(settings, base_url=job.endpoint.base_url).of,
                reply_forms=known.reply_forms,
            )
            self._steps = pipeline_of(
                job.plan, cursor=self._cursor, model=self._model, ledger=self._ledger, only=self._only
            )
            self._pool = Pool(
                _Fed(self._coming),
                most=self._shift.concurrency,
                may_begin=self._may_begin,
                waiting=lambda: self._steady.waiting,
                stays_open=lambda: True,
            )
            yield

    def _may_begin(self) -> bool:
        limits, spent = self._limits(), self._spent()
        return self._orders.wish == "work" and not reached(limits, spent) and not is_first_awaited(limits, spent)

    def _limits(self) -> Limits:
        return Limits(dollars=self._orders.dollars, tokens=self._orders.tokens)

    def _spent(self) -> Spent:
        model, ledger = self._model, self._ledger
        return Spent(
            dollars=ledger.cost,
            tokens=None if model.has_unknown_tokens else model.prompt_tokens + model.completion_tokens,
            seconds=0.0,
            most_dollars=ledger.most_cost,
            most_tokens=model.most_tokens,
            under_way=self._pool.under_way,
        )

    async def _tick(self) -> bool:
        await self._ledger.flush()
        await self._sealing.seal_if_due()
        await self._say()
        if self._orders.wish == "stop":
            self._steady.send_no_more()
        return self._orders.wish != "stop" and self._error is None

    async def _say(self) -> None:
        self._orders = await self._desk.say(self._shift.writer, self._said())

    def _said(self) -> Said:
        if not hasattr(self, "_pool"):  # it could not even begin
            return Said(is_over=True, error=self._error)
        model, steady, pool = self._model, self._steady, self._pool
        has_place = pool.under_way - steady.waiting < self._shift.concurrency
        return Said(
            counts=self._steps.counts,
            calls=model.calls,
            calls_reused=self._steps.counts.items_reused + model.calls_reused,
            prompt_tokens=model.prompt_tokens,
            completion_tokens=model.completion_tokens,
            has_unknown_tokens=model.has_unknown_tokens,
            cost=self._ledger.cost,
            most_cost=self._ledger.most_cost,
            most_tokens=model.most_tokens,
            begun=pool.under_way,
            is_starved=pool.is_at_hand and has_place and bool(reached(self._limits(), self._spent())),
            under_way=steady.under_way,
            limit=steady.limit,
            refusals=steady.refusals,
            retried=steady.retried,
            waiting=steady.waiting,
            message=steady.message,
            models=self._known.new(model.reply_forms, steady),
            addresses=steady.standings,
            last_words=steady.last_words,
            is_over=self._is_over,
            error=self._error,
        )

    def _share(self, ceilings: Mapping[str, int]) -> dict[str, int]:
        """Give an actor's part of what the endpoint served before: it serves so much to all of them together."""
        return {model: max(1, ceiling // self._job.actors) for model, ceiling in ceilings.items()}


class _Fed(Iterator[Work]):
    """Gives what lies at hand, and may be asked again after it gave nothing."""

    def __init__(self, coming: deque[Work]) -> None:
        self._coming = coming

    def __next__(self) -> Work:
        if not self._coming:
            raise StopIteration
        return self._coming.popleft()
