"""What has a run made so far, on disk before anything else knows of it?

A run is a folder: `plan.json`, written once before the first call, and `journal.jsonl`, one line for each thing that
came to be, in the order in which it did:

    {"kind": "ModelCall", "value": {"model_call_id": "s3v...", "stage": "instructions", "reply": "Why does ...", ...}}
    {"kind": "Instruction", "value": {"instruction_id": "k2f...", "text": "Why does ...", "key_concept_ids": [...]}}

A line is handed to the operating system in one write, so a killed process loses at most the line it was writing; that
rest is cut off when the run is taken up again. A later line about the same id replaces an earlier one. The database is
fed from these lines and can be made again from them.
"""

import dataclasses
import fcntl
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from glan_core.calls import Message
from glan_core.entities import Strategy
from glan_core.errors import DiskError, StoreError
from glan_core.store.ingest import INSERTS, Entity

_KINDS: dict[str, Any] = {kind.__name__: kind for kind in INSERTS}


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
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise StoreError(
                f"The run in {folder} is being worked on by another process.", "Wait for it, or stop it first."
            ) from error
        self._end = _cut_torn_line(self._file)

    def append(self, *entities: Entity) -> None:
        """Put entities on disk. Raises DiskError if that fails, in which case nothing of them stays."""
        data = b"".join(_line(entity) for entity in entities)
        try:
            written = 0
            while written < len(data):
                written += os.write(self._file, data[written:])
        except OSError as error:
            os.ftruncate(self._file, self._end)  # a full disk still lets a file shrink
            raise _explained(error, self._path) from error
        self._end += len(data)

    def read(self) -> Iterator[Entity]:
        """Give everything the journal holds, oldest first."""
        return read_journal(self._path)

    def close(self) -> None:
        """Let other processes have the journal."""
        os.close(self._file)

    def __enter__(self) -> Self:
        """Give the open journal."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def read_journal(path: Path) -> Iterator[Entity]:
    """Give the entities of a journal file, oldest first; a torn last line is passed over.

    Raises StoreError for a whole line that is not an entry.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                entry = json.loads(line)
                yield _entity(entry["kind"], entry["value"])
            except (ValueError, KeyError, TypeError) as error:
                raise StoreError(
                    f"Line {number} of {path} is not a journal entry.", "The file was changed by something else."
                ) from error


def write_plan(folder: Path, plan: dict[str, Any]) -> None:
    """Put a plan on disk, whole or not at all; a plan that is there already stays."""
    path = folder / "plan.json"
    if path.exists():
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"plan.json.{os.getpid()}"
        unfinished.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise _explained(error, path) from error


def read_plan(folder: Path) -> dict[str, Any]:
    """Give the plan of a run; StoreError if it cannot be read."""
    try:
        plan: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(f"The plan in {folder} cannot be read.", "Start a new run with the same settings.") from error
    return plan


def _line(entity: Entity) -> bytes:
    entry = {"kind": type(entity).__name__, "value": dataclasses.asdict(entity)}
    return json.dumps(entry, ensure_ascii=False, default=_plain, separators=(",", ":")).encode(errors="replace") + b"\n"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a journal")


def _entity(kind: str, value: dict[str, Any]) -> Entity:
    for name in ("subtopics", "key_concept_ids"):
        if name in value:
            value[name] = tuple(value[name])
    if "strategy" in value:
        value["strategy"] = Strategy(value["strategy"])
    if "messages" in value:
        value["messages"] = tuple(Message(*message) for message in value["messages"])
    if "finished_at" in value:
        value["finished_at"] = datetime.fromisoformat(value["finished_at"])
    entity: Entity = _KINDS[kind](**value)
    return entity


def _cut_torn_line(file: int) -> int:
    """Shorten the file to its last whole line and give its length in bytes."""
    length = os.fstat(file).st_size
    end = length
    while end:
        start = max(0, end - 65536)
        newline = os.pread(file, end - start, start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    if end < length:
        os.ftruncate(file, end)
    return end


def _explained(error: OSError, path: Path) -> DiskError:
    reason = (error.strerror or type(error).__name__).lower()
    return DiskError(
        f"{path} cannot be written: {reason}.",
        "What was made before is safe. Free space or mend the folder, then go on.",
    )
