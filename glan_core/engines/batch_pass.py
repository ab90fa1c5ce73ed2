"""What does one pass over a plan use of what has come, and note of what can be asked?

A pass is what a session of the local engine is that takes a run up: whatever is in the database is passed over. Only
nothing is waited for. Memory stays flat, as a step whose answer is still to come is dropped and made anew next time.
"""

import asyncio
import dataclasses
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from glan_core.calls import ChatRequest, EndpointModel, ModelCall, ReplyForm
from glan_core.engines.batch_budget import BatchBudget, May
from glan_core.engines.batch_desk import BatchDesk
from glan_core.engines.batch_model import BatchModel, OrderingSender, ReplyLater
from glan_core.engines.batch_orders import Orders
from glan_core.engines.batch_stretches import Stretches
from glan_core.engines.limits import FOLLOWING_STAGES
from glan_core.entities import Failure
from glan_core.generation_settings import Limits
from glan_core.llm.chat_model import Sender
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import Plan
from glan_core.runs.attempts import Counts
from glan_core.runs.costs import Costs
from glan_core.runs.journal import Journal
from glan_core.runs.kinds import AnySteps, pipeline_of
from glan_core.runs.ledger import Ledger
from glan_core.runs.pipeline import Pipeline
from glan_core.runs.work import Work
from glan_core.store.database import Database
from glan_core.store.endpoint_models import list_endpoint_models
from glan_core.store.ingest import Entity
from glan_core.store.runs import RunCounts

_TICK_SECONDS = 0.4
_FLUSH_SECONDS = 1.0
_STEPS_AT_ONCE = 50  # between two turns of the event loop, in which what was recorded is written


class Passed(NamedTuple):
    """How a pass ended."""

    hindrance: str
    """The limit for which calls were left for later; empty if none were."""
    is_whole: bool
    """Whether it came to the end of the plan, and noted every call that can be asked."""
    was_paused: bool
    """Whether calls were not noted because a person wants the run to pause."""
    has_room: bool
    """Whether the limit would hold a call now that it did not hold then: answers have come to less than was thought."""


