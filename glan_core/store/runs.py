"""Which runs are there, and where does each stand?"""

import json
from datetime import datetime

from glan_core.entities import Run, RunState
from glan_core.store.database import Cursor

_COLUMNS = "run_id, plan, settings, seed, state, engine, started_at, finished_at, message"


def save_run(cursor: Cursor, run: Run) -> None:
    """Add a run, or bring state, times and message of a known one up to date."""
    cursor.execute(
        f"""
        insert into run ({_COLUMNS})
        values (?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict do update set
            state = excluded.state,
            started_at = excluded.started_at,
            finished_at = excluded.finished_at,
            message = excluded.message
        """,  # noqa: S608
        [
            run.run_id,
            json.dumps(run.plan),
            json.dumps(run.settings),
            run.seed,
            run.state.value,
            run.engine,
            run.started_at,
            run.finished_at,
            run.message,
        ],
    )


def find_run(cursor: Cursor, run_id: str) -> Run | None:
    """Give the run with this id."""
    row = cursor.execute(f"select {_COLUMNS} from run where run_id = ?", [run_id]).fetchone()  # noqa: S608
    return _run(row) if row else None


def list_runs(cursor: Cursor, *, limit: int = 100) -> tuple[Run, ...]:
    """List the newest runs first."""
    rows = cursor.execute(
        f"select {_COLUMNS} from run order by started_at desc, run_id limit ?",  # noqa: S608
        [limit],
    ).fetchall()
    return tuple(_run(row) for row in rows)


def count_runs(cursor: Cursor) -> int:
    """Count all runs."""
    row = cursor.execute("select count(*) from run").fetchone()
    return int(row[0]) if row else 0


def mark_interrupted_runs(cursor: Cursor) -> int:
    """Mark runs that claim to be running as interrupted, and give their number.

    Only for the moment at which a process has just opened the database: as one process holds the file, nobody else
    can be running them.
    """
    rows = cursor.execute(
        """
        update run
        set state = 'interrupted', message = 'Its process ended before the run did. Resume it to go on.'
        where state = 'running'
        returning run_id
        """
    ).fetchall()
    return len(rows)


def _run(row: tuple[str, str, str, int, str, str, datetime, datetime | None, str]) -> Run:
    run_id, plan, settings, seed, state, engine, started_at, finished_at, message = row
    return Run(
        run_id, json.loads(plan), json.loads(settings), seed, RunState(state), engine, started_at, finished_at, message
    )
