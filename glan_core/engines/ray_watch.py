"""What does the process that began a run on Ray see of it, and when does it end?

It makes no call. It reads at the desk how actors fare, brings what they wrote into the run's journal, keeps to limits
and wishes, and tells the progress.
"""

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from glan_core import errors
from glan_core.calls import EndpointModel
from glan_core.engines.control import RunControl, wish_of_folder
from glan_core.engines.limits import reached
from glan_core.engines.progress import Progress
from glan_core.engines.ray_cluster import answers
from glan_core.engines.ray_desk import Standing
from glan_core.engines.ray_handing import HandingOut
from glan_core.engines.ray_parts import Parts, remove_parts
from glan_core.engines.ray_sums import models_of, progress_of, spent_of
from glan_core.engines.run_record import RunRecord
from glan_core.entities import RunState
from glan_core.errors import GlanError
from glan_core.generation_settings import Limits
from glan_core.planning.plan import Plan
from glan_core.runs.journal import Journal
from glan_core.runs.shards import Gatherer
from glan_core.store.runs import RunCounts

_TICK_SECONDS = 0.3
_GATHER_SECONDS = 1.0
_GRACE_SECONDS = 30.0
_CLOSE_SECONDS = 5.0
_KNOCK_SECONDS = 2.0
_HEAD_SECONDS = 10.0  # without the head; one that is begun again is there sooner, and after 60 Ray ends this process
_COUNTED = {
    "instructions": "Instruction",
    "answers": "Answer",
    "judgements": "Judgement",
    "compared_answers": "ComparedAnswer",
    "comparisons": "Comparison",
}
"""What a line of this kind is one more of, of what a run is there for."""
_ANSWER_SECONDS = 60.0  # for the desk, which is a process on this machine
OPEN_SECONDS = 300.0  # for its first answer: it has much to import, and the machine may do much else


@contextlib.contextmanager
def loss_told(ray: Any) -> Iterator[None]:
    """Raise GlanError where Ray says that the desk is gone, or nothing at all."""
    try:
        yield
    except (ray.exceptions.RayError, TimeoutError) as error:
        raise GlanError(
            "What holds the actors of this run together is gone.",
            "Nothing that was made is lost: go on with the run.",
        ) from error


