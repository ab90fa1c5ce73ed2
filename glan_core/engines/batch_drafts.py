"""How are calls written into parts, before these are handed in?"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from glan_core.calls import ChatRequest
from glan_core.errors import DiskError
from glan_core.llm.batch_lines import request_line
from glan_core.runs.batch_parts import PartLog

MOST_BYTES = 200_000_000
"""What the service takes in one part; a MB is a million bytes here, and may be more there."""


@dataclass
class Draft:
    """A part that is being written."""

    number: int
    file: BinaryIO
    ids: set[str]
    size: int = 0
    tokens: int = 0
    dollars: float | None = 0.0


class Finished(NamedTuple):
    """A part that is written, with its model."""

    model: str
    draft: Draft


class Drafts:
    """The parts of one session that are being written, one for each model at most."""

    def __init__(self, log: PartLog, *, most_calls: int) -> None:
        self._log = log
        self._most_calls = most_calls
        self._drafts: dict[str, Draft] = {}
        self._newest = 0

    def __len__(self) -> int:
        """Count those that are being written."""
        return len(self._drafts)

    @property
    def tokens(self) -> int:
        """What their calls may come to at most."""
        return sum(draft.tokens for draft in self._drafts.values())

    @property
    def dollars(self) -> float:
        """Likewise, where prices are known."""
        return sum(draft.dollars or 0.0 for draft in self._drafts.values())

    def has_room_for(self, model: str) -> bool:
        """Say whether a part of a model has been begun and is not full."""
        draft = self._drafts.get(model)
        return draft is not None and len(draft.ids) < self._most_calls

    def number_of(self, model: str) -> int:
        """Give the number of the part of a model that is being written."""
        return self._drafts[model].number

    def note(self, request: ChatRequest, *, tokens: int, dollars: float | None) -> Finished | None:
        """Write a call into the part of its model; gives the one before it if that was full."""
        model, full = request.model, None
        draft = self._drafts.get(model) or self._begin(model)
        if request.model_call_id in draft.ids:
            return None  # two steps wait for one reply
        line = request_line(request)
        if draft.ids and (len(draft.ids) >= self._most_calls or draft.size + len(line) > MOST_BYTES):
            full = self._finish(model)
            draft = self._begin(model)
        with self._told():
            draft.file.write(line)
        draft.ids.add(request.model_call_id)
        draft.size += len(line)
        draft.tokens += tokens
        draft.dollars = None if draft.dollars is None or dollars is None else draft.dollars + dollars
        return full

    def finish(self, *, only_full: bool) -> Iterator[Finished]:
        """Give the parts that are written, or those of them that are as large as they may be."""
        for model in tuple(self._drafts):
            if not only_full or not self.has_room_for(model):
                yield self._finish(model)

    def drop(self) -> None:
        """Forget what was noted: it is noted again in another pass."""
        for draft in self._drafts.values():
            with contextlib.suppress(OSError):  # what is still to be written on closing is of no use either
                draft.file.close()
            self._log.requests_path(draft.number).unlink(missing_ok=True)
        self._drafts.clear()

    def _begin(self, model: str) -> Draft:
        # One that was just given as full may not be in the log yet.
        number = self._newest = max(self._log.next_number, self._newest + 1)
        with self._told():
            self._log.files.mkdir(parents=True, exist_ok=True)
            self._drafts[model] = Draft(number, self._log.requests_path(number).open("wb"), set())
        return self._drafts[model]

    def _finish(self, model: str) -> Finished:
        draft = self._drafts[model]
        with self._told():
            draft.file.flush()
            os.fsync(draft.file.fileno())  # an order must not outlive what it asked for
            draft.file.close()
        return Finished(model, self._drafts.pop(model))

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise DiskError(
                f"{self._log.files} cannot be written: {error.strerror}.", "Free space, then go on."
            ) from error
