"""What do the tests stand on?

Real DuckDB files in tmp_path and a real HTTP server on loopback; nothing of the library is replaced.
"""

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import hypothesis
import pytest

from glan_core import presets
from glan_core.entities import GenerationSettings
from glan_core.starter import insert_curriculum, read_curriculum
from glan_core.store.database import Cursor, Database, open_database
from tests.model_server import MODEL, ModelServer
from tests.small_curriculum import SmallCurriculum, small_curriculum

# Time is no criterion on a shared machine, and the same examples come in every run.
hypothesis.settings.register_profile("glan", deadline=None, database=None, derandomize=True, max_examples=60)
hypothesis.settings.load_profile("glan")


class Small(NamedTuple):
    """An open database that holds the small curriculum."""

    database: Database
    cursor: Cursor
    nodes: SmallCurriculum


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that holds nothing; copy it, do not open it."""
    path = tmp_path_factory.mktemp("empty") / "glan.duckdb"
    open_database(path, create=True).close()
    return path


@pytest.fixture(scope="session")
def starter_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that holds the starter curriculum; copy it, do not open it."""
    path = tmp_path_factory.mktemp("starter") / "glan.duckdb"
    with open_database(path, create=True) as database:
        insert_curriculum(database.cursor(), read_curriculum())
    return path


@pytest.fixture
def database(empty_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh, empty database."""
    with open_database(Path(shutil.copy(empty_file, tmp_path / "glan.duckdb"))) as opened:
        yield opened


@pytest.fixture
def cursor(database: Database) -> Cursor:
    """A cursor of the empty database."""
    return database.cursor()


@pytest.fixture
def small(database: Database) -> Small:
    """A database with a curriculum that can be checked by eye; see small_curriculum.py."""
    nodes = small_curriculum()
    cursor = database.cursor()
    insert_curriculum(cursor, nodes.curriculum)
    return Small(database, cursor, nodes)


@pytest.fixture
def starter_database(starter_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A database with the starter curriculum, for this test alone."""
    with open_database(Path(shutil.copy(starter_file, tmp_path / "starter.duckdb"))) as opened:
        yield opened


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    """A model server with the default script; a test sets another with `model_server.script = ...`."""
    server = ModelServer()
    yield server
    server.stop()


@pytest.fixture
def settings() -> GenerationSettings:
    """The paper's preset for the model server, with two small subject queries instead of ten."""
    preset = presets.preset("paper", model=MODEL)
    return dataclasses.replace(preset, subject_queries=2, subjects_per_query=2, class_sessions=(3, 3))
