"""Which questions in SQL did people save, and under which names?"""

from datetime import datetime
from typing import NamedTuple

from glan_core.errors import QueryError
from glan_core.store.database import Cursor

LONGEST_NAME = 80


class SavedQuery(NamedTuple):
    """SQL under a name."""

    name: str
    sql: str
    saved_at: datetime


def checked_query_name(name: str) -> str:
    """Give the name as it is kept; QueryError if there is none or it is too long."""
    given = " ".join(name.split())
    if not given:
        raise QueryError("A query needs a name to be saved under.", "Give it one, such as: short answers.")
    if len(given) > LONGEST_NAME:
        raise QueryError(
            f"A name of {len(given)} characters is too long.", f"Give one of at most {LONGEST_NAME} characters."
        )
    return given


def save_query(cursor: Cursor, query: SavedQuery) -> None:
    """Save SQL as it was written; what had the same name is replaced."""
    cursor.execute(
        """
        insert into saved_query (name, sql, saved_at)
        values (?, ?, ?)
        on conflict do update set
            sql = excluded.sql,
            saved_at = excluded.saved_at
        """,
        [checked_query_name(query.name), query.sql, query.saved_at],
    )


def list_saved_queries(cursor: Cursor) -> tuple[SavedQuery, ...]:
    """List them by name."""
    rows = cursor.execute("select name, sql, saved_at from saved_query order by lower(name), name").fetchall()
    return tuple(SavedQuery(*row) for row in rows)


def remove_saved_query(cursor: Cursor, name: str) -> None:
    """Forget a query."""
    cursor.execute("delete from saved_query where name = ?", [name])