class BatchPass:
    """The passes of one session."""

    def __init__(
        self,
        plan: Plan,
        *,
        database: Database,
        journal: Journal,
        costs: Costs,
        limits: Limits,
        only: frozenset[str] | None,
        before: RunCounts,
    ) -> None:
        request = plan.request
        self.budget = BatchBudget(
            limits, before=before, cost=costs.of, stages=request.stages, settings=request.settings.stages
        )
        self.calls_reused = 0
        """At the first pass: later ones only find what this session has made."""
        self._made = Counts()
        self._now: Counts | None = None
        self._plan = plan
        self._database = database
        self._journal = journal
        self._costs = costs
        self._limits = limits
        self._only = only
        self._kept_failures: set[tuple[str, str, str]] = set()
        self._forms: dict[str, ReplyForm] = {}
        self._is_first = True
        self._hindrance = ""
        self._held_back: May | None = None
        """The least of the calls that a limit did not hold."""
        self._was_paused = False
        self._is_full = False
        self._may_order = True
        self._is_cut_short = False
        self._pairs_left: int | None = None

    def take(
        self,
        desk: BatchDesk,
        orders: Orders,
        direct: Sender,
        *,
        endpoint: Endpoint,
        order_began_at: datetime,
        tick: Callable[[], Awaitable[bool]],
        wants_more: Callable[[], bool],
    ) -> None:
        """Take what passes work with; `tick` tells the progress and says whether to go on."""
        self._desk = desk
        self._orders = orders
        self._stretches = Stretches(self._plan, is_under_way=orders.is_part_under_way)
        self._direct = direct
        self._endpoint = endpoint
        self._order_began_at = order_began_at
        self._tick = tick
        self._wants_more = wants_more

    @property
    def counts(self) -> Counts:
        """What this session has made so far; of what was given up, what the newest pass has found."""
        return _added(self._made, self._now) if self._now else self._made

    async def run(self, *, may_order: bool) -> Passed:
        """Use what has come, and hand in what can be asked now unless `may_order` is false."""
        self._hindrance, self._was_paused, self._is_full, self._may_order = "", False, False, may_order
        self._held_back, self._is_cut_short = None, False
        self._pairs_left = None if self._limits.pairs is None else max(0, self._limits.pairs - self._pairs_done())
        ledger = _Ledger(self._database, self._journal, run_id=self._plan.run_id, kept=self._kept_failures)
        cursor = self._database.cursor()
        known = {each.model: each for each in list_endpoint_models(cursor, self._endpoint.identity)}
        self._forms = {each.model: each.reply_form for each in known.values() if each.reply_form} | self._forms
        model = self._model(ledger)
        steps = pipeline_of(self._plan, cursor=cursor, model=model, ledger=ledger, only=self._only)
        self._now = steps.counts
        try:
            is_whole = await self._work_through(steps, ledger)
        finally:
            self._keep_forms(model, ledger, known)
            await ledger.flush()
            ledger.close()
            cursor.close()
            self._count(steps, model)
        self._desk.settle(is_all=is_whole and self._only is None and not self._is_cut_short)
        if is_whole and self._wants_more():
            await self._desk.hand_in_all()
        return Passed(self._hindrance, is_whole, self._was_paused, self._has_room())

    def _model(self, ledger: Ledger) -> BatchModel:
        def record(call: ModelCall) -> None:
            self.budget.add(call)
            ledger.record(call)

        return BatchModel(
            OrderingSender(self._orders, note=self._note, direct=self._direct),
            orders=self._orders,
            order_began_at=self._order_began_at,
            run_id=self._plan.run_id,
            find=ledger.find_call,
            record=record,
            cost=self._costs.of,
            reply_forms=self._forms,
        )

    async def _work_through(self, steps: AnySteps, ledger: Ledger) -> bool:
        """Do every step that can be done now; False if the session is to end before all are."""
        source = self._first_work(steps)
        following: list[Work] = []
        ticked_at = flushed_at = time.monotonic()
        for step in itertools.count(1):
            work = self._next(source, following)
            if work is None:
                return True
            try:
                following.extend(reversed(await work.do()))
            except ReplyLater as later:
                self._stretches.wait_for(later.part)
            if step % _STEPS_AT_ONCE == 0:
                await asyncio.sleep(0)
                await self._desk.hand_in_full()
                if (self._is_full or self._held_back) and not self._orders.has_answers():
                    self._is_cut_short = True
                    return True  # nothing more can be used or ordered
            if time.monotonic() - flushed_at >= _FLUSH_SECONDS:
                await ledger.flush()
                flushed_at = time.monotonic()
            if time.monotonic() - ticked_at >= _TICK_SECONDS:
                ticked_at = time.monotonic()
                if not await self._tick():
                    return False
        raise AssertionError  # it counts without end

    def _first_work(self, steps: AnySteps) -> Iterator[Work]:
        # Under a limit of pairs those under way are counted, so each of them is looked at.
        if isinstance(steps, Pipeline) and self._limits.pairs is None:
            return self._stretches.work(steps)
        return steps.first_work()

    def _next(self, source: Iterator[Work], following: list[Work]) -> Work | None:
        """Give the next piece; None when there is none, or as many pairs as may be are made or under way."""
        if self._pairs_left == 0:
            kept = [work for work in following if work.stage in FOLLOWING_STAGES]
            self._is_cut_short |= len(kept) < len(following)
            following[:] = kept
        work = following.pop() if following else None
        if work is None:
            work = next(source, None)
            is_pair = work is not None and (work.stage == "instructions" or work.stage in FOLLOWING_STAGES)
            if work is not None and self._pairs_left == 0:
                self._is_cut_short = True
                work = None
        else:
            is_pair = work.stage == "instructions"
        if is_pair and self._pairs_left:
            self._pairs_left -= 1
        if self._is_cut_short and self._limits.pairs is not None:
            self._hindrance = self._hindrance or f"The limit of {self._limits.pairs:,} pairs is reached."
        return work

    def _note(self, request: ChatRequest) -> int | None:
        """Write a call into the next part and give its number, unless something holds it back."""
        if not self._may_order:
            return None
        if not self._wants_more():
            self._was_paused = True
            return None
        if not self._desk.has_room_for(request.model):
            self._is_full = True
            return None
        may = self.budget.may_come_to(request)
        words = self._limit(may)
        if not words:
            return self._desk.note(request, may)
        self._hindrance = words
        self._held_back = min(self._held_back or may, may, key=lambda each: each.tokens)
        return None

    def _limit(self, may: May) -> str:
        return self.budget.hindrance(may, reserved=self._desk.reserved) if self.budget.is_spending else ""

    def _has_room(self) -> bool:
        return self._held_back is not None and not self._limit(self._held_back)

    def _pairs_done(self) -> int:
        counts, stages = self._made, self._plan.request.stages
        if "answers" in stages or "instructions" not in stages:
            return counts.answers + counts.judgements + counts.comparisons // 2
        return counts.instructions

    def _count(self, steps: AnySteps, model: BatchModel) -> None:
        """Add what the pass has made to what the session has."""
        if self._is_first:
            self.calls_reused = steps.counts.items_reused + model.calls_reused
            self._is_first = False
        self._made, self._now = _added(self._made, steps.counts), None

    def _keep_forms(self, model: BatchModel, ledger: Ledger, known: dict[str, EndpointModel]) -> None:
        """Remember what direct calls have found out about the endpoint, for other runs too."""
        for name, form in model.reply_forms.items():
            found = EndpointModel(self._endpoint.identity, name, form, known[name].ceiling if name in known else None)
            if found != known.get(name):
                ledger.keep(found)
        self._forms |= model.reply_forms


class _Ledger(Ledger):
    """A Ledger that notes an item that was given up once, though every pass comes to it again."""

    def __init__(self, database: Database, journal: Journal, *, run_id: str, kept: set[tuple[str, str, str]]) -> None:
        super().__init__(database, journal, run_id=run_id)
        self._kept = kept

    def keep(self, *entities: Entity) -> None:
        """Keep what is new of these."""
        new = []
        for entity in entities:
            if isinstance(entity, Failure):
                failure = (entity.item_id, entity.stage, entity.error_kind)
                if failure in self._kept:
                    continue
                self._kept.add(failure)
            new.append(entity)
        super().keep(*new)


def _added(made: Counts, now: Counts) -> Counts:
    """Add what a pass has made; what it gave up and what was there before is not added up, as each finds it again."""
    values = {
        name: getattr(made, name) + getattr(now, name)
        for name in (field.name for field in dataclasses.fields(Counts))
        if name not in ("failed", "items_reused")
    }
    return Counts(**values, failed=max(made.failed, now.failed), items_reused=made.items_reused)
