"""How many calls may be under way to one model of one endpoint?

As many as the user allows, until the endpoint refuses some. Then as many as it is seen to serve: additive increase,
multiplicative decrease, with a memory of where it was refused last.

    64 allowed, 16 served: the first burst is refused 48 times, the limit falls to the 16 that are still under way,
    and the next try with 17 comes after 32 served calls, the one after that after 64 ...
    It serves 64 again:    the tries are 17, 19, 23, 31, 47, 64, as each that is served doubles the next step.
    2 a second served:     the limit falls to 1, with pauses between calls that grow until most are served.

Refusals of calls that were sent before a cut belong to the same burst and cut no second time; all they do is to show
how many calls of the burst were accepted.
"""

import asyncio
from collections import deque
from collections.abc import Callable

_DECREASE = 0.5
# A refused probe above the remembered ceiling costs one call's time, a probe that is not made costs throughput for the
# rest of the run; doubling the distance keeps both small.
_FIRST_PROBE_ROUNDS = 2
_MOST_PROBE_ROUNDS = 64
# Servers fail now and then for other reasons than load. Only where this share of the newest calls failed is it load:
# with 40 of them, one failure in ten that has nothing to do with load gets there about once in 300 calls.
_FAILING_SHARE = 0.25
_OUTCOMES = 40
_CEILING_AFTER_FAILURES = 0.75  # between the limit that failed and the one that comes next
# Between two calls, once a single one at a time was too much. Growing by 1.5 and shrinking by 0.93, the pause comes to
# rest where five or six calls are served for each refused one, whatever the rate; more served in a row than that say
# that the endpoint is well again, and the pause goes quickly.
_FIRST_PAUSE_SECONDS = 0.05
_LEAST_PAUSE_SECONDS = 0.01
_MOST_PAUSE_SECONDS = 5.0
_PAUSE_GROWTH = 1.5
_PAUSE_DECAY = 0.93
_QUICK_PAUSE_DECAY = 0.5
_SERVED_IN_A_ROW = 10


