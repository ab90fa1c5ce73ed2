"""How much of each run's journal has this database taken in?"""

from datetime import datetime
from typing import NamedTuple

from glan_core.entities import RunState
from glan_core.store.database import Cursor, first_row


class Standing(NamedTuple):
    """Where a run stands, as far as this database knows."""

    state: RunState
    message: str
    started_at: datetime
    finished_at: datetime | None
    journal_bytes: int
    """How much of its journal was taken in."""


def find_journal_bytes(cursor: Cursor, run_id: str) -> int:
    """Give the length of the part that was taken in; 0 if nothing was."""
    row = first_row(cursor.execute("select bytes from journal where run_id = ?", [run_id]))
    return int(row[0]) if row else 0


def find_standing(cursor: Cursor, run_id: str) -> Standing | None:
    """Give where one run stands; None if it is not here."""
    return _standings(cursor, "where run.run_id = ?", [run_id]).get(run_id)


def list_standings(cursor: Cursor) -> dict[str, Standing]:
    """Give where every run stands, by its id."""
    return _standings(cursor, "", [])


def save_journal_bytes(cursor: Cursor, run_id: str, bytes_: int) -> None:
    """Remember how much was taken in."""
    cursor.execute(
        "insert into journal (run_id, bytes) values (?, ?) on conflict do update set bytes = excluded.bytes",
        [run_id, bytes_],
    )


def _standings(cursor: Cursor, where: str, parameters: list[object]) -> dict[str, Standing]:
    rows = cursor.execute(
        f"""
        select run.run_id, state, message, started_at, finished_at, coalesce(bytes, 0)
        from run
        left join journal on journal.run_id = run.run_id
        {where}
        """,  # noqa: S608 - the condition is one of the constants above
        parameters,
    ).fetchall()
    return {
        run_id: Standing(RunState(state), message, started_at, finished_at, bytes_)
        for run_id, state, message, started_at, finished_at, bytes_ in rows
    }
