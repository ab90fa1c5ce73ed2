"""What the tests of edits share."""

import shutil
from pathlib import Path

import pytest

from glan_core.store.database import open_database
from tests.conftest import Small
from tests.edits.second_optics import insert_questions, insert_second_optics


@pytest.fixture
def made(small: Small) -> Small:
    """The small curriculum with two answered questions of Optics, a and b."""
    insert_questions(small.cursor)
    return small


@pytest.fixture
def two_optics(made: Small) -> Small:
    """Physics and Chemistry with a subject Optics each; the questions a and b are of Physics, c of Chemistry."""
    insert_second_optics(made.cursor)
    return made


@pytest.fixture(scope="session")
def two_optics_file(small_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the same; copy it, do not open it."""
    path = Path(shutil.copy(small_file, tmp_path_factory.mktemp("two_optics") / "glan.duckdb"))
    with open_database(path) as database:
        insert_questions(database.cursor())
        insert_second_optics(database.cursor())
    return path
