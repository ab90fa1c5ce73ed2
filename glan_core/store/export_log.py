"""Which exports were written, from which request?"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from glan_core.ids import stable_id
from glan_core.store.database import Cursor


class Export(NamedTuple):
    """Files that were written once; they may have been moved since."""

    export_id: str
    path: Path
    """The file, or the folder of several."""
    request: Mapping[str, Any]
    """As exports/request.py writes it."""
    manifest: Mapping[str, Any]
    exported_at: datetime
    seconds: float
    """That it took."""


def insert_export(
    cursor: Cursor,
    path: Path,
    *,
    request: Mapping[str, Any],
    manifest: Mapping[str, Any],
    exported_at: datetime,
    seconds: float,
) -> Export:
    """Keep that an export was written; `exported_at` is to carry its zone."""
    key = stable_id("export", str(path), exported_at.astimezone(UTC).isoformat())
    cursor.execute(
        """
        insert into export (export_id, path, request, manifest, exported_at, seconds)
        values (?, ?, ?, ?, ?, ?)
        on conflict do nothing
        """,
        [key, str(path), _json(request), _json(manifest), exported_at, seconds],
    )
    return Export(key, path, request, manifest, exported_at, seconds)


def list_exports(cursor: Cursor) -> tuple[Export, ...]:
    """List all exports, the newest first."""
    rows = cursor.execute(
        """
        select export_id, path, request, manifest, exported_at, seconds
        from export
        order by exported_at desc, export_id
        """
    ).fetchall()
    return tuple(
        Export(key, Path(path), json.loads(request), json.loads(manifest), at, seconds)
        for key, path, request, manifest, at, seconds in rows
    )


def find_export(cursor: Cursor, beginning: str) -> Export | None:
    """Give the newest export whose id begins so; None if there is none."""
    return next((each for each in list_exports(cursor) if beginning and each.export_id.startswith(beginning)), None)


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False)
