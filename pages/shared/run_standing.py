"""Where does a run stand at this moment, in a word?"""

from typing import NamedTuple

from glan_core.engines.control import Wish
from glan_core.entities import Run, RunState
from glan_core.runs.run_folder import RunStatus


class RunNow(NamedTuple):
    """What is known of a run when it is drawn."""

    run: Run
    status: RunStatus | None
    """By the process that works on it; None where none does, or before it has said anything."""
    is_at_work: bool
    is_elsewhere: bool
    """Whether another process works on it."""
    wish: Wish
    failed: int
    """Items given up on and not made since."""
    calls_out: int = 0
    """Calls that a batch service works on, though no process here waits for them."""

    @property
    def under_way(self) -> int:
        """Calls that were sent and not answered yet."""
        return self.status.under_way if self.status else 0

    @property
    def is_paused(self) -> bool:
        """Whether it does nothing until it is told to go on: a run that was asked to still ends its calls."""
        has_heard = self.status is not None and self.status.state is RunState.PAUSED
        return self.is_at_work and self.wish == "pause" and has_heard and not self.under_way


class Standing(NamedTuple):
    """A badge."""

    words: str
    colour: str
    icon: str


def standing(now: RunNow) -> Standing:
    """Say where a run stands."""
    if now.is_at_work:
        return _at_work(now)
    if now.calls_out:
        return Standing("waiting for the batch service", "blue", ":material/hourglass_top:")
    if now.run.state is RunState.FINISHED and now.failed:
        return Standing(f"finished, {now.failed:,} failed", "orange", ":material/error_outline:")
    return {
        RunState.FINISHED: Standing("finished", "green", ":material/check:"),
        RunState.STOPPED: Standing("stopped", "orange", ":material/stop:"),
    }.get(now.run.state, Standing("interrupted", "orange", ":material/power_off:"))


def _at_work(now: RunNow) -> Standing:
    if now.wish == "stop":
        return Standing("stopping", "orange", ":material/hourglass_top:")
    if now.is_paused:
        return Standing("paused", "gray", ":material/pause:")
    if now.wish == "pause":
        return Standing("pausing", "gray", ":material/hourglass_top:")
    if now.status and now.status.message:
        return Standing("waiting", "orange", ":material/hourglass_top:")
    return Standing("running", "blue", ":material/autorenew:")
