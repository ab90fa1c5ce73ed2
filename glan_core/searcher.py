"""How does a page search by meaning without waiting for the encoder?

Reading the vectors, and embedding what is searched for, happen in a thread: loading an encoder takes seconds, and the
process that embeds may be busy with a batch or a layout. A page asks `is_ready`, says what it waits for, and asks
again. From then on a search takes as long as comparing one vector with all, which the page does itself.
"""

import threading
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np

from glan_core.encoder_choice import encoder_named
from glan_core.entities import Filter
from glan_core.errors import EmbeddingError, GlanError
from glan_core.held_vectors import HeldVectors
from glan_core.nearest_pairs import nearest_pairs
from glan_core.searching import Hit, refresh, search_by_meaning, words_of
from glan_core.store.database import Cursor, Database, explained_errors
from glan_core.text_encoding import Means, encode_texts

T = TypeVar("T")
Embed = Callable[[str, str], np.ndarray]
"""Gives the vector, float32 of shape (d,), that an encoder (its name) makes of a text."""

_MOST_KEPT = 200  # vectors of texts that were searched for, and reasons why others could not be


def embed_by(database: Database, means: Means) -> Embed:
    """Give an Embed that reads by the encoders of a database; it raises as `encoder_named` and `encode_texts`."""

    def embed(encoder: str, text: str) -> np.ndarray:
        cursor = database.cursor()
        try:
            named = encoder_named(cursor, encoder)
        finally:
            cursor.close()
        vector: np.ndarray = encode_texts(named, [text], database=database.path, means=means)[0]
        return vector

    return embed


class _Asked(NamedTuple):
    """What is to be compared with what."""

    text: str
    encoder: str
    content: str


class _Ready(NamedTuple):
    """Two things of one encoder."""

    held: HeldVectors
    vector: np.ndarray


class Searcher:
    """Holds the vectors that were searched among last; pages share one."""

    def __init__(self, database: Database, embed: Embed) -> None:
        self._database = database
        self._embed = embed
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._vector_of: dict[_Asked, np.ndarray] = {}
        self._held = HeldVectors(encoder="")
        self._wanted: _Asked | None = None
        self._error_of: dict[_Asked, GlanError] = {}

    @property
    def is_running(self) -> bool:
        """Say whether something is being read."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    @property
    def memory_bytes(self) -> int:
        """What the vectors held take up."""
        return self._held.memory_bytes

    def error(self, text: str, *, encoder: str, content: str = "instruction") -> GlanError | None:
        """Give the reason why this text could not be searched for; None if it could, or may yet."""
        return self._error_of.get(_Asked(text, encoder, content))

    def is_ready(self, text: str, *, encoder: str, content: str = "instruction") -> bool:
        """Say whether a text can be searched for at once; else what that takes is begun, unless `error` says why not.

        Raises SettingsError for a text without words.
        """
        words_of(text)
        with self._lock:
            return self._ready(_Asked(text, encoder, content)) is not None

    def by_meaning(
        self,
        cursor: Cursor,
        text: str,
        *,
        encoder: str,
        content: str = "instruction",
        filter_: Filter | None = None,
        limit: int,
    ) -> tuple[Hit, ...] | None:
        """Do as `search_by_meaning` for a text; None as long as it is not ready."""
        words_of(text)
        with self._lock:
            ready = self._ready(_Asked(text, encoder, content))
        return search_by_meaning(cursor, ready.held, ready.vector, filter_=filter_, limit=limit) if ready else None

    def next_to(
        self,
        cursor: Cursor,
        instruction_id: str,
        *,
        encoder: str,
        content: str = "instruction",
        filter_: Filter | None = None,
        limit: int,
    ) -> tuple[Hit, ...]:
        """Do as `nearest_pairs`, which the neighbour graph answers at once, and else among the vectors held.

        Where these are not held yet, it reads them, which takes seconds for a million: call it with a spinner.
        """
        with self._lock:
            self._hold(encoder, content)
            held = self._held
        return nearest_pairs(cursor, held, instruction_id, filter_=filter_, limit=limit)

    def try_again(self) -> None:
        """Forget why searches failed."""
        with self._lock:
            self._error_of.clear()

    def _ready(self, asked: _Asked) -> _Ready | None:
        """Give what belongs together, or begin to read it unless that has failed; the caller holds the lock."""
        if asked in self._vector_of and self._holds(asked):
            return _Ready(self._held, self._vector_of[asked])
        if asked not in self._error_of:
            self._begin(asked)
        return None

    def _holds(self, asked: _Asked) -> bool:
        held = self._held
        return (held.encoder, held.content) == (asked.encoder, asked.content) and held.is_loaded

    def _hold(self, encoder: str, content: str) -> None:
        """Let go of the vectors of another encoder or content; the caller holds the lock."""
        if (self._held.encoder, self._held.content) != (encoder, content):
            self._held = HeldVectors(encoder=encoder, content=content)

    def _begin(self, asked: _Asked) -> None:
        """Let the thread read what is asked for next; the caller holds the lock."""
        self._wanted = asked
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="searcher", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        asked = self._next()
        while asked is not None:
            error: GlanError | None = None
            try:
                self._read(asked)
            except GlanError as found:
                error = found
            except Exception as found:  # noqa: BLE001 - a thread that dies in silence would be started for ever
                error = EmbeddingError(f"The search ended on {type(found).__name__}: {found}", "Try again.")
            with self._lock:
                self._error_of.pop(asked, None)
                if error:
                    self._error_of[asked] = error
                    _keep_newest(self._error_of)
            asked = self._next()

    def _next(self) -> _Asked | None:
        with self._lock:
            asked, self._wanted = self._wanted, None
            if asked is None:
                self._thread = None  # from here on the next text starts another one
            return asked

    def _read(self, asked: _Asked) -> None:
        with self._lock:
            self._hold(asked.encoder, asked.content)
            held = self._held
        with explained_errors(self._database.path):
            cursor = self._database.cursor()
            try:
                refresh(cursor, held)
            finally:
                cursor.close()
        vector = self._embed(asked.encoder, asked.text)
        with self._lock:
            self._vector_of[asked] = vector
            _keep_newest(self._vector_of)


def _keep_newest(kept: dict[_Asked, T]) -> None:
    for old in list(kept)[:-_MOST_KEPT]:
        del kept[old]
