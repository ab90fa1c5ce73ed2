"""The doctor looks at each thing on its own, changes nothing, and says how to mend what is broken."""

import dataclasses
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from glan_core.doctor import Check, examine
from glan_core.settings import PROJECT_FOLDER, Settings, read_settings
from tests.model_server import API_KEY, MODEL, ModelServer, Reply

pytestmark = pytest.mark.model

HOLDER = """
import sys
from pathlib import Path
from glan_core.store.database import open_database
with open_database(Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def settings(small_file: Path, tmp_path: Path, model_server: ModelServer) -> Settings:
    """The settings of a machine on which everything is as it should be."""
    return read_settings(
        {
            "GLAN_DATABASE": str(shutil.copy(small_file, tmp_path / "glan.duckdb")),
            "OPENAI_BASE_URL": model_server.base_url,
            "OPENAI_API_KEY": API_KEY,
            "GLAN_MODEL": MODEL,
        }
    )


@pytest.fixture
def holder(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the database open."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(settings.database)],
        cwd=PROJECT_FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    yield process
    process.communicate(timeout=60)


def look(settings: Settings) -> dict[str, Check]:
    """Examine the machine and give the checks by name."""
    return {check.name: check for check in examine(settings)}


def states(checks: dict[str, Check]) -> dict[str, str]:
    """Give the state of every check but the browser, which not every machine has."""
    return {name: check.state for name, check in checks.items() if name != "browser"}


ALL_WELL = dict.fromkeys(("packages", "built-in model", "encoder", "model in use", "database", "disk"), "ok")


def test_on_a_machine_for_the_tests_all_is_well(settings: Settings):
    checks = look(settings)
    assert states(checks) == ALL_WELL
    assert checks["browser"].state in ("ok", "missing")


def test_the_details_name_what_was_found(settings: Settings):
    checks = look(settings)
    assert "SmolLM2-135M-Instruct, 98 MB" in checks["built-in model"].detail
    assert f"{MODEL} at {settings.base_url}" in checks["model in use"].detail
    assert "3 disciplines, 1 syllabi, 0 pairs" in checks["database"].detail


def test_an_endpoint_that_is_not_there_is_the_only_thing_broken(settings: Settings, model_server: ModelServer):
    model_server.stop()
    checks = look(settings)
    assert states(checks) == ALL_WELL | {"model in use": "broken"}
    assert settings.base_url in checks["model in use"].detail
    assert "OPENAI_BASE_URL" in checks["model in use"].hint


def test_a_refused_key_is_broken_and_not_shown(settings: Settings, model_server: ModelServer):
    model_server.script = lambda request: Reply(f"{API_KEY} is no key of ours", status=401)
    checks = look(settings)
    assert checks["model in use"].state == "broken"
    assert "OPENAI_API_KEY" in checks["model in use"].hint
    assert API_KEY not in str(checks)


def test_an_endpoint_that_refuses_the_call_is_broken(settings: Settings, model_server: ModelServer):
    model_server.script = lambda request: Reply("no room", status=503)
    check = look(settings)["model in use"]
    assert check.state == "broken"
    assert "503" in check.detail


def test_a_database_that_another_process_holds_is_named(settings: Settings, holder: subprocess.Popen[str]):
    check = look(settings)["database"]
    assert str(settings.database) in check.detail
    assert f"process {holder.pid}" in check.detail
    assert "closed" in check.detail


def test_a_database_that_is_not_there_is_missing_and_not_made(settings: Settings):
    settings.database.unlink()
    check = look(settings)["database"]
    assert check.state == "missing"
    assert "init" in check.hint
    assert not settings.database.exists()


def test_a_file_that_is_no_database_is_broken(settings: Settings):
    settings.database.write_text("Dear diary, " * 1000)
    check = look(settings)["database"]
    assert check.state == "broken"
    assert str(settings.database) in check.detail
    assert check.hint


def test_without_settings_the_built_in_model_is_in_use(settings: Settings):
    own = read_settings({"GLAN_DATABASE": str(settings.database)})
    assert "SmolLM2-135M-Instruct at built-in model" in look(own)["model in use"].detail


def test_an_address_of_several_that_does_not_answer_is_told_by_name(settings: Settings):
    away = "http://127.0.0.1:9/v1"
    check = look(dataclasses.replace(settings, other_addresses=(away,)))["model in use"]
    assert (check.state, check.detail) == ("broken", f"{MODEL} answers at 1 of 2 addresses. {away} cannot be reached.")
    assert check.hint.startswith("Runs go on with the others.")
