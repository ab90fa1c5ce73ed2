"""Which datasets of others are there, and what do they hold?"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import duckdb
import pyarrow as pa

from glan_core.ids import corpus_row_id
from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, first_row

MOST_BAD_LINES = 1_000
"""So many are kept of a corpus, the first ones."""

_ROW_SCHEMA = pa.schema(
    {
        "corpus_id": pa.string(),
        "number": pa.int64(),
        "corpus_row_id": pa.string(),
        "instruction": pa.large_string(),
        "answer": pa.large_string(),
    }
)
_COLUMNS = """
    corpus_id, name, file_name, container, format, mapping, imported_at, rows, bad_lines, longer_conversations,
    is_removed
"""


class Corpus(NamedTuple):
    """A dataset that was taken in from a file."""

    corpus_id: str
    name: str
    file_name: str
    container: str
    """json_lines, json, csv or parquet."""
    format_: str
    """alpaca, sharegpt, chat or columns."""
    mapping: Mapping[str, str]
    """By part (instruction, answer, input or conversation), its column."""
    imported_at: datetime
    rows: int
    bad_lines: int
    longer_conversations: int
    """Rows that are only the beginning of a conversation."""
    is_removed: bool = False


class CorpusRow(NamedTuple):
    """A row of a corpus."""

    number: int
    """Of its line, row or item in the file."""
    corpus_row_id: str
    instruction: str
    answer: str


class KeptBadLine(NamedTuple):
    """A row of the file that could not be used."""

    number: int
    reason: str


class RowBatch(NamedTuple):
    """Some rows of a file on their way into a corpus, column by column."""

    numbers: list[int]
    instructions: list[str]
    answers: list[str]


def insert_corpus(cursor: Cursor, corpus: Corpus) -> None:
    """Add a corpus; its rows are added beside it."""
    cursor.execute(
        f"insert into corpus ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        [*corpus._replace(mapping=json.dumps(dict(corpus.mapping), ensure_ascii=False))],  # type: ignore[arg-type]
    )


def insert_corpus_rows(cursor: Cursor, corpus_id: str, batches: Iterator[RowBatch]) -> None:
    """Add the rows of a corpus as they come; texts are to be valid UTF-8. Raises what `batches` raises.

    In one statement, which lets go of each batch when it has the next: a statement a batch would keep them all until
    the transaction ends.
    """
    raised: list[BaseException] = []

    def read() -> Iterator[pa.RecordBatch]:
        try:
            for batch in batches:
                yield _row_batch(corpus_id, batch)
        except BaseException as error:
            raised.append(error)
            raise

    names = ", ".join(_ROW_SCHEMA.names)
    with with_batch(cursor, pa.RecordBatchReader.from_batches(_ROW_SCHEMA, read())):
        try:
            cursor.execute(f"insert into corpus_row ({names}) select {names} from batch")  # noqa: S608
        except duckdb.Error:
            if raised:
                raise raised[0] from None
            raise


def insert_bad_lines(cursor: Cursor, corpus_id: str, lines: Sequence[tuple[int, str]]) -> None:
    """Add the number and the reason of rows that could not be used."""
    batch = pa.table(
        {
            "corpus_id": pa.array([corpus_id] * len(lines), pa.string()),
            "number": pa.array([number for number, _ in lines], pa.int64()),
            "reason": pa.array([reason for _, reason in lines], pa.string()),
        }
    )
    names = ", ".join(batch.column_names)
    with with_batch(cursor, batch):
        cursor.execute(f"insert into corpus_bad_line ({names}) select {names} from batch")  # noqa: S608


def find_corpus(cursor: Cursor, corpus_id: str) -> Corpus | None:
    """Give a corpus, removed or not; None if there is none of this id."""
    row = first_row(cursor.execute(f"select {_COLUMNS} from corpus where corpus_id = ?", [corpus_id]))  # noqa: S608
    return None if row is None else _corpus(row)


def list_corpora(cursor: Cursor, *, has_removed: bool = False) -> tuple[Corpus, ...]:
    """List the corpora that are not removed, or all (`has_removed`), the newest first."""
    rows = cursor.execute(
        f"select {_COLUMNS} from corpus where ? or not is_removed order by imported_at desc, corpus_id",  # noqa: S608
        [has_removed],
    ).fetchall()
    return tuple(_corpus(row) for row in rows)


def set_corpus(cursor: Cursor, corpus_id: str, *, name: str, is_removed: bool) -> None:
    """Give a corpus a name, and let it count or not."""
    cursor.execute("update corpus set name = ?, is_removed = ? where corpus_id = ?", [name, is_removed, corpus_id])


def list_corpus_rows(cursor: Cursor, corpus_id: str, *, limit: int, after: int = 0) -> tuple[CorpusRow, ...]:
    """List rows in the order of the file, with numbers above `after`, at most `limit`."""
    rows = cursor.execute(
        """
        select number, corpus_row_id, instruction, answer
        from corpus_row
        where corpus_id = ? and number > ?
        order by number
        limit ?
        """,
        [corpus_id, after, limit],
    ).fetchall()
    return tuple(CorpusRow(*row) for row in rows)


def list_bad_lines(cursor: Cursor, corpus_id: str) -> tuple[KeptBadLine, ...]:
    """List the first thousand rows of the file that could not be used."""
    rows = cursor.execute(
        "select number, reason from corpus_bad_line where corpus_id = ? order by number", [corpus_id]
    ).fetchall()
    return tuple(KeptBadLine(*row) for row in rows)


def _corpus(row: Sequence[object]) -> Corpus:
    corpus = Corpus(*row)  # type: ignore[arg-type]
    return corpus._replace(mapping=json.loads(str(corpus.mapping)))


def _row_batch(corpus_id: str, rows: RowBatch) -> pa.RecordBatch:
    ids = [corpus_row_id(corpus_id, *row) for row in zip(*rows, strict=True)]
    columns = ([corpus_id] * len(ids), rows.numbers, ids, rows.instructions, rows.answers)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, _ROW_SCHEMA, strict=True)]
    return pa.record_batch(arrays, schema=_ROW_SCHEMA)
