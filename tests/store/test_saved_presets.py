"""Settings that were saved under a name come back as they were."""

import dataclasses
from datetime import timedelta

import pytest

from glan_core.errors import StoreError
from glan_core.generation_settings import Price
from glan_core.presets import preset
from glan_core.store.database import Cursor
from glan_core.store.saved_presets import (
    SavedPreset,
    find_saved_preset,
    list_saved_preset_names,
    remove_saved_preset,
    save_preset,
)
from tests.small_pairs import NOON

PAPER = preset("paper", model="m")


def test_a_saved_preset_comes_back_with_its_prices(cursor: Cursor):
    stages = {**PAPER.stages, "answers": dataclasses.replace(PAPER.stages["answers"], price=Price(0.5, 1.5))}
    saved = SavedPreset("careful", dataclasses.replace(PAPER, stages=stages, strategy_mix=0.25), NOON)
    save_preset(cursor, saved)
    assert find_saved_preset(cursor, "careful") == saved


def test_saving_under_the_same_name_replaces(cursor: Cursor):
    save_preset(cursor, SavedPreset("careful", PAPER, NOON))
    later = SavedPreset("careful", dataclasses.replace(PAPER, language="ko"), NOON + timedelta(hours=1))
    save_preset(cursor, later)
    assert find_saved_preset(cursor, "careful") == later
    assert list_saved_preset_names(cursor) == ("careful",)


def test_names_are_listed_by_the_alphabet_and_a_removed_one_is_gone(cursor: Cursor):
    for name in ("b", "C", "a"):
        save_preset(cursor, SavedPreset(name, PAPER, NOON))
    assert list_saved_preset_names(cursor) == ("a", "b", "C")
    remove_saved_preset(cursor, "b")
    assert list_saved_preset_names(cursor) == ("a", "C")
    assert find_saved_preset(cursor, "b") is None


def test_settings_that_cannot_be_read_are_told(cursor: Cursor):
    cursor.execute("insert into saved_preset values ('old', '{\"preset\": 3}', now())")
    with pytest.raises(StoreError, match="'old' was saved by another version"):
        find_saved_preset(cursor, "old")
