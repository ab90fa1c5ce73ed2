"""How does a run work without keeping the database from others?

It opens the database for a moment to plan, takes what it needs into a small one of its own, and lets go. What it makes
stands in its journal; at the end, or whenever somebody opens the database, that is taken in. Where another process has
the database open all the while, such as the app, a copy of it serves for planning.

    with planning_database(path, runs) as planning:
        plan = make_plan(planning.database.cursor(), ...)
        prepared = prepare(planning.database, plan, runs / plan.run_id)
    progress = work_off(prepared, endpoint=endpoint, concurrency=16)
    bring_home(path, prepared.folder)

From `prepare` on the journal is locked, so whoever plans next sees what this run will ask for (see claims.py).
"""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from glan_core.engines.control import RunControl, wish_of_folder
from glan_core.engines.engine import LOCAL, EngineChoice, check_calls_out, engine_of
from glan_core.engines.progress import Progress
from glan_core.entities import TaxonomyNode
from glan_core.errors import DatabaseLockedError, StoreError
from glan_core.generation_settings import Limits
from glan_core.llm.chat_model import TIMEOUT_SECONDS
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import Plan
from glan_core.planning.planned_calls import known_instruction_ids
from glan_core.runs.claims import Claim, list_claims
from glan_core.runs.ingesting import TakenIn, take_in_journal, take_in_journals
from glan_core.runs.journal import Journal, is_at_work, write_plan
from glan_core.runs.run_folder import list_run_folders
from glan_core.runs.shards import ACTORS_END_SECONDS, gather_shards
from glan_core.runs.turns import in_turn
from glan_core.store.database import Cursor, Database, open_database
from glan_core.store.regenerations import list_regenerated_ids
from glan_core.store.runs import RunCounts, mark_interrupted_runs, run_counts
from glan_core.store.slices import write_slice
from glan_core.store.snapshots import open_snapshot
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes

# Commands take turns, so only what does not is waited for: `export` holds the database for about a second. An app holds
# it for hours, and then a copy serves for planning, which should not keep anybody waiting.
_PLANNING_WAIT_SECONDS = 1.0
_HOME_WAIT_SECONDS = 3.0
_SLICE = "work.duckdb"
_NO_LIMITS = Limits()
_COPY = ".planning-copy."  # between the name of the database and a random end; nobody would name a folder of theirs so


class Planning(NamedTuple):
    """A database to plan with."""

    database: Database
    is_copy: bool
    """Whether another process has the database itself, so that nothing written here would stay."""
    taken: TakenIn
    """What journals held that the database did not know."""
    at_work: tuple[Claim, ...]
    """What other processes and batch services work on, or did until a moment ago."""


class Prepared(NamedTuple):
    """A run that can be worked off without the database."""

    plan: Plan
    folder: Path
    journal: Journal
    """Open and locked; `work_off` closes it."""
    before: RunCounts
    """What earlier sessions of the run have made and spent."""


@contextmanager
def planning_database(path: Path, runs: Path) -> Iterator[Planning]:
    """Open the database, or a copy of it, with everything that journals hold taken in.

    One process plans at a time; another one that wants to waits. StoreError if there is no database.
    """
    with in_turn(path):
        # Before the journals are taken in: a run that ends in between is among these, and one that had ended is in its
        # journal with everything it drew.
        at_work = list_claims(runs)
        _sweep(path, runs)
        try:
            database = open_database(path, wait_seconds=_PLANNING_WAIT_SECONDS)
        except DatabaseLockedError:
            with (
                tempfile.TemporaryDirectory(dir=path.parent, prefix=f"{path.stem}{_COPY}") as folder,
                open_snapshot(path, Path(folder)) as copy,
            ):
                yield Planning(copy, is_copy=True, taken=take_in_journals(copy, runs), at_work=at_work)
            return
        with database:
            taken = take_in_journals(database, runs)
            mark_interrupted_runs(database.cursor(), at_work=runs_at_work(runs))
            yield Planning(database, is_copy=False, taken=taken, at_work=at_work)


