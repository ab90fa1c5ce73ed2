"""Does the endpoint answer at all, and if not, when is it tried again?

Closed as long as calls are answered. When several in a row are lost it opens: every call waits, one goes ahead as a
probe after 1, 2, 4 ... 60 seconds, and the first answer lets the others go. An endpoint that never answered is given
up at once, as its address is probably wrong; one that did is waited for.
"""

import asyncio
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

    async def admitted(self) -> None:
        """Wait until a call may be sent; the first to come through after a pause is the probe."""
        while self._opened_at is not None:
            seconds = self._next_try_at - self._clock()
            if seconds <= 0 and not self._is_probing:
                self._is_probing = True
                return
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), timeout=seconds if seconds > 0 else None)
            except TimeoutError:
                continue

    def answered(self) -> None:
        """Say that the endpoint answered, be it with an error."""
        self._has_answered = True
        self._losses = 0
        self._is_probing = False
        if self._opened_at is not None:
            self._opened_at = None
            self._pause_seconds = self._first_pause_seconds
            self._changed.set()

    def abandoned(self) -> None:
        """Say that a call was taken back before its outcome was known, so another one may be the probe."""
        self._is_probing = False
        self._changed.set()

    def lost(self, error: CallError, *, has_answered: bool = False) -> None:
        """Say that a call was lost; `has_answered` if there was an answer, but one that says it cannot.

        Raises EndpointError when the endpoint is given up: it never answered, or not within the patience.
        """
        self._has_answered |= has_answered
        self._losses += 1
        self._reason = error.message
        if self._opened_at is None and self._losses < _LOSSES_IN_A_ROW:
            return
        now = self._clock()
        if not self._has_answered:
            raise EndpointError(error.message, error.hint)
        if self._opened_at is None:
            self._opened_at = now
        elif now - self._opened_at >= self._patience_seconds:
            raise EndpointError(
                f"{error.message} It was tried for {now - self._opened_at:.0f} s.",
                "Go on with the run when it answers again; nothing that was made is lost.",
            )
        elif not self._is_probing:
            return  # one of those that were under way when the last answer came
        else:
            self._pause_seconds = min(_MOST_PAUSE_SECONDS, self._pause_seconds * 2)
        self._is_probing = False
        self._next_try_at = now + self._pause_seconds
        self._changed.set()
