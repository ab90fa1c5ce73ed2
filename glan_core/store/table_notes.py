"""Which tables and views are there to be asked, and what does each column hold?

What there is says the database; what it means say the comments of schema.sql.
"""

import functools
import re
from pathlib import Path
from typing import NamedTuple

from glan_core.store.database import Cursor

_OPENING = re.compile(r"create (?:table if not exists|or replace view) (\w+)")
_COLUMN = re.compile(r"\s+(\w+)\s+[^-]*?--\s*(.+)")


class ColumnNote(NamedTuple):
    """One column."""

    name: str
    kind: str
    """Its type, in lower case."""
    note: str


class TableNote(NamedTuple):
    """One table or view."""

    name: str
    is_view: bool
    note: str
    columns: tuple[ColumnNote, ...]


def list_tables(cursor: Cursor) -> tuple[TableNote, ...]:
    """List the tables and views of the database, views first, each by name."""
    rows = cursor.execute(
        """
        select
            relation.table_name,
            relation.table_type = 'VIEW',
            list((field.column_name, lower(field.data_type)) order by field.ordinal_position)
        from information_schema.tables as relation
        join information_schema.columns as field
            on field.table_catalog = relation.table_catalog
            and field.table_schema = relation.table_schema
            and field.table_name = relation.table_name
        where relation.table_catalog = current_database()
            and relation.table_schema = 'main'
        group by all
        order by 2 desc, 1
        """
    ).fetchall()
    notes, of_columns = _notes()
    return tuple(
        TableNote(
            name,
            is_view,
            notes.get(name, ""),
            tuple(ColumnNote(column, kind, of_columns.get((name, column), "")) for column, kind in columns),
        )
        for name, is_view, columns in rows
    )


@functools.cache
def _notes() -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """Read the comments of schema.sql: those above a table or view, and those behind a column."""
    notes: dict[str, str] = {}
    of_columns: dict[tuple[str, str], str] = {}
    above: list[str] = []
    name = ""
    for line in (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8").splitlines():
        if line.startswith("-- "):
            above.append(line.removeprefix("-- "))
        elif opening := _OPENING.match(line):
            name = opening[1]
            notes[name] = " ".join(above)
        elif column := _COLUMN.match(line):
            of_columns[name, column[1]] = column[2]
        if not line.startswith("--"):
            above = []
    return notes, of_columns
