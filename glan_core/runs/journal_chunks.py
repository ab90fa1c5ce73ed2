"""How does a long journal get into the database, in chunks of many thousands of lines?

The lines that make up nearly all of it (calls, questions, answers) go into their tables as they are; the few others
become entities first. Where a chunk holds something that is not as usual, such as a line of the first release or one
that something else has changed, all from there on is read line by line, which tells a mistake with its number.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from glan_core.calls import ModelCall
from glan_core.runs.journal import read_journal
from glan_core.runs.journal_lines import entity_of
from glan_core.store.database import Cursor, Database
from glan_core.store.ingest import Entity, ingest_journal, ingest_lines
from glan_core.store.line_batches import LINE_KINDS, UnusualLinesError

_CHUNK_BYTES = 64_000_000
_FEWEST_BYTES = 1_000_000  # below it the statements cost more than the lines


def take_in_lines(
    database: Database, cursor: Cursor, path: Path, *, start: int, end: int, run_id: str, chunk_bytes: int = 0
) -> int:
    """Take in what the whole lines of a journal from byte `start` to `end` hold; gives the number of lines.

    What was taken in stays, and is remembered, where a later part cannot be. Raises StoreError as `read_journal` does.
    """
    rows = 0
    if chunk_bytes or max(start, end - start) >= _FEWEST_BYTES:
        with database.writing_much(cursor):
            for chunk in _chunks(path, start, end, chunk_bytes or _CHUNK_BYTES):
                try:
                    lines, others = _by_kind(chunk.lines)
                    ingest_lines(database, cursor, lines, others, run_id=run_id, journal_bytes=chunk.end)
                except UnusualLinesError:
                    break
                rows += len(chunk.lines)
                start = chunk.end
    if start < end:
        entries = read_journal(path, start=start)
        rows += ingest_journal(database, cursor, entries, run_id=run_id, journal_bytes=end)
    return rows


class _Chunk(NamedTuple):
    lines: pa.Array
    """With their ends."""
    end: int
    """Where the last of them ends in the file."""


def _chunks(path: Path, start: int, end: int, size: int) -> Iterator[_Chunk]:
    with path.open("rb") as file:
        while start < end:
            file.seek(start)
            data = file.read(min(size, end - start))
            ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n")) + 1
            if not len(ends):
                if start + len(data) >= end:
                    return
                size *= 2  # a line is longer than that
                continue
            offsets = np.concatenate([[0], ends]).astype(np.int32)
            start += int(ends[-1])
            yield _Chunk(
                pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets.tobytes()), pa.py_buffer(data)), start
            )


def _by_kind(lines: pa.Array) -> tuple[Mapping[type, pa.Array], Sequence[Entity]]:
    """Tell lines apart by how they begin; those of no usual kind as entities. UnusualLinesError for what is no line."""
    try:
        lines.validate(full=True)  # whether all of it is UTF-8
    except pa.ArrowInvalid as error:
        raise UnusualLinesError(str(error)) from error
    of_kind: dict[type, pa.Array] = {}
    left = pa.array(np.ones(len(lines), bool))
    for kind in LINE_KINDS:
        is_it = pc.starts_with(lines, f'{{"kind":"{kind.__name__}","value":{{')
        of_kind[kind] = lines.filter(is_it)
        left = pc.and_not(left, is_it)
    return of_kind, [_entity(line) for line in lines.filter(left).to_pylist()]


def _entity(line: str) -> Entity:
    try:
        entry = json.loads(line)
        entity = entity_of(entry["kind"], entry["value"], {})
    except (ValueError, KeyError, TypeError) as error:
        raise UnusualLinesError(str(error)) from error
    if isinstance(entity, ModelCall):  # written otherwise than this release does
        raise UnusualLinesError("a call of another form")
    return entity
