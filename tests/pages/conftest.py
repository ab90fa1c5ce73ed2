"""What do the tests of pages stand on? The whole app.py with a database of its own and the model server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import Database
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


def forget() -> None:
    """Empty what the pages keep between runs, so that the next app opens its own database."""
    st.cache_resource.clear()
    st.cache_data.clear()
