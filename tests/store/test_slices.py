"""A run's own database holds what the run may ask for, and no more."""

from pathlib import Path

import pytest

from glan_core.store.database import open_database
from glan_core.store.ingest import ingest
from glan_core.store.model_calls import find_model_call, list_unused_call_ids
from glan_core.store.slices import write_slice
from tests.conftest import Small
from tests.small_pairs import answer, instruction, model_call


@pytest.fixture
def filled(made: Small) -> Small:
    """The run of `made`, and a call of a syllabus that nothing was made from."""
    ingest(made.cursor, [model_call("unused", stage="syllabus", shared_texts=("«one»",)), model_call("call-d")])
    return made


def counts(path: Path, *tables: str) -> list[int]:
    """Count the rows of tables."""
    with open_database(path) as opened:
        cursor = opened.cursor()
        return [cursor.execute(f"select count(*) from {table}").fetchall()[0][0] for table in tables]


def slice_of(small: Small, folder: Path, *, instruction_ids: list[str], growing_ids: list[str]) -> Path:
    """Write a slice and give its path."""
    path = folder / "it's work.duckdb"
    write_slice(small.cursor, path, instruction_ids=instruction_ids, growing_ids=growing_ids)
    return path


def test_it_holds_the_whole_curriculum(filled: Small, tmp_path: Path):
    tables = ("taxonomy_node", "subject", "syllabus", "class_session", "key_concept", "run")
    path = slice_of(filled, tmp_path, instruction_ids=[], growing_ids=[])
    assert counts(path, *tables) == [7, 2, 1, 3, 15, 1]


def test_it_holds_the_planned_pairs_alone(filled: Small, tmp_path: Path):
    path = slice_of(filled, tmp_path, instruction_ids=["a", "c", "nowhere"], growing_ids=[])
    assert counts(path, "instruction", "instruction_key_concept", "answer") == [2, 3, 1]


@pytest.mark.parametrize("node", ["optics", "physics"])
def test_it_holds_all_pairs_below_a_node_that_grows(filled: Small, tmp_path: Path, node: str):
    found = getattr(filled.nodes, node)
    node_id = found.subject_id if node == "optics" else found.taxonomy_node_id
    path = slice_of(filled, tmp_path, instruction_ids=["a"], growing_ids=[node_id])
    assert counts(path, "instruction", "answer") == [3, 2]


def test_it_holds_no_pairs_below_another_node_that_grows(filled: Small, tmp_path: Path):
    path = slice_of(filled, tmp_path, instruction_ids=[], growing_ids=[filled.nodes.chemistry.taxonomy_node_id])
    assert counts(path, "instruction", "answer") == [0, 0]


def test_it_holds_the_answered_calls_that_nothing_was_made_from_with_their_prompts(filled: Small, tmp_path: Path):
    path = slice_of(filled, tmp_path, instruction_ids=[], growing_ids=[])
    with open_database(path) as opened:
        cursor = opened.cursor()
        assert list_unused_call_ids(cursor) == {"unused", "call-d"}
        assert find_model_call(cursor, "unused") == find_model_call(filled.cursor, "unused")


def test_a_slice_takes_the_place_of_an_older_one(filled: Small, tmp_path: Path):
    slice_of(filled, tmp_path, instruction_ids=["a", "b"], growing_ids=[])
    path = slice_of(filled, tmp_path, instruction_ids=["a"], growing_ids=[])
    assert counts(path, "instruction") == [1]


def test_the_database_itself_stays_as_it_is(filled: Small, tmp_path: Path):
    slice_of(filled, tmp_path, instruction_ids=["a"], growing_ids=[])
    ingest(filled.cursor, [instruction("d"), answer("d")])
    assert filled.cursor.execute("select count(*) from instruction").fetchall() == [(4,)]
    assert filled.cursor.execute("select count(*) from duckdb_databases() where not internal").fetchall() == [(1,)]
