"""Cells hold every point of their window once, and say which group most of them have."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glan_core.entities import Filter, Window
from glan_core.store.map_density import density, most_common
from glan_core.store.map_difference import difference
from tests.store.maps import WINDOW, OnMap, add_points, on_map  # noqa: F401 - a fixture


def test_points_are_counted_in_their_cells(on_map: OnMap):  # noqa: F811
    found = density(on_map.cursor, on_map.map(), side=3)
    assert found.cells.values.tolist() == [
        [0, 0, 1],
        [1, 0, 1],
        [2, 0, 1],
        [0, 1, 1],
        [1, 1, 1],
        [2, 1, 1],
        [0, 2, 1],
        [1, 2, 1],
    ]
    assert (found.window, found.total) == (WINDOW, 8)


def test_a_smaller_window_has_finer_cells(on_map: OnMap):  # noqa: F811
    found = density(on_map.cursor, on_map.map(), window=Window(0, 0, 1, 1), side=2)
    assert found.cells.values.tolist() == [[0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]]
    assert found.total == 4


def test_a_window_without_points_has_no_cells(on_map: OnMap):  # noqa: F811
    found = density(on_map.cursor, on_map.map(), window=Window(50, 50, 60, 60))
    assert found.cells.empty
    assert found.total == 0


@pytest.mark.parametrize("points", [1, 5])
def test_points_that_all_lie_in_one_place_are_one_cell(on_map: OnMap, points: int):  # noqa: F811
    on_map.cursor.execute("delete from projected_point")
    on_map.cursor.execute(
        "insert into projected_point (projection_id, instruction_id, x, y, placed_by) "
        f"select 'map', instruction_id, 2, 2, 'fit' from instruction order by instruction_id limit {points}"
    )
    found = density(on_map.cursor, on_map.map())
    assert found.cells["pairs"].tolist() == [points]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    st.floats(-1, 2, width=32), st.floats(-1, 2, width=32), st.floats(0.125, 5, width=32), st.sampled_from([1, 3, 16])
)
def test_cells_are_those_of_numpy(on_map: OnMap, left: float, bottom: float, extent: float, side: int):  # noqa: F811
    window = Window(left, bottom, left + extent, bottom + extent)
    places = np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0, 3], [1, 3], [3, 0], [3, 1]], dtype=float)
    is_inside = (places >= [left, bottom]).all(axis=1) & (places <= [window.right, window.top]).all(axis=1)
    expected = np.zeros((side, side), dtype=int)
    for x, y in places[is_inside]:
        column, row = (
            int(min(np.floor((value - low) * (side / extent)), side - 1)) for value, low in ((x, left), (y, bottom))
        )
        expected[row, column] += 1
    found = density(on_map.cursor, on_map.map(), window=window, side=side)
    counted = np.zeros((side, side), dtype=int)
    counted[found.cells["row"], found.cells["column"]] = found.cells["pairs"]
    assert counted.tolist() == expected.tolist()
    assert found.total == is_inside.sum()


def test_a_cell_has_the_group_of_most_of_its_points(on_map: OnMap):  # noqa: F811
    add_points(on_map.cursor, {"i": ("soil", 0.1, 0.1), "j": ("soil", 0.2, 0.2)})
    found = most_common(on_map.cursor, on_map.map(), by="subject", side=1)
    optics = on_map.nodes.optics.subject_id
    assert found.cells[["column", "row", "pairs", "group"]].values.tolist() == [[0, 0, 10, "soil"]]
    assert found.cells["share"].tolist() == pytest.approx([0.4])
    assert found.legend[["key", "pairs"]].values.tolist()[:2] == [["soil", 4], [optics, 3]]
    assert found.total == 10


def test_of_equally_common_groups_the_first_by_key_is_taken(on_map: OnMap):  # noqa: F811
    found = most_common(on_map.cursor, on_map.map(), Filter(taxonomy_node_ids=("soil", "bonds")), by="subject", side=1)
    assert found.cells["group"].tolist() == ["bonds"]


def test_a_filter_leaves_out_what_does_not_fit(on_map: OnMap):  # noqa: F811
    found = most_common(on_map.cursor, on_map.map(), Filter(run_ids=("two",)), by="run", side=1)
    assert found.cells["pairs"].tolist() == [4]
    assert found.legend["key"].tolist() == ["two"]


# Differences --------------------------------------------------------------------------------------------------------


def test_two_sets_are_compared_by_their_shares(on_map: OnMap):  # noqa: F811
    add_points(on_map.cursor, dict.fromkeys(("i", "j", "k", "l"), ("soil", 0, 0)))  # of run two
    found = difference(on_map.cursor, on_map.map(), Filter(run_ids=("one",)), Filter(run_ids=("two",)), side=3)
    cells = {(int(c), int(r)): rest for c, r, *rest in found.cells.values.tolist()}
    assert (found.first_total, found.second_total) == (4, 8)
    assert cells[0, 0] == pytest.approx([1, 4, 1 / 4 - 4 / 8, (1 / 4 - 4 / 8) / (1 / 4 + 4 / 8)])
    assert cells[1, 0] == pytest.approx([1, 0, 1 / 4, 1])
    assert cells[0, 2] == pytest.approx([0, 1, -1 / 8, -1])
    assert found.cells["difference"].sum() == pytest.approx(0)


def test_a_set_does_not_differ_from_itself(on_map: OnMap):  # noqa: F811
    found = difference(on_map.cursor, on_map.map(), Filter(), Filter())
    assert found.cells["difference"].abs().max() == 0
    assert found.cells["first"].sum() == 8


def test_the_window_changes_no_share(on_map: OnMap):  # noqa: F811
    sets = Filter(run_ids=("one",)), Filter(run_ids=("two",))
    found = difference(on_map.cursor, on_map.map(), *sets, window=Window(0, 0, 1, 1), side=2)
    assert found.cells["difference"].tolist() == pytest.approx([0.25] * 4)


def test_a_set_without_points_can_be_compared(on_map: OnMap):  # noqa: F811
    found = difference(on_map.cursor, on_map.map(), Filter(), Filter(run_ids=("nowhere",)))
    assert found.second_total == 0
    assert set(found.cells["balance"]) == {1.0}
    nothing = Filter(run_ids=("nowhere",))
    assert difference(on_map.cursor, on_map.map(), nothing, nothing).cells.empty
