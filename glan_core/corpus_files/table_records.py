"""Which rows stand in a table: CSV or Parquet?"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from glan_core.corpus_files.json_records import LARGEST_ROW, Record
from glan_core.errors import CorpusFileError

_DELIMITERS = ",;\t|"  # spreadsheets of some countries save CSV with semicolons
_PARQUET_ROWS_AT_ONCE = 2_000


def read_csv(path: Path) -> Iterator[Record]:
    """Give the rows below the header, each with the number of the line on which it begins.

    A quotation mark that is never closed spoils its own row only. CorpusFileError for a header that cannot be used.
    """
    with path.open("rb") as file:
        lines = _Lines(file)
        delimiter = _delimiter(path)
        header: list[str] | None = None
        reader = _reader(lines, delimiter)
        while True:
            lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Record(lines.first, None, _complaint(error))
                lines.go_back()
                reader = _reader(lines, delimiter)
                continue
            if not any(cell and not cell.isspace() for cell in cells):
                continue
            if header is None:
                header = _header(cells, path)
            elif len(cells) != len(header):
                yield Record(lines.first, None, f"the header has {len(header)} cells, and this row {len(cells)}.")
            else:
                yield Record(lines.first, dict(zip(header, cells, strict=True)))


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> Iterator[Record]:
    """Give the rows, with these columns or all; CorpusFileError for a file that cannot be read."""
    try:
        with pq.ParquetFile(path) as file:
            wanted = None if columns is None else [name for name in columns if name in file.schema_arrow.names]
            number = 0
            for batch in file.iter_batches(_PARQUET_ROWS_AT_ONCE, columns=wanted):
                for values in batch.to_pylist():
                    number += 1
                    yield Record(number, values)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise CorpusFileError(
            f"{path.name} is no Parquet file that can be read.", "It may be cut off. Fetch or write it again."
        ) from error


def parquet_columns(path: Path) -> tuple[str, ...]:
    """Give the names of the columns; CorpusFileError for a file that cannot be read."""
    try:
        with pq.ParquetFile(path) as file:
            return tuple(file.schema_arrow.names)
    except (pa.ArrowException, OSError) as error:
        raise CorpusFileError(
            f"{path.name} is no Parquet file that can be read.", "It may be cut off. Fetch or write it again."
        ) from error


class _Lines:
    """The lines of a file as text, of which those of a broken row can be read again."""

    def __init__(self, file: BinaryIO) -> None:
        self.first = 1
        """Number of the line on which the row began."""
        self._file = file
        self._number = 0
        self._second = 0  # where the line after the first of the row begins

    def begin(self) -> None:
        """Say that a new row begins."""
        self.first = self._number + 1

    def go_back(self) -> None:
        """Go on with the second line of the row."""
        if self._number > self.first:
            self._file.seek(self._second)
            self._number = self.first

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._file.readline(LARGEST_ROW)
        if not line:
            raise StopIteration
        self._number += 1
        if self._number == self.first:
            self._second = self._file.tell()
        return line.decode("utf-8-sig" if self._number == 1 else "utf-8", "surrogateescape")


def _reader(lines: _Lines, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(LARGEST_ROW)
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _delimiter(path: Path) -> str:
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        line = ""
        while not line.strip() and (block := file.readline(LARGEST_ROW)):
            line = block
    return max(_DELIMITERS, key=line.count)


def _header(cells: Sequence[str], path: Path) -> list[str]:
    header = [cell.strip() for cell in cells]
    twice = next((name for name in header if name and header.count(name) > 1), "")
    if twice:
        raise CorpusFileError(f"{path.name} has two columns {twice!r}.", "Give each column a name of its own.")
    return header


def _complaint(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end" in text or "field larger" in text:
        return "a quotation mark is opened in it and never closed."
    if "expected after" in text:
        return "something stands between a closing quotation mark and the next cell."
    return f"it is not CSV ({text})."
