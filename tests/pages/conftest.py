"""What do the tests of pages stand on? The whole app.py with a database of its own and the model server."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from glan_core.engines.background import Background
from glan_core.placer import Placer
from glan_core.settings import PROJECT_FOLDER, runs_folder
from glan_core.store.database import Database, open_database
from pages.shared.workspace import open_workspace
from tests.model_server import MODEL, ModelServer


@pytest.fixture
def app(
    starter_file: Path, tmp_path: Path, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AppTest]:
    """The app on the starter curriculum, before its first run; `app.switch_page` chooses the page."""
    monkeypatch.setenv("GLAN_DATABASE", str(shutil.copy(starter_file, tmp_path / "glan.duckdb")))
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    monkeypatch.setenv("GLAN_MODEL", MODEL)
    monkeypatch.setattr(Placer, "get_ready", lambda self: None)  # it would compile UMAP beside the tests
    forget()
    yield AppTest.from_file(str(PROJECT_FOLDER / "app.py"), default_timeout=60)
    workspace = open_workspace()
    workspace.worker.close()  # or it would go on reading names beside the tests that follow
    workspace.database.close()
    forget()


@pytest.fixture
def app_database(app: AppTest) -> Database:
    """The database that the app has open, for a test to write into it."""
    return open_workspace().database


@pytest.fixture
def gate(app: AppTest, model_server: ModelServer) -> Iterator[threading.Event]:
    """While it is closed, no call is answered; the Overview has had its word from the model before."""
    app.run()
    opened = threading.Event()

    def script(request: dict[str, Any]) -> None:
        opened.wait(60)

    model_server.script = script
    yield opened
    opened.set()


@pytest.fixture
def elsewhere(app: AppTest, starter_file: Path, tmp_path: Path, gate: threading.Event) -> Iterator[Background]:
    """Runs in the app's folder of runs that the app itself does not work on, with a database of their own."""
    (tmp_path / "other").mkdir()
    with open_database(Path(shutil.copy(starter_file, tmp_path / "other" / "glan.duckdb"))) as database:
        made = Background(database, runs_folder(tmp_path / "glan.duckdb"))
        yield made
        gate.set()
        made.stop_all(seconds=30)


def forget() -> None:
    """Empty what the pages keep between runs, so that the next app opens its own database."""
    st.cache_resource.clear()
    st.cache_data.clear()
