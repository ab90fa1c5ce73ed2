"""What did people look at, to come back to or to hand on as an address?"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from glan_core.entities import Filter
from glan_core.errors import FilterError
from glan_core.filter_json import filter_from_json, filter_to_json
from glan_core.ids import stable_id
from glan_core.store.database import Cursor, first_row

_PASSING = {"is_passing": True}


class SavedView(NamedTuple):
    """A filter under a name, and what was shown of it."""

    saved_view_id: str
    """Goes into addresses."""
    name: str
    filter_: Filter
    shown: Mapping[str, Any]
    """What else the page needs to look the same: colours, window and the like, as JSON can hold it."""
    saved_at: datetime


class ViewName(NamedTuple):
    """A view as a list shows it."""

    saved_view_id: str
    name: str
    saved_at: datetime


def new_view(name: str, filter_: Filter, shown: Mapping[str, Any], saved_at: datetime) -> SavedView:
    """Make a view with an id of its own; `saved_at` is to carry its zone."""
    when = saved_at.astimezone(UTC).isoformat()
    saved_view_id = stable_id("saved_view", name, filter_to_json(filter_), dict(shown), when)
    return SavedView(saved_view_id, name, filter_, shown, saved_at)


def passing_view(name: str, filter_: Filter, saved_at: datetime) -> SavedView:
    """Make the view that takes a filter to another page: always the same one, and in no list."""
    return SavedView(stable_id("passing_view", name, filter_to_json(filter_)), name, filter_, _PASSING, saved_at)


def save_view(cursor: Cursor, view: SavedView) -> None:
    """Save a view; its filter and what it shows never change afterwards, so that an address keeps its meaning."""
    cursor.execute(
        """
        insert into saved_view (saved_view_id, name, filter, shown, saved_at)
        values (?, ?, ?, ?, ?)
        on conflict do nothing
        """,
        [
            view.saved_view_id,
            view.name,
            filter_to_json(view.filter_),
            json.dumps(dict(view.shown), ensure_ascii=False),
            view.saved_at,
        ],
    )


def find_saved_view(cursor: Cursor, saved_view_id: str) -> SavedView | None:
    """Give a view that is not removed; FilterError if this release cannot read its filter."""
    row = first_row(
        cursor.execute(
            """
        select name, filter, shown, saved_at
        from saved_view
        where saved_view_id = ?
            and not is_removed
        """,
            [saved_view_id],
        )
    )
    if row is None:
        return None
    name, filter_text, shown, saved_at = row
    try:
        return SavedView(saved_view_id, name, filter_from_json(filter_text), json.loads(shown), saved_at)
    except FilterError as error:
        raise FilterError(
            f"The view {name!r} was saved by another version of the app. {error.message}",
            "Open it there, or remove it and save a new one.",
        ) from error


def list_saved_views(cursor: Cursor) -> tuple[ViewName, ...]:
    """List the views that people saved and did not remove, the newest first."""
    rows = cursor.execute(
        """
        select saved_view_id, name, saved_at
        from saved_view
        where not is_removed
            and not coalesce((shown ->> 'is_passing')::boolean, false)
        order by saved_at desc, saved_view_id
        """
    ).fetchall()
    return tuple(ViewName(*row) for row in rows)


def rename_saved_view(cursor: Cursor, saved_view_id: str, name: str) -> None:
    """Give a view another name; its address stays."""
    cursor.execute("update saved_view set name = ? where saved_view_id = ?", [name, saved_view_id])


def remove_saved_view(cursor: Cursor, saved_view_id: str) -> None:
    """Take a view from the list; its address leads nowhere any more."""
    cursor.execute("update saved_view set is_removed = true where saved_view_id = ?", [saved_view_id])
