"""Endpoints are kept, changed and removed; the newest choice counts."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

from glan_core.saved_endpoint import SavedEndpoint
from glan_core.store.database import Cursor, open_database
from glan_core.store.endpoints import (
    find_chosen_endpoint_id,
    find_endpoint,
    insert_endpoint_choice,
    list_endpoints,
    save_endpoint,
)

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOME = SavedEndpoint("e1", "home", "http://localhost:8000/v1", "HOME_KEY", "m", "fast", 8, NOON)
CLOUD = SavedEndpoint("e2", "Cloud", "https://example.test/v1", "", "", "", 16, NOON)


def test_an_endpoint_comes_back_as_it_was_saved(cursor: Cursor) -> None:
    save_endpoint(cursor, HOME)
    assert find_endpoint(cursor, "e1") == HOME
    assert find_endpoint(cursor, "e2") is None


def test_several_addresses_come_back_in_their_order(cursor: Cursor) -> None:
    farm = dataclasses.replace(HOME, other_addresses=("http://b:8000/v1", "http://a:8000/v1"))
    save_endpoint(cursor, farm)
    assert find_endpoint(cursor, "e1") == farm
    save_endpoint(cursor, HOME)
    assert list_endpoints(cursor) == (HOME,)


def test_a_database_of_an_earlier_release_gets_the_columns_for_addresses(tmp_path: Path) -> None:
    path = tmp_path / "old.duckdb"
    with open_database(path, create=True) as database:
        cursor = database.cursor()
        save_endpoint(cursor, HOME)
        cursor.execute("alter table endpoint drop column other_addresses")
        cursor.execute("alter table model_call drop column address")
    with open_database(path) as database:
        cursor = database.cursor()
        assert find_endpoint(cursor, "e1") == HOME
        assert cursor.execute("select address from model_call").fetchall() == []


def test_endpoints_are_listed_by_name_in_small_or_capital_letters(cursor: Cursor) -> None:
    save_endpoint(cursor, HOME)
    save_endpoint(cursor, CLOUD)
    assert list_endpoints(cursor) == (CLOUD, HOME)


def test_saving_again_changes_all_but_when_it_was_added(cursor: Cursor) -> None:
    save_endpoint(cursor, HOME)
    later = dataclasses.replace(HOME, model="other", concurrency=2, added_at=datetime(2027, 1, 1, tzinfo=UTC))
    save_endpoint(cursor, later)
    assert find_endpoint(cursor, "e1") == dataclasses.replace(later, added_at=NOON)


def test_a_removed_endpoint_is_not_listed_but_still_there(cursor: Cursor) -> None:
    save_endpoint(cursor, HOME)
    removed = dataclasses.replace(HOME, is_removed=True)
    save_endpoint(cursor, removed)
    assert list_endpoints(cursor) == ()
    assert find_endpoint(cursor, "e1") == removed
    save_endpoint(cursor, HOME)
    assert list_endpoints(cursor) == (HOME,)


def test_the_newest_choice_counts_and_there_may_be_none(cursor: Cursor) -> None:
    assert find_chosen_endpoint_id(cursor) == ""
    for endpoint_id in ("e1", "e2", ""):
        insert_endpoint_choice(cursor, endpoint_id, chosen_at=NOON)  # at the same moment: the later row counts
        assert find_chosen_endpoint_id(cursor) == endpoint_id
    insert_endpoint_choice(cursor, "e2", chosen_at=datetime(2026, 11, 2, tzinfo=UTC))
    insert_endpoint_choice(cursor, "e1", chosen_at=NOON)
    assert find_chosen_endpoint_id(cursor) == "e2"
