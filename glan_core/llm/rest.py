"""When does an address that failed get a call again?

It rests for 1, 2, 4 ... 60 seconds, then one call goes ahead as a probe. Any answer ends the rest; a probe that
is lost as well makes it rest for twice as long. All by the clock of the event loop.
"""

_LOSSES_IN_A_ROW = 5  # of calls that may have been under way together, and whose own doing it may have been
FIRST_SECONDS = 1.0
MOST_SECONDS = 60.0


class Rest:
    """The rest of one address, or of one model at one address."""

    def __init__(self, *, first_seconds: float = FIRST_SECONDS, most_seconds: float = MOST_SECONDS) -> None:
        self._first_seconds = first_seconds
        self._most_seconds = most_seconds
        self._seconds = first_seconds
        self._losses = 0
        self._is_probing = False
        self.until: float | None = None
        """When it may be tried again; None: it is not resting."""
        self.reason = ""
        """Why it rests, or rested last."""

    @property
    def is_on(self) -> bool:
        """Whether it gets no calls but the one probe, and that only once its time has come."""
        return self.until is not None

    def admits(self, now: float) -> bool:
        """Say whether a call may be sent now."""
        return self.until is None or (now >= self.until and not self._is_probing)

    def begun(self) -> bool:
        """Say that a call is being sent; gives whether it is the probe."""
        is_probe = self.is_on and not self._is_probing
        self._is_probing |= is_probe
        return is_probe

    def answered(self) -> None:
        """Say that it answered, be it with an error that says nothing about its health."""
        self._losses = 0
        self._seconds = self._first_seconds
        self._is_probing = False
        self.until = None

    def abandoned(self, *, is_probe: bool) -> None:
        """Say that a call was taken back before its outcome was known, so another one may be the probe."""
        if is_probe:
            self._is_probing = False

    def lost(self, reason: str, now: float, *, is_probe: bool, at_once: bool, at_least: float = 0.0) -> None:
        """Say that a call was lost. It rests from the fifth in a row on, or `at_once`, for `at_least` so many seconds.

        Losses of calls that were sent before the rest began do not prolong it.
        """
        self._losses += 1
        if self.until is not None and not is_probe:
            self.until = max(self.until, now + at_least)
            return
        if not is_probe and not at_once and self._losses < _LOSSES_IN_A_ROW:
            return
        self.reason = reason
        self._is_probing = False
        if is_probe:
            self._seconds = min(self._most_seconds, self._seconds * 2)
        self.until = now + max(self._seconds, at_least)
