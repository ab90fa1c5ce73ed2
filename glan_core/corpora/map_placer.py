"""How are the rows of a corpus placed on the map while pages go on?"""

import threading
from collections.abc import Callable

from glan_core.corpora.map_placing import PlacedOnMap, place_corpus_on_map
from glan_core.errors import EmbeddingError, GlanError
from glan_core.store.corpora import Corpus
from glan_core.store.database import Database
from glan_core.text_encoding import Compute, key_of_environment


class CorpusPlacer:
    """Places one corpus at a time in a thread of its own; pages start it, ask how far it is, and may stop it."""

    def __init__(
        self,
        database: Database,
        compute: Compute,
        arrange: Compute,
        *,
        find_key: Callable[[str], str] = key_of_environment,
    ) -> None:
        """`compute` calls what embeds, `arrange` what places; `find_key` gives the key of an encoder at an endpoint."""
        self._database = database
        self._compute = compute
        self._arrange = arrange
        self._find_key = find_key
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self.step = ""
        """`reading` or `placing` while it works; empty at first."""
        self.done = 0
        self.total = 0
        """Rows; 0 where nobody knows."""
        self.corpus: Corpus | None = None
        """The one that is being placed, or was last."""
        self.placed: PlacedOnMap | None = None
        """What the last placing did, also if it was stopped; None if it ended early."""
        self.error: GlanError | None = None
        """Why the last placing ended early."""

    @property
    def is_running(self) -> bool:
        """Say whether a placing is under way."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_stopping(self) -> bool:
        """Say whether it was told to stop and has not ended yet."""
        return self.is_running and self._stop.is_set()

    def stop(self) -> None:
        """Let it end after the rows under way; what was read and placed is kept."""
        self._stop.set()

    def start(self, corpus: Corpus, *, rows: int | None = None) -> None:
        """Begin to place a corpus, or a random part of it; does nothing while one is under way."""
        with self._lock:
            if self.is_running:
                return
            self.step, self.done, self.total = "", 0, 0
            self.corpus, self.placed, self.error = corpus, None, None
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, args=(corpus, rows), name="corpus-placer", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait until nothing is under way, or so long."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _run(self, corpus: Corpus, rows: int | None) -> None:
        try:
            self.placed = place_corpus_on_map(
                self._database,
                corpus,
                rows=rows,
                compute=self._compute,
                arrange=self._arrange,
                find_key=self._find_key,
                on_progress=self._hear,
                is_stopped=self._stop.is_set,
            )
        except GlanError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence would leave a page waiting
            self.error = EmbeddingError(f"Placing ended on {type(error).__name__}: {error}", "Try again.")

    def _hear(self, step: str, done: int, total: int) -> None:
        self.step, self.done, self.total = step, done, total
