"""Which benchmarks did people add, and what do they ask?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa

from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, first_row

_COLUMNS = "benchmark_id, name, file_name, items, bad_lines, added_at, is_removed"


class Benchmark(NamedTuple):
    """Questions that others measure models with, from a file or a folder."""

    benchmark_id: str
    name: str
    file_name: str
    items: int
    bad_lines: int
    """Rows of the file that could not be used."""
    added_at: datetime
    is_removed: bool = False


class BenchmarkItem(NamedTuple):
    """One question of a benchmark."""

    number: int
    """From 1, as the file has them."""
    question: str
    answer: str
    """Empty where the file has none."""


def insert_benchmark(cursor: Cursor, benchmark: Benchmark, items: Sequence[BenchmarkItem]) -> None:
    """Add a benchmark with its items; one that is there already counts again, under the name given now."""
    known = find_benchmark(cursor, benchmark.benchmark_id)
    if known is not None:
        cursor.execute(
            "update benchmark set name = ?, is_removed = false where benchmark_id = ?",
            [benchmark.name, benchmark.benchmark_id],
        )
        return
    cursor.execute(f"insert into benchmark ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?)", [*benchmark])  # noqa: S608
    batch = pa.table(
        {
            "number": pa.array([item.number for item in items], pa.int64()),
            "question": pa.array([item.question for item in items], pa.large_string()),
            "answer": pa.array([item.answer for item in items], pa.large_string()),
        }
    )
    with with_batch(cursor, batch):
        cursor.execute(
            """
            insert into benchmark_item (benchmark_id, number, question, answer)
            select ?, number, question, answer from batch
            """,
            [benchmark.benchmark_id],
        )


def list_benchmarks(cursor: Cursor, *, has_removed: bool = False) -> tuple[Benchmark, ...]:
    """List the benchmarks that are not removed, or all (`has_removed`), by name."""
    rows = cursor.execute(
        f"select {_COLUMNS} from benchmark where ? or not is_removed order by lower(name), benchmark_id",  # noqa: S608
        [has_removed],
    ).fetchall()
    return tuple(Benchmark(*row) for row in rows)


def find_benchmark(cursor: Cursor, benchmark_id: str) -> Benchmark | None:
    """Give a benchmark, removed or not; None if there is none of this id."""
    row: tuple[Any, ...] | None = first_row(
        cursor.execute(f"select {_COLUMNS} from benchmark where benchmark_id = ?", [benchmark_id])  # noqa: S608
    )
    return None if row is None else Benchmark(*row)


def set_benchmark_removed(cursor: Cursor, benchmark_id: str, *, is_removed: bool) -> None:
    """Let a benchmark count or not; its items and what was found stay."""
    cursor.execute("update benchmark set is_removed = ? where benchmark_id = ?", [is_removed, benchmark_id])


def list_items(cursor: Cursor, benchmark_id: str) -> tuple[BenchmarkItem, ...]:
    """List the items of a benchmark in their order."""
    rows = cursor.execute(
        "select number, question, answer from benchmark_item where benchmark_id = ? order by number", [benchmark_id]
    ).fetchall()
    return tuple(BenchmarkItem(*row) for row in rows)
