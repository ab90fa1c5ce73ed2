"""How are files of calls handed to a provider's batch service, and what does it say of them?

The Files and Batches of OpenAI's API, which other providers offer alike. Nothing is tried twice here: what may be tried
again comes as a retryable CallError, and what makes the service of no use as an EndpointError.
"""

import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple, Self

from glan_core.errors import CallError, DiskError, EndpointError
from glan_core.llm.batch_lines import URL
from glan_core.llm.endpoint import Endpoint
from glan_core.llm.openai_chat_model import open_client
from glan_core.llm.refusals import error_of_status, storable, without_key

if TYPE_CHECKING:
    from openai.types import Batch

_WINDOW: Literal["24h"] = "24h"  # the one that is offered
_FILE_SECONDS = 900.0  # 200 MB over a line of 2 Mbit/s
_SERVICE_HINT = (
    "Choose an endpoint that offers Files and Batches as OpenAI does, or the engine that makes calls one by one: "
    "--engine local."
)
_SIZE_HINT = "Hand in smaller parts: --part-calls with fewer calls."
_UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)
_GONE = (404, 410)
ENDED = frozenset({"completed", "expired", "cancelled", "failed"})
"""States after which a batch does not change any more."""


class BatchState(NamedTuple):
    """How far the service is with one batch."""

    batch_id: str
    state: str
    """One of the service's: validating, in_progress, finalizing, completed, expired, cancelling, cancelled, failed."""
    calls: int
    done: int
    failed: int
    result_files: tuple[str, ...]
    """Ids of its output and its error file, those that there are."""
    errors: tuple[str, ...]
    """Why it failed as a whole, a sentence for each reason."""
    error_codes: tuple[str, ...]

    @property
    def has_ended(self) -> bool:
        """Whether nothing will come any more but what is there."""
        return self.state in ENDED