class Watch:
    """One run in one session."""

    def __init__(self, plan: Plan, record: RunRecord, *, folder: Path, journal: Journal, limits: Limits) -> None:
        self.on_progress: Callable[[Progress], None] = lambda progress: None
        self.control = RunControl()
        self.end_message: str | None = None
        """Why it ended before the plan was done; None if it did not."""
        self.before = RunCounts(0, 0, 0, 0, 0, 0, 0.0)
        """What earlier sessions of the run have made and spent."""
        self.parts = Parts()
        self._plan = plan
        self._record = record
        self._folder = folder
        self._journal = journal
        self._limits = limits
        self._gatherer = Gatherer(folder, journal)
        self._standing = Standing((), (), is_lent_out=False, is_idle=True)
        self._started = time.perf_counter()
        self._gathered_at = self._started
        self._is_paused = False
        self._head: _Head | None = None

    def follow(self, ray: Any, desk: Any, handing: HandingOut) -> None:
        """Watch until the run ends. What ends it early is raised, and GlanError where Ray gives out."""
        self._head = _Head(ray.get_runtime_context().gcs_address)
        with loss_told(ray):
            try:
                self._follow(ray, desk, handing)
            finally:
                handing.is_over.set()
                handing.join(_CLOSE_SECONDS)  # what is left of it would meet the next cluster of this process

    def bring_home(self) -> None:
        """Gather what is still on its way, and remove what nobody needs any more."""
        deadline = time.monotonic() + _GRACE_SECONDS
        self._gatherer.gather(None)
        while not self._gatherer.is_complete() and time.monotonic() < deadline:
            time.sleep(0.1)  # an actor is about to end, and holds what it was writing
            self._gatherer.gather(None)
        self._gatherer.clear()
        remove_parts(self._folder)

    @property
    def last_words(self) -> str:
        """Which addresses of several got no calls any more at the end; empty if all did."""
        return next((each.last_words for each in self._standing.said if each.last_words), "")

    def progress(self, state: RunState, message: str) -> Progress:
        """Say what has been done so far."""
        progress = progress_of(
            self._standing.said,
            run_id=self._plan.run_id,
            state=state,
            message=message,
            items_reused=self.parts.items_reused,
            started=self._started,
        )
        counts, kinds = progress.counts, self._gatherer.kinds
        # Of an actor that was lost, its shards know better than what it said last.
        for name, kind in _COUNTED.items():
            setattr(counts, name, max(getattr(counts, name), kinds[kind]))
        return progress

    def _follow(self, ray: Any, desk: Any, handing: HandingOut) -> None:
        ended_at: float | None = None
        while handing.is_alive():
            handing.join(_TICK_SECONDS)
            wish = wish_of_folder(self._folder)
            if wish is not None:
                self.control.ask(wish)
            if self.control.wish == "stop" and self.end_message is None:
                self.end_message = ""
            asked = "stop" if self.end_message is not None else self.control.wish
            self._standing = ray.get(desk.look.remote(asked), timeout=_ANSWER_SECONDS)
            self._check_end()
            if time.perf_counter() - self._gathered_at >= _GATHER_SECONDS:
                self._gather()
            self._tell()
            if self.end_message is not None:
                ended_at = ended_at or time.monotonic()
                handing.is_over.set()
                if (self._standing.is_idle and asked == "stop") or time.monotonic() - ended_at > _GRACE_SECONDS:
                    handing.join(_CLOSE_SECONDS)
                    break
        self._standing = ray.get(desk.look.remote("stop"), timeout=_ANSWER_SECONDS)
        self._keep_findings()
        self._raise_errors(handing.error)
        left = len(self.parts.names) - self._standing.parts_done
        if self.end_message is None and left:
            raise GlanError(f"{left} of {len(self.parts.names)} parts came back undone.", "Go on with the run.")
        if self.end_message is None and self.parts.is_cut_short:
            self.end_message = f"The limit of {self._limits.pairs:,} pairs is reached."

    def _check_end(self) -> None:
        """See whether a limit is reached, or an actor met something that ends the run."""
        if self.end_message is not None:
            return
        if any(each.error for each in self._standing.said) or (self._head and self._head.is_gone()):
            self.end_message = ""  # and raised at the end
            return
        spent = spent_of(self._standing.said, before=self.before, started=self._started)
        if self._standing.is_lent_out:  # what is left would hold no call of any actor
            spent = dataclasses.replace(spent, dollars=self._limits.dollars, tokens=self._limits.tokens, under_way=0)
        self.end_message = reached(self._limits, spent) or None

    def _gather(self) -> None:
        self._gathered_at = time.perf_counter()
        self._gatherer.gather(self._standing.lost)

    def _tell(self) -> None:
        is_paused = self.control.wish == "pause" and self.end_message is None
        state = RunState.PAUSED if is_paused else RunState.RUNNING
        if is_paused != self._is_paused:
            self._is_paused = is_paused
            self._record.save_state(state)
        progress = self.progress(state, next((each.message for each in self._standing.said if each.message), ""))
        self._record.tell(progress, before=self.before)
        self.on_progress(progress)

    def _keep_findings(self) -> None:
        found: tuple[EndpointModel, ...] = models_of(self._standing.said)
        self._journal.append(*found)

    def _raise_errors(self, of_ray: BaseException | None) -> None:
        for each in self._standing.said:
            if each.error:
                name, message, hint = each.error
                kind = getattr(errors, name, GlanError)
                raise kind(message, hint) if issubclass(kind, GlanError) else GlanError(message, hint)
        if self._head and (self._head.is_lost or (of_ray is not None and not answers(self._head.address))):
            raise GlanError(
                f"The head of the Ray cluster at {self._head.address} is gone.",
                "Nothing that was made is lost: begin the cluster again, or none, and go on with the run.",
            ) from of_ray
        if of_ray is not None and self.end_message is None:
            raise GlanError(
                f"Ray could not go on: {of_ray}",
                "What was made is kept. Every machine needs this project and its .venv at the same path.",
            ) from of_ray


class _Head:
    """The head of a cluster. Ray does not say that it is gone, and ends this process a minute later."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.is_lost = False
        """Whether it was found to be gone."""
        self._asked_at = time.monotonic()
        self._missing_since: float | None = None

    def is_gone(self) -> bool:
        """Look whether it is there, every now and then; say whether it has not been for some seconds."""
        now = time.monotonic()
        if now - self._asked_at >= _KNOCK_SECONDS:
            self._asked_at = now
            self._missing_since = None if answers(self.address) else self._missing_since or now
            self.is_lost = self._missing_since is not None and now - self._missing_since > _HEAD_SECONDS
        return self.is_lost
