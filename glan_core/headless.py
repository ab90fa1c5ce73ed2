"""How does a run work without keeping the database from others?

It opens the database for a moment to plan, takes what it needs into a small one of its own, and lets go. What it makes
stands in its journal; at the end, or whenever somebody opens the database, that is taken in. Where another process has
the database open all the while, such as the app, a copy of it serves for planning.
"""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from glan_core.engines.local import execute
from glan_core.engines.progress import Progress
from glan_core.errors import DatabaseLockedError
from glan_core.ingesting import take_in_journal, take_in_journals
from glan_core.journal import Journal, write_plan
from glan_core.llm.endpoint import Endpoint
from glan_core.plan import Plan
from glan_core.run_folder import is_at_work, list_run_folders
from glan_core.store.database import Cursor, Database, open_database
from glan_core.store.instructions import list_known_instruction_ids
from glan_core.store.runs import mark_interrupted_runs
from glan_core.store.slices import write_slice
from glan_core.store.snapshots import open_snapshot

# A command holds the database for about a second; an app holds it for hours, and then a copy is read.
_WAIT_SECONDS = 5.0
_LOOK_UP_ROWS = 10_000
_SLICE = "work.duckdb"


class Planning(NamedTuple):
    """A database to plan with."""

    database: Database
    is_copy: bool
    """Whether another process has the database itself, so that nothing written here would stay."""


@contextmanager
def planning_database(path: Path, runs: Path) -> Iterator[Planning]:
    """Open the database, or a copy of it, with everything that journals hold taken in."""
    try:
        database = open_database(path, wait_seconds=_WAIT_SECONDS)
    except DatabaseLockedError:
        with (
            tempfile.TemporaryDirectory(dir=path.parent, prefix=f"{path.stem}.copy.") as folder,
            open_snapshot(path, Path(folder)) as copy,
        ):
            take_in_journals(copy, runs)
            yield Planning(copy, is_copy=True)
        return
    with database:
        take_in_journals(database, runs)
        mark_interrupted_runs(database.cursor(), at_work=runs_at_work(runs))
        yield Planning(database, is_copy=False)


def runs_at_work(runs: Path) -> tuple[str, ...]:
    """List the ids of the runs that a process is working on."""
    return tuple(folder.name for folder in list_run_folders(runs) if is_at_work(folder))


def prepare(cursor: Cursor, plan: Plan, folder: Path) -> None:
    """Put the plan and the small database of a run into its folder.

    Raises StoreError if another process is at work on the same run.
    """
    write_plan(folder, plan.to_data())
    with Journal(folder):
        write_slice(
            cursor,
            folder / _SLICE,
            instruction_ids=_known_instruction_ids(cursor, plan),
            growing_ids=[growth.node_id for growth in plan.growths],
        )


def work_off(plan: Plan, *, folder: Path, endpoint: Endpoint, concurrency: int, **options: Any) -> Progress:
    """Work off a plan that was prepared; options and errors are those of engines.local.execute."""
    path = folder / _SLICE
    with open_database(path) as database:
        progress = execute(
            plan, database=database, folder=folder, endpoint=endpoint, concurrency=concurrency, **options
        )
    path.unlink(missing_ok=True)
    return progress


def bring_home(path: Path, folder: Path) -> bool:
    """Take what a run has made into the database; False if another process has it open, which then does so."""
    try:
        with open_database(path, wait_seconds=_WAIT_SECONDS) as database:
            take_in_journal(database, folder)
    except DatabaseLockedError:
        return False
    return True


def _known_instruction_ids(cursor: Cursor, plan: Plan) -> list[str]:
    known: list[str] = []
    items = iter(plan.items)
    while batch := [item.instruction_id for item in itertools.islice(items, _LOOK_UP_ROWS)]:
        known.extend(list_known_instruction_ids(cursor, batch))
    return known
