"""How are many pairs checked without anybody having to wait?"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from glan_core.amounts import count_of
from glan_core.background_work import BackgroundWork
from glan_core.checking.benchmarks import add_benchmark
from glan_core.checking.compared_meanings import compare_meanings
from glan_core.checking.contamination import check_contamination
from glan_core.checking.duplicates import DuplicateSettings, check_duplicates
from glan_core.checking.meaning import check_meaning, find_meaning_check
from glan_core.checking.rules import check_rules
from glan_core.errors import StoreError
from glan_core.quality.benchmark_words import RunSettings
from glan_core.store.benchmarks import Benchmark
from glan_core.store.database import Database
from glan_core.text_encoding import Compute, key_of_environment

Task = Literal["", "adding", "rules", "duplicates", "comparing", "contamination", "meaning"]


class QualityWorker(BackgroundWork):
    """Makes one check at a time; stopped, it ends after the step that it is at, and keeps what is done."""

    failure = StoreError

    def __init__(
        self, database: Database, compute: Compute, *, find_key: Callable[[str], str] = key_of_environment
    ) -> None:
        super().__init__()
        self._database = database
        self._compute = compute
        self._find_key = find_key
        self.task: Task = ""
        """What is being done, or was last."""
        self.about = ""
        """The name of the benchmark that it is about, if it is about one."""
        self.news = ""
        """What came of the last one, in a sentence."""

    def check_rules(self, *, is_anew: bool = False) -> None:
        """Begin to apply the rules; nothing if it is at work."""

        def work() -> str:
            check = check_rules(self._database, is_anew=is_anew, on_progress=self._hear, is_stopped=self._stop.is_set)
            return f"Looked at {check.done:,} of {check.rows:,} pairs; {check.found:,} flags were found in all."

        self._check("rules", work)

    def check_duplicates(self, settings: DuplicateSettings) -> None:
        """Begin to compare pairs; nothing if it is at work."""

        self._check("duplicates", lambda: self._duplicates(settings))

    def compare_meanings(self, settings: DuplicateSettings) -> None:
        """Begin to hold every pair against all others by meaning, then to compare pairs; nothing if it is at work."""

        def work() -> str:
            compare_meanings(
                self._database,
                compute=self._compute,
                find_key=self._find_key,
                on_progress=self._hear,
                is_stopped=self._stop.is_set,
            )
            self.task = "duplicates"
            return self._duplicates(settings)

        self._check("comparing", work)

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

        self._check("adding", work, about=name)

    def check_contamination(self, benchmark: Benchmark, settings: RunSettings, *, is_anew: bool = False) -> None:
        """Begin to hold pairs against a benchmark word for word; nothing if it is at work."""
        self._check(
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

        self._check("meaning", work, about=benchmark.name)

    def forget_news(self) -> None:
        """Leave behind what came of the last piece of work."""
        self.news, self.error = "", None

    def _duplicates(self, settings: DuplicateSettings) -> str:
        check = check_duplicates(self._database, settings, on_progress=self._hear, is_stopped=self._stop.is_set)
        if check.state == "stopped":
            return "Stopped. What was found before is as it was."
        are = "is" if check.found == 1 else "are"
        return f"Compared {count_of(check.rows, 'pair')}: {count_of(check.found, 'group')} {are} alike."

    def _contamination(self, benchmark: Benchmark, settings: RunSettings, *, is_anew: bool) -> str:
        check = check_contamination(
            self._database,
            benchmark,
            settings,
            is_anew=is_anew,
            on_progress=self._hear,
            is_stopped=self._stop.is_set,
        )
        looked = f"{benchmark.name}: looked at {check.done:,} of {check.rows:,} pairs; {count_of(check.found, 'hit')}"
        if find_meaning_check(self._database.cursor(), benchmark.benchmark_id) is None:
            return f"{looked}, by words only. Paraphrases are found by meaning, which was not compared yet."
        return f"{looked} by words."

    def _check(self, task: Task, work: Callable[[], str], *, about: str = "") -> None:
        def prepare() -> None:
            self.task, self.about, self.news = task, about, ""

        def check() -> None:
            self.news = work()

        self._begin("quality", check, prepare)

    def _hear(self, done: int, total: int) -> None:
        self.done, self.total = done, total
