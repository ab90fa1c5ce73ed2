"""Are queries kept under their names?"""

from datetime import UTC, datetime

import pytest

from glan_core.errors import QueryError
from glan_core.store.database import Cursor
from glan_core.store.queries import run_query
from glan_core.store.query_examples import QUERY_EXAMPLES
from glan_core.store.saved_queries import SavedQuery, list_saved_queries, remove_saved_query, save_query
from tests.conftest import Small

NOW = datetime(2024, 2, 20, tzinfo=UTC)


def test_a_query_is_saved_replaced_and_removed(cursor: Cursor):
    save_query(cursor, SavedQuery("  short   answers ", "select 1 -- ü", NOW))
    save_query(cursor, SavedQuery("All", "from pair", NOW))
    assert list_saved_queries(cursor) == (
        SavedQuery("All", "from pair", NOW),
        SavedQuery("short answers", "select 1 -- ü", NOW),
    )
    save_query(cursor, SavedQuery("All", "select 2", NOW))
    remove_saved_query(cursor, "short answers")
    assert [(query.name, query.sql) for query in list_saved_queries(cursor)] == [("All", "select 2")]


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_name_that_cannot_be_is_refused(cursor: Cursor, name: str):
    with pytest.raises(QueryError):
        save_query(cursor, SavedQuery(name, "select 1", NOW))
    assert list_saved_queries(cursor) == ()


@pytest.mark.parametrize("example", QUERY_EXAMPLES, ids=lambda example: example.question)
def test_every_example_runs_with_pairs_and_without(made: Small, cursor: Cursor, example):
    assert not run_query(cursor, example.sql).cut
    assert list(run_query(made.cursor, example.sql).frame.columns)
