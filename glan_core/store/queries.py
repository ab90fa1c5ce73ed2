"""What does one reading statement of a visitor give, within limits?

It is checked (query_rules.py), then run with a connection of its own in a transaction that may not write, row by row:
what is not shown is not worked out. A thread beside it interrupts it when its time is up or memory grows too much.
"""

import datetime
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import duckdb
import pandas as pd

from glan_core.errors import QueryError
from glan_core.store.database import Cursor
from glan_core.store.query_rules import checked_sql, explained, list_column_names

MOST_IDS = 100_000
_ROWS_AT_ONCE = 50
_WATCH_SECONDS = 0.02
_SORTING_MEMORY = "500MB"  # beyond it, sorts and groups go to the disk
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_FRACTIONS = ("FLOAT", "DOUBLE", "DECIMAL")
_MOMENTS = ("DATE", "TIMESTAMP")


class Limits(NamedTuple):
    """How much a query may bring, and take."""

    rows: int = 1_000
    bytes: int = 20_000_000
    """Of the rows together, about."""
    seconds: float = 10.0
    memory_bytes: int = 2_000_000_000
    """By how much the whole process may grow in the meantime."""


class QueryResult(NamedTuple):
    """What a query gave."""

    frame: pd.DataFrame
    """Numbers, truth values, dates and moments as such; everything else as text. Column names are told apart."""
    cut: Literal["", "rows", "bytes"]
    """Which limit left rows out; empty: these are all rows."""
    seconds: float


def run_query(cursor: Cursor, sql: str, limits: Limits | None = None) -> QueryResult:
    """Give the rows of one reading statement, the first ones if there are more than the limits let through.

    Raises QueryError if it is refused, cannot be understood, or takes too long or too much memory.
    """
    limits = limits or Limits()
    statement = checked_sql(cursor, sql)
    started = time.monotonic()
    with _reading(cursor, limits) as own:
        own.execute(statement)
        names = [str(column[0]) for column in own.description or ()]
        kinds = [str(column[1]) for column in own.description or ()]
        rows, cut = _fetch(own, limits)
    frame = pd.DataFrame(
        {name: _column([row[place] for row in rows], kinds[place]) for place, name in enumerate(_told_apart(names))}
    )
    return QueryResult(frame, cut, time.monotonic() - started)


def list_instruction_ids(cursor: Cursor, sql: str, limits: Limits | None = None) -> tuple[str, ...]:
    """Give every instruction_id in the result of a query once, in order, and one more than MOST_IDS at most.

    Raises QueryError as `run_query` does, and if the result has no such column.
    """
    statement = checked_sql(cursor, sql)
    with _reading(cursor, limits or Limits()) as own:
        own.execute(
            f"""
            select distinct instruction_id::varchar
            from (
                {statement}
            )
            where instruction_id is not null
            order by 1
            limit {MOST_IDS + 1}
            """  # noqa: S608 - a whole statement that was checked
        )
        return tuple(instruction_id for (instruction_id,) in own.fetchall())


@contextmanager
def _reading(cursor: Cursor, limits: Limits) -> Iterator[Cursor]:
    """Give a connection that may not write and is interrupted at the limits."""
    own = cursor.cursor()
    try:
        own.execute(f"set operator_memory_limit = '{_SORTING_MEMORY}'")
        own.execute("begin transaction read only")
        try:
            with _Watch(own, limits) as watch:
                try:
                    yield own
                except duckdb.InterruptException as error:
                    raise watch.reason(limits) from error
                except duckdb.OutOfMemoryException as error:
                    raise _too_much_memory() from error
                except duckdb.Error as error:
                    raise explained(error, columns=list_column_names(cursor)) from error
        finally:
            own.rollback()
    finally:
        own.close()


class _Watch:
    """Interrupts a query when its time is up, or when the process has grown too much."""

    def __init__(self, cursor: Cursor, limits: Limits) -> None:
        self._cursor = cursor
        self._limits = limits
        self._is_over = threading.Event()
        self._is_memory = False
        self._thread = threading.Thread(target=self._look, name="query watch", daemon=True)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def reason(self, limits: Limits) -> QueryError:
        """Say why the query was interrupted."""
        if self._is_memory:
            return _too_much_memory()
        return QueryError(
            f"The query was stopped after {limits.seconds:g} seconds.",
            "Read less of it: a condition, a limit inside, or a join on ids.",
        )

    def _look(self) -> None:
        before = _memory_bytes()
        deadline = time.monotonic() + self._limits.seconds
        while not self._is_over.wait(_WATCH_SECONDS):
            self._is_memory = self._is_memory or _memory_bytes() - before > self._limits.memory_bytes
            if self._is_memory or time.monotonic() > deadline:
                self._cursor.interrupt()


def _too_much_memory() -> QueryError:
    return QueryError("The query was stopped, as it took too much memory.", "Read fewer rows or shorter texts at once.")


def _memory_bytes() -> int:
    """Give what this process occupies; what texts and lists take is not among what DuckDB counts itself."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def _fetch(cursor: Cursor, limits: Limits) -> tuple[list[tuple[Any, ...]], Literal["", "rows", "bytes"]]:
    rows: list[tuple[Any, ...]] = []
    room = limits.bytes
    while more := cursor.fetchmany(_ROWS_AT_ONCE):
        for row in more:
            if len(rows) == limits.rows:
                return rows, "rows"
            room -= sum(_size(value) for value in row)
            if room < 0 and rows:
                return rows, "bytes"
            rows.append(row)
    return rows, ""


def _size(value: object) -> int:
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, dict):
        return sum(_size(each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple):
        return sum(_size(each) for each in value)
    return 8


def _told_apart(names: Sequence[str]) -> list[str]:
    """Give every column a name of its own: `a, a` becomes `a, a_2`."""
    given: list[str] = []
    for name in names:
        number, unique = 1, name
        while unique in given:
            number += 1
            unique = f"{name}_{number}"
        given.append(unique)
    return given


def _column(values: Sequence[Any], kind: str) -> "pd.Series[Any]":
    if "[" in kind:
        return pd.Series([_text(value) for value in values], dtype="object")
    if kind in _INTEGERS:
        return pd.Series(values, dtype="Int64")
    if kind.startswith(_FRACTIONS):
        return pd.Series([None if value is None else float(value) for value in values], dtype="Float64")
    if kind == "BOOLEAN":
        return pd.Series(values, dtype="boolean")
    if kind.startswith(_MOMENTS) and all(isinstance(value, datetime.date | None) for value in values):
        return pd.Series(values, dtype="object")
    return pd.Series([_text(value) for value in values], dtype="object")


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
