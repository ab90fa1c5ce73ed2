"""How does what other processes made get into this database?

Every run leaves a journal, and whoever has the database open takes it in from where it stopped the last time. Doing it
twice changes nothing, and doing it on an empty database makes the runs anew.
"""

import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from glan_core.entities import Run, RunState
from glan_core.errors import StoreError
from glan_core.journal import read_journal, read_plan, whole_bytes
from glan_core.run_folder import list_run_folders, read_status
from glan_core.store.database import Database, explained_errors
from glan_core.store.ingest import ingest
from glan_core.store.journals import find_journal_bytes, save_journal_bytes
from glan_core.store.runs import find_run, save_run

_ROWS_AT_ONCE = 2_000  # bounds the memory


class TakenIn(NamedTuple):
    """What came into a database."""

    runs: int
    """Journals that held something new."""
    rows: int
    unreadable: tuple[str, ...]
    """Why a run could not be taken in, a sentence for each."""


def take_in_journals(database: Database, runs_folder: Path, *, except_runs: frozenset[str] = frozenset()) -> TakenIn:
    """Take in what is new in the journals of all runs; one that cannot be read is left out and told.

    `except_runs` are those that this process works on itself.
    """
    runs = rows = 0
    unreadable: list[str] = []
    for folder in list_run_folders(runs_folder):
        if folder.name in except_runs:
            continue
        try:
            new = take_in_journal(database, folder)
        except StoreError as error:
            unreadable.append(error.message)
            continue
        runs += new > 0
        rows += new
    return TakenIn(runs, rows, tuple(unreadable))


def take_in_journal(database: Database, folder: Path) -> int:
    """Take in what is new in the journal of one run, and the run's state; gives the number of rows."""
    path = folder / "journal.jsonl"
    cursor = database.cursor()
    with explained_errors(database.path):
        start = find_journal_bytes(cursor, folder.name)
        end = whole_bytes(path)
        known, told = find_run(cursor, folder.name), run_of_folder(folder)
        if end <= start and known is not None and (known.state, known.message) == (told.state, told.message):
            return 0
        rows = 0
        entities = read_journal(path, start=start) if end > start else iter(())
        with database.writing:
            save_run(cursor, told)
            while batch := list(itertools.islice(entities, _ROWS_AT_ONCE)):
                ingest(cursor, batch)
                rows += len(batch)
            save_journal_bytes(cursor, folder.name, max(start, end))
    return rows


def run_of_folder(folder: Path) -> Run:
    """Give the row of a run as its folder tells it: what was asked for, and where it stands."""
    request = read_plan(folder)["request"]
    status = read_status(folder)
    return Run(
        run_id=folder.name,
        plan={key: request[key] for key in ("scope", "instructions", "stages")},
        settings=request["settings"],
        seed=request["seed"],
        state=status.state if status else RunState.INTERRUPTED,
        engine=status.engine if status else "local",
        started_at=datetime.fromisoformat(status.started_at) if status else _changed_at(folder),
        finished_at=datetime.fromisoformat(status.finished_at) if status and status.finished_at else None,
        message=status.message if status else "It ended before it began.",
    )


def _changed_at(folder: Path) -> datetime:
    return datetime.fromtimestamp((folder / "plan.json").stat().st_mtime, UTC)
