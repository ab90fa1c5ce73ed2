"""How does what other processes made get into this database?

Every run leaves a journal, and whoever has the database open takes it in from where it stopped the last time. Doing it
twice changes nothing, and doing it on an empty database makes the runs anew.
"""

import contextlib
import dataclasses
import os
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from glan_core.entities import Run, RunState
from glan_core.errors import StoreError
from glan_core.runs.journal import Journal, first_new_byte, is_at_work, read_plan, whole_bytes
from glan_core.runs.journal_chunks import take_in_lines
from glan_core.runs.run_folder import RunStatus, find_status, read_status
from glan_core.runs.shards import gather_shards, has_shards
from glan_core.store.database import Database, explained_errors
from glan_core.store.journals import Standing, find_journal_bytes, find_standing, list_standings
from glan_core.store.runs import find_run, save_run

_MANY = 20  # runs to look at, from which on one query for all of them costs less than one for each
_IN_PART = "Not all of its journal could be taken in."


class TakenIn(NamedTuple):
    """What came into a database."""

    runs: int
    """Journals that held something new."""
    rows: int
    unreadable: tuple[str, ...]
    """Why a run could not be taken in and what to do, for each."""


@dataclasses.dataclass
class Settled:
    """What whoever looks for news again and again remembers of the runs that have ended and are wholly taken in.

    A process that takes a run up marks its folder, and the folder of all runs, before it writes anything (see Journal).
    So as long as a folder has the time of change that it had when its run was settled, it has nothing new.
    """

    changed_at: dict[str, int] = dataclasses.field(default_factory=dict)
    """By settled run, when its folder was changed last, in ns."""
    all_changed_at: int | None = None
    """When the folder of all runs was changed last, at the last look."""
    unsettled: tuple[Path, ...] = ()
    """The runs that were not settled then."""


def take_in_journals(
    database: Database,
    runs_folder: Path,
    *,
    except_runs: Collection[str] = (),
    settled: Settled | None = None,
) -> TakenIn:
    """Take in what is new in the journals of all runs; one that cannot be read is left out and told.

    `except_runs` are those that this process works on itself; it is asked anew for each run. With `settled`, the same
    each time, runs that have ended and are wholly taken in are passed over until somebody takes them up again.
    """
    runs = rows = 0
    unreadable: list[str] = []
    settled = settled if settled is not None else Settled()
    folders = _unsettled_folders(runs_folder, settled)
    standings = list_standings(database.cursor()) if len(folders) > _MANY else {}
    unsettled = []
    for changed_at, folder in folders:
        if folder.name in except_runs:
            unsettled.append(folder)
            continue
        was_at_work = is_at_work(folder)
        try:
            is_known = folder.name in standings and _is_known(folder, standings[folder.name])
            new = 0 if is_known else take_in_journal(database, folder)
            is_settled = not was_at_work and (
                is_known or _is_known(folder, find_standing(database.cursor(), folder.name))
            )
        except StoreError as error:
            unreadable.append(f"{error.message} {error.hint}".strip())
            unsettled.append(folder)
            continue
        if is_settled:
            settled.changed_at[folder.name] = changed_at
        else:
            unsettled.append(folder)
        runs += new > 0
        rows += new
    settled.unsettled = tuple(unsettled)
    return TakenIn(runs, rows, tuple(unreadable))


def take_in_journal(database: Database, folder: Path) -> int:
    """Take in what is new in the journal of one run, and the run's state; gives the number of rows."""
    path = folder / "journal.jsonl"
    cursor = database.cursor()
    if not is_at_work(folder) and has_shards(folder):  # whoever is at work gathers them
        with contextlib.suppress(StoreError), Journal(folder) as journal:  # somebody may just have begun
            gather_shards(folder, journal)
    with explained_errors(database.path):
        # Its state is read before the journal is measured and saved after that was taken in: a run that says here that
        # it has ended has written everything, and whoever reads in the database that it has finds all of it there.
        known = find_run(cursor, folder.name)
        told = _run_of_folder(folder, known)
        taken_in, end = find_journal_bytes(cursor, folder.name), whole_bytes(path)
        start = first_new_byte(taken_in, end=end)
        rows = 0
        if end != start:
            if known is None:
                with database.writing:
                    save_run(cursor, dataclasses.replace(told, state=RunState.INTERRUPTED, message=_IN_PART))
            rows = take_in_lines(database, cursor, path, start=start, end=end, run_id=folder.name)
        if told != known:
            with database.writing:
                save_run(cursor, told)
        return rows


