"""How are the rows of a corpus placed on the map while pages go on?"""

from glan_core.background_work import ReadingWork
from glan_core.corpora.map_placing import PlacedOnMap, place_corpus_on_map
from glan_core.store.corpora import Corpus


class CorpusPlacer(ReadingWork):
    """Places one corpus at a time; stopped, it ends after the rows under way, and keeps what was read and placed."""

    called = "Placing"

    step = ""
    """`reading` or `placing` while it works; empty at first."""
    corpus: Corpus | None = None
    """The one that is being placed, or was last."""
    placed: PlacedOnMap | None = None
    """What the last placing did, also if it was stopped; None if it ended early."""

    def start(self, corpus: Corpus, *, rows: int | None = None) -> None:
        """Begin to place a corpus, or a random part of it; does nothing while one is under way."""

        def prepare() -> None:
            self.step, self.corpus, self.placed = "", corpus, None

        self._begin("corpus-placer", lambda: self._place(corpus, rows), prepare)

    def _place(self, corpus: Corpus, rows: int | None) -> None:
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

    def _hear(self, step: str, done: int, total: int) -> None:
        self.step, self.done, self.total = step, done, total
