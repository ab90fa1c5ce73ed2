"""How are corpora taken in, placed and compared without anybody having to wait?"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal

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


class CorpusWorker:
    """Does one piece of work at a time in a thread of its own; pages ask how far it is."""

    def __init__(
        self, database: Database, compute: Compute, *, find_key: Callable[[str], str] = key_of_environment
    ) -> None:
        self._database = database
        self._compute = compute
        self._find_key = find_key
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self.step: Step = ""
        """What is being done, or was last."""
        self.done = 0
        self.total = 0
        """Rows; 0 where nobody knows."""
        self.error: GlanError | None = None
        """Why the last piece of work that somebody asked for ended early."""
        self.own_error: GlanError | None = None
        """Why own places were not found when they were last looked for."""
        self.news = ""
        """What came of the last one, in a sentence; empty where nobody has to be told."""
        self.own: OwnPlaces | None = None
        """Where own pairs belong by meaning, as found last; its stamp says whether it still holds."""
        self.gaps: dict[tuple[str, bool], CorpusGaps] = {}
        """By corpus and whether at equal n, the gaps as found last; their stamps say whether they still hold."""

    @property
    def is_running(self) -> bool:
        """Say whether something is under way."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_stopping(self) -> bool:
        """Say whether it was told to stop and has not ended yet."""
        return self.is_running and self._stop.is_set()

    def stop(self) -> None:
        """Let placing end after the texts that are being read; what was read is kept. Nothing else ends for it."""
        self._stop.set()

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
            corpus = imported.corpus
            if imported.is_new:
                return f"Imported {corpus.rows:,} rows as {corpus.name}."
            came = "is back" if imported.was_removed else "was imported already"
            return f"{file_name} {came} as {corpus.name}; nothing was added."

        kept_here = [kept]
        self._begin("importing", work)

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

        self._begin("placing", work)

    def place_own(self) -> None:
        """Begin to place own pairs in the way of rows; nothing if it is at work."""

        def work() -> str:
            self.own = place_own(self._database, compute=self._compute, find_key=self._find_key, on_progress=self._hear)
            return ""

        self._begin("own", work)

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

        self._begin("names", work)

    def wait(self, seconds: float) -> None:
        """Wait until nothing is under way, or so long."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _begin(self, step: Step, work: Callable[[], str]) -> None:
        with self._lock:
            if self.is_running:
                return
            self.step, self.done, self.total = step, 0, 0
            self._stop.clear()
            if step == "own":  # what a page asks for by itself takes no news and no error away
                self.own_error = None
            else:
                self.error = None
            if step in ("importing", "placing"):
                self.news = ""
            self._thread = threading.Thread(target=self._run, args=(work,), name="corpora", daemon=True)
            self._thread.start()

    def _run(self, work: Callable[[], str]) -> None:
        try:
            self.news = work() or self.news
        except GlanError as error:
            self._keep(error)
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence would leave a page waiting
            self._keep(StoreError(f"It ended on {type(error).__name__}: {error}", "Try again."))

    def _keep(self, error: GlanError) -> None:
        if self.step == "own":
            self.own_error = error
        else:
            self.error = error

    def _hear(self, done: int, total: int, *, step: Step | None = None) -> None:
        self.step = step or self.step
        self.done, self.total = done, total
