"""How are pairs placed on the map, and compared with all others, while pages go on?"""

import threading
from collections.abc import Callable

from glan_core.embedding.umap_steps import warm_up
from glan_core.encoder_choice import encoder_in_use
from glan_core.errors import EmbeddingError, GlanError
from glan_core.neighbour_graph import extend_graph
from glan_core.placement import place_all
from glan_core.standing_map import get_ready
from glan_core.store.database import Database, explained_errors
from glan_core.store.projections import find_newest_projection
from glan_core.text_encoding import Compute, key_of_environment


class Placer:
    """Places pairs in a thread of its own; pages start it and ask how far it is."""

    def __init__(
        self,
        database: Database,
        compute: Compute,
        arrange: Compute | None = None,
        *,
        find_key: Callable[[str], str] = key_of_environment,
    ) -> None:
        """`compute` calls what embeds; `arrange` what lays out and places, by default the same.

        `find_key` gives the key of a name, for an encoder at an endpoint.
        """
        self._database = database
        self._compute = compute
        self._arrange = arrange or compute
        self._find_key = find_key
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._warming: threading.Thread | None = None
        self._comparing: threading.Thread | None = None
        self._stop = threading.Event()
        self.step = ""
        """While it works `embedding`, `ready`, `layout` or `placing`."""
        self.done = 0
        self.total = 0
        self.error: GlanError | None = None
        """Why the last placement ended early."""
        self.was_stopped = False
        """Whether somebody stopped the last placement before all had a place."""
        self.background_error: GlanError | None = None
        """Why warming up or comparing ended early; what a placement needs of it, it does again by itself."""

    @property
    def arrange(self) -> Compute:
        """What lays out and places, for others that have something to place."""
        return self._arrange

    @property
    def is_running(self) -> bool:
        """Say whether a placement is under way."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_stopping(self) -> bool:
        """Say whether the placement under way was told to stop."""
        return self.is_running and self._stop.is_set()

    def stop(self) -> None:
        """Let the placement end after the batch or the layout under way; what was read and placed is kept."""
        self._stop.set()

    @property
    def is_comparing(self) -> bool:
        """Say whether the neighbour graph is being extended."""
        return self._comparing is not None and self._comparing.is_alive()

    def start(self, *, is_anew: bool = False) -> None:
        """Begin to place what has no place yet, or all on a new layout; does nothing while one is under way."""
        with self._lock:
            if self.is_running:
                return
            self.step, self.done, self.total, self.error = "embedding", 0, 0, None
            self.was_stopped = False
            self._stop.clear()
            self._thread = self._started("placer", lambda: self._place(is_anew), is_placing=True)

    def get_ready(self) -> None:
        """Let the process that places start and take the map to hand, so that the next placement finds it done.

        Does nothing while it works, and nothing from the second time on.
        """
        with self._lock:
            if self._warming is None and not self.is_running:
                self._warming = self._started("placer-warming", self._warm_up)

    def compare(self) -> None:
        """Begin to bring the neighbour graph up to what is embedded; nobody has to wait for it."""
        with self._lock:
            if not self.is_comparing:
                self.background_error = None
                self._comparing = self._started("placer-comparing", self._extend_graph)

    def _started(self, name: str, work: Callable[[], None], *, is_placing: bool = False) -> threading.Thread:
        thread = threading.Thread(target=self._run, args=(work, is_placing), name=name, daemon=True)
        thread.start()
        return thread

    def _run(self, work: Callable[[], None], is_placing: bool) -> None:
        try:
            work()
            return
        except GlanError as error:
            found = error
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence would be started for ever
            found = EmbeddingError(f"Placing ended on {type(error).__name__}: {error}", "Try again.")
        if is_placing:
            self.error = found
        else:
            self.background_error = found

    def _place(self, is_anew: bool) -> None:
        placed = place_all(
            self._database,
            compute=self._compute,
            arrange=self._arrange,
            find_key=self._find_key,
            is_anew=is_anew,
            on_progress=self._hear,
            is_stopped=self._stop.is_set,
        )
        self.was_stopped = placed.is_stopped
        if not placed.is_stopped:
            self.compare()

    def _extend_graph(self) -> None:
        cursor = self._database.cursor()
        try:
            with explained_errors(self._database.path):
                chosen = encoder_in_use(cursor)
        finally:
            cursor.close()
        extend_graph(self._database, encoder=chosen.encoder.encoder, content=chosen.content, compute=self._arrange)

    def _warm_up(self) -> None:
        cursor = self._database.cursor()
        with explained_errors(self._database.path):
            projection = find_newest_projection(cursor)
            if projection is None or projection.method == "pca":
                self._arrange(warm_up)
            else:
                get_ready(cursor, projection, compute=self._arrange)

    def _hear(self, step: str, done: int, total: int) -> None:
        self.step, self.done, self.total = step, done, total
