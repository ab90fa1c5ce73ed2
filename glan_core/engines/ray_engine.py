"""How is a plan worked off by Ray actors on one machine or many?

    parts (Parquet) -> Ray Data -> actors with the calls of the local engine -> shards (Parquet) -> the run's journal

This process plans, hands parts out and watches (ray_watch.py); it makes no call itself. What actors made is on disk,
below the run's folder, before anything else is waited for. So whatever is lost, an actor, a machine or this process,
costs what was under way there. The run's folder has to be on a disk that all machines share, unless parts and shards
lie under an address (shard_places.py); then a machine that is lost costs what it wrote after its last shard, too.
"""

import dataclasses
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from glan_core.engines.control import RunControl, wish_of_folder
from glan_core.engines.engine import EngineChoice
from glan_core.engines.limits import check_limits
from glan_core.engines.progress import Progress
from glan_core.engines.ray_cluster import cluster
from glan_core.engines.ray_desk import Desk, Job, bare_plan
from glan_core.engines.ray_handing import HandingOut
from glan_core.engines.ray_parts import write_parts
from glan_core.engines.ray_watch import OPEN_SECONDS, Watch, loss_told
from glan_core.engines.run_record import RunRecord, message_of
from glan_core.entities import RunState
from glan_core.errors import SettingsError
from glan_core.generation_settings import Limits
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import Plan
from glan_core.runs.costs import Costs
from glan_core.runs.ingesting import take_in_journal
from glan_core.runs.journal import Journal, write_plan
from glan_core.runs.shard_places import ShardAddress, begin_session
from glan_core.runs.shards import ACTORS_END_SECONDS, gather_shards
from glan_core.store.database import Cursor, Database
from glan_core.store.runs import RunCounts, run_counts
from glan_core.store.slices import write_slice

_CALLS_AN_ACTOR = 64
_LEAST_IN_HAND = 2  # parts under way in an actor beside those that fill its calls


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
    _check(endpoint)
    if limits.dollars is not None:
        Costs(plan.request.settings, base_url=endpoint.base_url).check(plan.request.stages)
    write_plan(folder, plan.to_data())
    with nullcontext(journal) if journal else Journal(folder) as kept:
        if journal is None:
            wish_of_folder(folder)
        gather_shards(folder, kept, wait_seconds=ACTORS_END_SECONDS)
        take_in_journal(database, folder)
        shards = begin_session(folder, choice.shards)
        record = RunRecord(
            plan, database=database, folder=folder, endpoint=endpoint, concurrency=concurrency, engine="ray"
        )
        record.save_state(RunState.RUNNING)
        watch = Watch(plan, record, folder=folder, journal=kept, limits=limits)
        watch.before = before or run_counts(database.cursor(), plan.run_id)
        watch.control, watch.on_progress = control or watch.control, on_progress
        try:
            room = choice.actors or _actors(concurrency, os.cpu_count() or 1)
            with cluster(choice.ray_address, actors=room) as ray:
                cpus = max(1, int(ray.cluster_resources().get("CPU", 1)))
                work = _Work(
                    plan,
                    folder=folder,
                    endpoint=endpoint,
                    concurrency=concurrency,
                    actors=min(choice.actors or _actors(concurrency, cpus), concurrency),
                    only=only,
                    timeout_seconds=timeout_seconds,
                    shards=shards,
                )
                work.do(ray, watch, cursor=database.cursor(), limits=limits)
        except BaseException as error:
            watch.bring_home()
            record.end(watch.progress(RunState.STOPPED, message_of(error)), before=watch.before)
            raise
        watch.bring_home()
        message = " ".join(words for words in (watch.end_message, watch.last_words) if words)
        if before is None:
            take_in_journal(database, folder)
        progress = watch.progress(RunState.FINISHED if watch.end_message is None else RunState.STOPPED, message)
        record.end(progress, before=watch.before)
    on_progress(progress)
    return progress


def _check(endpoint: Endpoint) -> None:
    if endpoint.is_built_in:
        raise SettingsError(
            "The built-in model lives in one process, and Ray's actors are many.",
            "Set OPENAI_BASE_URL (or --base-url) to an endpoint that their machines reach, or choose --engine local.",
        )


def _actors(concurrency: int, cpus: int) -> int:
    return min(cpus, -(-concurrency // _CALLS_AN_ACTOR))


@dataclasses.dataclass(frozen=True)
class _Work:
    """What actors are to do in one session of a run."""

    plan: Plan
    folder: Path
    endpoint: Endpoint
    concurrency: int
    actors: int
    only: frozenset[str] | None
    timeout_seconds: float
    shards: ShardAddress | None

    def do(self, ray: Any, watch: Watch, *, cursor: Cursor, limits: Limits) -> None:
        """Have actors do all of it."""
        watch.parts = parts = write_parts(
            self.folder, self.plan, cursor=cursor, actors=self.actors, only=self.only, most_pairs=limits.pairs
        )
        if not parts.names:
            return
        before = watch.before
        spent_tokens = before.prompt_tokens + before.completion_tokens
        job = Job(
            plan=bare_plan(self.plan),
            folder=str(self.folder.absolute()),
            endpoint=dataclasses.replace(self.endpoint, api_key=""),
            concurrency=self.concurrency,
            actors=self.actors,
            timeout_seconds=self.timeout_seconds,
            rows_a_part=parts.rows_a_part,
            curriculum=[ray.put(self._curriculum(cursor))],
            only=[] if self.only is None else [ray.put(sorted(self.only))],
            dollars=None if limits.dollars is None else limits.dollars - (before.cost or 0.0),
            tokens=None if limits.tokens is None else limits.tokens - spent_tokens,
            shards=self.shards,
        )
        with loss_told(ray):
            desk = _desk(ray)
            ray.get([desk.open.remote(job), desk.keep_key.remote(self.endpoint.api_key)], timeout=OPEN_SECONDS)
        in_hand = -(-self.concurrency // (self.actors * parts.rows_a_part)) + _LEAST_IN_HAND
        handing = HandingOut(ray, desk, parts.names, actors=self.actors, in_hand=in_hand)
        handing.start()
        watch.follow(ray, desk, handing)

    def _curriculum(self, cursor: Cursor) -> bytes:
        """Give the small database that each actor gets."""
        with tempfile.TemporaryDirectory(prefix="glan-curriculum-") as place:
            path = Path(place) / "curriculum.duckdb"
            growing = [growth.node_id for growth in self.plan.growths]
            write_slice(cursor, path, instruction_ids=[], growing_ids=growing)
            return path.read_bytes()


def _desk(ray: Any) -> Any:
    """Make the desk, on this machine: it is of no use to anybody without this process."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    session = f"{int(time.time()):08x}"
    return ray.remote(Desk).options(num_cpus=0, scheduling_strategy=here).remote(session)
