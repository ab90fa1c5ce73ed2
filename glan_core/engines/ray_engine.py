"""How is a plan worked off by Ray actors on one machine or many?

    parts (Parquet) -> Ray Data -> actors with the calls of the local engine -> shards (Parquet) -> the run's journal

This process plans, hands parts out, gathers what actors made into the run's journal, keeps to limits and wishes, and
tells the progress; it makes no call itself. What actors made is on disk, below the run's folder, before anything else
is waited for. So whatever is lost, an actor, a machine or this process, costs what was under way there: the run's
folder has to be on a disk that all machines share, and nothing else.
"""

import dataclasses
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from glan_core import errors
from glan_core.calls import EndpointModel
from glan_core.engines.control import RunControl, wish_of_folder
from glan_core.engines.engine import EngineChoice
from glan_core.engines.limits import check_limits, reached
from glan_core.engines.progress import Progress
from glan_core.engines.ray_cluster import cluster
from glan_core.engines.ray_desk import Desk, Job, Standing
from glan_core.engines.ray_handing import HandingOut
from glan_core.engines.ray_parts import Parts, remove_parts, write_parts
from glan_core.engines.ray_sums import models_of, progress_of, spent_of
from glan_core.engines.run_record import RunRecord, message_of
from glan_core.entities import RunState
from glan_core.errors import GlanError, SettingsError
from glan_core.generation_settings import Limits
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import Plan
from glan_core.planning.planned_instructions import PlannedInstructions
from glan_core.runs.costs import Costs
from glan_core.runs.ingesting import take_in_journal
from glan_core.runs.journal import Journal, write_plan
from glan_core.runs.shards import ACTORS_END_SECONDS, Gatherer, gather_shards
from glan_core.store.database import Database
from glan_core.store.runs import RunCounts, run_counts
from glan_core.store.slices import write_slice

_TICK_SECONDS = 0.3
_GATHER_SECONDS = 1.0
_CALLS_AN_ACTOR = 64
_LEAST_IN_HAND = 2  # parts under way in an actor beside those that fill its calls
_GRACE_SECONDS = 30.0
_CLOSE_SECONDS = 5.0
_ANSWER_SECONDS = 60.0  # for the desk, which is a process on this machine


def execute(
    plan: Plan,
    *,
    database: Database,
    folder: Path,
    endpoint: Endpoint,
    concurrency: int,
    control: RunControl | None = None,
    limits: Limits,
    only: frozenset[str] | None = None,
    timeout_seconds: float,
    before: RunCounts | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    journal: Journal | None = None,
    choice: EngineChoice,
) -> Progress:
    """Work a plan off, or go on with it; arguments and errors are those of engines.local.execute."""
    check_limits(limits)
    _check(plan, endpoint)
    if limits.dollars is not None:
        Costs(plan.request.settings, base_url=endpoint.base_url).check(plan.request.stages)
    write_plan(folder, plan.to_data())
    with nullcontext(journal) if journal else Journal(folder) as kept:
        if journal is None:
            wish_of_folder(folder)
        gather_shards(folder, kept, wait_seconds=ACTORS_END_SECONDS)
        take_in_journal(database, folder)
        record = RunRecord(
            plan, database=database, folder=folder, endpoint=endpoint, concurrency=concurrency, engine="ray"
        )
        record.save_state(RunState.RUNNING)
        run = _Run(plan, record, database=database, folder=folder, journal=kept, limits=limits)
        run.before = before or run_counts(database.cursor(), plan.run_id)
        run.control, run.on_progress = control or run.control, on_progress
        try:
            room = choice.actors or _actors(concurrency, os.cpu_count() or 1)
            with cluster(choice.ray_address, actors=room) as ray:
                cpus = int(ray.cluster_resources().get("CPU", 1))
                run.prepare(actors=min(choice.actors or _actors(concurrency, cpus), concurrency), only=only)
                run.work_off(
                    ray, endpoint=endpoint, concurrency=concurrency, only=only, timeout_seconds=timeout_seconds
                )
        except BaseException as error:
            run.bring_home()
            record.end(run.progress(RunState.STOPPED, message_of(error)), before=run.before)
            raise
        run.bring_home()
        message = " ".join(words for words in (run.end_message, run.last_words) if words)
        if before is None:
            take_in_journal(database, folder)
        progress = run.progress(RunState.FINISHED if run.end_message is None else RunState.STOPPED, message)
        record.end(progress, before=run.before)
    on_progress(progress)
    return progress


def _check(plan: Plan, endpoint: Endpoint) -> None:
    if endpoint.is_built_in:
        raise SettingsError(
            "The built-in model lives in one process, and Ray's actors are many.",
            "Set OPENAI_BASE_URL (or --base-url) to an endpoint that their machines reach, or choose --engine local.",
        )
    if any(stage not in _STAGES for stage in plan.request.stages):
        raise SettingsError("Ray's actors generate, and do nothing to pairs.", "Choose --engine local for this run.")


