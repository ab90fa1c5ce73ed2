"""Does an outline mean the same in the address as where it was drawn, and is nonsense no outline?"""

import math

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as strategy

from glan_core.entities import Filter, Window
from glan_core.store.database import Database
from glan_core.store.saved_views import find_saved_view
from pages.shared.outline_address import outline_text, read_outline, rounded, with_outline_of_address, write_outline

CORNER = strategy.tuples(strategy.floats(-50, 50), strategy.floats(-50, 50))
LEFT = ((-0.5, -1.0), (1.5, -1.0), (1.5, 1.0))


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The address of a page, as a dictionary."""
    params: dict[str, str] = {}
    monkeypatch.setattr(st, "query_params", params)
    return params


@given(strategy.lists(CORNER, min_size=3, max_size=64).map(tuple))
def test_what_is_written_is_read_as_it_was(outline: tuple[tuple[float, float], ...]):
    kept = rounded(outline)
    assert read_outline(outline_text("layout", kept)) == ("layout", kept)
    extent = max(max(axis) - min(axis) for axis in zip(*outline, strict=True))
    farthest = max(math.dist(corner, other) for corner, other in zip(outline, kept, strict=True))
    assert farthest <= max(extent, 1e-3) / 500


@pytest.mark.parametrize(
    "text", ["", "none", "row", "row~1_2~3_4", "row~1_2~3_4~x_5", "row~1_2~3_4~5", "row~1_2~3_4~nan_5", "~1_2~3_4~5_6"]
)
def test_nonsense_is_no_outline(text: str):
    assert read_outline(text) == ("", ())


def test_the_outline_of_the_address_stands_in_for_that_of_a_view(address: dict[str, str]):
    of_view = Filter(projection_id="old", box=Window(0, 0, 1, 1), tags=("good",))
    assert with_outline_of_address(of_view) == of_view
    address["outline"] = outline_text("row", LEFT)
    assert with_outline_of_address(of_view) == Filter(projection_id="row", polygon=LEFT, tags=("good",))
    address["outline"] = "none"
    assert with_outline_of_address(of_view) == Filter(tags=("good",))


def test_without_an_outline_only_a_view_has_to_be_told(address: dict[str, str]):
    write_outline("row", LEFT, Filter())
    assert address == {"outline": outline_text("row", LEFT)}
    write_outline("row", (), Filter())
    assert address == {}
    address["view"] = "v"
    write_outline("row", (), Filter())
    assert address == {"outline": "none", "view": "v"}


def test_one_too_long_for_an_address_goes_into_a_view(address: dict[str, str], app_database: Database):
    outline = tuple((math.cos(turn / 20), math.sin(turn / 20)) for turn in range(120))
    address["tags"] = "good"
    write_outline("row", outline, Filter(tags=("good",)))
    assert list(address) == ["view"]
    view = find_saved_view(app_database.cursor(), address["view"])
    assert view is not None
    assert view.filter_ == Filter(projection_id="row", polygon=outline, tags=("good",))
