"""How near in meaning are names, without anybody having to wait for the encoder?"""

import threading

import numpy as np

from glan_core.errors import EmbeddingError, GlanError
from glan_core.store.database import Database
from glan_core.text_vectors import Compute, embed_missing, vectors_of

_MOST_ASKED = 1_000  # names that were typed; those of the curriculum are not counted


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
        self._wanted: tuple[str, tuple[str, ...]] | None = None
        self._failed: tuple[str, tuple[str, ...]] | None = None
        self.done = 0
        self.total = 0
        """Names that are being embedded; 0 before that is known."""
        self.error: GlanError | None = None
        """Why the names asked for last could not be read."""

    @property
    def is_running(self) -> bool:
        """Say whether names are being read."""
        return self._thread is not None and self._thread.is_alive()

    def similarities(self, name: str, texts: tuple[str, ...]) -> np.ndarray | None:
        """Give the cosines of a name to other names, float32 of shape (len(texts),).

        None as long as there are none; they are then being read, unless `error` says why not.
        """
        with self._lock:
            vector = self._vector_of.get(name)
            if vector is not None and texts == self._texts:
                cosines: np.ndarray = self._vectors @ vector
                return cosines
            if (name, texts) != self._failed:
                self._wanted = (name, texts)
                if not self.is_running:
                    self._thread = threading.Thread(target=self._run, name="name-reader", daemon=True)
                    self._thread.start()
            return None

    def _run(self) -> None:
        wanted = self._next()
        while wanted is not None:
            try:
                self._read(*wanted)
                self._fail(None, None)
            except GlanError as error:
                self._fail(wanted, error)
            except Exception as error:  # noqa: BLE001 - a thread that dies in silence would be started for ever
                self._fail(wanted, EmbeddingError(f"Comparing names ended on {type(error).__name__}: {error}"))
            wanted = self._next()

    def _next(self) -> tuple[str, tuple[str, ...]] | None:
        with self._lock:
            wanted, self._wanted = self._wanted, None
            self.done = self.total = 0
            if wanted is None:
                self._thread = None  # from here on the next name starts another one
            return wanted

    def _read(self, name: str, texts: tuple[str, ...]) -> None:
        embed_missing(self._database, [name, *texts], compute=self._compute, on_progress=self._hear)
        own, *rest = vectors_of(self._database, [name, *texts], compute=self._compute)
        with self._lock:
            if texts != self._texts:
                self._texts, self._vectors = texts, np.array(rest, np.float32).reshape(len(texts), len(own))
                self._vector_of = {**self._newest_asked(), **dict(zip(texts, self._vectors, strict=True))}
            self._vector_of.setdefault(name, own)

    def _hear(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    def _newest_asked(self) -> dict[str, np.ndarray]:
        of_curriculum = set(self._texts)
        asked = {name: vector for name, vector in self._vector_of.items() if name not in of_curriculum}
        return dict(list(asked.items())[-_MOST_ASKED:])

    def _fail(self, wanted: tuple[str, tuple[str, ...]] | None, error: GlanError | None) -> None:
        with self._lock:
            self._failed, self.error = wanted, error
