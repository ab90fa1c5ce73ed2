"""How are files written and read where every actor of a run reaches them?

In a folder of a disk that all machines share (here), or under an address (shard_addresses.py). Names are relative and
have slashes, `shards/690a-0002-00006.parquet`. A file is there whole or not at all.
"""

import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from glan_core.errors import DiskError

PART = ".part"  # how the name of a file ends that is not whole yet
Result = TypeVar("Result")


class SharedFiles(Protocol):
    """Files that all actors of a run reach, and whoever began it."""

    @property
    def at_once(self) -> int:
        """How many are best asked for side by side."""
        ...

    def write(self, name: str, data: bytes, *, is_lasting: bool = True) -> None:
        """Put a file there; one that need not last may go with the machine that wrote it. DiskError if that fails."""
        ...

    def read(self, name: str) -> bytes:
        """Give what a file holds; FileNotFoundError if it is not there, StoreError if it cannot be read."""
        ...

    def names(self, folder: str) -> list[str]:
        """Give the names of the files right in a folder, which need not exist, in their order; StoreError."""
        ...

    def exists(self, name: str) -> bool:
        """Say whether a file is there; StoreError."""
        ...

    def move(self, name: str, to: str) -> None:
        """Give a file another name; FileNotFoundError if it is not there, DiskError if that fails."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with everything in it, if there is one; DiskError if that fails."""
        ...


class FolderFiles:
    """Files below a folder."""

    at_once = 1

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, data: bytes, *, is_lasting: bool = True) -> None:
        """Put a file there; see SharedFiles."""
        path = self._folder / name
        part = path.with_name(f"{path.name}.{os.getpid()}{PART}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(data)
                if is_lasting:
                    file.flush()
                    os.fsync(file.fileno())
            part.replace(path)
        except OSError as error:
            raise _explained(error, path, "written") from error

    def read(self, name: str) -> bytes:
        """Give what a file holds; see SharedFiles."""
        return (self._folder / name).read_bytes()

    def names(self, folder: str) -> list[str]:
        """Give the names of the files right in a folder; see SharedFiles."""
        try:
            found = [entry.name for entry in os.scandir(self._folder / folder) if entry.is_file()]
        except FileNotFoundError:
            return []
        return sorted(f"{folder}/{name}" for name in found if not name.endswith(PART))

    def exists(self, name: str) -> bool:
        """Say whether a file is there."""
        return (self._folder / name).is_file()

    def move(self, name: str, to: str) -> None:
        """Give a file another name; see SharedFiles."""
        path = self._folder / to
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            (self._folder / name).replace(path)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _explained(error, path, "written") from error

    def remove(self, name: str) -> None:
        """Remove a file or a folder; what somebody else may not remove takes room, and no more."""
        assert name  # the folder itself holds other things
        path = self._folder / name
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def side_by_side(files: SharedFiles, do: Callable[[str], Result], names: Sequence[str]) -> Iterable[Result]:
    """Do something with each of some files, as many at once as is best; results in the order of the names."""
    if files.at_once == 1:
        return map(do, names)
    with ThreadPoolExecutor(files.at_once) as threads:
        return list(threads.map(do, names))


@contextmanager
def writing(files: SharedFiles) -> Iterator[Callable[[str, bytes], None]]:
    """Give what writes files that need not last, as many at once as is best; all are there at the end. DiskError."""
    if files.at_once == 1:
        yield partial(files.write, is_lasting=False)
        return
    under_way: deque[Future[None]] = deque()

    def write(name: str, data: bytes) -> None:
        if len(under_way) >= 2 * files.at_once:
            under_way.popleft().result()
        under_way.append(threads.submit(files.write, name, data))

    with ThreadPoolExecutor(files.at_once) as threads:
        yield write
        for each in under_way:
            each.result()


def _explained(error: OSError, path: Path, done: str) -> DiskError:
    reason = (error.strerror or type(error).__name__).lower()
    return DiskError(f"{path} cannot be {done}: {reason}.", "What was made before is safe. Free space, then go on.")
