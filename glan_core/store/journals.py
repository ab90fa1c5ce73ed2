"""How much of each run's journal has this database taken in?"""

from glan_core.store.database import Cursor, first_row


def find_journal_bytes(cursor: Cursor, run_id: str) -> int:
    """Give the length of the part that was taken in; 0 if nothing was."""
    row = first_row(cursor.execute("select bytes from journal where run_id = ?", [run_id]))
    return int(row[0]) if row else 0


def save_journal_bytes(cursor: Cursor, run_id: str, bytes_: int) -> None:
    """Remember how much was taken in."""
    cursor.execute(
        "insert into journal (run_id, bytes) values (?, ?) on conflict do update set bytes = excluded.bytes",
        [run_id, bytes_],
    )
