"""How are corpora taken in and placed without anybody having to wait?"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from glan_core.corpora.importing import import_corpus
from glan_core.corpora.placing import place_corpus
from glan_core.corpus_files import Layout
from glan_core.errors import GlanError, StoreError
from glan_core.store.corpora import Corpus
from glan_core.store.database import Database
from glan_core.text_encoding import Compute, key_of_environment

Step = Literal["", "importing", "placing"]


class CorpusWorker:
    """Imports or places one corpus at a time in a thread of its own; pages ask how far it is."""

    def __init__(
        self, database: Database, compute: Compute, *, find_key: Callable[[str], str] = key_of_environment
    ) -> None:
        self._database = database
        self._compute = compute
        self._find_key = find_key
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.step: Step = ""
        """What is being done, or was last."""
        self.done = 0
        self.total = 0
        """Rows; 0 where nobody knows."""
        self.error: GlanError | None = None
        """Why the last piece of work ended early."""
        self.news = ""
        """What came of the last one, in a sentence."""

    @property
    def is_running(self) -> bool:
        """Say whether something is under way."""
        return self._thread is not None and self._thread.is_alive()

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
                on_progress=self._hear,
            )
            return f"Placed {placed.placed:,} of {corpus.rows:,} rows of {corpus.name}."

        self._begin("placing", work)

    def wait(self, seconds: float) -> None:
        """Wait until nothing is under way, or so long."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _begin(self, step: Step, work: Callable[[], str]) -> None:
        with self._lock:
            if self.is_running:
                return
            self.step, self.done, self.total, self.error, self.news = step, 0, 0, None, ""
            self._thread = threading.Thread(target=self._run, args=(work,), name="corpora", daemon=True)
            self._thread.start()

    def _run(self, work: Callable[[], str]) -> None:
        try:
            self.news = work()
        except GlanError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence would leave a page waiting
            self.error = StoreError(f"It ended on {type(error).__name__}: {error}", "Try again.")

    def _hear(self, done: int, total: int) -> None:
        self.done, self.total = done, total
