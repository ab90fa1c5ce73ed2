"""The map's table in memory follows every change: new points at once, and edits, removals and reviews."""

import threading

import pytest

from glan_core.edits import apply_edit, change_nodes, merge_nodes, move_nodes, set_status
from glan_core.entities import Filter, QualityFlag
from glan_core.store.answers import insert_quality_flags
from glan_core.store.map_density import most_common
from glan_core.store.map_points import count_points, sample_points
from glan_core.store.map_table import map_preparation, prepare_map
from tests.store.maps import OnMap, add_points, names, on_map  # noqa: F401 - a fixture


def _legend(on_map: OnMap, by: str) -> dict[str, int]:  # noqa: F811
    legend = most_common(on_map.cursor, on_map.map(), by=by).legend
    return dict(zip(legend["name"], legend["pairs"], strict=True))


def test_a_map_without_points_is_empty(on_map: OnMap):  # noqa: F811
    map_ = prepare_map(on_map.cursor, "nowhere")
    assert map_.points == 0
    assert sample_points(on_map.cursor, map_).total == 0
    assert most_common(on_map.cursor, map_, by="field").cells.empty


def test_what_there_is_to_prepare_is_known_beforehand(on_map: OnMap):  # noqa: F811
    assert map_preparation(on_map.cursor, "map")[:2] == (8, 8)
    on_map.map()
    assert map_preparation(on_map.cursor, "map") == (8, 0, 0.0)
    add_points(on_map.cursor, {"i": ("soil", 2.0, 2.0)})
    assert map_preparation(on_map.cursor, "map")[:2] == (9, 1)


def test_new_points_are_there_at_once_and_old_ones_where_they_were(on_map: OnMap):  # noqa: F811
    before = sample_points(on_map.cursor, on_map.map()).points
    add_points(on_map.cursor, {"i": ("soil", 9.0, 2.0)})
    map_ = on_map.map()
    after = sample_points(on_map.cursor, map_).points
    assert names(after) == "abcdefghi"
    assert map_.window.right == 9
    old = after[after["instruction_id"] != "i"].reset_index(drop=True)
    assert old.equals(before)


def test_the_version_changes_with_what_can_be_seen_and_only_then(on_map: OnMap):  # noqa: F811
    versions = [on_map.map().version, on_map.map().version]
    assert len(set(versions)) == 1
    add_points(on_map.cursor, {"i": ("soil", 9.0, 2.0)})
    versions.append(on_map.map().version)
    on_map.cursor.execute("update instruction set status = 'rejected' where instruction_id = 'a'")
    versions.append(on_map.map().version)
    on_map.cursor.execute("update run set is_removed = true where run_id = 'one'")
    versions.append(on_map.map().version)
    insert_quality_flags(on_map.cursor, [QualityFlag("a", "refusal")])
    versions.append(on_map.map().version)
    on_map.cursor.execute("insert into tag values ('a', 'good', now(), false)")
    versions.append(on_map.map().version)
    assert len(set(versions)) == 6


def test_a_renamed_node_has_its_new_name(on_map: OnMap):  # noqa: F811
    on_map.map()
    chemistry = on_map.nodes.chemistry.taxonomy_node_id
    apply_edit(on_map.small.database, change_nodes(on_map.cursor, {chemistry: {"name": "Matter"}}))
    assert _legend(on_map, "discipline") == {"Physics": 4, "Agriculture": 2, "Matter": 2}


def test_a_moved_node_counts_where_it_is_now(on_map: OnMap):  # noqa: F811
    on_map.map()
    nodes = on_map.nodes
    edit = move_nodes(on_map.cursor, [nodes.chemistry.taxonomy_node_id], parent_id=nodes.land_use.taxonomy_node_id)
    apply_edit(on_map.small.database, edit)
    assert _legend(on_map, "field") == {"Natural Science": 4, "Agriculture": 4}


