"""A name means a shipped preset or a saved one, for the models in use."""

import dataclasses

import pytest

from glan_core.errors import SettingsError
from glan_core.llm.endpoint import Endpoint
from glan_core.model_choice import ModelChoice
from glan_core.preset_choice import preset_settings
from glan_core.presets import preset, to_be_saved
from glan_core.store.database import Cursor
from glan_core.store.saved_presets import SavedPreset, save_preset
from tests.small_pairs import NOON

CHOICE = ModelChoice(Endpoint("http://127.0.0.1:9/v1", ""), "new", "new-answers", 16, templates_folder="/own")


def save_careful(cursor: Cursor) -> None:
    """Save settings of a person whose models were `old` and `old-answers`, with another one for the syllabi."""
    paper = preset("paper", model="old", answer_model="old-answers")
    stages = {**paper.stages, "syllabus": dataclasses.replace(paper.stages["syllabus"], model="big", temperature=0.2)}
    settings = dataclasses.replace(paper, stages=stages, language="ko", templates_folder="/theirs")
    saved = to_be_saved(settings, name="careful", model="old", answer_model="old-answers")
    save_preset(cursor, SavedPreset("careful", saved, NOON))


def test_a_saved_preset_follows_the_models_in_use_but_for_those_it_names(cursor: Cursor):
    save_careful(cursor)
    settings = preset_settings(cursor, CHOICE, "careful")
    assert {stage: each.model for stage, each in settings.stages.items()} == {
        "taxonomy": "new",
        "subjects": "new",
        "syllabus": "big",
        "class_details": "new",
        "instructions": "new",
        "answers": "new-answers",
    }
    assert settings.stages["syllabus"].temperature == 0.2
    assert (settings.preset, settings.language, settings.templates_folder) == ("careful", "ko", "/own")


def test_a_shipped_name_and_none_are_the_shipped_presets(cursor: Cursor):
    assert preset_settings(cursor, CHOICE, "quick") == CHOICE.generation_settings("quick")
    assert preset_settings(cursor, CHOICE) == CHOICE.generation_settings()


def test_an_unknown_name_is_refused_with_all_there_are(cursor: Cursor):
    save_careful(cursor)
    with pytest.raises(SettingsError, match="'slow'") as raised:
        preset_settings(cursor, CHOICE, "slow")
    assert raised.value.hint == "Use one of: paper, quick, careful."
