"""Tests of glan_core.engines.engine: which engine works a plan off?"""

from datetime import UTC, datetime

import pytest

from glan_core.engines import engine as engines
from glan_core.engines.engine import ENGINES, LOCAL, EngineChoice, engine_named, engine_of
from glan_core.engines.local import execute
from glan_core.entities import Run, RunState
from glan_core.errors import SettingsError
from glan_core.store.database import open_database
from glan_core.store.runs import find_run, save_run


def test_plans_are_worked_off_in_this_process_unless_told_otherwise():
    assert engine_of(LOCAL) is execute


def test_an_engine_whose_library_is_missing_says_what_to_install(monkeypatch):
    monkeypatch.setitem(engines._NEEDS, "ray", "a_library_that_nobody_has")

    with pytest.raises(SettingsError) as told:
        engine_of(EngineChoice("ray"))

    assert "is not installed" in told.value.message
    assert "requirements-scale.txt" in told.value.hint


def test_a_name_that_no_engine_has_is_refused_with_those_there_are():
    with pytest.raises(SettingsError) as told:
        engine_named("cloud")

    assert all(name in told.value.hint for name in ENGINES)


def test_a_run_that_goes_on_elsewhere_shows_its_newest_engine(tmp_path):
    with open_database(tmp_path / "glan.duckdb", create=True) as database:
        cursor = database.cursor()
        for engine in ("local", "batch"):
            save_run(cursor, Run("run", {}, {}, 1, RunState.FINISHED, engine, datetime.now(UTC)))

        run = find_run(cursor, "run")

    assert run is not None
    assert run.engine == "batch"