class Throttle:
    """Slots for calls; take one with `acquire`, and give it back with what became of the call."""

    def __init__(self, most: int, *, ceiling: int | None = None, on_room: Callable[[], None] = lambda: None) -> None:
        """`most` is the user's limit, at least 1; `ceiling` is where an earlier run was refused, if it was.

        `on_room` is told whenever a slot may have become free, for calls that wait elsewhere and `take` theirs.
        """
        self.most = most
        self.ceiling = ceiling if ceiling is not None and ceiling < most else None
        """The number of calls that the endpoint served when it last refused more; None as long as it never did."""
        self.limit = float(self.ceiling or most)
        """How many calls may be under way now; the fraction is what is saved up for the next one."""
        self.under_way = 0
        self.refusals = 0
        """How often the endpoint refused a call for load."""
        self._burst = 0
        self._probe_rounds = _FIRST_PROBE_ROUNDS
        self._probe_step = 1
        self._served_at_ceiling = 0
        self._outcomes: deque[bool] = deque(maxlen=_OUTCOMES)
        self._pause_seconds = 0.0
        self._served_in_a_row = 0
        self._asked_until = 0.0
        self._hold: asyncio.TimerHandle | None = None
        self._queue: deque[asyncio.Future[None]] = deque()
        self._on_room = on_room

    @property
    def has_room(self) -> bool:
        """Whether a call would get a slot at once."""
        return not self._queue and self._has_slot()

    @property
    def held_seconds(self) -> float:
        """How long nothing will be sent from now on; 0 while calls may be sent."""
        return 0.0 if self._hold is None else max(0.0, self._hold.when() - asyncio.get_running_loop().time())

    async def acquire(self) -> int:
        """Wait for a slot, and give the number of the burst that the call belongs to."""
        if self._queue or not self._has_slot():
            turn = asyncio.get_running_loop().create_future()
            self._queue.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self.released()  # the slot had come already
                raise
        else:
            self.under_way += 1
        return self._burst

    def take(self) -> int:
        """Take a slot at once, be there one or not, and give the number of the burst that the call belongs to."""
        self.under_way += 1
        return self._burst

    def served(self, burst: int) -> None:
        """Give a slot back after a reply, and raise the limit by a little."""
        self._asked_until = 0.0
        if self._pause_seconds:
            self._shorten_pause()
        elif burst == self._burst:  # a call from before a cut says nothing about the limit after it
            self._outcomes.append(True)
            if self.under_way >= int(self.limit):  # nor does one that had room
                self._raise_limit()
        self.released()

    def released(self) -> None:
        """Give a slot back after a failure that says nothing about load."""
        self.under_way -= 1
        self._wake()

    def refused(self, burst: int, *, retry_after_seconds: float = 0.0) -> None:
        """Give a slot back after the endpoint refused the call for load.

        When it serves nothing at all any more, no call is sent until the last Retry-After has passed, and then one at a
        time with pauses.
        """
        self.refusals += 1
        self._served_in_a_row = 0
        self.under_way -= 1
        accepted = max(1, self.under_way)
        if burst == self._burst:
            self._begin_burst()  # the calls still under way may be refused in a moment, and lower it further
            if self.ceiling is not None and accepted >= self.ceiling:
                # It was a probe: back to what is known to work.
                self._probe_rounds = min(_MOST_PROBE_ROUNDS, self._probe_rounds * 2)
                self._cut(min(self.limit - 1, accepted), ceiling=min(int(self.limit) - 1, accepted))
            else:
                self._cut(min(self.limit * _DECREASE, accepted), ceiling=accepted)
        elif self.ceiling is None or accepted < self.ceiling:
            self._cut(min(self.limit, accepted), ceiling=accepted)
        now = asyncio.get_running_loop().time()
        self._asked_until = max(self._asked_until, now + retry_after_seconds)
        if not self.under_way:
            longer = self._pause_seconds * _PAUSE_GROWTH
            self._pause_seconds = min(_MOST_PAUSE_SECONDS, max(_FIRST_PAUSE_SECONDS, longer))
            self._hold_until(max(self._asked_until, now + self._pause_seconds))
        self._wake()

    def failed(self, burst: int) -> None:
        """Give a slot back after the endpoint failed; the limit is cut if it fails often."""
        if burst == self._burst:
            self._outcomes.append(False)
            if len(self._outcomes) == _OUTCOMES and self._outcomes.count(False) >= _FAILING_SHARE * _OUTCOMES:
                self._begin_burst()
                self._cut(self.limit * _DECREASE, ceiling=int(self.limit * _CEILING_AFTER_FAILURES))
        self.released()

    def _begin_burst(self) -> None:
        self._burst += 1
        self._outcomes.clear()
        self._probe_step = 1

    def _cut(self, limit: float, *, ceiling: int) -> None:
        self.limit = max(1.0, limit)
        self.ceiling = max(1, ceiling)
        self._served_at_ceiling = 0

    def _raise_limit(self) -> None:
        if self.ceiling is None or self.ceiling >= self.most:
            return
        if self.limit < self.ceiling:
            # Half of the way that is left each round, so that a wide gap costs no more than a few rounds.
            self.limit = min(self.ceiling, self.limit + max(1.0, (self.ceiling - self.limit) / 2) / self.limit)
            return
        self._served_at_ceiling += 1
        if self._served_at_ceiling < self._probe_rounds * self.limit:
            return
        self._served_at_ceiling = 0
        if self.limit > self.ceiling:  # the last probe was served
            self.ceiling = int(self.limit)
            self._probe_rounds = 1
            self._probe_step *= 2
        self.limit = float(min(self.most, self.ceiling + self._probe_step))

    def _shorten_pause(self) -> None:
        self._served_in_a_row += 1
        is_well = self._served_in_a_row > _SERVED_IN_A_ROW
        self._pause_seconds *= _QUICK_PAUSE_DECAY if is_well else _PAUSE_DECAY
        if self._pause_seconds < _LEAST_PAUSE_SECONDS:
            self._pause_seconds = 0.0
        else:
            self._hold_until(asyncio.get_running_loop().time() + self._pause_seconds)

    def _hold_until(self, when: float) -> None:
        if self._hold is not None:
            if self._hold.when() >= when:
                return
            self._hold.cancel()
        self._hold = asyncio.get_running_loop().call_at(when, self._end_hold)

    def _end_hold(self) -> None:
        self._hold = None
        self._wake()

    def _has_slot(self) -> bool:
        return self._hold is None and self.under_way < int(self.limit)

    def _wake(self) -> None:
        while self._queue and self._has_slot():
            turn = self._queue.popleft()
            if not turn.done():
                self.under_way += 1
                turn.set_result(None)
        self._on_room()
