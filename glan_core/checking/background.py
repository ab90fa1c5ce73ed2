"""How are many pairs checked without anybody having to wait?"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from glan_core.checking.benchmarks import add_benchmark
from glan_core.checking.contamination import check_contamination
from glan_core.checking.duplicates import DuplicateSettings, check_duplicates
from glan_core.checking.meaning import check_meaning
from glan_core.checking.rules import check_rules
from glan_core.errors import GlanError, StoreError
from glan_core.quality.benchmark_words import RunSettings
from glan_core.store.benchmarks import Benchmark
from glan_core.store.database import Database
from glan_core.text_encoding import Compute, key_of_environment

Task = Literal["", "adding", "rules", "duplicates", "contamination", "meaning"]


class QualityWorker:
    """Makes one check at a time in a thread of its own; pages ask how far it is, and may stop it."""

    def __init__(
        self, database: Database, compute: Compute, *, find_key: Callable[[str], str] = key_of_environment
    ) -> None:
        self._database = database
        self._compute = compute
        self._find_key = find_key
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self.task: Task = ""
        """What is being done, or was last."""
        self.about = ""
        """The name of the benchmark that it is about, if it is about one."""
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

    @property
    def is_stopping(self) -> bool:
        """Say whether it was asked to stop and has not yet."""
        return self.is_running and self._stop.is_set()

    def check_rules(self, *, is_anew: bool = False) -> None:
        """Begin to apply the rules; nothing if it is at work."""

        def work() -> str:
            check = check_rules(self._database, is_anew=is_anew, on_progress=self._hear, is_stopped=self._stop.is_set)
            return f"Looked at {check.done:,} of {check.rows:,} pairs; {check.found:,} flags were found in all."

        self._begin("rules", work)

    def check_duplicates(self, settings: DuplicateSettings) -> None:
        """Begin to compare pairs; nothing if it is at work."""

        def work() -> str:
            check = check_duplicates(self._database, settings, on_progress=self._hear, is_stopped=self._stop.is_set)
            if check.state == "stopped":
                return "Stopped. What was found before is as it was."
            return f"Compared {check.rows:,} pairs: {check.found:,} groups are alike."

        self._begin("duplicates", work)

    def add(
        self,
        path: Path,
        settings: RunSettings,
        *,
        name: str,
        file_name: str,
        columns: tuple[str, str],
        kept: object = None,
    ) -> None:
        """Begin to add a benchmark and to hold pairs against it; `kept` is held until its file has been read."""
        kept_here = [kept]

        def work() -> str:
            added = add_benchmark(
                self._database,
                path,
                name=name,
                file_name=file_name,
                question_column=columns[0],
                answer_column=columns[1],
            )
            del kept_here[:]
            self.task, self.about = "contamination", added.benchmark.name
            return self._contamination(added.benchmark, settings, is_anew=False)

        self._begin("adding", work, about=name)

    def check_contamination(self, benchmark: Benchmark, settings: RunSettings, *, is_anew: bool = False) -> None:
        """Begin to hold pairs against a benchmark word for word; nothing if it is at work."""
        self._begin(
            "contamination",
            lambda: self._contamination(benchmark, settings, is_anew=is_anew),
            about=benchmark.name,
        )

    def check_meaning(self, benchmark: Benchmark, similarity: float) -> None:
        """Begin to hold pairs against a benchmark by meaning; nothing if it is at work."""

        def work() -> str:
            check = check_meaning(
                self._database,
                benchmark,
                similarity,
                compute=self._compute,
                find_key=self._find_key,
                on_progress=self._hear,
                is_stopped=self._stop.is_set,
            )
            return f"{benchmark.name}: {check.found:,} pairs are as near as a cosine of {similarity:g}."

        self._begin("meaning", work, about=benchmark.name)

    def stop(self) -> None:
        """Ask it to stop after the step that it is at; what is done is kept."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is under way, at most so long; says whether that is so."""
        if self._thread is not None:
            self._thread.join(seconds)
        return not self.is_running

    def forget_news(self) -> None:
        """Leave behind what came of the last piece of work."""
        self.news, self.error = "", None

    def _contamination(self, benchmark: Benchmark, settings: RunSettings, *, is_anew: bool) -> str:
        check = check_contamination(
            self._database,
            benchmark,
            settings,
            is_anew=is_anew,
            on_progress=self._hear,
            is_stopped=self._stop.is_set,
        )
        hits = "hit" if check.found == 1 else "hits"
        return f"{benchmark.name}: looked at {check.done:,} of {check.rows:,} pairs; {check.found:,} {hits}."

    def _begin(self, task: Task, work: Callable[[], str], *, about: str = "") -> None:
        with self._lock:
            if self.is_running:
                return
            self._stop.clear()
            self.task, self.about, self.done, self.total, self.error, self.news = task, about, 0, 0, None, ""
            self._thread = threading.Thread(target=self._run, args=(work,), name="quality", daemon=True)
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
