"""How does an actor keep what it makes, and how is that read by whoever takes over from it?

It appends to a journal of its own, so a call that has ended is on disk before anything else is waited for. Every second
or so it seals what it has: puts it into a shard, a Parquet file with one row a line, and begins the next journal.

    RUN/shards/690a-0002-00007/journal.jsonl                 what the second actor of a session is writing now
    RUN/shards/690a-0002-00006.parquet                       a shard: what it wrote before, whole
    RUN/shards/taken/690a-0002/690a-0002-00005.parquet       a shard whose lines are in the run's journal (shards.py)

Where shards lie under an address (shard_places.py) nobody can append to them, so that journal lies on a disk of the
actor's own machine. Who takes over from a lost actor on the same machine finds it there. On another one nobody does:
what was written after the last shard, about a second of calls, counts as not made and is made again.
"""

import contextlib
import io
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from glan_core.errors import DiskError, StoreError
from glan_core.runs.journal import Journal, is_at_work, read_lines
from glan_core.runs.shard_files import side_by_side
from glan_core.runs.shard_places import ShardPlace, make_own_folder
from glan_core.store.ingest import Entity

SHARDS, TAKEN, WRITERS = "shards", "shards/taken", "writers"
ENDING = ".parquet"
_LOOKS = 5  # while files move from one place to the next
_LOOK_AGAIN_SECONDS = 0.05


class ShardJournal:
    """What an actor writes to in place of the run's journal. All but `seal` is to be called from one thread."""

    def __init__(self, place: ShardPlace, writer: str) -> None:
        """`writer` names the actor; no other one may ever have had that name in this run."""
        self._journals = place.journals
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
            self._journal = Journal(self._journals / f"{self._writer}-{self.number:05}")
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
        return self._journals / f"{self._writer}-{self.number - 1:05}"


def begin_writer(place: ShardPlace, writer: str) -> None:
    """Let others know that an actor writes from now on. DiskError if it could not."""
    if place.is_shared:
        return  # they see that it holds its journal
    make_own_folder()
    for other in place.journals.parent.glob("*"):
        if other != place.journals:  # of an earlier session: what it held was made again, or is being made
            shutil.rmtree(other, ignore_errors=True)
    place.files.write(place.name(WRITERS, writer), socket.gethostname().encode())


def end_writer(place: ShardPlace, writer: str) -> None:
    """Let others know that all that an actor ever wrote is in its shards. DiskError if it could not."""
    if place.is_shared:
        return
    place.files.remove(place.name(WRITERS, writer))
    with contextlib.suppress(OSError):  # there are other actors on this machine
        place.journals.rmdir()
        place.journals.parent.rmdir()


def take_over(place: ShardPlace, writer: str) -> None:
    """Put into a shard what an actor that is gone wrote on this machine; what it wrote on another one is lost.

    To be called before anything that it may have made is made again.
    """
    if place.is_shared:
        return  # it can be read as it is
    for closed in open_journals(place.journals):
        if writer_of(closed.name) == writer and not is_at_work(closed):
            seal(place, closed, is_rest=True)
    end_writer(place, writer)


def seal(place: ShardPlace, closed: Path, *, is_rest: bool = False) -> None:
    """Put the journal of a folder into a shard, and remove the folder. DiskError if that fails.

    A rest is one of an actor that is gone, which may have died after it wrote the shard.
    """
    name = f"{closed.name}{ENDING}"
    shard, taken = place.name(SHARDS, name), place.name(f"{TAKEN}/{writer_of(closed.name)}", name)
    try:
        if not is_rest or not (place.files.exists(shard) or place.files.exists(taken)):
            place.files.write(shard, _sealed((closed / "journal.jsonl").read_bytes()))
        shutil.rmtree(closed)
    except FileNotFoundError:
        return  # somebody else who found it has just done so
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise DiskError(f"{closed} cannot be sealed: {reason}.", "What was made before is safe. Free space.") from error


def read_writer(place: ShardPlace, writer: str, *, first: int, last: int | None) -> list[Entity]:
    """Give what an actor wrote from one shard to another, or to its end, wherever it stands by now."""
    for look in range(_LOOKS):
        try:
            return [
                entity
                for name, lines in _written_by(place, writer, first, last)
                for entity in read_lines(lines, Path(name))
            ]
        except FileNotFoundError:  # it was moved just now
            if look == _LOOKS - 1:
                raise
            time.sleep(_LOOK_AGAIN_SECONDS)
    raise StoreError(f"The shards of {writer} cannot be read.", "Go on with the run.")


def _written_by(place: ShardPlace, writer: str, first: int, last: int | None) -> list[tuple[str, list[bytes]]]:
    found: dict[int, str] = {}
    # In the order in which things move, so that none is missed: whoever is found twice is read where it is now.
    names = [str(closed) for closed in open_journals(place.journals)]
    names += [name for folder in (SHARDS, f"{TAKEN}/{writer}") for name in place.files.names(place.name(folder))]
    for name in names:
        stem = Path(name).stem
        if writer_of(stem) == writer:
            found[int(stem.rpartition("-")[2])] = name
    wanted = [found[number] for number in sorted(found) if first <= number <= (last or number)]
    closed = [name for name in wanted if not name.endswith(ENDING)]
    sealed = [name for name in wanted if name.endswith(ENDING)]
    lines = {name: (Path(name) / "journal.jsonl").read_bytes().splitlines(keepends=True) for name in closed}
    lines |= dict(zip(sealed, map(lines_of, side_by_side(place.files, place.files.read, sealed)), strict=True))
    return [(name, lines[name]) for name in wanted]


def _sealed(journal: bytes) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines = journal.splitlines(keepends=True)
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()  # torn
    data = io.BytesIO()
    pq.write_table(pa.table({"line": pa.array(lines, pa.binary())}), data, compression="zstd")
    return data.getvalue()


def lines_of(data: bytes) -> list[bytes]:
    """Give the lines of a shard."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines: list[bytes] = pq.read_table(pa.BufferReader(data)).column("line").to_pylist()
    return lines


def writer_of(name: str) -> str:
    """Give the name of the actor in that of a journal or a shard."""
    return name.removesuffix(ENDING).rpartition("-")[0]


def open_journals(journals: Path) -> list[Path]:
    """Give the folders of journals that are not in shards yet, in their order."""
    return sorted(path.parent for path in journals.glob("*/journal.jsonl"))
