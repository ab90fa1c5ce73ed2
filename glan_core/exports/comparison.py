"""What has changed from one export to another?"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from glan_core.exports.formats import ROWS
from glan_core.exports.manifest import files_of
from glan_core.store.export_log import Export

_SEPARATOR = " "


class Changed(NamedTuple):
    """Something that differs, before and after; None where it was not there."""

    name: str
    before: Any
    after: Any


class Rows(NamedTuple):
    """How the pairs of two exports overlap."""

    both: int
    gone: int
    """Only in the first."""
    added: int
    """Only in the second."""
    moved: int
    """In both, once to train with and once held out."""


class ExportComparison(NamedTuple):
    """What differs of two exports."""

    settings: tuple[Changed, ...]
    counts: tuple[Changed, ...]
    equal_files: tuple[str, ...]
    """Files that are the same to the byte."""
    changed_files: tuple[str, ...]
    """Files of either that are not."""
    rows: Rows | None
    """None where the list of pairs of one is not there any more, is another one by now, or was never written."""


def compare_exports(before: Export, after: Export) -> ExportComparison:
    """Say what differs of two exports, by their manifests and, where they are still there, their lists of pairs."""
    first, second = ({each.file: each for each in files_of(export.manifest)} for export in (before, after))
    equal = tuple(name for name in first if name in second and first[name].sha256 == second[name].sha256)
    changed = tuple(sorted({*first, *second} - set(equal)))
    counts = {name: {**_counts(export.manifest)} for name, export in (("before", before), ("after", after))}
    return ExportComparison(
        settings=_changes(before.request, after.request),
        counts=_changes(counts["before"], counts["after"]),
        equal_files=equal,
        changed_files=changed,
        rows=_compare_rows(_rows_of(before), _rows_of(after)),
    )


def _counts(manifest: Mapping[str, Any]) -> dict[str, int]:
    reasons = {f"left out: {reason}": number for reason, number in manifest["left_out_for"].items()}
    return {"train": manifest["train"], "test": manifest["test"], **reasons}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Changed, ...]:
    names = [*before, *(name for name in after if name not in before)]
    return tuple(
        Changed(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )


def _rows_of(export: Export) -> Path | None:
    """Give the list of pairs of an export; None if what lies there is not what it wrote, as after a newer export."""
    path = export.path / ROWS
    told = next((each.sha256 for each in files_of(export.manifest) if each.file == ROWS), None)
    if told is None or not path.is_file():
        return None
    with path.open("rb") as file:
        return path if hashlib.file_digest(file, "sha256").hexdigest() == told else None


def _compare_rows(before: Path | None, after: Path | None) -> Rows | None:
    if before is None or after is None:
        return None
    first, second = (_read_keys(path) for path in (before, after))
    found = pc.index_in(first["key"], value_set=second["key"].combine_chunks())
    is_there = pc.is_valid(found)
    both = pc.sum(is_there).as_py() or 0
    splits = first["split"].filter(is_there)
    moved = pc.sum(pc.not_equal(splits, second["split"].take(found.drop_null()))).as_py() or 0
    return Rows(both=both, gone=len(first) - both, added=len(second) - both, moved=moved)


def _read_keys(path: Path) -> pa.Table:
    table = pq.read_table(path, columns=["split", "instruction_id", "answer_id"])
    key = pc.binary_join_element_wise(table["instruction_id"], table["answer_id"], _SEPARATOR)
    return pa.table({"key": key, "split": table["split"].cast(pa.string())})
