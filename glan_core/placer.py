"""How are pairs placed on the map, and compared with all others, while pages go on?"""

from collections.abc import Callable

from glan_core.background_work import BackgroundWork, ReadingWork
from glan_core.embedding.umap_steps import warm_up
from glan_core.encoder_choice import encoder_in_use
from glan_core.errors import GlanError
from glan_core.neighbour_graph import extend_graph
from glan_core.placement import place_all
from glan_core.standing_map import get_ready
from glan_core.store.database import Database, explained_errors
from glan_core.store.projections import find_newest_projection
from glan_core.text_encoding import Compute, key_of_environment


class Beside(BackgroundWork):
    """What a placer does beside placing, which nobody waits for."""

    called = "Placing"

    def begin(self, name: str, work: Callable[[], None]) -> None:
        """Do it in a thread of this name; nothing while it is at work."""
        self._begin(name, work, lambda: None)


class Placer(ReadingWork):
    """Places pairs; stopped, it ends after the batch or the layout under way, and keeps what was read and placed."""

    called = "Placing"

    def __init__(
        self,
        database: Database,
        compute: Compute,
        arrange: Compute | None = None,
        *,
        find_key: Callable[[str], str] = key_of_environment,
    ) -> None:
        super().__init__(database, compute, arrange, find_key=find_key)
        self._warming, self._comparing = Beside(), Beside()
        self._has_warmed = False
        self.step = ""
        """While it works `embedding`, `ready`, `layout` or `placing`."""
        self.was_stopped = False
        """Whether somebody stopped the last placement before all had a place."""

    @property
    def arrange(self) -> Compute:
        """What lays out and places, for others that have something to place."""
        return self._arrange

    @property
    def is_comparing(self) -> bool:
        """Say whether the neighbour graph is being extended."""
        return self._comparing.is_running

    @property
    def background_error(self) -> GlanError | None:
        """Why comparing or warming up ended early; what a placement needs of it, it does again by itself."""
        return self._comparing.error or self._warming.error

    def start(self, *, is_anew: bool = False) -> None:
        """Begin to place what has no place yet, or all on a new layout; does nothing while one is under way."""

        def prepare() -> None:
            self.step, self.was_stopped = "embedding", False

        self._begin("placer", lambda: self._place(is_anew), prepare)

    def get_ready(self) -> None:
        """Let the process that places start and take the map to hand, so that the next placement finds it done.

        Does nothing while it works, and nothing from the second time on.
        """
        if not self._has_warmed and not self.is_running:
            self._has_warmed = True
            self._warming.begin("placer-warming", self._warm_up)

    def compare(self) -> None:
        """Begin to bring the neighbour graph up to what is embedded; nobody has to wait for it."""
        if not self.is_comparing:
            self._warming.forget_error()
            self._comparing.begin("placer-comparing", self._extend_graph)

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
