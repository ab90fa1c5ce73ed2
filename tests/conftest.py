"""What do the tests stand on?

Real DuckDB files in tmp_path and a real HTTP server on loopback; nothing of the library is replaced.
"""

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import hypothesis
import pytest

from glan_core import presets
from glan_core.generation_settings import GenerationSettings
from glan_core.starter import Curriculum, insert_curriculum, read_curriculum
from glan_core.store.database import Cursor, Database, open_database
from tests.model_server import MODEL, ModelServer
from tests.object_store import ObjectStore
from tests.object_store import object_store as object_store_on_loopback
from tests.small_curriculum import SmallCurriculum, small_curriculum
from tests.terminal import Started, Terminal, folder_with
from tests.workbench import Workbench

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
    return _file(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="session")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that holds the small curriculum; copy it, do not open it."""
    return _file(tmp_path_factory.mktemp("small"), small_curriculum().curriculum)


@pytest.fixture(scope="session")
def starter_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that holds the starter curriculum; copy it, do not open it."""
    return _file(tmp_path_factory.mktemp("starter"), read_curriculum())


def _file(folder: Path, curriculum: Curriculum | None = None) -> Path:
    path = folder / "glan.duckdb"
    with open_database(path, create=True) as database:
        if curriculum is not None:
            insert_curriculum(database.cursor(), curriculum)
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
def small(small_file: Path, tmp_path: Path) -> Iterator[Small]:
    """A database with a curriculum that can be checked by eye; see small_curriculum.py."""
    with open_database(Path(shutil.copy(small_file, tmp_path / "small.duckdb"))) as opened:
        yield Small(opened, opened.cursor(), small_curriculum())


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
    """The paper's preset for the model server, with two small subject queries instead of ten.

    Lists are asked for as JSON Lines, so that no call is spent on finding out what the server can be held to.
    """
    preset = presets.preset("paper", model=MODEL)
    stages = {name: dataclasses.replace(stage, reply_form="jsonl") for name, stage in preset.stages.items()}
    return dataclasses.replace(preset, stages=stages, subject_queries=2, subjects_per_query=2, class_sessions=(3, 3))


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    """A server that speaks S3, and the environment that leads to it."""
    with object_store_on_loopback() as store:
        yield store


@pytest.fixture
def workbench(small: Small, model_server: ModelServer, tmp_path: Path, settings: GenerationSettings) -> Workbench:
    """A small database, a folder for runs and a model server."""
    return Workbench(small.database, small.cursor, small.nodes, model_server, tmp_path / "small.runs", settings)


@pytest.fixture
def terminal(small_file: Path, tmp_path: Path) -> Terminal:
    """A terminal with the small curriculum and no endpoint."""
    return Terminal(folder_with(small_file, tmp_path))


@pytest.fixture
def terminal_with_model(small_file: Path, tmp_path: Path, model_server: ModelServer) -> Terminal:
    """A terminal with the small curriculum and the model server."""
    return Terminal(folder_with(small_file, tmp_path), model_server.base_url)


@pytest.fixture
def start(terminal_with_model: Terminal) -> Iterator[Callable[..., Started]]:
    """Begins commands as processes of their own, and sees to it that none outlives the test."""
    all_started: list[Started] = []

    def begin(*arguments: str) -> Started:
        all_started.append(terminal_with_model.start(*arguments))
        return all_started[-1]

    yield begin
    for started in all_started:
        started.kill()
