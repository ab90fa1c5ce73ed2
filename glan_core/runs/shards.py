"""How does what actors of one run write side by side come together in its journal?

    RUN/shards/690a-0002-00007/journal.jsonl    what the second actor of a session is writing now
    RUN/shards/690a-0002-00006.parquet          a shard: what it wrote before, whole, one row a line
    RUN/shards/taken/690a-0002-00005.parquet    a shard whose lines are in the run's journal

An actor appends to a journal of its own, so a call that has ended is on disk before anything else is waited for. Every
second or so it puts what it has into a shard, under another name until it is whole, and begins the next journal.
Whoever holds the run's journal gathers the shards into it. A shard needs no other one to be read.
"""

import contextlib
import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from glan_core.errors import DiskError, StoreError
from glan_core.runs.journal import Journal, is_at_work, read_lines
from glan_core.store.ingest import Entity

_SHARDS, _TAKEN = "shards", "taken"
_PART = ".part"  # a file that is not whole yet
_LOOKS = 5  # while files move from one place to the next
_LOOK_AGAIN_SECONDS = 0.05
ACTORS_END_SECONDS = 20.0  # Ray ends actors some seconds after the process that began them is gone


def shards_folder(folder: Path) -> Path:
    """Give the place of the shards of the run in this folder."""
    return folder / _SHARDS


class ShardJournal:
    """What an actor writes to in place of the run's journal. All but `seal` is to be called from one thread."""

    def __init__(self, shards: Path, writer: str) -> None:
        """`writer` names the actor; no other one may ever have had that name in this run."""
        self._shards = shards
        self._writer = writer
        self._journal: Journal | None = None
        self.number = 1
        """Of the shard that is being written."""

    @property
    def end(self) -> int:
        """Nothing, as a database that follows it is the actor's own and begins empty."""
        return 0

    def append(self, *entities: Entity, is_more_to_come: bool = False) -> None:
        """Put entities on disk as Journal.append does."""
        if self._journal is None:
            self._journal = Journal(self._shards / f"{self._writer}-{self.number:05}")
        self._journal.append(*entities, is_more_to_come=is_more_to_come)

    def write(self) -> None:
        """Put on disk what was kept back."""
        if self._journal is not None:
            self._journal.write()

    def read(self, *, start: int = 0) -> Iterator[Entity]:
        """Give nothing: see `end`."""
        return iter(())

    def close(self) -> None:
        """Let others have what was written last; nothing may be written afterwards."""
        if self._journal is not None:
            self._journal.close()

    def close_current(self) -> Path | None:
        """Begin another shard, and give what is to be sealed, if anything was written."""
        if self._journal is None:
            return None
        self._journal.write()
        self._journal.close()
        self._journal = None
        self.number += 1
        return self._shards / f"{self._writer}-{self.number - 1:05}"


