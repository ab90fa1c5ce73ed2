"""Rows of a corpus are counted where they lie, apart from the pairs, and held against them cell by cell."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glan_core.entities import Filter, Window
from glan_core.store.corpora import Corpus, insert_corpus
from glan_core.store.corpus_points import (
    PlacedCorpus,
    RowPlaces,
    insert_corpus_points,
    list_placed_corpora,
    list_unplaced_rows,
)
from glan_core.store.map_corpus import corpus_difference, count_corpus, sample_corpus_points
from glan_core.store.map_points import count_points
from tests.store.maps import WINDOW, OnMap, on_map, within  # noqa: F401 - a fixture

ROWS = {1: (0, 0), 2: (0.1, 0.1), 3: (2.9, 2.9), 4: (3, 3), 5: (1.5, 1.5), 6: (40, 40)}
"""Places of the six rows by number; the last lies beyond every pair."""
NOON = datetime(2024, 2, 20, 12, tzinfo=UTC)


@pytest.fixture
def beside(on_map: OnMap) -> PlacedCorpus:  # noqa: F811
    """A corpus of seven rows, six of which are on the map."""
    cursor = on_map.cursor
    insert_corpus(cursor, Corpus("c", "Other", "other.jsonl", "json_lines", "alpaca", {}, NOON, 7, 0, 0))
    cursor.executemany(
        "insert into corpus_row values ('c', ?, ?, ?, '')", [[n, f"hash{9 - n}", f"Row {n}?"] for n in range(1, 8)]
    )
    add(on_map, ROWS)
    (placed,) = list_placed_corpora(cursor, "map")
    return placed


def add(there: OnMap, places: dict[int, tuple[float, float]]) -> None:
    """Place rows by number."""
    insert_corpus_points(
        there.cursor,
        "map",
        "c",
        RowPlaces(
            np.array(list(places)),
            np.array(list(places.values()), np.float32),
            np.full(len(places), np.nan, np.float32),
        ),
    )


def test_a_corpus_says_how_many_of_its_rows_are_on_a_layout(on_map: OnMap, beside: PlacedCorpus):  # noqa: F811
    assert beside == PlacedCorpus("map", "c", "Other", 7, 6)
    assert list_placed_corpora(on_map.cursor, "another")[0].points == 0
    assert list_unplaced_rows(on_map.cursor, "map", "c").tolist() == [7]
    assert list_unplaced_rows(on_map.cursor, "another", "c", limit=2).tolist() == [6, 7]


def test_a_point_that_is_there_never_moves(on_map: OnMap, beside: PlacedCorpus):  # noqa: F811
    before = sample_corpus_points(on_map.cursor, beside, limit=9).rows
    add(on_map, {1: (9, 9), 7: (2, 2)})
    after = sample_corpus_points(on_map.cursor, beside, limit=9).rows
    assert len(after) == 7
    assert after[after["number"] != 7].reset_index(drop=True).equals(before)


def test_pairs_are_counted_without_them(on_map: OnMap, beside: PlacedCorpus):  # noqa: F811
    assert count_points(on_map.cursor, on_map.map()) == 8
    assert on_map.map().window == WINDOW


def test_rows_are_counted_inside_what_is_drawn_and_know_no_other_filter(
    on_map: OnMap,  # noqa: F811
    beside: PlacedCorpus,
):
    cursor = on_map.cursor
    corner = ((-1.0, -1.0), (2.0, -1.0), (-1.0, 2.0))
    assert count_corpus(cursor, beside, Filter()) == 6
    assert count_corpus(cursor, beside, Filter(text="no such word", levels=("advanced",))) == 6
    assert count_corpus(cursor, beside, Filter(projection_id="map", polygon=corner)) == 2
    assert count_corpus(cursor, beside, within(1, 1, 3, 3)) == 3
    assert count_corpus(cursor, beside, within(1, 1, 3, 3), Window(2, 2, 4, 4)) == 2
    assert count_corpus(cursor, beside, Filter(projection_id="another", polygon=corner)) == 6


def test_samples_are_nested_and_bring_the_beginnings_of_their_texts(
    on_map: OnMap,  # noqa: F811
    beside: PlacedCorpus,
):
    every = sample_corpus_points(on_map.cursor, beside, limit=9, characters=5)
    some = sample_corpus_points(on_map.cursor, beside, limit=3)
    assert (every.total, some.total, len(some.rows)) == (6, 6, 3)
    assert some.rows["number"].tolist() == every.rows["number"].tolist()[:3]
    assert set(every.rows["instruction"]) == {f"Row {number}" for number in range(1, 7)}
    assert set(some.rows["instruction"]) == {""}


def test_shares_are_compared_cell_by_cell(on_map: OnMap, beside: PlacedCorpus):  # noqa: F811
    found = corpus_difference(on_map.cursor, on_map.map(), Filter(), beside, side=3)
    cells = {(row.column, row.row): (row.first, row.second) for row in found.cells.itertuples()}
    assert (found.first_total, found.second_total) == (8, 6)
    assert cells[0, 0] == (1, 2)
    assert cells[2, 2] == (0, 2)
    assert cells[1, 1] == (1, 1)
    assert sum(second for _, second in cells.values()) == 5  # one lies outside the window
    corner = found.cells[(found.cells["column"] == 0) & (found.cells["row"] == 0)].iloc[0]
    assert corner["difference"] == pytest.approx(1 / 8 - 2 / 6)


def test_a_filter_narrows_the_pairs_and_an_outline_both(on_map: OnMap, beside: PlacedCorpus):  # noqa: F811
    found = corpus_difference(on_map.cursor, on_map.map(), Filter(run_ids=("one",)), beside, side=3)
    assert (found.first_total, found.second_total) == (4, 6)
    found = corpus_difference(on_map.cursor, on_map.map(), within(0, 0, 1, 1), beside, side=3)
    assert (found.first_total, found.second_total) == (4, 2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.floats(-1, 3, width=32), st.floats(-1, 3, width=32), st.floats(0.125, 9, width=32), st.sampled_from([1, 5]))
def test_cells_are_those_of_numpy(
    on_map: OnMap,  # noqa: F811
    beside: PlacedCorpus,
    left: float,
    bottom: float,
    extent: float,
    side: int,
):
    window = Window(left, bottom, left + extent, bottom + extent)
    places = np.array(list(ROWS.values()), np.float32).astype(float)
    is_inside = (places >= [left, bottom]).all(axis=1) & (places <= [window.right, window.top]).all(axis=1)
    expected = np.zeros((side, side), int)
    for x, y in places[is_inside]:
        expected[
            min(int((y - bottom) * (side / extent)), side - 1), min(int((x - left) * (side / extent)), side - 1)
        ] += 1
    found = corpus_difference(on_map.cursor, on_map.map(), Filter(), beside, window=window, side=side).cells
    counted = np.zeros((side, side), int)
    counted[found["row"].to_numpy(int), found["column"].to_numpy(int)] = found["second"].to_numpy(int)
    assert np.array_equal(counted, expected)
