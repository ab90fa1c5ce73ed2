"""How do chosen pairs become a file that a trainer reads, and anybody can check?

    chat      OpenAI chat JSONL, one line a pair:
              {"messages": [{"role": "user", "content": "Why ...?"}, {"role": "assistant", "content": "Because ..."}],
               "metadata": {"instruction_id": "k2f...", "key_concepts": ["Carnot cycle"], ...}}
    parquet   the same, one column a value

Rows are ordered by id and hold no times, so the same export gives the same bytes. Beside the file stands
`<file>.manifest.json` with its filter, counts and SHA-256.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from glan_core.entities import Filter
from glan_core.errors import ExportError
from glan_core.filter_json import set_conditions
from glan_core.store.database import Cursor, transaction
from glan_core.store.exports import EXPORT_COLUMNS, iterate_export_rows
from glan_core.store.pairs import count_pairs

FORMATS = {"chat": ".jsonl", "parquet": ".parquet"}
"""Format names with the file ending each is given."""
GATES = ("demo", "flagged", "rejected")
"""What is left out unless asked for: the shipped demo pairs, pairs with a quality flag, and rejected pairs."""
_PARQUET_ROWS = 10_000


class Manifest(NamedTuple):
    """What an export wrote, and from which choice."""

    file: str
    format: str
    pairs: int
    left_out: int
    left_out_for: dict[str, int]
    """How many for which reason: unanswered, or the gate that stopped them."""
    """Pairs of the filter that a gate kept back, or that have no answer."""
    bytes: int
    sha256: str
    filter: dict[str, Any]
    gates: tuple[str, ...]
    has_lineage: bool


def export_pairs(
    cursor: Cursor,
    path: Path,
    *,
    format_: str,
    filter_: Filter,
    gates: tuple[str, ...] = GATES,
    has_lineage: bool = True,
) -> Manifest:
    """Write the answered pairs of a filter to `path`, whole or not at all, and the manifest beside it.

    Without lineage a chat line holds nothing but its messages. Raises ExportError for an unknown format or gate, no
    pairs, or a file that cannot be written.
    """
    if format_ not in FORMATS:
        raise ExportError(f"There is no export format {format_!r}.", f"Use one of: {', '.join(FORMATS)}.")
    unknown = [gate for gate in gates if gate not in GATES]
    if unknown:
        raise ExportError(f"There is no gate {unknown[0]!r}.", f"Gates are: {', '.join(GATES)}.")
    chosen = gated(filter_, gates)
    unfinished = path.parent / f".{path.name}.{os.getpid()}.{threading.get_ident()}"
    try:
        if path.is_dir():
            raise ExportError(f"{path} is a folder.", "Name a file in it.")
        with transaction(cursor):  # counts and rows of one moment, while runs go on
            pairs = count_pairs(cursor, chosen)
            left_out_for = count_left_out(cursor, filter_, gates)
            if not pairs and left_out_for.keys() - {"unanswered"}:
                raise ExportError(
                    f"All pairs of this choice are left out: {in_words(left_out_for)}.", "Open the gates: --gates none."
                )
            if not pairs:
                raise ExportError("No answered pair fits this choice.", "Widen the filter, or generate some first.")
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = iterate_export_rows(cursor, chosen)
            if format_ == "chat":
                _write_chat(unfinished, rows, has_lineage=has_lineage)
            else:
                _write_parquet(unfinished, rows, has_lineage=has_lineage)
        manifest = Manifest(
            file=path.name,
            format=format_,
            pairs=pairs,
            left_out=sum(left_out_for.values()),
            left_out_for=left_out_for,
            bytes=unfinished.stat().st_size,
            sha256=_sha256(unfinished),
            filter=set_conditions(filter_),
            gates=gates,
            has_lineage=has_lineage,
        )
        unfinished.replace(path)
        manifest_path(path).write_text(
            json.dumps(manifest._asdict(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ExportError(f"{path} cannot be written: {reason}.", "Name another file, or free some space.") from error
    finally:
        with contextlib.suppress(OSError):  # where nothing can be written there is nothing to remove
            unfinished.unlink()
    return manifest


def manifest_path(path: Path) -> Path:
    """Give the place of an export's manifest."""
    return path.with_name(f"{path.name}.manifest.json")


def gated(filter_: Filter, gates: tuple[str, ...]) -> Filter:
    """Narrow a filter to answered pairs that pass the gates.

    Raises ExportError if the filter asks for just what a gate leaves out.
    """
    if "demo" in gates:
        if filter_.is_demo:
            raise _contradiction("demo")
        filter_ = dataclasses.replace(filter_, is_demo=False)
    if "flagged" in gates:
        if filter_.is_flagged:
            raise _contradiction("flagged")
        filter_ = dataclasses.replace(filter_, is_flagged=False)
    if "rejected" in gates:
        statuses = filter_.statuses or ("generated", "accepted", "rejected")
        passing = tuple(status for status in statuses if status != "rejected")
        if not passing:
            raise _contradiction("rejected")
        filter_ = dataclasses.replace(filter_, statuses=passing)
    return dataclasses.replace(filter_, has_answer=True)


def in_words(left_out_for: dict[str, int]) -> str:
    """Say how many were left out for which reason."""
    return ", ".join(f"{number:,} {reason}" for reason, number in left_out_for.items())


def count_left_out(cursor: Cursor, filter_: Filter, gates: tuple[str, ...]) -> dict[str, int]:
    """Count what is left out by its first reason: unanswered, then each gate; no reason without a pair.

    Raises ExportError if the filter asks for just what a gate leaves out.
    """
    counted = {}
    before = count_pairs(cursor, filter_)
    for number, reason in enumerate(("unanswered", *gates)):
        after = count_pairs(cursor, gated(filter_, gates[:number]))
        counted[reason] = before - after
        before = after
    return {reason: number for reason, number in counted.items() if number}


def _contradiction(gate: str) -> ExportError:
    return ExportError(
        f"The filter asks for {gate} pairs, and the gate {gate!r} leaves them out.", "Open the gate: --gates none."
    )


def chat_line(row: dict[str, Any], *, has_lineage: bool = True) -> dict[str, Any]:
    """Give one pair as a line of OpenAI chat JSONL."""
    line: dict[str, Any] = {
        "messages": [
            {"role": "user", "content": row["instruction"]},
            {"role": "assistant", "content": row["answer"]},
        ]
    }
    if has_lineage:
        line["metadata"] = {name: row[name] for name in EXPORT_COLUMNS if name not in ("instruction", "answer")}
    return line


def _write_chat(path: Path, rows: Iterable[dict[str, Any]], *, has_lineage: bool) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(chat_line(row, has_lineage=has_lineage), ensure_ascii=False) + "\n")


def _write_parquet(path: Path, rows: Iterable[dict[str, Any]], *, has_lineage: bool) -> None:
    columns = EXPORT_COLUMNS if has_lineage else ("instruction", "answer")
    lists = ("class_sessions", "key_concepts", "key_concept_ids", "flags")
    schema = pa.schema(
        [
            (name, pa.list_(pa.string()) if name in lists else pa.int64() if name == "seed" else pa.string())
            for name in columns
        ]
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in _batches(rows, _PARQUET_ROWS):
            writer.write_table(pa.Table.from_pylist([{name: row[name] for name in columns} for row in batch], schema))


def _batches(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
