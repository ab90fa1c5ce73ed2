"""How near in meaning are names, without anybody having to wait for the encoder?"""

import threading
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from glan_core.errors import EmbeddingError, GlanError
from glan_core.store.database import Database
from glan_core.text_vectors import Compute, embed_missing, vectors_of

_MOST_ASKED = 1_000  # names that were typed; those of the curriculum are not counted


class _Wanted(NamedTuple):
    """Names that were typed, and those that they are compared with."""

    names: tuple[str, ...]
    texts: tuple[str, ...]


class NameReader:
    """Embeds names in a thread of its own, each once; pages ask for cosines and get them when they are there."""

    def __init__(self, database: Database, compute: Compute) -> None:
        self._database = database
        self._compute = compute
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._texts: tuple[str, ...] = ()
        self._vectors = np.empty((0, 0), np.float32)
        self._vector_of: dict[str, np.ndarray] = {}
        self._wanted: _Wanted | None = None
        self._failed: _Wanted | None = None
        self.done = 0
        self.total = 0
        """Names that are being embedded; 0 before that is known."""
        self.error: GlanError | None = None
        """Why the names asked for last could not be read."""

    @property
    def is_running(self) -> bool:
        """Say whether names are being read."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def similarities(self, name: str, texts: tuple[str, ...]) -> np.ndarray | None:
        """Give the cosines of a name to other names, float32 of shape (len(texts),).

        None as long as there are none; they are then being read, unless `error` says why not.
        """
        with self._lock:
            if not self._knows_or_reads(_Wanted((name,), texts)):
                return None
            cosines: np.ndarray = self._vectors @ self._vector_of[name]
            return cosines

    def knows(self, names: Sequence[str], texts: tuple[str, ...]) -> bool:
        """Say whether `similarities` has something to give for each of the names; else they are being read."""
        with self._lock:
            return self._knows_or_reads(_Wanted(tuple(names), texts))

    def _knows_or_reads(self, wanted: _Wanted) -> bool:
        """Answer `knows`; the caller holds the lock."""
        if wanted.texts == self._texts and all(name in self._vector_of for name in wanted.names):
            return True
        if wanted != self._failed:
            self._wanted = wanted
            if not self.is_running:
                self._thread = threading.Thread(target=self._run, name="name-reader", daemon=True)
                self._thread.start()
        return False

    def _run(self) -> None:
        wanted = self._next()
        while wanted is not None:
            try:
                self._read(wanted)
                self._fail(None, None)
            except GlanError as error:
                self._fail(wanted, error)
            except Exception as error:  # noqa: BLE001 - a thread that dies in silence would be started for ever
                self._fail(wanted, EmbeddingError(f"Comparing names ended on {type(error).__name__}: {error}"))
            wanted = self._next()

    def _next(self) -> _Wanted | None:
        with self._lock:
            wanted, self._wanted = self._wanted, None
            self.done = self.total = 0
            if wanted is None:
                self._thread = None  # from here on the next name starts another one
            return wanted

    def _read(self, wanted: _Wanted) -> None:
        names, texts = wanted
        both = [*names, *texts]
        embed_missing(self._database, both, compute=self._compute, on_progress=self._hear)
        vectors = vectors_of(self._database, both, compute=self._compute)
        with self._lock:
            if texts != self._texts:
                asked = self._newest_asked()
                self._texts, self._vectors = texts, vectors[len(names) :]
                self._vector_of = {**asked, **dict(zip(texts, self._vectors, strict=True))}
            for name, vector in zip(names, vectors, strict=False):
                self._vector_of.setdefault(name, vector)

    def _hear(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    def _newest_asked(self) -> dict[str, np.ndarray]:
        of_curriculum = set(self._texts)
        asked = {name: vector for name, vector in self._vector_of.items() if name not in of_curriculum}
        return dict(list(asked.items())[-_MOST_ASKED:])

    def _fail(self, wanted: _Wanted | None, error: GlanError | None) -> None:
        with self._lock:
            self._failed, self.error = wanted, error