def runs_at_work(runs: Path) -> tuple[str, ...]:
    """List the ids of the runs that a process is working on."""
    return tuple(folder.name for folder in list_run_folders(runs) if is_at_work(folder))


def prepare(database: Database, plan: Plan, folder: Path, *, added: Sequence[TaxonomyNode] = ()) -> Prepared:
    """Put the plan and the small database of a run into its folder.

    `added` are nodes that come into the taxonomy for this run; they stand in the journal before the database.
    Raises StoreError if another process is at work on the same run.
    """
    write_plan(folder, plan.to_data())
    journal = Journal(folder)
    try:
        wish_of_folder(folder)  # one that was left for an earlier session; from here on they are meant
        gather_shards(folder, journal, wait_seconds=ACTORS_END_SECONDS)
        take_in_journal(database, folder)  # another process may have worked on it until just now
        journal.append(*added)
        cursor = database.cursor()
        insert_taxonomy_nodes(cursor, added)
        write_slice(
            cursor,
            folder / _SLICE,
            instruction_ids=_known_instruction_ids(cursor, plan),
            growing_ids=[growth.node_id for growth in plan.growths],
        )
    except BaseException:
        journal.close()
        raise
    return Prepared(plan, folder, journal, run_counts(cursor, plan.run_id))


def work_off(
    prepared: Prepared,
    *,
    endpoint: Endpoint,
    concurrency: int,
    engine: EngineChoice = LOCAL,
    control: RunControl | None = None,
    limits: Limits = _NO_LIMITS,
    only: frozenset[str] | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Progress:
    """Work off a plan that was prepared, with the engine of one's choice; see engines.local.execute for the rest."""
    path = prepared.folder / _SLICE
    with prepared.journal:  # held until the small database is gone: whoever takes the run up next makes another one
        try:
            check_calls_out(engine, prepared.folder)
            with open_database(path) as database:
                return engine_of(engine)(
                    prepared.plan,
                    database=database,
                    folder=prepared.folder,
                    endpoint=endpoint,
                    concurrency=concurrency,
                    control=control,
                    limits=limits,
                    only=only,
                    timeout_seconds=timeout_seconds,
                    before=prepared.before,
                    on_progress=on_progress,
                    journal=prepared.journal,
                )
        finally:  # all that it held beyond the database is in the journal
            _remove_slice(prepared.folder)


def bring_home(path: Path, folder: Path) -> bool:
    """Take what a run has made into the database; False if another process has it open, which then does so."""
    try:
        with in_turn(path), open_database(path, wait_seconds=_HOME_WAIT_SECONDS) as database:
            take_in_journal(database, folder)
    except DatabaseLockedError:
        return False
    return True


def _sweep(path: Path, runs: Path) -> None:
    """Remove what processes that were killed left behind; to be called in turn.

    Copies are made and removed in turn, so any that is there now is nobody's. A small database is made and removed by
    whoever has its run's journal.
    """
    for folder in path.parent.iterdir() if path.parent.is_dir() else ():
        if folder.name.startswith(f"{path.stem}{_COPY}"):
            shutil.rmtree(folder, ignore_errors=True)  # what somebody else may not remove takes room, and no more
    for slice_ in runs.glob(f"*/{_SLICE}"):
        if not is_at_work(slice_.parent):
            with contextlib.suppress(StoreError, OSError), Journal(slice_.parent):  # somebody may just have begun
                _remove_slice(slice_.parent)


def _remove_slice(folder: Path) -> None:
    for name in (_SLICE, f"{_SLICE}.wal"):
        (folder / name).unlink(missing_ok=True)


def _known_instruction_ids(cursor: Cursor, plan: Plan) -> list[str]:
    if plan.judging is not None:
        return [pair.instruction_id for pair in plan.judging.pairs]
    if plan.regenerating is not None:
        rejected = [pair.instruction_id for pair in plan.regenerating.pairs]
        return [*rejected, *list_regenerated_ids(cursor, rejected)]
    return known_instruction_ids(cursor, plan.items, seed=plan.request.seed)
