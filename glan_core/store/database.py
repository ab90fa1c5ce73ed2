"""Which file holds the database, and may this process have it?

DuckDB lets one process hold a file. Within the process, every thread and every page run takes a cursor of its own.
"""

import contextlib
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from glan_core.errors import DatabaseLockedError, DiskError, StoreError

SCHEMA_VERSION = 7
Cursor = duckdb.DuckDBPyConnection

# SQL reaches the tables of its file and nothing else: no other file, no network, no variable of Python, whoever wrote
# it. What comes from outside is registered as an Arrow table. DuckDB cannot be talked out of it while the file is open.
_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
}
_WAIT_STEP_SECONDS = 0.1
_MOST_LOG_BYTES = 16_000_000
_MOST_LOG_BYTES_OF_MUCH = 400_000_000
_LEAST_FREE_BYTES = 50_000_000  # below this even a checkpoint of a small database may fail


class Database:
    """An open database file; `cursor()` gives each thread its own way in."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.Lock()
        self.writing = threading.Lock()
        """Held by whoever inserts a batch: DuckDB refuses one of two transactions that insert the same key."""

    def cursor(self) -> Cursor:
        """Give a new cursor; close it or let it go when the thread or page run is done."""
        with self._lock:
            return self._connection.cursor()

    def tidy(self, cursor: Cursor) -> None:
        """Move what was written into the file proper once it is much: until then it takes up memory and a log.

        DuckDB does so by itself only while nobody else reads.
        """
        log = self.path.with_name(self.path.name + ".wal")
        if log.exists() and log.stat().st_size > _MOST_LOG_BYTES:
            with contextlib.suppress(duckdb.TransactionException):  # somebody reads just now; the next time will do
                cursor.execute("checkpoint")

    @contextmanager
    def writing_much(self, cursor: Cursor) -> Iterator[None]:
        """Let the log grow within the block: to move it costs half a second, however little it holds."""
        cursor.execute(f"set global checkpoint_threshold = '{_MOST_LOG_BYTES_OF_MUCH} bytes'")
        try:
            yield
        finally:
            cursor.execute("reset global checkpoint_threshold")
            self.tidy(cursor)

    def close(self) -> None:
        """Write what is pending and let other processes have the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Give the open database."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def open_database(path: Path, *, create: bool = False, wait_seconds: float = 0.0) -> Database:
    """Open the database at `path`, with its tables made if `create`.

    Another process that holds it is waited for as long as `wait_seconds`.

    Raises DatabaseLockedError if another process holds it, DiskError if the disk is full or may not be written, and
    StoreError if there is no such file or it is not one of ours.
    """
    if not path.exists() and not create:
        raise StoreError(
            f"There is no database at {path}.", "Run `python -m glan_core init` first, or start the app once."
        )
    if path.is_dir():
        raise StoreError(f"{path} is a folder, not a database.", "Name a file with --database or GLAN_DATABASE.")
    is_new = not path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < _LEAST_FREE_BYTES:
            free = shutil.disk_usage(path.parent).free
            raise DiskError(
                f"The disk that holds {path.parent} has {free / 1e6:.0f} MB left.",
                f"Free some space: {_LEAST_FREE_BYTES / 1e6:.0f} MB are the least to work with.",
            )
        connection = _connect(path, wait_seconds)
    except (duckdb.Error, OSError) as error:
        raise _explained(error, path) from error
    try:
        with explained_errors(path):
            _prepare(connection, path, is_new=is_new)
    except BaseException:
        connection.close()
        raise
    return Database(path, connection)


@contextmanager
def explained_errors(path: Path) -> Iterator[None]:
    """Turn what DuckDB raises inside the block into the errors of this package."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise _explained(error, path) from error


@contextmanager
def transaction(cursor: Cursor) -> Iterator[None]:
    """Keep all or nothing of what the block writes."""
    cursor.begin()
    try:
        yield
    except BaseException:
        cursor.rollback()
        raise
    cursor.commit()


@contextmanager
def memory_cursor() -> Iterator[Cursor]:
    """Give, within the block, a way into a DuckDB that is in memory and in no file."""
    connection = duckdb.connect(":memory:", config=_CLOSED)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def limited_memory(cursor: Cursor, megabytes: int) -> Iterator[None]:
    """Let the open file hold about so much in memory for a while, and put beside it on disk what is more.

    Where more is held already and cannot be put away, all stays as it is.
    """
    with contextlib.suppress(duckdb.OutOfMemoryException):
        cursor.execute(f"set memory_limit = '{megabytes}MB'")
    try:
        yield
    finally:
        cursor.execute("reset memory_limit")


def first_row(result: duckdb.DuckDBPyConnection) -> tuple[Any, ...] | None:
    """Give the first row of a result, or None.

    A result of which only one row is fetched stays open, and with it a transaction that keeps DuckDB from tidying up.
    """
    rows = result.fetchall()
    return rows[0] if rows else None


def _connect(path: Path, wait_seconds: float) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return duckdb.connect(path, config=_CLOSED)
        except duckdb.IOException as error:
            is_locked = isinstance(_explained(error, path), DatabaseLockedError)
            if not is_locked or time.monotonic() >= deadline:
                raise
            time.sleep(_WAIT_STEP_SECONDS)


def _prepare(connection: duckdb.DuckDBPyConnection, path: Path, *, is_new: bool) -> None:
    tables = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    if tables and "glan_database" not in tables:
        raise StoreError(
            f"{path} is a DuckDB database of something else.", "Name another file with --database or GLAN_DATABASE."
        )
    if not is_new and tables:
        version = first_row(connection.execute("select max(schema_version) from glan_database"))
        found = version[0] if version else None
        if found != SCHEMA_VERSION:
            raise StoreError(
                f"{path} has schema version {found}; this release reads version {SCHEMA_VERSION}.",
                "Use the release that made it. A new one, made with `init`, takes in its runs (`ingest`), but not its "
                "edits and votes.",
            )
    with transaction(connection):
        connection.execute((Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"))
        if not tables:
            connection.execute("insert into glan_database (schema_version) values (?)", [SCHEMA_VERSION])


def _explained(error: Exception, path: Path) -> StoreError:
    text = str(error)
    lowered = text.casefold()
    if "conflicting lock" in lowered or "could not set lock" in lowered:
        holder = re.search(r"PID (\d+)", text)
        who = f" (process {holder.group(1)})" if holder else ""
        return DatabaseLockedError(
            f"{path} is in use by another process{who}.",
            "Close the app or the command that has it open, or name another file with --database.",
        )
    if "no space left" in lowered or "disk full" in lowered:
        return DiskError(f"The disk that holds {path.parent} is full.", "Free some space, then start again.")
    if isinstance(error, PermissionError) or "permission denied" in lowered or "read-only file system" in lowered:
        return DiskError(f"{path} may not be written.", "Check who owns it, or name another file with --database.")
    if "not a valid duckdb database" in lowered or "unsupported file version" in lowered or "serializ" in lowered:
        return StoreError(
            f"{path} is not a database this release can read.", "Name another file with --database or GLAN_DATABASE."
        )
    first_line = text.strip().splitlines()[0] if text.strip() else type(error).__name__
    return StoreError(f"{path} cannot be used: {first_line}", "Run: python -m glan_core doctor")