def _unsettled_folders(runs_folder: Path, settled: Settled) -> list[tuple[int, Path]]:
    """Give the folders of runs that may hold something new, with the time of their last change, oldest plans first.

    What was found out later replaces what was before.
    """
    try:
        all_changed_at = runs_folder.stat().st_mtime_ns
        if all_changed_at == settled.all_changed_at:
            entries = [(path.stat().st_mtime_ns, path) for path in settled.unsettled]
        else:
            entries = [
                (changed_at, Path(entry.path))
                for entry in os.scandir(runs_folder)
                if (changed_at := entry.stat().st_mtime_ns) != settled.changed_at.get(entry.name)
            ]
    except OSError:
        settled.all_changed_at = None
        return []  # no run has left anything
    settled.all_changed_at = all_changed_at
    plans = []
    for changed_at, folder in entries:
        try:
            plans.append(((folder / "plan.json").stat().st_mtime, folder, changed_at))
        except OSError:
            continue  # not a run; where a process is about to make one, it marks the folder after the plan is there
    return [(changed_at, folder) for _, folder, changed_at in sorted(plans)]


def _is_known(folder: Path, known: Standing | None) -> bool:
    """Say whether the database has all of a run that has ended: its state, and every byte of its journal."""
    if known is None or known.state in (RunState.RUNNING, RunState.PAUSED):
        return False
    try:
        status = read_status(folder)
        size = (folder / "journal.jsonl").stat().st_size
        if status is None:
            return known.journal_bytes == size
        started_at, finished_at = _times(status)
    except (StoreError, OSError):
        return False
    told = Standing(status.state, status.message, started_at, finished_at, size)
    return told == known


def _run_of_folder(folder: Path, known: Run | None) -> Run:
    """Give the row of a run as its folder tells it: what was asked for, and where it stands."""
    status = find_status(folder)
    if known is None:  # a plan may be long, so it is read only when nobody has seen it
        known = _planned_run(folder)
    if status is None:
        has_ended = known.state in (RunState.RUNNING, RunState.PAUSED) and not is_at_work(folder)
        return dataclasses.replace(known, state=RunState.INTERRUPTED) if has_ended else known
    started_at, finished_at = _times(status)
    return dataclasses.replace(
        known,
        state=status.state,
        engine=status.engine,
        started_at=started_at,
        finished_at=finished_at,
        message=status.message,
    )


def _times(status: RunStatus) -> tuple[datetime, datetime | None]:
    """Give when a run was taken up last, and when it ended; StoreError if its status tells no times."""
    try:
        ended = datetime.fromisoformat(status.finished_at) if status.finished_at else None
        return datetime.fromisoformat(status.started_at), ended
    except (TypeError, ValueError) as error:
        raise StoreError(f"The times in the status of run {status.run_id} are none.", "Go on with the run.") from error


def _planned_run(folder: Path) -> Run:
    plan = read_plan(folder)
    request = plan["request"]
    try:
        return Run(
            run_id=folder.name,
            plan={key: request[key] for key in ("scope", "instructions", "stages")} | {"drawn_at": plan["drawn_at"]},
            settings=request["settings"],
            seed=request["seed"],
            state=RunState.RUNNING if is_at_work(folder) else RunState.INTERRUPTED,
            engine="local",
            started_at=_changed_at(folder),
            message="It has made nothing yet.",
        )
    except (KeyError, TypeError) as error:
        raise StoreError(f"The plan in {folder} cannot be read.", "Move the folder away.") from error


def _changed_at(folder: Path) -> datetime:
    return datetime.fromtimestamp((folder / "plan.json").stat().st_mtime, UTC)
