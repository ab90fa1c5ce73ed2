"""Which settings did people save, and under which names?"""

import dataclasses
import json
from datetime import datetime
from typing import NamedTuple

from glan_core.errors import StoreError
from glan_core.generation_settings import GenerationSettings, settings_from_data
from glan_core.store.database import Cursor, first_row


class SavedPreset(NamedTuple):
    """Settings under a name."""

    name: str
    settings: GenerationSettings
    """As presets.to_be_saved gives them: a stage without a model follows the one in use."""
    saved_at: datetime


def save_preset(cursor: Cursor, preset: SavedPreset) -> None:
    """Save settings; those that had the same name are replaced. Check the name with presets.checked_name first."""
    cursor.execute(
        """
        insert into saved_preset (name, settings, saved_at)
        values (?, ?, ?)
        on conflict do update set
            settings = excluded.settings,
            saved_at = excluded.saved_at
        """,
        [preset.name, json.dumps(dataclasses.asdict(preset.settings)), preset.saved_at],
    )


def find_saved_preset(cursor: Cursor, name: str) -> SavedPreset | None:
    """Give the preset of this name; StoreError if its settings cannot be read."""
    row = first_row(cursor.execute("select settings, saved_at from saved_preset where name = ?", [name]))
    if row is None:
        return None
    try:
        return SavedPreset(name, settings_from_data(json.loads(row[0])), row[1])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(
            f"The preset {name!r} was saved by another version.", "Save it anew under the same name, or remove it."
        ) from error


def list_saved_preset_names(cursor: Cursor) -> tuple[str, ...]:
    """List the names, in alphabetical order."""
    rows = cursor.execute("select name from saved_preset order by lower(name), name").fetchall()
    return tuple(name for (name,) in rows)


def remove_saved_preset(cursor: Cursor, name: str) -> None:
    """Forget a preset; the runs that were made with it keep their settings."""
    cursor.execute("delete from saved_preset where name = ?", [name])
