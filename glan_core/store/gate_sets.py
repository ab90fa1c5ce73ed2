"""Which gates did people choose together, and under which names?"""

from datetime import datetime
from typing import NamedTuple

from glan_core.errors import ExportError
from glan_core.store.database import Cursor

LONGEST_NAME = 60


class GateSet(NamedTuple):
    """Gates under a name; gates.py says which there are."""

    name: str
    gates: tuple[str, ...]
    saved_at: datetime | None = None
    """None for one that is there from the beginning."""


def checked_gate_set_name(name: str) -> str:
    """Give the name as it is kept; ExportError if there is none or it is too long."""
    given = " ".join(name.split())
    if not given:
        raise ExportError("Gates need a name to be saved under.", "Give them one, such as: for training.")
    if len(given) > LONGEST_NAME or not given.isprintable() or "," in given:
        raise ExportError(
            f"{given!r} is no name for gates.", f"Use at most {LONGEST_NAME} letters, and no comma among them."
        )
    return given


def save_gate_set(cursor: Cursor, gate_set: GateSet) -> None:
    """Save gates; what had the same name, in small or capital letters, is replaced."""
    name = checked_gate_set_name(gate_set.name)
    remove_gate_set(cursor, name)
    cursor.execute(
        "insert into gate_set (name, gates, saved_at) values (?, ?, ?)", [name, list(gate_set.gates), gate_set.saved_at]
    )


def list_gate_sets(cursor: Cursor) -> tuple[GateSet, ...]:
    """List them by name."""
    rows = cursor.execute("select name, gates, saved_at from gate_set order by lower(name), name").fetchall()
    return tuple(GateSet(name, tuple(gates), saved_at) for name, gates, saved_at in rows)


def remove_gate_set(cursor: Cursor, name: str) -> None:
    """Forget gates of this name, in small or capital letters."""
    cursor.execute("delete from gate_set where lower(name) = lower(?)", [name])
