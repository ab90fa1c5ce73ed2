"""Which endpoints did people add, and which one did they choose last?"""

import dataclasses
from datetime import datetime
from typing import Any

from glan_core.saved_endpoint import SavedEndpoint
from glan_core.store.database import Cursor, first_row

_COLUMNS = (
    "endpoint_id, name, base_url, key_name, model, answer_model, concurrency, added_at, is_removed, other_addresses"
)


def save_endpoint(cursor: Cursor, endpoint: SavedEndpoint) -> None:
    """Add an endpoint, or bring everything but the time it was added of a known one up to date."""
    cursor.execute(
        f"""
        insert into endpoint ({_COLUMNS})
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict do update set
            name = excluded.name,
            base_url = excluded.base_url,
            key_name = excluded.key_name,
            model = excluded.model,
            answer_model = excluded.answer_model,
            concurrency = excluded.concurrency,
            is_removed = excluded.is_removed,
            other_addresses = excluded.other_addresses
        """,  # noqa: S608
        [
            endpoint.endpoint_id,
            endpoint.name,
            endpoint.base_url,
            endpoint.key_name,
            endpoint.model,
            endpoint.answer_model,
            endpoint.concurrency,
            endpoint.added_at,
            endpoint.is_removed,
            "\n".join(endpoint.other_addresses),
        ],
    )


def find_endpoint(cursor: Cursor, endpoint_id: str) -> SavedEndpoint | None:
    """Give the endpoint with this id, be it removed or not."""
    row = first_row(
        cursor.execute(f"select {_COLUMNS} from endpoint where endpoint_id = ?", [endpoint_id])  # noqa: S608
    )
    return _endpoint(row) if row else None


def list_endpoints(cursor: Cursor) -> tuple[SavedEndpoint, ...]:
    """List the endpoints by name, without those that were removed."""
    rows = cursor.execute(
        f"""
        select {_COLUMNS}
        from endpoint
        where not is_removed
        order by lower(name), endpoint_id
        """  # noqa: S608
    ).fetchall()
    return tuple(_endpoint(row) for row in rows)


def insert_endpoint_choice(cursor: Cursor, endpoint_id: str, *, chosen_at: datetime) -> None:
    """Note which endpoint is to be used from now on; an empty id means the one of the environment."""
    cursor.execute("insert into endpoint_choice (endpoint_id, chosen_at) values (?, ?)", [endpoint_id, chosen_at])


def find_chosen_endpoint_id(cursor: Cursor) -> str:
    """Give the id that was chosen last; empty where nobody chose, or chose the environment's."""
    row = first_row(
        cursor.execute("select endpoint_id from endpoint_choice order by chosen_at desc, rowid desc limit 1")
    )
    return str(row[0]) if row else ""


def _endpoint(row: tuple[Any, ...]) -> SavedEndpoint:
    return dataclasses.replace(SavedEndpoint(*row[:-1]), other_addresses=tuple((row[-1] or "").split()))
