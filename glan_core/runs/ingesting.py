"""How does what other processes made get into this database?

Every run leaves a journal, and whoever has the database open takes it in from where it stopped the last time. Doing it
twice changes nothing, and doing it on an empty database makes the runs anew.
"""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from glan_core.entities import Run, RunState
from glan_core.errors import StoreError
from glan_core.runs.journal import read_journal, read_plan, whole_bytes
from glan_core.runs.run_folder import list_run_folders, read_status
from glan_core.store.database import Database, explained_errors
from glan_core.store.ingest import ingest_journal
from glan_core.store.journals import find_journal_bytes
from glan_core.store.runs import find_run, save_run


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
    for folder in reversed(list_run_folders(runs_folder)):  # what was found out later replaces what was before
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
        start, end = find_journal_bytes(cursor, folder.name), whole_bytes(path)
        if end < start:
            start = 0  # it is not the journal that was taken in before
        known = find_run(cursor, folder.name)
        told = _run_of_folder(folder, known)
        if end == start and told == known:
            return 0
        with database.writing:
            save_run(cursor, told)
        entries = read_journal(path, start=start) if end > start else iter(())
        return ingest_journal(database, cursor, entries, run_id=folder.name, journal_bytes=end)


def _run_of_folder(folder: Path, known: Run | None) -> Run:
    """Give the row of a run as its folder tells it: what was asked for, and where it stands."""
    try:
        status = read_status(folder)
    except StoreError:
        status = None  # it is the journal that counts; going on with the run writes a new one
    if known is None:  # a plan may be long, so it is read only when nobody has seen it
        known = _planned_run(folder)
    if status is None:
        return known
    try:
        return dataclasses.replace(
            known,
            state=status.state,
            engine=status.engine,
            started_at=datetime.fromisoformat(status.started_at),
            finished_at=datetime.fromisoformat(status.finished_at) if status.finished_at else None,
            message=status.message,
        )
    except (TypeError, ValueError) as error:
        raise StoreError(f"The times in {folder / 'status.json'} are none.", "Go on with the run.") from error


def _planned_run(folder: Path) -> Run:
    request = read_plan(folder)["request"]
    try:
        return Run(
            run_id=folder.name,
            plan={key: request[key] for key in ("scope", "instructions", "stages")},
            settings=request["settings"],
            seed=request["seed"],
            state=RunState.INTERRUPTED,
            engine="local",
            started_at=_changed_at(folder),
            message="It has made nothing yet.",
        )
    except (KeyError, TypeError) as error:
        raise StoreError(f"The plan in {folder} cannot be read.", "Move the folder away.") from error


def _changed_at(folder: Path) -> datetime:
    return datetime.fromtimestamp((folder / "plan.json").stat().st_mtime, UTC)
