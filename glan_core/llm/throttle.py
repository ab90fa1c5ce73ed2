"""How many calls may be under way to one model of one endpoint?

As many as the user allows, until the endpoint refuses some. Then as many as it is seen to serve: additive increase,
multiplicative decrease, with a memory of where it was refused last.

    64 allowed, 16 served: the first burst is refused 48 times, the limit falls to the 16 that are still under way,
    and the next try with 17 comes after 32 served calls, the one after that after 64 ...

Refusals of calls that were sent before a cut belong to the same burst and cut no second time; all they do is to show
how many calls of the burst were accepted.
"""

import asyncio
from collections import deque

_DECREASE = 0.5
# A refused probe above the remembered ceiling costs one call's time, a probe that is not made costs throughput for the
# rest of the run; doubling the distance keeps both small.
_FIRST_PROBE_ROUNDS = 2
_MOST_PROBE_ROUNDS = 64
# Servers fail now and then for other reasons than load; only where this share of the newest calls failed is it load.
_FAILING_SHARE = 0.2
_LEAST_OUTCOMES = 10


class Throttle:
    """Slots for calls; take one with `acquire`, and give it back with what became of the call."""

    def __init__(self, most: int, *, ceiling: int | None = None) -> None:
        """`most` is the user's limit, at least 1; `ceiling` is where an earlier run was refused, if it was."""
        self.most = most
        self.ceiling = ceiling if ceiling is not None and ceiling < most else None
        """The number of calls that the endpoint served when it last refused more; None as long as it never did."""
        self.limit = float(self.ceiling or most)
        """How many calls may be under way now; the fraction is what is saved up for the next one."""
        self.under_way = 0
        self.refusals = 0
        """How often the endpoint refused a call for load."""
        self._burst = 0
        self._held_until = 0.0
        self._probe_rounds = _FIRST_PROBE_ROUNDS
        self._served_at_ceiling = 0
        self._outcomes: deque[bool] = deque(maxlen=_LEAST_OUTCOMES)
        self._queue: deque[asyncio.Future[None]] = deque()

    async def acquire(self) -> int:
        """Wait for a slot, and give the number of the burst that the call belongs to."""
        if self._queue or not self._has_slot():
            turn = asyncio.get_running_loop().create_future()
            self._queue.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._free()  # the slot had come already
                raise
        else:
            self.under_way += 1
        return self._burst

    def served(self) -> None:
        """Give a slot back after a reply, and raise the limit by a little."""
        self._outcomes.append(True)
        self._raise_limit()
        self._free()

    def released(self) -> None:
        """Give a slot back after a failure that says nothing about load."""
        self._free()

    def refused(self, burst: int, *, retry_after_seconds: float = 0.0) -> None:
        """Give a slot back after the endpoint refused the call for load.

        When it serves nothing at all any more, no call is sent for `retry_after_seconds`.
        """
        self.refusals += 1
        self.under_way -= 1
        accepted = max(1, self.under_way)
        if burst == self._burst:
            self._burst += 1  # the calls still under way may be refused in a moment, and lower it further
            if self.ceiling is not None and accepted >= self.ceiling:
                # It was a probe: back to what is known to work.
                self._probe_rounds = min(_MOST_PROBE_ROUNDS, self._probe_rounds * 2)
                self._cut(min(self.limit - 1, accepted), ceiling=min(int(self.limit) - 1, accepted))
            else:
                self._cut(min(self.limit * _DECREASE, accepted), ceiling=accepted)
        elif self.ceiling is not None and accepted < self.ceiling:
            self._cut(min(self.limit, accepted), ceiling=accepted)
        if not self.under_way:
            self._hold(retry_after_seconds)
        self._wake()

    def failed(self, burst: int) -> None:
        """Give a slot back after the endpoint failed; the limit is cut if it fails often."""
        self._outcomes.append(False)
        is_failing = len(self._outcomes) == _LEAST_OUTCOMES and self._outcomes.count(False) >= (
            _FAILING_SHARE * _LEAST_OUTCOMES
        )
        if is_failing and burst == self._burst:
            self._burst += 1
            self._outcomes.clear()
            self._cut(self.limit * _DECREASE, ceiling=int(self.limit))
        self._free()

    def _cut(self, limit: float, *, ceiling: int) -> None:
        self.limit = max(1.0, limit)
        self.ceiling = max(1, ceiling)
        self._served_at_ceiling = 0

    def _raise_limit(self) -> None:
        if self.limit >= self.most or self.ceiling is None:
            return
        if self.limit + 1 / self.limit <= self.ceiling:
            self.limit += 1 / self.limit
            return
        self._served_at_ceiling += 1
        if self._served_at_ceiling < self._probe_rounds * self.limit:
            return
        self._served_at_ceiling = 0
        if self.limit > self.ceiling:  # the last probe was served
            self.ceiling = int(self.limit)
            self._probe_rounds = max(1, self._probe_rounds // 2)
        self.limit = min(float(self.most), float(int(self.limit) + 1))

    def _hold(self, seconds: float) -> None:
        if seconds > 0:
            loop = asyncio.get_running_loop()
            self._held_until = max(self._held_until, loop.time() + seconds)
            loop.call_at(self._held_until, self._wake)

    def _has_slot(self) -> bool:
        return self.under_way < int(self.limit) and asyncio.get_running_loop().time() >= self._held_until

    def _free(self) -> None:
        self.under_way -= 1
        self._wake()

    def _wake(self) -> None:
        while self._queue and self._has_slot():
            turn = self._queue.popleft()
            if not turn.done():
                self.under_way += 1
                turn.set_result(None)
