"""What would an export write? Counted, and its first rows as they will stand in the file."""

import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pyarrow as pa

from glan_core.exports.choosing import Choice, choose
from glan_core.exports.formats import FORMATS, TEST, TRAIN
from glan_core.exports.recipe import check_recipe
from glan_core.exports.request import ExportRequest
from glan_core.store.database import Cursor, transaction
from glan_core.store.export_choice import forget_choice
from glan_core.store.exports import SharedParts, gather_rows, heading_of, read_lines, read_shared_parts, read_table

ROWS = 3


class Preview(NamedTuple):
    """What an export would write."""

    choice: Choice
    first_rows: dict[str, tuple[str, ...]]
    """By format: lines as they stand in the file; rows of Parquet as JSON."""
    first_test_rows: dict[str, tuple[str, ...]]
    """The same of the test set."""


def preview(cursor: Cursor, request: ExportRequest, *, check_stop: Callable[[], None] = lambda: None) -> Preview:
    """Work an export out without writing it; raises ExportError for a request that cannot be met."""
    check_recipe(request)
    with transaction(cursor):
        choice = choose(cursor, request, check_stop=check_stop)
        shared = read_shared_parts(cursor)
        first = _first_rows(cursor, request, shared, TRAIN, choice.taken.train)
        tested = _first_rows(cursor, request, shared, TEST, choice.taken.test)
        forget_choice(cursor)
    return Preview(choice, first, tested)


def heading(format_: str, columns: Sequence[str]) -> str:
    """Give what stands above the first row of a file, as text to show."""
    return heading_of(format_, columns).strip().removeprefix("\ufeff")


def _first_rows(
    cursor: Cursor, request: ExportRequest, shared: SharedParts, split: str, pairs: int
) -> dict[str, tuple[str, ...]]:
    if not pairs:
        return {}
    rows = gather_rows(cursor, split, 0, min(pairs, ROWS), columns=request.columns, shared=shared)
    return {format_: _told(cursor, rows, format_, request.columns) for format_ in request.formats}


def _told(cursor: Cursor, rows: pa.Table, format_: str, columns: Sequence[str]) -> tuple[str, ...]:
    if FORMATS[format_].container == "parquet":
        table = read_table(cursor, rows, format_, columns=columns)
        return tuple(json.dumps(row, ensure_ascii=False) for row in table.to_pylist())
    return tuple(
        line.rstrip("\r\n")
        for batch in read_lines(cursor, rows, format_, columns=columns)
        for line in batch.to_pylist()
    )
