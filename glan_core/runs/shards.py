"""How does what actors of one run write side by side come together in its journal?

Each actor writes shards (shard_journal.py). Whoever holds the run's journal gathers them: appends their lines to it and
sets them aside, where whoever takes over from a lost actor still reads them. A shard needs no other one to be read.
"""

import contextlib
import json
import shutil
import time
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from glan_core.errors import StoreError
from glan_core.runs.journal import Journal, is_at_work
from glan_core.runs.shard_files import side_by_side
from glan_core.runs.shard_journal import ENDING, SHARDS, TAKEN, WRITERS, lines_of, open_journals, seal, writer_of
from glan_core.runs.shard_places import ShardPlace, end_session, place_of

_LOOK_AGAIN_SECONDS = 0.05
_ASK_AGAIN_SECONDS = 0.5  # of a server
ACTORS_END_SECONDS = 20.0  # Ray ends actors some seconds after the process that began them is gone


class Gatherer:
    """Brings shards into the run's journal, for whoever holds that."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self._folder = folder
        self._place = place_of(folder)
        self._journal = journal
        self._shared: set[str] = set()
        self._gone: set[str] = set()
        self.kinds: Counter[str] = Counter()
        """Lines that came in here, by kind."""

    def gather(self, gone: Collection[str] | None = ()) -> int:
        """Append what shards hold, and give the number of lines.

        What actors that are `gone` (None: all of them) were writing comes along where it can be seen, unless a process
        still holds it.
        """
        self._gone.update(gone or ())
        self._seal_rests(gone)
        files, number = self._place.files, 0
        names = [name for name in files.names(self._place.name(SHARDS)) if name.endswith(ENDING)]
        for start in range(0, len(names), files.at_once):
            some = names[start : start + files.at_once]
            for data in side_by_side(files, files.read, some):
                number += self._append(data)
            for _ in side_by_side(files, self._set_aside, some):
                continue
        return number

    def is_complete(self) -> bool:
        """Say whether nothing is left to be gathered, and nothing can come of actors that were not called gone."""
        place = self._place
        return not _has_shards(place) and (place.is_shared or self._gone.issuperset(_writers(place)))

    def clear(self) -> None:
        """Remove what has been gathered; what has not stays."""
        place = self._place
        if not place.is_shared and self.is_complete():
            self._leave()
            return
        place.files.remove(place.name(TAKEN))
        if place.is_shared:
            with contextlib.suppress(OSError):  # something is left
                place.journals.rmdir()

    def give_up(self) -> None:
        """Read nothing any more of actors that may still write; StoreError where that cannot be told from the rest."""
        if self._place.is_shared:
            raise StoreError(
                f"Actors of an earlier session still write in {self._folder}.",
                "Go on with the run once they have ended.",
            )
        self._leave()

    def _leave(self) -> None:
        """Remove all that lies under the address of the run."""
        end_session(self._folder)
        with contextlib.suppress(StoreError):  # what cannot be removed takes room, and no more
            self._place.files.remove("")
        shutil.rmtree(self._place.journals, ignore_errors=True)

    def _seal_rests(self, gone: Collection[str] | None) -> None:
        place = self._place
        if not place.is_shared and gone is not None:
            return  # those who take over do so themselves, before anything is made again
        there = None if place.is_shared else _writers(place)
        for closed in open_journals(place.journals):
            writer = writer_of(closed.name)
            if is_at_work(closed) or (gone is not None and writer not in gone):
                continue
            if there is None or writer in there:
                seal(place, closed, is_rest=True)
            else:  # somebody on another machine took over, and made it again
                shutil.rmtree(closed, ignore_errors=True)

    def _append(self, data: bytes) -> int:
        kept: list[bytes] = []
        kinds: Counter[str] = Counter()
        shared: set[str] = set()
        for line in lines_of(data):
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
        return len(kept)

    def _set_aside(self, name: str) -> None:
        file = name.rpartition("/")[2]
        self._place.files.move(name, self._place.name(f"{TAKEN}/{writer_of(file)}", file))


def gather_shards(folder: Path, journal: Journal, *, wait_seconds: float = 0.0) -> int:
    """Bring what an earlier session left in shards into the run's journal, which the caller holds.

    With `wait_seconds`, actors that outlived whoever began the run are waited for so long. StoreError if one of them
    still holds what it wrote then, as a session that goes on without it would send calls again. Under an address nobody
    can tell who still writes there from who was killed, and what comes later is not read.
    """
    place = place_of(folder)
    if place.is_shared and not place.journals.is_dir():
        return 0
    gatherer = Gatherer(folder, journal)
    lines = gatherer.gather(None)
    deadline = time.monotonic() + wait_seconds
    while wait_seconds and not gatherer.is_complete():
        if time.monotonic() >= deadline:
            gatherer.give_up()
            return lines
        time.sleep(_LOOK_AGAIN_SECONDS if place.is_shared else _ASK_AGAIN_SECONDS)
        lines += gatherer.gather(None)
    gatherer.clear()
    return lines


def has_shards(folder: Path) -> bool:
    """Say whether a run has shards, or journals of actors, that are not in its journal; StoreError."""
    return _has_shards(place_of(folder))


def _has_shards(place: ShardPlace) -> bool:
    names = place.files.names(place.name(SHARDS))
    return any(name.endswith(ENDING) for name in names) or bool(open_journals(place.journals))


def _writers(place: ShardPlace) -> set[str]:
    return {name.rpartition("/")[2] for name in place.files.names(place.name(WRITERS))}
