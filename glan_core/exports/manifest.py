"""What does a manifest say of the files beside it?

It holds no times but those of checks, so that the same export gives the same manifest (`curation`: curation.py):

    {"pairs": 120, "train": 120, "test": 0, "left_out": 3, "left_out_for": {"flagged": 3},
     "files": [{"file": "pairs.jsonl", "format": "chat", "split": "train", "pairs": 120, "bytes": 61204,
                "sha256": "9f2..."}],
     "filter": {}, "gates": ["demo", "flagged", "rejected"], "request": {...}, "curation": {...},
     "versions": {"duckdb": "2.0.0"}}

Where one file is all there is, what is known of it stands at the top as well.
"""

import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from glan_core.exports.choosing import Choice
from glan_core.exports.curation import Curation, curation_to_data, program_version
from glan_core.exports.request import ExportRequest, request_to_data
from glan_core.store.database import SCHEMA_VERSION

_WRITERS = ("duckdb", "pyarrow")
"""Packages on whose versions the bytes depend."""


class ExportedFile(NamedTuple):
    """One file of an export."""

    file: str
    """Its name within the folder."""
    format: str
    """A format, or card, chart, recipe or rows."""
    split: str
    """train, test, or empty for what is about both."""
    pairs: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export wrote, and from which choice."""

    pairs: int
    train: int
    test: int
    left_out: int
    """Pairs of the filter that are in no file."""
    left_out_for: dict[str, int]
    """How many for which reason; each pair is counted for the first."""
    short_disciplines: int
    without_vector: int | None
    without_neighbours: int | None
    """As in choosing.Choice."""
    files: tuple[ExportedFile, ...]
    request: dict[str, Any]
    curation: dict[str, Any]
    """As curation.py gives it."""
    versions: dict[str, str]

    @property
    def file(self) -> str:
        """Give the name of the first file."""
        return self.files[0].file

    @property
    def bytes(self) -> int:
        """Give the length of all files together."""
        return sum(each.bytes for each in self.files)

    @property
    def sha256(self) -> str:
        """Give the checksum of the first file."""
        return self.files[0].sha256


def manifest_of(
    request: ExportRequest, choice: Choice, files: tuple[ExportedFile, ...], *, curation: Curation
) -> Manifest:
    """Say what was written."""
    versions = {name: importlib.metadata.version(name) for name in _WRITERS}
    return Manifest(
        pairs=choice.pairs,
        train=choice.taken.train,
        test=choice.taken.test,
        left_out=sum(choice.left_out_for.values()),
        left_out_for=choice.left_out_for,
        short_disciplines=choice.short_disciplines,
        without_vector=choice.without_vector,
        without_neighbours=choice.without_neighbours,
        files=files,
        request=request_to_data(request),
        curation=curation_to_data(curation),
        versions={"glan_explorer": program_version(), "schema": str(SCHEMA_VERSION), **versions},
    )


def manifest_to_data(manifest: Manifest) -> dict[str, Any]:
    """Give a manifest as JSON can hold it."""
    first = manifest.files[0]
    only = {"file": first.file, "format": first.format, "bytes": first.bytes, "sha256": first.sha256}
    request = manifest.request
    return {
        **(only if len(manifest.files) == 1 else {}),
        "pairs": manifest.pairs,
        "train": manifest.train,
        "test": manifest.test,
        "left_out": manifest.left_out,
        "left_out_for": manifest.left_out_for,
        "short_disciplines": manifest.short_disciplines,
        "without_vector": manifest.without_vector,
        "without_neighbours": manifest.without_neighbours,
        "files": [each._asdict() for each in manifest.files],
        "filter": request["filter"],
        "gates": request["gates"],
        "has_lineage": bool(request["columns"]),
        "request": request,
        "curation": manifest.curation,
        "versions": manifest.versions,
    }


def files_of(data: Mapping[str, Any]) -> tuple[ExportedFile, ...]:
    """Read the files of a manifest that was kept as data."""
    return tuple(ExportedFile(**each) for each in data["files"])
