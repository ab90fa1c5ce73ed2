"""How does a file hold its rows, and which of their columns are instruction and answer?

Told by the first hundred rows, unless it is said.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args

from glan_core.corpus_files.json_records import Record, read_json_lines, read_json_list
from glan_core.corpus_files.rows import FORMATS, Format
from glan_core.corpus_files.table_records import parquet_columns, read_csv, read_parquet
from glan_core.errors import CorpusFileError, DiskError

Container = Literal["json_lines", "json", "csv", "parquet"]
CONTAINERS: Final[tuple[Container, ...]] = get_args(Container)

_SAMPLE = 100
_HEAD = 2**16  # bytes
_KNOWN_PAIRS = (
    ("instruction", "output"),
    ("instruction", "response"),
    ("instruction", "answer"),
    ("question", "answer"),
    ("question", "response"),
    ("prompt", "completion"),
    ("prompt", "response"),
    ("prompt", "answer"),
    ("query", "response"),
    ("query", "answer"),
    ("problem", "solution"),
    ("input", "output"),
)


class Layout(NamedTuple):
    """How a file is to be read."""

    container: Container
    format_: Format
    columns: Mapping[str, str]
    """By part, the name of its column: instruction and answer, for alpaca also input; or conversation."""
    file_columns: tuple[str, ...]
    """All that the first rows have."""


def find_layout(
    path: Path, *, format_: str | None = None, instruction_column: str | None = None, answer_column: str | None = None
) -> Layout:
    """Find out how a file is to be read, or check that it can be read as it is said here.

    Naming both columns means the format `columns`. Raises CorpusFileError for a file that is not there, is empty, is
    not UTF-8 text (or Parquet), or has no such columns, and DiskError for one that may not be read.
    """
    if format_ is not None and format_ not in FORMATS:
        raise CorpusFileError(f"There is no format {format_!r}.", f"Use one of: {', '.join(FORMATS)}.")
    if bool(instruction_column) != bool(answer_column):
        raise CorpusFileError("Only one of the two columns is named.", "Name that of the instruction and the answer.")
    if instruction_column and format_ not in (None, "columns"):
        raise CorpusFileError(f"The format {format_} has columns of its own.", "Leave out the format or the columns.")
    container, sample, file_columns = _look_into(path)
    if instruction_column and answer_column:
        columns = _named(path, file_columns, {"instruction": instruction_column, "answer": answer_column})
        return Layout(container, "columns", columns, file_columns)
    found = _columns(format_, sample, file_columns) if format_ else _guess(sample, file_columns)
    if found is None:
        listed = ", ".join(file_columns[:12])
        raise CorpusFileError(
            f"The rows of {path.name} do not have the form of {format_}; its columns are: {listed}."
            if format_
            else f"Which columns of {path.name} hold instruction and answer cannot be told from: {listed}.",
            "Name both columns.",
        )
    return Layout(container, *found, file_columns)


def list_columns(path: Path) -> tuple[str, ...]:
    """List the columns that the first rows of a file have; raises as `find_layout`, but for columns."""
    return _look_into(path)[2]


def read_records(path: Path, container: Container, columns: Sequence[str] | None = None) -> Iterator[Record]:
    """Give the rows of a file as they stand there; of Parquet with these columns only."""
    if container == "parquet":
        return read_parquet(path, columns)
    return {"json_lines": read_json_lines, "json": read_json_list, "csv": read_csv}[container](path)


def _look_into(path: Path) -> tuple[Container, list[dict[str, Any]], tuple[str, ...]]:
    """Give how a file holds its rows, the first ones of them that can be read, and the columns that these have."""
    container = _container(path)
    rows = [record.values for record in itertools.islice(read_records(path, container), _SAMPLE)]
    sample = [values for values in rows if values is not None]
    if not sample:
        raise CorpusFileError(f"{path.name} has no row that can be read.", _why_none(path, container))
    if container == "parquet":
        return container, sample, parquet_columns(path)
    return container, sample, tuple(dict.fromkeys(name for row in sample for name in row))


def _container(path: Path) -> Container:
    try:
        if not path.exists():
            raise CorpusFileError(f"There is no file {path}.", "Check its name and folder.")
        if not path.is_file():
            raise CorpusFileError(f"{path} is not a file.", "Name one file.")
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except PermissionError as error:
        raise DiskError(f"{path} may not be read.", "Check who owns it.") from error
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
        raise CorpusFileError(f"{path.name} is not text in UTF-8.", "Save it with that encoding, or as Parquet.")
    text = head.decode("utf-8-sig", "replace")
    if not text.strip():
        raise CorpusFileError(f"{path.name} is empty.", "Choose a file with rows.")
    begin = text.lstrip()
    if begin.startswith(("[", "{")):
        return "json" if begin.startswith("[") else "json_lines"
    lines = [line.lstrip() for line in begin.splitlines() if line.strip()]
    return "json_lines" if sum(line.startswith("{") for line in lines) * 2 > len(lines) else "csv"


def _why_none(path: Path, container: Container) -> str:
    """Say what is wrong with the first row, where none can be used."""
    first = next(iter(read_records(path, container)), None)
    if first is None:
        return "There is nothing below its header." if container == "csv" else "It holds no rows."
    return f"The first one, {first.number}: {first.reason}"


def _named(path: Path, file_columns: Sequence[str], columns: Mapping[str, str]) -> Mapping[str, str]:
    for name in columns.values():
        if name not in file_columns:
            raise CorpusFileError(
                f"{path.name} has no column {name!r}.", f"Its columns are: {', '.join(file_columns[:12])}."
            )
    return columns


def _guess(sample: Sequence[Mapping[str, Any]], file_columns: Sequence[str]) -> tuple[Format, Mapping[str, str]] | None:
    return next(
        (found for format_ in FORMATS if (found := _columns(format_, sample, file_columns)) is not None),
        None,
    )


def _columns(
    format_: str, sample: Sequence[Mapping[str, Any]], file_columns: Sequence[str]
) -> tuple[Format, Mapping[str, str]] | None:
    """Give the columns of a format; None where the rows do not have its form."""
    called = {name.strip().casefold(): name for name in reversed(file_columns)}
    match format_:
        case "alpaca":
            if "instruction" in called and "output" in called:
                parts = {"instruction": called["instruction"], "answer": called["output"]}
                return "alpaca", parts | ({"input": called["input"]} if "input" in called else {})
        case "sharegpt":
            column = _conversation(sample, file_columns, ("from", "value"))
            return None if column is None else ("sharegpt", {"conversation": column})
        case "chat":
            column = _conversation(sample, file_columns, ("role", "content"))
            return None if column is None else ("chat", {"conversation": column})
        case _:
            for asked, answered in _KNOWN_PAIRS:
                if asked in called and answered in called:
                    return "columns", {"instruction": called[asked], "answer": called[answered]}
            if len(file_columns) == 2:
                return "columns", {"instruction": file_columns[0], "answer": file_columns[1]}
    return None


def _conversation(
    sample: Sequence[Mapping[str, Any]], file_columns: Sequence[str], keys: tuple[str, str]
) -> str | None:
    """Give the column with lists of turns that have these two values; None if there is none."""
    for name in file_columns:
        for values in sample:
            turns = values.get(name)
            if isinstance(turns, list) and any(
                isinstance(turn, dict) and keys[0] in turn and keys[1] in turn for turn in turns
            ):
                return name
    return None
