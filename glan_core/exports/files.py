"""How do rows become the bytes of a file, and its checksum with them?"""

import hashlib
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from glan_core.exports.formats import FORMATS
from glan_core.exports.manifest import ExportedFile
from glan_core.store.database import Cursor
from glan_core.store.exports import heading_of, read_lines, read_table

_ROWS_IN_A_GROUP = 20_000
_FEW_VALUES = {
    "split", "field", "sub_field", "discipline", "subject", "level", "strategy", "status", "run_id",
    "instruction_model", "instruction_template", "instruction_template_fingerprint", "answer_model",
    "answer_template", "answer_template_fingerprint",
}  # fmt: skip
"""Columns that are worth a dictionary; for texts and ids it is made and thrown away."""


class FileWriter:
    """Writes one file of pairs, gathered rows by gathered rows, and counts what it writes."""

    def __init__(self, folder: Path, name: str, *, format_: str, split: str, columns: tuple[str, ...]) -> None:
        self._path = folder / name
        self._name, self._format, self._split, self._columns = name, format_, split, columns
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = HashedFile(self._path)
        self._parquet: pq.ParquetWriter | None = None
        self._pairs = 0
        if FORMATS[format_].container == "lines":
            self._file.write(heading_of(format_, columns).encode())

    def write_gathered(self, cursor: Cursor, rows: pa.Table) -> None:
        """Write rows that gather_rows gave."""
        if FORMATS[self._format].container == "parquet":
            self._write_table(read_table(cursor, rows, self._format, columns=self._columns))
            return
        for lines in read_lines(cursor, rows, self._format, columns=self._columns):
            self._pairs += len(lines)
            self._file.write(_bytes_of(lines))

    def close(self) -> ExportedFile:
        """Finish the file and say what it holds."""
        if self._parquet is not None:
            self._parquet.close()
        self._file.close()
        return ExportedFile(
            self._name, self._format, self._split, self._pairs, self._file.length, self._file.hash.hexdigest()
        )

    def give_up(self) -> None:
        """Leave the file as it is; it is thrown away with its folder."""
        self._file.close()

    def _write_table(self, table: pa.Table) -> None:
        if self._parquet is None:
            self._parquet = parquet_writer(self._file, table.schema)
        self._parquet.write_table(table, row_group_size=_ROWS_IN_A_GROUP)
        self._pairs += len(table)


class HashedFile:
    """A file to write to from its beginning to its end, with the SHA-256 of what was written."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb")
        self.hash = hashlib.sha256()
        self.length = 0
        self.closed = False

    def write(self, data: bytes | memoryview | pa.Buffer) -> int:
        """Write some bytes; OSError where the disk refuses them."""
        view = memoryview(data)
        self._file.write(view)
        self.hash.update(view)
        self.length += view.nbytes
        return view.nbytes

    def tell(self) -> int:
        """Give how much was written."""
        return self.length

    def flush(self) -> None:
        """Hand what was written to the operating system."""
        self._file.flush()

    def close(self) -> None:
        """Finish the file."""
        if not self.closed:
            self.closed = True
            self._file.close()

    def readable(self) -> bool:
        """Say that nothing can be read from it."""
        return False

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def seekable(self) -> bool:
        """Say that it goes in one direction only."""
        return False

    def __enter__(self) -> Self:
        """Give the file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Finish it."""
        self.close()


def parquet_writer(file: HashedFile, schema: pa.Schema) -> pq.ParquetWriter:
    """Begin a Parquet file."""
    few: list[str] = [name for name in schema.names if name in _FEW_VALUES]
    return pq.ParquetWriter(file, schema, compression="zstd", use_dictionary=few)


class PlacesWriter:
    """Writes which pair stands at which place of a set: split, position, instruction_id, answer_id."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._file = HashedFile(path)
        columns = {
            "split": pa.string(),
            "position": pa.int32(),
            "instruction_id": pa.string(),
            "answer_id": pa.string(),
        }
        self._parquet = parquet_writer(self._file, pa.schema(list(columns.items())))
        self._pairs = 0

    def write_gathered(self, split: str, rows: pa.Table) -> None:
        """Write the places of rows of a set."""
        places = rows.select(("position", "instruction_id", "answer_id"))
        places = places.add_column(0, "split", pa.repeat(pa.scalar(split), len(rows)))
        self._parquet.write_table(places, row_group_size=_ROWS_IN_A_GROUP)
        self._pairs += len(rows)

    def close(self) -> ExportedFile:
        """Finish the file and say what it holds."""
        self._parquet.close()
        self._file.close()
        return ExportedFile(self._name, "rows", "", self._pairs, self._file.length, self._file.hash.hexdigest())

    def give_up(self) -> None:
        """Leave the file as it is; it is thrown away with its folder."""
        self._file.close()


def write_text(path: Path, text: str, *, kind: str, name: str = "") -> ExportedFile:
    """Write a text that goes with the pairs; `name` is its name within the export, where it stands in a folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with HashedFile(path) as file:
        file.write(text.encode())
    return ExportedFile(name or path.name, kind, "", 0, file.length, file.hash.hexdigest())


def _bytes_of(lines: pa.Array) -> memoryview:
    """Give the letters of an array of strings, one after the other, without making a Python string of each."""
    if not len(lines):
        return memoryview(b"")
    if not pa.types.is_string(lines.type):
        lines = lines.cast(pa.string())
    _, offsets, letters = lines.buffers()
    ends = memoryview(offsets).cast("i")
    return memoryview(letters)[ends[lines.offset] : ends[lines.offset + len(lines)]]
