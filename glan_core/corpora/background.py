"""How are corpora taken in, placed and compared without anybody having to wait?"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from glan_core.background_work import ReadingWork
from glan_core.corpora.comparison import OwnPlaces, place_own
from glan_core.corpora.concept_gaps import CorpusGaps, find_corpus_gaps
from glan_core.corpora.importing import import_corpus
from glan_core.corpora.placing import place_corpus
from glan_core.corpus_files import Layout
from glan_core.encoder_choice import encoder_in_use
from glan_core.errors import GlanError, StoreError
from glan_core.store.corpora import Corpus
from glan_core.store.database import Database
from glan_core.text_encoding import Compute, key_of_environment
from glan_core.text_vectors import embed_names

Step = Literal["", "importing", "taught", "placing", "own", "names", "comparing"]


class CorpusWorker(ReadingWork):
    """Takes in, places and compares; stopped, placing ends after the texts under way, and nothing else ends for it."""

    failure = StoreError

    def __init__(
        self, database: Database, compute: Compute, *, find_key: Callable[[str], str] = key_of_environment
    ) -> None:
        super().__init__(database, compute, find_key=find_key)
        self.step: Step = ""
        """What is being done, or was last."""
        self.own_error: GlanError | None = None
        """Why own places were not found when they were last looked for; `error` is about what somebody asked for."""
        self.news = ""
        """What came of the last one, in a sentence; empty where nobody has to be told."""
        self.taken_in: Corpus | None = None
        """What was imported last, also if it was there already."""
        self.own: OwnPlaces | None = None
        """Where own pairs belong by meaning, as found last; its stamp says whether it still holds."""
        self.gaps: dict[tuple[str, bool], CorpusGaps] = {}
        """By corpus and whether at equal n, the gaps as found last; their stamps say whether they still hold."""

    def forget_news(self) -> None:
        """Leave behind what came of the last piece of work: it is about a corpus that is not there any more."""
        self.news = ""

    def take_in(self, path: Path, layout: Layout, *, name: str, file_name: str, kept: object = None) -> None:
        """Begin to import a file; nothing if it is at work. `kept` is held until the file has been read."""

        def work() -> str:
            imported = import_corpus(
                self._database,
                path,
                name=name,
                file_name=file_name,
                layout=layout,
                on_progress=lambda rows: self._hear(rows, 0),
            )
            del kept_here[:]
            self.taken_in = corpus = imported.corpus
            if imported.is_new:
                return f"Imported {corpus.rows:,} rows as {corpus.name}."
            came = "is back" if imported.was_removed else "was imported already"
            return f"{file_name} {came} as {corpus.name}; nothing was added."

        kept_here = [kept]
        self._begin_step("importing", work)

    def place(self, corpus: Corpus, *, rows: int | None = None) -> None:
        """Begin to place a corpus, or a random part of it; nothing if it is at work."""

        def work() -> str:
            placed = place_corpus(
                self._database,
                corpus,
                rows=rows,
                compute=self._compute,
                find_key=self._find_key,
                on_progress=lambda done, total: self._hear(done, total, step="placing"),
                on_names=lambda done, total: self._hear(done, total, step="taught"),
                is_stopped=self._stop.is_set,
            )
            if placed.is_stopped:
                return f"Stopped. The places of {corpus.name} are as they were, and what was read is not read again."
            return f"Placed {placed.placed:,} of {corpus.rows:,} rows of {corpus.name}."

        self._begin_step("placing", work)

    def place_own(self) -> None:
        """Begin to place own pairs in the way of rows; nothing if it is at work."""

        def work() -> str:
            self.own = place_own(self._database, compute=self._compute, find_key=self._find_key, on_progress=self._hear)
            return ""

        self._begin_step("own", work)

    def find_gaps(self, corpus: Corpus, *, is_equal: bool) -> None:
        """Begin to compare a placed corpus with all key concepts, which are read first; nothing if it is at work."""

        def work() -> str:
            cursor = self._database.cursor()
            chosen = encoder_in_use(cursor)
            embed_names(
                self._database,
                encoder=chosen.encoder,
                compute=self._compute,
                find_key=self._find_key,
                on_progress=self._hear,
            )
            self.step = "comparing"
            self.gaps[corpus.corpus_id, is_equal] = find_corpus_gaps(
                self._database, corpus, chosen=chosen, is_equal=is_equal, on_progress=self._hear
            )
            return ""

        self._begin_step("names", work)

    def _begin_step(self, step: Step, work: Callable[[], str]) -> None:
        asked_for = self.error

        def prepare() -> None:
            self.step = step
            if step == "own":  # what a page asks for by itself takes no news and no error away
                self.own_error, self.error = None, asked_for
            if step in ("importing", "placing"):
                self.news = ""

        def work_with_news() -> None:
            self.news = work() or self.news

        self._begin("corpora", work_with_news, prepare)

    def _keep(self, error: GlanError) -> None:
        if self.step == "own":
            self.own_error = error
        else:
            self.error = error

    def _hear(self, done: int, total: int, *, step: Step | None = None) -> None:
        self.step = step or self.step
        self.done, self.total = done, total
