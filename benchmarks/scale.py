"""How long do ten million pairs take, and how much memory: a plan, an ingest, the first pages, an export?

    python -m benchmarks.scale --folder FOLDER                   # all of it; the sets are made there once, and kept
    python -m benchmarks.scale --case plan --pairs 1000000

| case | n | what | goal |
|---|---|---|---|
| plan | 10,000,000 | planned and prepared over a curriculum of the paper's size, plan.json written | 300 s, 1 GB |
| ingest | 1,000,000 | a run's journal taken in: two calls, an instruction and an answer a pair | 60 s |
| pages | 10,000,000 | what Overview and Coverage ask after 1,000 new pairs, and again | 1 s a page |
| export | 10,000,000 | Parquet with all lineage | 180 s, 2 GB |

Each is measured in a process of its own, whose high-water mark is its memory. Imports and the map have their own
benchmarks, `imports` and `map`. The disk that it takes is printed with each. Prints one JSON object; the exit code is 1
if a goal was missed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import coverage, exports
from benchmarks.clock import peak_memory_bytes
from benchmarks.scale_sets import SUBJECTS_PER_DISCIPLINE, make_curriculum, request_of, write_run
from glan_core.entities import Filter
from glan_core.lineage_coverage import summarise_levels
from glan_core.planning.plan import forecast_plan, plan_of
from glan_core.runs.headless import prepare
from glan_core.runs.ingesting import take_in_journals
from glan_core.store.coverage import count_coverage
from glan_core.store.database import Cursor, open_database
from glan_core.store.kept_counts import keep_counts
from glan_core.store.reports import taxonomy_counts, taxonomy_revision, totals, totals_version
from glan_core.store.runs import spending
from glan_core.store.samples import samples_version

Figures = dict[str, Any]
_NEW_PAIRS = 1_000


class Case(NamedTuple):
    """What is measured, on how many pairs, and what it should stay below."""

    measure: Callable[[Path, int], Figures]
    pairs: int
    seconds: float
    bytes: float = float("inf")


def main() -> int:
    """Measure what was asked for and print it."""
    options = _options()
    if options.child:
        case = CASES[options.child]
        figures = case.measure(options.folder, options.pairs or case.pairs)
        sys.stdout.write(json.dumps(figures | {"peak_megabytes": round(peak_memory_bytes() / 1e6)}))
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = {
            name: _in_its_own_process(folder, name, options.pairs, subjects=options.subjects)
            for name in options.case or CASES
        }
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return int(not all(figures["is_met"] for figures in found.values()))


def _in_its_own_process(folder: Path, name: str, pairs: int | None, *, subjects: int) -> Figures:
    case = CASES[name]
    pairs = pairs or case.pairs
    _make_set(folder, name, pairs, subjects=subjects)
    load = os.getloadavg()[0]
    command = [
        sys.executable,
        "-m",
        "benchmarks.scale",
        "--child",
        name,
        "--folder",
        str(folder),
        "--pairs",
        str(pairs),
    ]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: Figures = json.loads(ran.stdout)
    is_met = figures["seconds"] <= case.seconds and figures["peak_megabytes"] * 1e6 <= case.bytes
    return {"pairs": pairs, "load_at_start": round(load, 1), **figures, "is_met": is_met}


def _make_set(folder: Path, name: str, pairs: int, *, subjects: int) -> None:
    if name in ("plan", "ingest") and not _curriculum(folder).exists():
        make_curriculum(_curriculum(folder), subjects=subjects)
    if name == "ingest" and not _runs(folder, pairs).exists():
        shutil.copy(_curriculum(folder), folder / "planned.duckdb")
        with open_database(folder / "planned.duckdb") as database:
            write_run(database.cursor(), _runs(folder, pairs), pairs)
        (folder / "planned.duckdb").unlink()
    if name == "pages" and not _coverage_set(folder, pairs).exists():
        coverage.make_set(_coverage_set(folder, pairs), pairs)
    if name == "export" and not _export_set(folder, pairs).exists():
        exports.make_set(_export_set(folder, pairs), pairs)


def measure_plan(folder: Path, pairs: int) -> Figures:
    """Plan so many pairs and prepare the run, as `generate` does before its first call."""
    runs = folder / "planned"
    shutil.rmtree(runs, ignore_errors=True)
    with open_database(_curriculum(folder)) as database:
        clock = _Clock()
        cursor = database.cursor()
        plan = plan_of(forecast_plan(cursor, request_of(cursor, pairs)))
        prepared = prepare(database, plan, runs / plan.run_id)
        figures = clock.figures()
        prepared.journal.close()
    figures["plan_megabytes"] = round((prepared.folder / "plan.json").stat().st_size / 1e6)
    shutil.rmtree(runs)
    return figures


def measure_ingest(folder: Path, pairs: int) -> Figures:
    """Take in the journal of a run of so many pairs, the database closed at the end."""
    path = folder / "ingested.duckdb"
    shutil.copy(_curriculum(folder), path)
    before = _used_bytes(path)
    clock = _Clock()
    with open_database(path) as database:
        taken = take_in_journals(database, _runs(folder, pairs))
    figures = clock.figures() | {"rows": taken.rows, "unreadable": list(taken.unreadable)}
    journals = sum(journal.stat().st_size for journal in _runs(folder, pairs).glob("*/journal.jsonl"))
    figures["database_bytes_a_pair"] = round((_used_bytes(path) - before) / pairs)
    figures["journal_bytes_a_pair"] = round(journals / pairs)
    path.unlink()
    return figures


def measure_pages(folder: Path, pairs: int) -> Figures:
    """Ask what Overview and Coverage ask after 1,000 new pairs; again they only look whether anything is another.

    The seconds are those of the whole of Overview, whose first visit asks for most.
    """
    path = folder / "asked.duckdb"
    shutil.copy(_coverage_set(folder, pairs), path)
    figures: Figures = {}
    with open_database(path) as database:
        cursor = database.cursor()
        figures["once: all pairs counted"] = _figures_of(lambda: keep_counts(database))
        _add_pairs(cursor, _NEW_PAIRS)
        overview = _Clock()
        asked: dict[str, Callable[[], object]] = {
            "new pairs counted": lambda: keep_counts(database),
            "totals": lambda: totals(cursor),
            "outline": lambda: taxonomy_counts(cursor),
            "again": lambda: [totals_version(cursor), taxonomy_revision(cursor), spending(cursor)],
        }
        for name, ask in asked.items():
            figures[f"overview: {name}"] = _figures_of(ask)
        figures |= overview.figures()
        figures["coverage: every node"] = _figures_of(lambda: count_coverage(cursor, Filter()))
        nodes = count_coverage(cursor, Filter())
        figures["coverage: in numbers"] = _figures_of(lambda: summarise_levels(nodes))
        figures["coverage: again"] = _figures_of(lambda: [taxonomy_revision(cursor), samples_version(cursor)])
    path.unlink()
    return figures | {"database_bytes_a_pair": round(_coverage_set(folder, pairs).stat().st_size / pairs)}


def _add_pairs(cursor: Cursor, pairs: int) -> None:
    """Add pairs that are drawn like the first ones."""
    cursor.execute(
        """
        insert into instruction
        select 'new' || instruction_id[:13], syllabus_id, strategy, text, run_id, key_concept_ids, model_call_id, status
        from instruction
        where rowid < ?
        """,
        [pairs],
    )
    cursor.execute(
        """
        insert into answer
        select 'new' || answer_id[:13], 'new' || instruction_id[:13], text, run_id, model_call_id
        from answer
        where rowid < ?
        """,
        [pairs],
    )


def _figures_of(act: Callable[[], object]) -> Figures:
    clock = _Clock()
    act()
    return clock.figures()


def measure_export(folder: Path, pairs: int) -> Figures:
    """Write Parquet with all lineage, from a database with a call for each question and answer."""
    path = _export_set(folder, pairs)
    figures = exports.measure(path, "parquet")
    return figures | {"database_bytes_a_pair": round(path.stat().st_size / pairs)}


class _Clock:
    def __init__(self) -> None:
        self._began, self._used = time.perf_counter(), time.process_time()

    def figures(self) -> Figures:
        return {
            "seconds": round(time.perf_counter() - self._began, 2),
            "processor_seconds": round(time.process_time() - self._used, 2),
        }


def _used_bytes(path: Path) -> int:
    """Give the bytes of a database file that hold something."""
    with open_database(path) as database:
        row = database.cursor().execute("select block_size * used_blocks from pragma_database_size()").fetchall()[0]
    return int(row[0])


def _curriculum(folder: Path) -> Path:
    return folder / "curriculum.duckdb"


def _runs(folder: Path, pairs: int) -> Path:
    return folder / f"runs_{pairs}"


def _coverage_set(folder: Path, pairs: int) -> Path:
    return folder / f"coverage_{pairs}.duckdb"


def _export_set(folder: Path, pairs: int) -> Path:
    return folder / f"exports_{pairs}.duckdb"


CASES = {
    "plan": Case(measure_plan, 10_000_000, seconds=300, bytes=1e9),
    "ingest": Case(measure_ingest, 1_000_000, seconds=60),
    "pages": Case(measure_pages, 10_000_000, seconds=1),
    "export": Case(measure_export, 10_000_000, seconds=180, bytes=2e9),
}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale")
    parser.add_argument("--case", nargs="+", choices=CASES, help="which cases; all of them otherwise")
    parser.add_argument("--pairs", type=int, help="how many, instead of those of the case")
    parser.add_argument(
        "--subjects", type=int, default=SUBJECTS_PER_DISCIPLINE, help="of each discipline, where the curriculum is made"
    )
    parser.add_argument("--folder", type=Path, help="where the sets are made, and kept for the next time")
    parser.add_argument("--child", choices=CASES, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
