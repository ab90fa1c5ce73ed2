"""Entities of any kinds go in together, whole or not at all, and twice as well as once."""

import dataclasses

import pytest

from glan_core.entities import QualityFlag
from glan_core.errors import StoreError
from glan_core.store.database import explained_errors
from glan_core.store.ingest import ingest
from glan_core.store.reports import totals
from tests.conftest import Small
from tests.small_pairs import answer, instruction, model_call

MIXED = (
    QualityFlag("a", "truncated"),
    answer("a"),
    instruction("a", "reflection"),
    model_call("call-a"),
    QualityFlag("a", "truncated", "again"),
)


def _rows(small: Small) -> dict[str, list[tuple[object, ...]]]:
    tables = [name for (name,) in small.cursor.execute("select table_name from duckdb_tables()").fetchall()]
    return {table: sorted(small.cursor.execute(f"from {table}").fetchall(), key=str) for table in tables}


def test_entities_of_all_kinds_go_into_their_tables(small: Small):
    ingest(small.cursor, MIXED)
    counts = totals(small.cursor)
    assert (counts.instructions, counts.answers, counts.flagged) == (1, 1, 1)


def test_the_same_entities_twice_change_nothing(small: Small):
    ingest(small.cursor, MIXED)
    before = _rows(small)
    ingest(small.cursor, MIXED)
    assert _rows(small) == before


def test_the_order_does_not_matter(small: Small):
    ingest(small.cursor, MIXED[:4])
    ingest(small.cursor, reversed(MIXED[:4]))
    assert totals(small.cursor).answers == 1


def test_nothing_to_insert_is_fine(small: Small):
    before = _rows(small)
    ingest(small.cursor, ())
    assert _rows(small) == before


def test_of_a_batch_with_a_bad_row_nothing_stays(small: Small):
    before = _rows(small)
    bad = dataclasses.replace(small.nodes.optics, subject_id="bad", level="impossible")
    with pytest.raises(StoreError), explained_errors(small.database.path):
        ingest(small.cursor, [model_call(), bad])
    assert _rows(small) == before


def test_a_batch_of_thousands_goes_in_whole(small: Small):
    ingest(small.cursor, (instruction(f"q{number}", "reflection", "refraction") for number in range(3000)))
    assert totals(small.cursor).instructions == 3000
    assert small.cursor.execute("select count(*) from instruction_key_concept").fetchone() == (6000,)
