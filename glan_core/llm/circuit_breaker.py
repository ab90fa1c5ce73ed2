"""Does the endpoint answer at all, and if not, when is it tried again?

Closed as long as calls are answered. When several in a row are lost, or one finds nobody listening any more, it opens:
every call waits, one goes ahead as a probe after 1, 2, 4 ... 60 seconds, and the first answer lets the others go. An
endpoint that never answered is given up at once, as its address is probably wrong; one that did is waited for.
"""

import asyncio
import contextlib
from collections.abc import Callable

from glan_core.errors import CallError, EndpointError

_LOSSES_IN_A_ROW = 5  # of calls that may have been under way together: one dropped connection opens nothing
_FIRST_PAUSE_SECONDS = 1.0
_MOST_PAUSE_SECONDS = 60.0
PATIENCE_SECONDS = 900.0
"""How long an endpoint that worked before is waited for: a restart with loading a large model takes minutes."""


class CircuitBreaker:
    """The state of one endpoint, for all calls of one event loop."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        first_pause_seconds: float = _FIRST_PAUSE_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """`clock` gives seconds that only ever grow."""
        self._clock = clock
        self._first_pause_seconds = first_pause_seconds
        self._patience_seconds = patience_seconds
        self._has_answered = False
        self._losses = 0
        self._opened_at: float | None = None
        self._pause_seconds = first_pause_seconds
        self._next_try_at = 0.0
        self._is_probing = False
        self._changed = asyncio.Event()
        self._reason = ""

    @property
    def is_open(self) -> bool:
        """Whether calls are held back."""
        return self._opened_at is not None

    @property
    def message(self) -> str:
        """Say in a sentence why calls are held back; empty while they are not."""
        if self._opened_at is None:
            return ""
        since = self._clock() - self._opened_at
        left = max(0.0, self._next_try_at - self._clock())
        return f"{self._reason} Nothing is sent for now; it has been tried for {since:.0f} s, next in {left:.0f} s."

    async def ready(self) -> None:
        """Wait until it is worth asking to be admitted."""
        while self._opened_at is not None:
            seconds = self._next_try_at - self._clock()
            if seconds <= 0 and not self._is_probing:
                return
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if self._is_probing else seconds):
                    await self._changed.wait()

    def admits(self) -> bool:
        """Say whether a call may be sent now. Whoever is admitted while it is open is the probe."""
        if self._opened_at is None:
            return True
        if self._is_probing or self._clock() < self._next_try_at:
            return False
        self._is_probing = True
        return True

    def answered(self) -> None:
        """Say that the endpoint answered, be it with an error."""
        self._has_answered = True
        self._losses = 0
        if self._opened_at is not None:
            self._opened_at = None
            self._is_probing = False
            self._pause_seconds = self._first_pause_seconds
            self._changed.set()

    def abandoned(self, *, is_probe: bool) -> None:
        """Say that a call was taken back before its outcome was known, so another one may be the probe."""
        if is_probe:
            self._is_probing = False
            self._changed.set()

    def lost(self, error: CallError, *, is_probe: bool = False) -> None:
        """Say that a call was lost.

        Raises EndpointError when the endpoint is given up: it never answered, or not within the patience.
        """
        self._has_answered |= error.kind.startswith("http_")  # an answer, if one that says that it cannot
        self._losses += 1
        self._reason = error.message
        now = self._clock()
        if self._opened_at is None:
            is_gone = self._has_answered and not error.was_sent
            if self._losses < _LOSSES_IN_A_ROW and not is_gone:
                return
            if not self._has_answered:
                raise EndpointError(error.message, error.hint)
            self._opened_at = now
            is_probe = True  # it decides about the next try
        elif now - self._opened_at >= self._patience_seconds:
            raise EndpointError(
                f"{error.message} It was tried for {now - self._opened_at:.0f} s.",
                "Go on with the run when it answers again; nothing that was made is lost.",
            )
        elif is_probe:
            self._pause_seconds = min(_MOST_PAUSE_SECONDS, self._pause_seconds * 2)
        if is_probe:
            self._is_probing = False
            last_try_at = self._opened_at + self._patience_seconds
            self._next_try_at = max(now, min(now + self._pause_seconds, last_try_at))
        self._next_try_at = max(self._next_try_at, now + (error.retry_after_seconds or 0.0))
        self._changed.set()
