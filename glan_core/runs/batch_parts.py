"""Which parts of a run are with a batch service, and how far is each?

The file `batches.jsonl` in the run's folder says so, a line for each step, on disk before the next one is taken:

    {"part": 1, "order": "2026-11-23T18:00:00+00:00", "model": "gpt-x", "calls": 50000, "state": "made", ...}
    {"part": 1, "state": "uploaded", "file_id": "file-8x"}
    {"part": 1, "state": "handing_in"}
    {"part": 1, "state": "ordered", "batch_id": "batch_3k"}
    {"part": 1, "state": "fetched"}
    {"part": 1, "state": "settled", "missing": {"s3v...": "batch_expired"}, "refused": {"k2f...": ["http_400", "..."]}}

A later line adds to the earlier ones of its part. The calls of a part and their results lie in the folder `batch` until
all of them are in the journal. A torn last line was never acted upon.
"""

import contextlib
import dataclasses
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from glan_core.errors import DiskError

LOST = "lost"
"""The state of a batch that the service does not know any more, or whose results are gone there."""
MOST_ORDERS = 3
"""How often a call is ordered that comes back without an answer of its own: expired, left out or lost."""


@dataclass(frozen=True, slots=True)
class Part:
    """Calls of one model that are handed in together."""

    number: int
    order: str
    """When the order began that it belongs to, ISO 8601: all parts until none is open any more."""
    model: str
    calls: int
    size: int
    """Bytes of its file."""
    tokens: int
    """What its calls may come to at most."""
    dollars: float | None
    """Likewise; None where the price is not known."""
    made_at: str
    endpoint: str
    state: str = "made"
    """made, uploaded, handing_in, ordered, fetched, settled; `given_back` if the service would not take it, `given_up`
    if nobody waits for it any more."""
    file_id: str = ""
    batch_id: str = ""
    service_state: str = ""
    """What the service calls it."""
    done: int = 0
    failed: int = 0
    seen_at: str = ""
    """When the service was asked last."""
    missing: dict[str, str] = field(default_factory=dict)
    """Why, by id, of calls that came back without an answer and may be ordered again."""
    refused: dict[str, list[str]] = field(default_factory=dict)
    """Kind and message, by id, of calls that were refused for good."""

    @property
    def is_open(self) -> bool:
        """Whether something of it is still to come."""
        return self.state not in ("settled", "given_back", "given_up")

    @property
    def is_with_service(self) -> bool:
        """Whether the service has it, or may have it."""
        return self.state in ("handing_in", "ordered")

    @property
    def is_out(self) -> bool:
        """Whether its calls may be paid for and are not in the journal yet: another engine would make them again."""
        return self.is_with_service or self.state == "fetched"

    @property
    def words(self) -> str:
        """How far it is, in words."""
        match self.state:
            case "ordered":
                return f"{self.service_state.replace('_', ' ') or 'ordered'}, {self.done:,} of {self.calls:,} done"
            case "settled":
                return f"done, {len(self.missing):,} without an answer, {len(self.refused):,} refused"
            case "given_back":
                return "not taken by the service"
            case "given_up":
                return "given up"
            case "fetched":
                return "fetched"
            case _:
                return "to be handed in"


class Out(NamedTuple):
    """What of a run is on its way."""

    parts: int
    calls: int


class PartLog:
    """The file of one run; whoever holds the run's journal may write it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "batches.jsonl"
        self.files = folder / "batch"
        """Where calls and results lie."""
        self._parts = {part.number: part for part in list_parts(folder)}
        _cut_torn_line(self._path)

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts, oldest first."""
        return tuple(self._parts.values())

    @property
    def open_parts(self) -> tuple[Part, ...]:
        """Those of which something is still to come."""
        return tuple(part for part in self._parts.values() if part.is_open)

    @property
    def next_number(self) -> int:
        """The number of the next part."""
        return max(self._parts, default=0) + 1

    def add(self, part: Part) -> Part:
        """Note a new part."""
        values = dataclasses.asdict(part)
        self._write({"part": values.pop("number"), **values})
        self._parts[part.number] = part
        return part

    def change(self, part: Part, **changes: Any) -> Part:
        """Note what is new about a part, and give it so."""
        changed = dataclasses.replace(self._parts[part.number], **changes)
        self._write({"part": part.number, **changes})
        self._parts[part.number] = changed
        return changed

    def requests_path(self, number: int) -> Path:
        """Where the calls of a part lie."""
        return self.files / f"part-{number:04}.requests.jsonl"

    def results_path(self, number: int) -> Path:
        """Where its results lie once they are fetched."""
        return self.files / f"part-{number:04}.results.jsonl"

    def remove_files(self, part: Part) -> None:
        """Remove calls and results of a part, whose use is over."""
        for path in (self.requests_path(part.number), self.results_path(part.number)):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.files.rmdir()  # if it is empty now

    def _write(self, line: dict[str, Any]) -> None:
        data = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode(errors="replace") + b"\n"
        try:
            with self._path.open("ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())  # a machine that goes down must not forget an order either
        except OSError as error:
            raise DiskError(f"{self._path} cannot be written: {error.strerror}.", "Free space, then go on.") from error


def list_parts(folder: Path) -> tuple[Part, ...]:
    """List the parts of a run, oldest first; none if it never was with a batch service."""
    found: dict[int, Part] = {}
    try:
        lines = (folder / "batches.jsonl").read_bytes().split(b"\n")[:-1]
    except OSError:
        return ()
    for line in lines:
        values = json.loads(line)
        number = values.pop("part")
        found[number] = (
            dataclasses.replace(found[number], **values) if number in found else Part(number=number, **values)
        )
    return tuple(found.values())


def calls_out(folder: Path) -> Out:
    """Count what of a run is on its way: handed in and not yet in its journal."""
    parts = [part for part in list_parts(folder) if part.is_out]
    return Out(len(parts), sum(part.calls for part in parts))


def give_up_parts(folder: Path, *, keeps_fetched: bool) -> Out:
    """Wait no longer for what of a run is on its way, and say how much that was; its calls may be paid for twice.

    With `keeps_fetched` parts whose results are here stay, for the batch engine to use. Only whoever holds the run's
    journal may do this. DiskError if it cannot be noted.
    """
    log = PartLog(folder)
    given_up = [part for part in log.open_parts if part.is_with_service or (part.is_out and not keeps_fetched)]
    for part in given_up:
        log.change(part, state="given_up")
        log.remove_files(part)
    return Out(len(given_up), sum(part.calls for part in given_up))


def is_refused(folder: Path) -> bool:
    """Say whether a batch service would not take what it was handed last."""
    parts = list_parts(folder)
    return bool(parts) and parts[-1].state == "given_back"


def now() -> str:
    """Give the time as the parts note it."""
    return datetime.now(UTC).isoformat()


def _cut_torn_line(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        data = path.read_bytes()
        if data and not data.endswith(b"\n"):
            os.truncate(path, data.rfind(b"\n") + 1)
