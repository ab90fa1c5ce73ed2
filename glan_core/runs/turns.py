"""Whose turn is it to plan with a database?"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from glan_core.store.database import explained_errors


@contextmanager
def in_turn(path: Path) -> Iterator[None]:
    """Wait until no other command plans with the databases of this folder.

    The lock is on the folder, so it leaves no file behind. It cannot be on the database: a process that closes any file
    of it gives up all that DuckDB has locked.
    """
    if not path.parent.is_dir():
        yield  # and whoever opens the database says that there is none
        return
    with explained_errors(path):
        folder = os.open(path.parent, os.O_RDONLY)
    try:
        with explained_errors(path):
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
