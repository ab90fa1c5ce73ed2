"""What has a run made so far, on disk before anything else knows of it?

A run is a folder: `plan.json`, written once before the first call, and `journal.jsonl`, one line for each thing that
came to be, in the order in which it did:

    {"kind": "ModelCall", "value": {"model_call_id": "s3v...", "stage": "instructions", "reply": "Why does ...", ...}}
    {"kind": "Instruction", "value": {"instruction_id": "k2f...", "text": "Why does ...", "key_concept_ids": [...]}}

A line is handed to the operating system in one write, so a killed process loses at most the line it was writing; that
rest is cut off when the run is taken up again. A later line about the same id replaces an earlier one. A text that many
prompts share stands in a line of its own before the first call that needs it (see shared_texts.py). The database is fed
from these lines and can be made again from them.
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from glan_core.calls import ModelCall, SharedText
from glan_core.errors import DiskError, StoreError
from glan_core.runs.journal_lines import entity_of, line_of
from glan_core.shared_texts import shared_text_id
from glan_core.store.ingest import Entity

# Whoever asks whether a run is at work holds its lock for some microseconds (see is_at_work below).
_LOCK_SECONDS = 0.25
_LOCK_STEP_SECONDS = 0.01


class Journal:
    """The journal of one run, open for this process alone. Use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise _explained(error, self._path) from error
        try:
            _lock(self._file)
        except OSError as error:
            os.close(self._file)
            raise StoreError(
                f"The run in {folder} is being worked on by another process.", "Wait for it, or stop it first."
            ) from error
        _mark(folder)
        self._end = _cut_torn_line(self._file)
        self._kept_back = b""
        self._shared_text_ids: set[str] = set()  # those that this process has written

    @property
    def end(self) -> int:
        """How long the file is; everything up to here is whole lines."""
        return self._end

    def append(self, *entities: Entity, is_more_to_come: bool = False) -> None:
        """Put entities on disk. Raises DiskError if that fails, in which case nothing of them stays.

        With `is_more_to_come` they are kept back for the next append or `write`, which must come before anything else
        is waited for: a reply and the row made from it go out in one go.
        """
        self._kept_back += b"".join(line for entity in entities for line in self._lines(entity))
        if not is_more_to_come:
            self.write()

    def write(self) -> None:
        """Put what was kept back on disk. Raises DiskError as `append` does."""
        data, self._kept_back = self._kept_back, b""
        try:
            written = 0
            while written < len(data):
                written += os.write(self._file, data[written:])
        except OSError as error:
            os.ftruncate(self._file, self._end)  # a full disk still lets a file shrink
            self._shared_text_ids.clear()  # those in `data` are not there, and writing others twice does no harm
            raise _explained(error, self._path) from error
        self._end += len(data)

    def append_lines(self, lines: bytes) -> None:
        """Put whole lines of another journal on disk. Raises DiskError as `append` does."""
        self._kept_back += lines
        self.write()

    def read(self, *, start: int = 0) -> Iterator[Entity]:
        """Give what the journal holds from byte `start` on, oldest first."""
        return read_journal(self._path, start=start)

    def close(self) -> None:
        """Let other processes have the journal."""
        os.close(self._file)

    def _lines(self, entity: Entity) -> Iterator[bytes]:
        for text in entity.shared_texts if isinstance(entity, ModelCall) else ():
            shared = SharedText(shared_text_id(text), text)
            if shared.shared_text_id not in self._shared_text_ids:
                self._shared_text_ids.add(shared.shared_text_id)
                yield line_of(shared)
        yield line_of(entity)

    def __enter__(self) -> Self:
        """Give the open journal."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def read_journal(path: Path, *, start: int = 0) -> Iterator[Entity]:
    """Give the entities of a journal file from byte `start` on, oldest first; a torn last line is passed over.

    Raises StoreError for a whole line that is not an entry.
    """
    with path.open("rb") as lines:
        yield from read_lines(lines, path, start=start)


def read_lines(lines: Iterable[bytes], path: Path, *, start: int = 0) -> Iterator[Entity]:
    """Give the entities of lines that come from the file at `path`, as `read_journal` does."""
    shared_texts: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.endswith(b"\n"):
            return
        start -= len(line)
        if start >= 0 and b'"kind":"SharedText"' not in line:
            continue  # taken in before; what later lines refer to is still needed
        try:
            entry = json.loads(line)
            entity = entity_of(entry["kind"], entry["value"], shared_texts)
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"Line {number} of {path} is not a journal entry; something else has changed the file.",
                f"Without that line the rest can be read: sed -i {number}d {path}",
            ) from error
        if start < 0:
            yield entity


def whole_bytes(path: Path) -> int:
    """Give how many bytes of a journal file are whole lines; 0 if there is no such file."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return 0
    try:
        return _end_of_last_line(file)
    finally:
        os.close(file)


def first_new_byte(taken_in: int, *, end: int) -> int:
    """Give where a journal of `end` bytes is new to whoever took in so much: at 0 if it is not the one of before."""
    return taken_in if taken_in <= end else 0


def is_at_work(folder: Path) -> bool:
    """Say whether a process, this or another, works on the run: whether it holds the journal."""
    try:
        file = os.open(folder / "journal.jsonl", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)  # and with it the lock
    return False


def write_plan(folder: Path, plan: dict[str, Any]) -> None:
    """Put a plan on disk, whole or not at all; a plan that is there already and can be read stays."""
    path = folder / "plan.json"
    if path.exists():
        with contextlib.suppress(StoreError):  # one that cannot be read is of no use to anybody
            read_plan(folder)
            return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"plan.json.{os.getpid()}"
        with unfinished.open("w", encoding="utf-8") as file:  # piece by piece: one of ten million is 100 MB of text
            json.dump(plan, file, ensure_ascii=False)
        unfinished.replace(path)
    except OSError as error:
        raise _explained(error, path) from error


def read_plan(folder: Path) -> dict[str, Any]:
    """Give the plan of a run; StoreError if it cannot be read."""
    try:
        plan: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        is_plan = plan.keys() >= {"request", "items", "growths"}
    except (OSError, ValueError, AttributeError) as error:
        raise _unreadable(folder) from error
    if not is_plan:
        raise _unreadable(folder)
    return plan


def _unreadable(folder: Path) -> StoreError:
    return StoreError(
        f"The plan in {folder} cannot be read.", "The command that began the run writes it anew: give it again."
    )


def _mark(folder: Path) -> None:
    """Let the times of two folders tell that a run was taken up, before anything is written (see ingesting.py).

    Its own comes first, as whoever finds the one of all runs changed looks at it next.
    """
    for each in (folder, folder.parent):
        now = time.time_ns()
        try:
            os.utime(each, ns=(now, now))
        except OSError:  # only its owner may set a time; whoever may write there can still say "now"
            with contextlib.suppress(OSError):
                os.utime(each)


def _lock(file: int) -> None:
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_LOCK_STEP_SECONDS)


def _cut_torn_line(file: int) -> int:
    """Shorten the file to its last whole line and give its length in bytes."""
    end = _end_of_last_line(file)
    if end < os.fstat(file).st_size:
        os.ftruncate(file, end)
    return end


def _end_of_last_line(file: int) -> int:
    end = os.fstat(file).st_size
    while end:
        start = max(0, end - 65536)
        newline = os.pread(file, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0


def _explained(error: OSError, path: Path) -> DiskError:
    reason = (error.strerror or type(error).__name__).lower()
    return DiskError(
        f"{path} cannot be written: {reason}.",
        "What was made before is safe. Free space or mend the folder, then go on.",
    )