class BatchService:
    """The batch service of an endpoint. Use it as an async context manager, inside one event loop."""

    def __init__(self, endpoint: Endpoint, *, timeout_seconds: float) -> None:
        self._endpoint = endpoint
        self._client = open_client(endpoint, timeout_seconds=timeout_seconds)

    async def __aenter__(self) -> Self:
        """Open nothing yet: connections are made by the first request."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._client.close()

    async def upload(self, path: Path) -> str:
        """Send a file of calls, and give the id that it got."""
        import openai

        try:
            sent = await self._client.files.create(
                file=(path.name, path.read_bytes()), purpose="batch", timeout=_FILE_SECONDS
            )
            if not isinstance(sent.id, str):
                raise TypeError
        except (openai.OpenAIError, *_UNREADABLE) as error:
            raise self._explained(error, doing="take a file") from error
        return sent.id

    async def submit(self, file_id: str, *, labels: dict[str, str]) -> BatchState:
        """Order what a file asks for."""
        import openai

        try:
            batch = await self._client.batches.create(
                input_file_id=file_id, endpoint=URL, completion_window=_WINDOW, metadata=labels
            )
            return self._state_of(batch)
        except (openai.OpenAIError, *_UNREADABLE) as error:
            raise self._explained(error, doing="take an order") from error

    async def look(self, batch_id: str) -> BatchState | None:
        """Ask how far a batch is; None if the service does not know of it."""
        import openai

        try:
            return self._state_of(await self._client.batches.retrieve(batch_id))
        except openai.APIStatusError as error:
            if error.status_code in _GONE:
                return None
            raise self._explained(error, doing=f"say how far batch {batch_id} is", is_known=True) from error
        except (openai.OpenAIError, *_UNREADABLE) as error:
            raise self._explained(error, doing=f"say how far batch {batch_id} is", is_known=True) from error

    async def find(self, file_id: str, *, labels: dict[str, str], since: float) -> BatchState | None:
        """Look through the newest batches for the order of a file; `since` is a Unix time before which it cannot be."""
        import openai

        try:
            async for batch in self._client.batches.list(limit=100):
                if batch.created_at and batch.created_at < since:
                    return None
                if batch.input_file_id == file_id or (batch.metadata or {}) == labels:
                    return self._state_of(batch)
        except (openai.OpenAIError, *_UNREADABLE) as error:
            raise self._explained(error, doing="list what was ordered", is_known=True) from error
        return None

    async def fetch(self, file_ids: tuple[str, ...], path: Path) -> bool:
        """Put what these files hold into one, whole or not at all; says whether the service had all of them.

        DiskError if it cannot be written.
        """
        import httpx2
        import openai

        has_all = True
        unfinished = path.with_suffix(".unfinished")
        try:
            with unfinished.open("wb") as file:
                for file_id in file_ids:
                    has_all &= await self._write(file_id, file)
                    file.write(b"\n")
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
            return has_all
        except openai.OpenAIError as error:
            raise self._explained(error, doing="give a result file", is_known=True) from error
        except httpx2.HTTPError as error:  # while it comes in, nobody wraps them
            words = f"{self._endpoint.label} broke off while it gave a result file."
            raise CallError(words, kind="connection", is_retryable=True) from error
        except OSError as error:
            raise DiskError(f"{path} cannot be written: {error.strerror}.", "Free space, then go on.") from error

    async def _write(self, file_id: str, file: BinaryIO) -> bool:
        import openai

        try:
            async with self._client.files.with_streaming_response.content(file_id, timeout=_FILE_SECONDS) as content:
                async for piece in content.iter_bytes():
                    file.write(piece)
        except openai.APIStatusError as error:
            if error.status_code in _GONE:
                return False
            raise
        return True

    def _state_of(self, batch: "Batch") -> BatchState:
        counts = batch.request_counts
        reasons = (batch.errors.data or []) if batch.errors else []
        state = BatchState(
            batch_id=batch.id,
            state=batch.status,
            calls=_count(counts.total) if counts else 0,
            done=_count(counts.completed) if counts else 0,
            failed=_count(counts.failed) if counts else 0,
            result_files=tuple(file for file in (batch.output_file_id, batch.error_file_id) if file),
            errors=tuple(self._sentence(reason.message or reason.code or "", reason.line) for reason in reasons),
            error_codes=tuple(reason.code or "" for reason in reasons),
        )
        if not isinstance(state.batch_id, str) or not isinstance(state.state, str):
            raise TypeError  # the client hands on whatever came
        return state

    def _sentence(self, said: str, line: int | None) -> str:
        words = without_key(storable(said), self._endpoint.api_key)
        return f"line {line}: {words}" if line is not None else words

    def _explained(self, error: Exception, *, doing: str, is_known: bool = False) -> EndpointError | CallError:
        """Give what an error of the client means; `is_known`: the service has taken something of ours before."""
        import openai

        where = self._endpoint.label
        if isinstance(error, openai.APIStatusError):
            response = error.response
            if response.status_code in (404, 405, 501):
                words = f"{where} cannot {doing}" if is_known else f"{where} has no batch service"
                return EndpointError(f"{words} (HTTP {response.status_code}).", _SERVICE_HINT)
            if response.status_code == 413:
                return EndpointError(f"{where} found a part too large.", _SIZE_HINT)
            told = error_of_status(
                self._endpoint, response.status_code, response.headers, response.content, model="of the run"
            )
            if isinstance(told, EndpointError) or told.is_retryable:
                return told
            return EndpointError(told.message, _SERVICE_HINT)
        if isinstance(error, openai.APIConnectionError):
            kind = "timeout" if isinstance(error, openai.APITimeoutError) else "connection"
            return CallError(f"{where} cannot be reached.", kind=kind, is_retryable=True)
        return EndpointError(f"{where} cannot {doing}: what it sent is none of a batch service.", _SERVICE_HINT)


def _count(said: object) -> int:
    """Read a number that a service may not know yet."""
    return said if isinstance(said, int) and said >= 0 else 0


def is_refusal(error: EndpointError) -> bool:
    """Say whether a service has understood what was wanted and said no, so that it has nothing of it."""
    import openai

    cause = error.__cause__
    return isinstance(cause, openai.APIStatusError) and (cause.status_code < 500 or cause.status_code == 501)


def told_of(errors: tuple[str, ...], *, most: int = 3) -> str:
    """Give the first reasons of a failed batch in one sentence."""
    words = "; ".join(errors[:most]) or "it gave no reason"
    return f"{words}, and {len(errors) - most} more" if len(errors) > most else words
