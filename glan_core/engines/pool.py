"""Which piece of work is begun next, and how many are under way at once?

Depth first, with no barrier between stages: of the work at hand the latest stage comes first, so a question is
answered before the next one is asked and pairs come out within seconds.
"""

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Awaitable, Callable, Iterator

from glan_core.engines.limits import FOLLOWING_STAGES
from glan_core.entities import STAGES
from glan_core.errors import GlanError
from glan_core.judgements import JUDGING_STAGES
from glan_core.regenerations import REGENERATING_STAGES
from glan_core.runs.work import Work

_RANKS = {stage: -number for number, stage in enumerate((*STAGES, *JUDGING_STAGES, *REGENERATING_STAGES))}
"""What follows from a pair that was begun belongs to it: it is done though no further pair may be begun."""


class Pool:
    """Work under way in one event loop."""

    def __init__(
        self,
        source: Iterator[Work],
        *,
        most: int,
        may_begin: Callable[[], bool],
        waiting: Callable[[], int],
        most_pairs: int | None = None,
        stays_open: Callable[[], bool] = lambda: False,
    ) -> None:
        """`source` gives work when none is left that follows from other work; `waiting` says how many do nothing.

        Those do not count as under way: a call that waits to be sent again leaves its place to others. When
        `most_pairs` have been begun, only their answers are still asked for. While it `stays_open`, a source that gave
        none is asked again after `feed`.
        """
        self._source = source
        self._most = most
        self._may_begin = may_begin
        self._waiting = waiting
        self._ready: list[tuple[int, int, Work]] = []
        self._order = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_exhausted = False
        self._is_filling = False
        self._is_over = False
        self._stays_open = stays_open
        self._pairs_left = most_pairs
        self.is_cut_short = False
        """Whether there would have been more to do than `most_pairs`."""
        self._error: BaseException | None = None
        self._changed = asyncio.Event()

    async def work_off(self, tick: Callable[[], Awaitable[bool]], *, tick_seconds: float, grace_seconds: float) -> None:
        """Do all the work, calling `tick` now and then, until nothing is left or `tick` says that it is over.

        An error of a piece of work ends it, and is raised; a GlanError after the other pieces had `grace_seconds`, as
        their replies are paid for.
        """
        try:
            self.fill()
            while self._error is None:
                if self._is_done():
                    return
                self._changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), tick_seconds)
                try:
                    goes_on = await tick()
                except BaseException as error:  # noqa: BLE001 - raised below, after the others had their time
                    self._error = error
                    break
                if not goes_on and not self._tasks:
                    return
                self.fill()
            if isinstance(self._error, GlanError) and self._tasks:
                await asyncio.wait(self._tasks, timeout=grace_seconds)
            raise self._error
        finally:
            self._is_over = True  # what is still to be begun by `fill` is not any more
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def under_way(self) -> int:
        """How many pieces were begun and are not done."""
        return len(self._tasks)

    @property
    def is_at_hand(self) -> bool:
        """Whether there may be pieces that were not begun."""
        return bool(self._ready) or not self._is_exhausted

    def feed(self) -> None:
        """Ask the source again."""
        self._is_exhausted = False
        self.fill()

    def fill(self) -> None:
        """Begin as much as may be begun.

        One piece at each turn of the event loop: each request is on its way before the next one is made. When many
        replies come at once, and a request followed from each, they would else all be sent after the last was made,
        and come back together again.
        """
        if not self._is_filling:
            self._is_filling = True
            asyncio.get_running_loop().call_soon(self._begin_next)

    def _begin_next(self) -> None:
        try:
            work = self._next() if self._has_place() else None
        except BaseException as error:  # noqa: BLE001 - raised by work_off
            self._error = self._error or error
            work = None
        if work is None:
            self._is_filling = False
            if self._error or self._is_done():  # who may begin more only later waits from tick to tick
                self._changed.set()
            return
        task = asyncio.create_task(self._do(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        asyncio.get_running_loop().call_soon(self._begin_next)

    def _is_done(self) -> bool:
        return not self._tasks and self._is_exhausted and not self._ready and not self._stays_open()

    def _has_place(self) -> bool:
        is_open = self._error is None and not self._is_over
        return is_open and len(self._tasks) - self._waiting() < self._most and self._may_begin()

    def _next(self) -> Work | None:
        if self._pairs_left == 0 and self._ready and self._ready[0][2].stage not in FOLLOWING_STAGES:
            self._ready.clear()
            self.is_cut_short = True
        if self._ready:
            work = heapq.heappop(self._ready)[2]
            is_pair = work.stage == "instructions"
        else:
            found = None if self._is_exhausted else next(self._source, None)
            if found is None or self._pairs_left == 0:
                self.is_cut_short |= found is not None
                self._is_exhausted = True
                return None
            work = found
            is_pair = work.stage == "instructions" or work.stage in FOLLOWING_STAGES
        if is_pair and self._pairs_left is not None:
            self._pairs_left -= 1
        return work

    async def _do(self, work: Work) -> None:
        try:
            for each in await work.do():
                heapq.heappush(self._ready, (_RANKS[each.stage], next(self._order), each))
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - raised by work_off
            self._error = self._error or error
        # This piece is over, so another can begin at once and not only when its task is taken away.
        task = asyncio.current_task()
        assert task is not None
        self._tasks.discard(task)
        self.fill()
