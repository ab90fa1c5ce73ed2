"""A saved view keeps its address and its meaning; one of another release is a sentence."""

from datetime import timedelta

import pytest

from glan_core.entities import Filter, Window
from glan_core.errors import FilterError
from glan_core.store.database import Cursor
from glan_core.store.saved_views import (
    SavedView,
    find_saved_view,
    list_saved_views,
    new_view,
    remove_saved_view,
    rename_saved_view,
    save_view,
)
from tests.small_pairs import NOON

FILTER = Filter(run_ids=("one",), text="lens", projection_id="map", polygon=((0.0, 0.5), (1.0, 0.0), (1.0, 1.0)))


def _saved(cursor: Cursor, name: str = "Lenses", *, minutes: int = 0) -> SavedView:
    shown = {"by": "field", "window": list(Window(0, 0, 1, 1)), "note": "é"}
    view = new_view(name, FILTER, shown, NOON + timedelta(minutes=minutes))
    save_view(cursor, view)
    return view


def test_a_view_is_found_as_it_was_saved(cursor: Cursor):
    view = _saved(cursor)
    assert find_saved_view(cursor, view.saved_view_id) == view


def test_an_unknown_address_leads_nowhere(cursor: Cursor):
    assert find_saved_view(cursor, "nowhere") is None


def test_views_are_listed_newest_first(cursor: Cursor):
    first, second = _saved(cursor), _saved(cursor, "Mirrors", minutes=1)
    assert [name.saved_view_id for name in list_saved_views(cursor)] == [second.saved_view_id, first.saved_view_id]


def test_the_same_name_may_be_saved_twice(cursor: Cursor):
    _saved(cursor)
    _saved(cursor, minutes=1)
    assert [name.name for name in list_saved_views(cursor)] == ["Lenses", "Lenses"]


def test_saving_a_view_twice_changes_nothing(cursor: Cursor):
    save_view(cursor, _saved(cursor))
    assert len(list_saved_views(cursor)) == 1


def test_a_renamed_view_keeps_its_address(cursor: Cursor):
    view = _saved(cursor)
    rename_saved_view(cursor, view.saved_view_id, "Glasses")
    assert find_saved_view(cursor, view.saved_view_id) == view._replace(name="Glasses")


def test_a_removed_view_is_gone_from_lists_and_addresses_but_not_deleted(cursor: Cursor):
    view = _saved(cursor)
    remove_saved_view(cursor, view.saved_view_id)
    assert list_saved_views(cursor) == ()
    assert find_saved_view(cursor, view.saved_view_id) is None
    assert cursor.execute("select count(*) from saved_view").fetchall() == [(1,)]


def test_a_view_of_another_release_says_what_it_cannot_read(cursor: Cursor):
    view = _saved(cursor)
    cursor.execute('update saved_view set filter = \'{"near": "x"}\'')
    with pytest.raises(FilterError, match="'Lenses' was saved by another version") as raised:
        find_saved_view(cursor, view.saved_view_id)
    assert "'near'" in raised.value.message
    assert [name.name for name in list_saved_views(cursor)] == ["Lenses"]
