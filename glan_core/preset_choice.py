"""Which settings does the name of a preset mean, be it a shipped or a saved one?"""

import dataclasses

from glan_core.errors import SettingsError
from glan_core.generation_settings import GenerationSettings
from glan_core.model_choice import ModelChoice
from glan_core.presets import PRESETS, from_saved
from glan_core.store.database import Cursor
from glan_core.store.saved_presets import find_saved_preset, list_saved_preset_names


def preset_settings(cursor: Cursor, choice: ModelChoice, name: str | None = None) -> GenerationSettings:
    """Give the settings of a preset (the one that fits by default) for the models in use.

    A saved preset brings its own language. SettingsError if there is no preset of that name; StoreError if a saved one
    cannot be read.
    """
    if name is None or name in PRESETS:
        return choice.generation_settings(name)
    saved = find_saved_preset(cursor, name)
    if saved is None:
        names = ", ".join((*PRESETS, *list_saved_preset_names(cursor)))
        raise SettingsError(f"There is no preset {name!r}.", f"Use one of: {names}.")
    settings = from_saved(saved.settings, model=choice.model, answer_model=choice.answer_model)
    return dataclasses.replace(settings, templates_folder=choice.templates_folder)