def test_a_node_that_was_merged_into_another_counts_there(on_map: OnMap):  # noqa: F811
    on_map.map()
    nodes = on_map.nodes
    edit = merge_nodes(on_map.cursor, nodes.chemistry.taxonomy_node_id, into_id=nodes.physics.taxonomy_node_id)
    apply_edit(on_map.small.database, edit)
    assert _legend(on_map, "discipline") == {"Physics": 6, "Agriculture": 2}


def test_a_syllabus_that_went_to_another_subject_counts_there(on_map: OnMap):  # noqa: F811
    on_map.map()
    on_map.cursor.execute("update syllabus set subject_id = 'bonds', version = 2 where syllabus_id = 'mechanics'")
    assert _legend(on_map, "subject") == {"Bonds": 3, "Optics": 3, "Soil": 2}


def test_removed_nodes_vanish_with_what_is_below_them_and_come_back(on_map: OnMap):  # noqa: F811
    on_map.map()
    field = on_map.nodes.natural_science.taxonomy_node_id
    apply_edit(on_map.small.database, set_status(on_map.cursor, [field], "removed"))
    map_ = on_map.map()
    assert map_.points == count_points(on_map.cursor, map_) == 2
    assert names(sample_points(on_map.cursor, map_).points) == "ef"
    apply_edit(on_map.small.database, set_status(on_map.cursor, [field], "kept"))
    assert on_map.map().points == 8


def test_removed_runs_vanish_at_once(on_map: OnMap):  # noqa: F811
    on_map.map()
    on_map.cursor.execute("update run set is_removed = true where run_id = 'one'")
    assert names(sample_points(on_map.cursor, on_map.map()).points) == "efgh"


def test_a_review_is_seen_at_once(on_map: OnMap):  # noqa: F811
    assert _legend(on_map, "status") == {"generated": 7, "accepted": 1}
    on_map.cursor.execute("update instruction set status = 'rejected' where instruction_id in ('a', 'b')")
    assert _legend(on_map, "status") == {"generated": 6, "rejected": 2}


def test_statuses_that_were_swapped_are_seen(on_map: OnMap):  # noqa: F811
    on_map.map()
    on_map.cursor.execute(
        "update instruction set status = if(instruction_id = 'a', 'accepted', 'generated') "
        "where instruction_id in ('a', 'b')"
    )
    accepted = sample_points(on_map.cursor, on_map.map(), Filter(statuses=("accepted",))).points
    assert names(accepted) == "a"


def test_points_without_a_place_are_not_drawn(on_map: OnMap):  # noqa: F811
    add_points(on_map.cursor, {"i": ("soil", float("nan"), 2.0), "j": ("soil", 1.0, float("inf"))})
    map_ = on_map.map()
    assert (map_.points, map_.window) == (8, (0, 0, 3, 3))


def test_layouts_are_told_apart_and_forgotten_ones_are_built_again(on_map: OnMap):  # noqa: F811
    for projection_id in ("other", "third", "fourth"):
        on_map.cursor.execute(
            "insert into projected_point (projection_id, instruction_id, x, y, placed_by) "
            f"values ('{projection_id}', 'a', 5, 6, 'fit')"
        )
    assert on_map.map().points == 8
    for projection_id in ("other", "third", "fourth", "map", "other"):
        map_ = prepare_map(on_map.cursor, projection_id)
        assert map_.points == (8 if projection_id == "map" else 1)
    tables = on_map.cursor.execute(
        "select count(*) from duckdb_tables() where database_name = 'glan_map' and table_name like 'point_%'"
    ).fetchall()
    assert tables == [(3,)]


@pytest.mark.parametrize("number", range(3))
def test_several_visitors_may_open_the_map_at_once(on_map: OnMap, number: int):  # noqa: F811
    maps, errors = [], []

    def visit() -> None:
        try:
            cursor = on_map.small.database.cursor()
            map_ = prepare_map(cursor, "map")
            maps.append((map_.version, count_points(cursor, map_, Filter(text="question"))))
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            errors.append(error)

    threads = [threading.Thread(target=visit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(set(maps)) == 1
    assert maps[0][1] == 8