def _actors(concurrency: int, cpus: int) -> int:
    return min(cpus, -(-concurrency // _CALLS_AN_ACTOR))


_STAGES = ("taxonomy", "subjects", "syllabus", "class_details", "instructions", "answers")


class _Run:
    """One run in one session, as the process sees it that began it."""

    def __init__(
        self, plan: Plan, record: RunRecord, *, database: Database, folder: Path, journal: Journal, limits: Limits
    ) -> None:
        self.on_progress: Callable[[Progress], None] = lambda progress: None
        self.control = RunControl()
        self.end_message: str | None = None
        """Why it ended before the plan was done; None if it did not."""
        self.before = RunCounts(0, 0, 0, 0, 0, 0, 0.0)
        self._plan = plan
        self._record = record
        self._database = database
        self._folder = folder
        self._journal = journal
        self._limits = limits
        self._gatherer = Gatherer(folder, journal)
        self._parts = Parts()
        self._actors = 1
        self._curriculum = b""
        self._standing = Standing((), (), is_lent_out=False, is_idle=True)
        self._started = time.perf_counter()
        self._gathered_at = self._started
        self._is_paused = False

    def prepare(self, *, actors: int, only: frozenset[str] | None) -> None:
        """Write the parts, and the small database that each actor gets."""
        cursor = self._database.cursor()
        self._actors = actors
        self._parts = write_parts(
            self._folder, self._plan, cursor=cursor, actors=actors, only=only, most_pairs=self._limits.pairs
        )
        with tempfile.TemporaryDirectory(prefix="glan-ray-") as place:
            path = Path(place) / "curriculum.duckdb"
            growing = [growth.node_id for growth in self._plan.growths]
            write_slice(cursor, path, instruction_ids=[], growing_ids=growing)
            self._curriculum = path.read_bytes()

    def work_off(
        self, ray: Any, *, endpoint: Endpoint, concurrency: int, only: frozenset[str] | None, timeout_seconds: float
    ) -> None:
        """Have actors do all of it, and watch."""
        if not self._parts.names:
            return
        desk = self._desk(ray)
        limits, before = self._limits, self.before
        spent_tokens = before.prompt_tokens + before.completion_tokens
        job = Job(
            plan=self._bare_plan(),
            folder=str(self._folder.absolute()),
            endpoint=endpoint,
            concurrency=concurrency,
            actors=self._actors,
            timeout_seconds=timeout_seconds,
            rows_a_part=self._parts.rows_a_part,
            curriculum=[ray.put(self._curriculum)],
            only=[] if only is None else [ray.put(sorted(only))],
            dollars=None if limits.dollars is None else limits.dollars - (before.cost or 0.0),
            tokens=None if limits.tokens is None else limits.tokens - spent_tokens,
        )
        ray.get(desk.open.remote(job), timeout=_ANSWER_SECONDS)
        in_hand = -(-concurrency // (self._actors * self._parts.rows_a_part)) + _LEAST_IN_HAND
        handing = HandingOut(ray, desk, self._parts.names, actors=self._actors, in_hand=in_hand)
        handing.start()
        try:
            self._watch(ray, desk, handing)
        except (ray.exceptions.RayError, TimeoutError) as error:
            raise GlanError(
                "What holds the actors of this run together is gone.",
                "Nothing that was made is lost: go on with the run.",
            ) from error

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
            items_reused=self._parts.items_reused,
            started=self._started,
        )
        counts, kinds = progress.counts, self._gatherer.kinds
        # Of an actor that was lost, its shards know better than what it said last.
        counts.instructions = max(counts.instructions, kinds["Instruction"])
        counts.answers = max(counts.answers, kinds["Answer"])
        return progress

    def _desk(self, ray: Any) -> Any:
        """Make the desk, on this machine: it is of no use to anybody without this process."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        session = f"{int(time.time()):08x}"
        return ray.remote(Desk).options(num_cpus=0, scheduling_strategy=here).remote(session)

    def _bare_plan(self) -> Plan:
        request = self._plan.request
        none = PlannedInstructions({}, settings=request.settings, seed=request.seed)
        return dataclasses.replace(self._plan, items=none, growths=(), novelty=None)

    def _watch(self, ray: Any, desk: Any, handing: HandingOut) -> None:
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
        left = len(self._parts.names) - self._standing.parts_done
        if self.end_message is None and left:
            raise GlanError(f"{left} of {len(self._parts.names)} parts came back undone.", "Go on with the run.")
        if self.end_message is None and self._parts.is_cut_short:
            self.end_message = f"The limit of {self._limits.pairs:,} pairs is reached."

    def _check_end(self) -> None:
        """See whether a limit is reached, or an actor met something that ends the run."""
        if self.end_message is not None:
            return
        if any(each.error for each in self._standing.said):
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
        if of_ray is not None and self.end_message is None:
            raise GlanError(
                f"Ray could not go on: {of_ray}",
                "What was made is kept. Every machine needs this project and its .venv at the same path.",
            ) from of_ray
