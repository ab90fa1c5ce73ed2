"""How is a database read that another process has open?

DuckDB lets nobody else in, not even to read, but its file is a plain file: blocks that are in use are never written
over, and which ones are in use stands in the header at its front. So a copy is whole if the header was the same before
and after, and what was written since stands in the write-ahead log beside it, which only grows until then.
"""

import contextlib
import shutil
from pathlib import Path

from glan_core.errors import StoreError
from glan_core.store.database import Database, explained_errors, open_database

_HEADER_BYTES = 3 * 4096
_TRIES = 5


def copy_open_database(path: Path, copy: Path) -> None:
    """Copy a database that another process may be writing to; StoreError if it changes too fast for that."""
    with explained_errors(path):
        for _ in range(_TRIES):
            before = _header(path)
            shutil.copyfile(path, copy)
            _copy_log(path, copy)
            if _header(path) == before == _header(copy):
                return
    raise StoreError(f"{path} changes too fast to be read by another process.", "Try again in a moment.")


def open_snapshot(path: Path, folder: Path) -> Database:
    """Open a copy, made in `folder`, of a database that another process holds."""
    copy = folder / path.name
    copy_open_database(path, copy)
    return open_database(copy)


def _copy_log(path: Path, copy: Path) -> None:
    log, copied = path.with_name(path.name + ".wal"), copy.with_name(copy.name + ".wal")
    copied.unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError):  # there is none, or a checkpoint has just taken it away
        shutil.copyfile(log, copied)


def _header(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEADER_BYTES)
