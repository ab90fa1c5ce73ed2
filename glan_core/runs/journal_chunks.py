"""How does a long journal get into the database, in chunks of many thousands of lines?

The lines that make up nearly all of it (calls, questions, answers) go into their tables as they are; the few others
become entities first. Where a chunk holds something that is not as usual, such as a line of the first release or one
that something else has changed, all from there on is read line by line, which tells a mistake with its number.
"""

import contextlib
import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from glan_core.calls import ModelCall
from glan_core.runs.journal import read_journal
from glan_core.runs.journal_lines import entity_of
from glan_core.store.database import Cursor, Database, limited_memory, memory_cursor
from glan_core.store.ingest import Entity, ingest_journal, ingest_lines
from glan_core.store.line_batches import LINE_KINDS, LineReader, LineRows, UnusualLinesError, line_start

_CHUNK_BYTES = 64_000_000
_MOST_MEGABYTES = 700  # of the database while it takes in many chunks; those under way come on top
_BYTES_AT_ONCE = 262_144  # looked through for ends of lines, as many as a cache holds
_FEWEST_BYTES = 1_000_000  # below it the statements cost more than the lines


def take_in_lines(
    database: Database, cursor: Cursor, path: Path, *, start: int, end: int, run_id: str, chunk_bytes: int = 0
) -> int:
    """Take in what the whole lines of a journal from byte `start` to `end` hold; gives the number of lines.

    What was taken in stays, and is remembered, where a later part cannot be. Raises StoreError as `read_journal` does.
    """
    rows = 0
    if chunk_bytes or max(start, end - start) >= _FEWEST_BYTES:
        part = range(start, end)
        with (
            _chunks(cursor, path, part, chunk_bytes or _CHUNK_BYTES) as chunks,
            database.writing_much(cursor),
            contextlib.suppress(UnusualLinesError),
        ):
            for chunk in chunks:
                ingest_lines(database, cursor, chunk.rows, chunk.others, run_id=run_id, journal_bytes=chunk.end)
                rows += chunk.lines
                start = chunk.end
    if start < end:
        entries = read_journal(path, start=start)
        rows += ingest_journal(database, cursor, entries, run_id=run_id, journal_bytes=end)
    return rows


class _Chunk(NamedTuple):
    rows: Mapping[type, LineRows]
    others: Sequence[Entity]
    """What is of no usual kind."""
    lines: int
    end: int
    """Where the last of them ends in the file."""


@contextlib.contextmanager
def _chunks(cursor: Cursor, path: Path, part: range, size: int) -> Iterator[Iterator[_Chunk]]:
    """Give what a part of a journal holds; the next chunk is taken apart by a thread while one is worked on."""
    with path.open("rb") as file:
        if len(part) <= size:
            yield _read_chunks(LineReader(cursor), file, part, size)
            return
        with (
            limited_memory(cursor, _MOST_MEGABYTES),
            memory_cursor() as own,
            contextlib.closing(_read_ahead(_read_chunks(LineReader(cursor, own), file, part, size))) as chunks,
        ):
            yield chunks


def _read_ahead(chunks: Iterator[_Chunk]) -> Generator[_Chunk, None, None]:
    """Give chunks, the next one being made by a thread meanwhile."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, chunks, None)
        while chunk := coming.result():
            coming = thread.submit(next, chunks, None)
            yield chunk


def _read_chunks(reader: LineReader, file: BufferedReader, part: range, size: int) -> Iterator[_Chunk]:
    """Give what a part of a journal holds; UnusualLinesError for what is no line."""
    start, end = part.start, part.stop
    data = np.empty(min(size, end - start), np.uint8)  # for all chunks, as fresh memory takes long to come
    while start < end:
        file.seek(start)
        length = file.readinto(data[: end - start].data)
        if not length:  # the file is shorter than it was
            return
        ends = _line_ends(data[:length])
        if not len(ends):
            if start + length >= end:
                return
            data = np.empty(2 * len(data), np.uint8)  # a line is longer than that
            continue
        start += int(ends[-1])
        offsets = np.concatenate([[0], ends]).astype(np.int32)
        lines = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(data))
        rows, others = _taken_apart(reader, lines)
        yield _Chunk(rows, others, len(lines), start)


def _line_ends(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Give where lines end, each after its line feed."""
    ends = [
        np.flatnonzero(data[start : start + _BYTES_AT_ONCE] == ord("\n")) + start + 1
        for start in range(0, len(data), _BYTES_AT_ONCE)
    ]
    return np.concatenate(ends)


def _taken_apart(reader: LineReader, lines: pa.Array) -> tuple[Mapping[type, LineRows], Sequence[Entity]]:
    """Tell lines apart by how they begin; those of no usual kind as entities. UnusualLinesError for what is no line."""
    try:
        lines.validate(full=True)  # whether all of it is UTF-8
    except pa.ArrowInvalid as error:
        raise UnusualLinesError(str(error)) from error
    rows = {}
    left = pa.array(np.ones(len(lines), bool))
    for kind in LINE_KINDS:
        is_it = pc.starts_with(lines, line_start(kind))
        first = pc.index(is_it, value=True).as_py()
        if first >= 0:
            rows[kind] = reader.read(kind, lines, first=lines[first].as_py())
            left = pc.and_not(left, is_it)
    return rows, [_entity(line) for line in lines.filter(left).to_pylist()]


def _entity(line: str) -> Entity:
    try:
        entry = json.loads(line)
        entity = entity_of(entry["kind"], entry["value"], {})
    except (ValueError, KeyError, TypeError) as error:
        raise UnusualLinesError(str(error)) from error
    if isinstance(entity, ModelCall):  # written otherwise than this release does
        raise UnusualLinesError("a call of another form")
    return entity
