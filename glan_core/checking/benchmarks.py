"""How does a file become a benchmark that pairs are held against, and how is it taken out again?"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from glan_core.checking.benchmark_files import read_benchmark
from glan_core.errors import CorpusFileError, DiskError, SettingsError
from glan_core.ids import stable_id
from glan_core.store.benchmarks import (
    Benchmark,
    find_benchmark,
    insert_benchmark,
    list_benchmarks,
    set_benchmark_removed,
)
from glan_core.store.contamination import settle_contaminated
from glan_core.store.database import Cursor, Database, explained_errors, transaction

LONGEST_NAME = 60


class Added(NamedTuple):
    """What came of adding a benchmark."""

    benchmark: Benchmark
    is_new: bool
    """False where its file was there already."""
    columns: tuple[str, str]
    """Those of question and answer; the latter is empty where there is none."""


def add_benchmark(
    database: Database,
    path: Path,
    *,
    name: str = "",
    file_name: str = "",
    question_column: str = "",
    answer_column: str = "",
) -> Added:
    """Add the questions of a file or folder under a name, by default that of the file.

    The same questions are the same benchmark: added again, nothing is added, and one that was removed counts again.
    Raises CorpusFileError for a file that cannot be used, SettingsError for a name that another one has, DiskError and
    StoreError.
    """
    file_name = file_name or path.name
    try:
        read = read_benchmark(path, question_column=question_column, answer_column=answer_column)
    except FileNotFoundError as error:
        raise CorpusFileError(f"There is no file {path}.", "Check its name and folder.") from error
    except PermissionError as error:
        raise DiskError(f"{path} may not be read.", "Check who owns it.") from error
    digest = hashlib.blake2b(digest_size=16)
    for item in read.items:
        digest.update(f"{len(item.question)} {item.question} {item.answer}\n".encode())
    key = stable_id("benchmark", digest.hexdigest())
    cursor = database.cursor()
    with explained_errors(database.path):
        known = find_benchmark(cursor, key)
        called = _checked_name(name or (known.name if known else Path(file_name).stem[:LONGEST_NAME]))
        for other in list_benchmarks(cursor):
            if other.name.casefold() == called.casefold() and other.benchmark_id != key:
                raise SettingsError(f"There is a benchmark {other.name!r} already.", "Choose another name.")
        benchmark = Benchmark(key, called, file_name, len(read.items), read.bad_lines, datetime.now(UTC))
        with database.writing, transaction(cursor):
            insert_benchmark(cursor, benchmark, read.items)
            settle_contaminated(cursor)
        kept = find_benchmark(cursor, key)
    return Added(kept or benchmark, known is None, read.columns)


def benchmark_named(cursor: Cursor, name: str) -> Benchmark:
    """Give the benchmark of this name or id, in small or capital letters; SettingsError if there is none."""
    wanted = " ".join(name.split()).casefold()
    there = list_benchmarks(cursor)
    for benchmark in there:
        if wanted in (benchmark.name.casefold(), benchmark.benchmark_id):
            return benchmark
    listed = ", ".join(benchmark.name for benchmark in there)
    raise SettingsError(
        f"There is no benchmark {name!r}.", f"There are: {listed}." if listed else "Add one with --against FILE."
    )


def remove_benchmark(database: Database, benchmark: Benchmark) -> None:
    """Hold no pair against a benchmark any more: flags that it alone raised go; adding its file brings both back."""
    _set_removed(database, benchmark, is_removed=True)


def bring_back_benchmark(database: Database, benchmark: Benchmark) -> None:
    """Hold pairs against a benchmark again that was removed, with what was found of it."""
    _set_removed(database, benchmark, is_removed=False)


def _set_removed(database: Database, benchmark: Benchmark, *, is_removed: bool) -> None:
    cursor = database.cursor()
    with explained_errors(database.path), database.writing, transaction(cursor):
        set_benchmark_removed(cursor, benchmark.benchmark_id, is_removed=is_removed)
        settle_contaminated(cursor)


def _checked_name(name: str) -> str:
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        raise SettingsError(f"A benchmark wants a name of 1 to {LONGEST_NAME} letters.", "Give it one with --name.")
    return called