def seal(closed: Path) -> None:
    """Put the journal of a folder into a shard beside it, and remove the folder. DiskError if that fails."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    target = closed.with_name(f"{closed.name}.parquet")
    try:
        if not target.exists():
            lines = (closed / "journal.jsonl").read_bytes().splitlines(keepends=True)
            if lines and not lines[-1].endswith(b"\n"):
                lines.pop()  # torn
            table = pa.table({"line": pa.array(lines, pa.binary())})
            part = target.with_suffix(f".{os.getpid()}{_PART}")
            with part.open("wb") as file:
                pq.write_table(table, file, compression="zstd")
                file.flush()
                os.fsync(file.fileno())  # so that it outlives the machine that wrote it
            part.replace(target)
        shutil.rmtree(closed)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise DiskError(
            f"{target} cannot be written: {reason}.", "What was made before is safe. Free space."
        ) from error


class Gatherer:
    """Brings shards into the run's journal, for whoever holds that."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self._shards = shards_folder(folder)
        self._journal = journal
        self._shared: set[str] = set()
        self.kinds: Counter[str] = Counter()
        """Lines that came in here, by kind."""

    def gather(self, gone: Collection[str] | None = ()) -> int:
        """Append what shards hold, and give the number of lines.

        What actors that are `gone` (None: all of them) were writing comes along, unless a process still holds it.
        """
        if not self._shards.is_dir():
            return 0
        for closed in _open_journals(self._shards):
            if (gone is None or closed.name.rsplit("-", 1)[0] in gone) and not is_at_work(closed):
                seal(closed)
        return sum(self._take(path) for path in sorted(self._shards.glob("*.parquet")))

    def is_complete(self) -> bool:
        """Say whether nothing is left to be gathered."""
        return not has_shards(self._shards.parent)

    def clear(self) -> None:
        """Remove what has been gathered; what has not stays."""
        shutil.rmtree(self._shards / _TAKEN, ignore_errors=True)
        with contextlib.suppress(OSError):  # something is left
            self._shards.rmdir()

    def _take(self, path: Path) -> int:
        kept: list[bytes] = []
        kinds: Counter[str] = Counter()
        shared: set[str] = set()
        for line in _lines_of(path):
            kind = line[9 : line.index(b'"', 9)].decode()  # {"kind":"Answer", ...
            kinds[kind] += 1
            if kind == "SharedText":
                text_id = json.loads(line)["value"]["shared_text_id"]
                if text_id in self._shared or text_id in shared:
                    continue
                shared.add(text_id)
            kept.append(line)
        self._journal.append_lines(b"".join(kept))
        self._shared |= shared  # not before they are on disk: a disk that is full now may have room the next time
        self.kinds += kinds
        taken = self._shards / _TAKEN
        taken.mkdir(exist_ok=True)
        path.replace(taken / path.name)
        return len(kept)


def gather_shards(folder: Path, journal: Journal, *, wait_seconds: float = 0.0) -> int:
    """Bring what an earlier session left in shards into the run's journal, which the caller holds.

    With `wait_seconds`, actors that outlived whoever began the run are waited for so long; StoreError if one of them
    still holds what it wrote then, as a session that goes on without it would send calls again.
    """
    if not shards_folder(folder).is_dir():
        return 0
    gatherer = Gatherer(folder, journal)
    lines = gatherer.gather(None)
    deadline = time.monotonic() + wait_seconds
    while wait_seconds and not gatherer.is_complete():
        if time.monotonic() >= deadline:
            raise StoreError(
                f"Actors of an earlier session still write in {folder}.", "Go on with the run once they have ended."
            )
        time.sleep(_LOOK_AGAIN_SECONDS)
        lines += gatherer.gather(None)
    gatherer.clear()
    return lines


def has_shards(folder: Path) -> bool:
    """Say whether a run has shards, or journals of actors, that are not in its journal."""
    shards = shards_folder(folder)
    return shards.is_dir() and (any(shards.glob("*.parquet")) or bool(_open_journals(shards)))


def read_writer(folder: Path, writer: str, *, first: int, last: int | None) -> list[Entity]:
    """Give what an actor wrote from one shard to another, or to its end, wherever it stands by now."""
    for look in range(_LOOKS):
        try:
            return [
                entity
                for path in _written_by(shards_folder(folder), writer, first, last)
                for entity in read_lines(_lines_of(path), path)
            ]
        except FileNotFoundError:  # it was moved just now
            if look == _LOOKS - 1:
                raise
            time.sleep(_LOOK_AGAIN_SECONDS)
    raise StoreError(f"The shards of {writer} in {folder} cannot be read.", "Go on with the run.")


def _written_by(shards: Path, writer: str, first: int, last: int | None) -> list[Path]:
    found: dict[int, Path] = {}
    # In the order in which things move, so that none is missed: whoever is found twice is read where it is now.
    for path in (*shards.glob(f"{writer}-*"), *shards.glob(f"{_TAKEN}/{writer}-*")):
        if path.suffix != _PART:
            found[int(path.stem.rsplit("-", 1)[1])] = path
    return [found[number] for number in sorted(found) if first <= number <= (last or number)]


def _lines_of(path: Path) -> list[bytes]:
    import pyarrow.parquet as pq

    if path.suffix != ".parquet":
        return (path / "journal.jsonl").read_bytes().splitlines(keepends=True)
    with path.open("rb") as file:
        lines: list[bytes] = pq.read_table(file).column("line").to_pylist()
    return lines


def _open_journals(shards: Path) -> list[Path]:
    return sorted(path.parent for path in shards.glob("*/journal.jsonl"))
