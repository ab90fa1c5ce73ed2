"""A sample of points is all of them or a nested part, a filter means on the map what it means elsewhere."""

import random

import pytest

from glan_core.entities import Filter, QualityFlag, Range, Window
from glan_core.store import map_conditions
from glan_core.store.answers import insert_quality_flags
from glan_core.store.ingest import ingest
from glan_core.store.map_points import count_points, points_of, sample_points
from glan_core.store.pairs import count_pairs
from tests.small_pairs import answer, model_call
from tests.store.maps import WINDOW, OnMap, add_points, names, on_map, within  # noqa: F401 - a fixture


def test_points_say_where_they_are_and_what_they_are(on_map: OnMap):  # noqa: F811
    sample = sample_points(on_map.cursor, on_map.map(), by="discipline", characters=10)
    point = sample.points.set_index("instruction_id").loc["h"]
    physics = on_map.nodes.physics.taxonomy_node_id
    assert tuple(point) == (3.0, 1.0, physics, "Physics · Mechanics", "Question h")
    assert sample.legend.iloc[0].tolist() == [physics, "Physics", on_map.nodes.natural_science.taxonomy_node_id, 4]
    assert sample.total == 8


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("field", {"Natural Science": 6, "Agriculture": 2}),
        ("sub_field", {"Physical sciences": 6, "Land use": 2}),
        ("subject", {"Optics": 3, "Bonds": 2, "Soil": 2, "Mechanics": 1}),
        ("level", {"introductory": 4, "advanced": 4}),
        ("run", {"one": 4, "two": 4}),
        ("model", {"m": 6, "n": 2}),
        ("status", {"generated": 7, "accepted": 1}),
        ("strategy", {"one_session": 8}),
    ],
)
def test_points_are_told_apart_by_what_is_asked_for(on_map: OnMap, by: str, expected: dict[str, int]):  # noqa: F811
    sample = sample_points(on_map.cursor, on_map.map(), by=by)
    assert dict(zip(sample.legend["name"], sample.legend["pairs"], strict=True)) == expected
    assert sample.points["group"].value_counts().to_dict() == dict(
        zip(sample.legend["key"], sample.legend["pairs"], strict=True)
    )


def test_points_cannot_be_told_apart_by_another_word(on_map: OnMap):  # noqa: F811
    with pytest.raises(ValueError, match="colour"):
        sample_points(on_map.cursor, on_map.map(), by="colour")


def test_a_sample_is_nested(on_map: OnMap):  # noqa: F811
    rng = random.Random(3)
    add_points(on_map.cursor, {f"q{n}": ("soil", rng.random() * 8, rng.random() * 8) for n in range(400)})
    map_ = on_map.map()
    few, many = (sample_points(on_map.cursor, map_, limit=limit) for limit in (30, 90))
    assert len(few.points) == 30
    assert few.total == many.total == 408
    assert set(few.points["instruction_id"]) <= set(many.points["instruction_id"])
    near = Window(2, 2, 6, 6)
    inside = few.points[few.points["x"].between(2, 6) & few.points["y"].between(2, 6)]
    nearer = sample_points(on_map.cursor, map_, window=near, limit=30)
    assert set(inside["instruction_id"]) <= set(nearer.points["instruction_id"])
    assert len(nearer.points) == 30
    assert 30 < nearer.total < 408


def test_every_limit_gives_so_many_points(on_map: OnMap):  # noqa: F811
    add_points(on_map.cursor, {f"q{n}": ("soil", n, 1) for n in range(60)})
    map_ = on_map.map()
    for limit in (0, 1, 2, 59, 67, 68, 69, 200):
        assert len(sample_points(on_map.cursor, map_, limit=limit).points) == min(limit, 68)


def test_a_window_holds_what_lies_on_its_edge(on_map: OnMap):  # noqa: F811
    map_ = on_map.map()
    assert names(sample_points(on_map.cursor, map_, window=Window(0, 0, 1, 1)).points) == "abcd"
    assert count_points(on_map.cursor, map_, window=WINDOW) == 8


def _prepared(on_map: OnMap) -> None:  # noqa: F811
    insert_quality_flags(on_map.cursor, [QualityFlag("c", "refusal")])
    ingest(
        on_map.cursor,
        [
            answer("a", text="Light bends in glass."),
            answer("e", text="Worms."),
            model_call("answering-e", stage="answers", model="other"),
        ],
    )
    on_map.cursor.execute("insert into tag values ('d', 'odd', now(), false), ('e', 'odd', now(), false)")


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        (Filter(), "abcdefgh"),
        (Filter(run_ids=("one",)), "abcd"),
        (Filter(run_ids=("nowhere",)), ""),
        (Filter(taxonomy_node_ids=("bonds", "soil")), "cdef"),
        (Filter(taxonomy_node_ids=("nowhere",)), ""),
        (Filter(statuses=("accepted",)), "b"),
        (Filter(statuses=("unheard",)), ""),
        (Filter(levels=("advanced",)), "cdef"),
        (Filter(strategies=("one_session",)), "abcdefgh"),
        (Filter(strategies=("two_sessions",)), ""),
        (Filter(is_demo=True), "efgh"),
        (Filter(instruction_ids=("a", "h", "nowhere")), "ah"),
        (Filter(is_flagged=True), "c"),
        (Filter(is_flagged=False, run_ids=("one",)), "abd"),
        (Filter(has_answer=True), "ae"),
        (Filter(has_answer=False, run_ids=("one",)), "bcd"),
        (Filter(tags=("odd",)), "de"),
        (Filter(tags=("odd", "even"), run_ids=("two",)), "e"),
        (Filter(text="glass LIGHT"), "a"),
        (Filter(text="question b"), "ab"),  # the answer to a says "bends"
        (Filter(text="b?"), "b"),
        (Filter(models=("n",)), "ab"),
        (Filter(models=("other",)), "e"),
        (Filter(answer_characters=Range(10, None)), "a"),
        (Filter(answer_characters=Range(None, 6)), "e"),
        (Filter(instruction_characters=Range(11, 11)), "abcdefgh"),
        (Filter(instruction_characters=Range(12, None)), ""),
        (within(0, 0, 1, 1), "abcd"),
        (Filter(projection_id="map", polygon=((-1, -1), (2.5, -1), (-1, 2.5))), "abc"),
        (Filter(projection_id="map", polygon=((-1, -1), (2.5, -1), (-1, 2.5)), run_ids=("one",), text="b?"), "b"),
        (Filter(projection_id="elsewhere", box=Window(4, 5, 6, 7)), "g"),
        (Filter(projection_id="elsewhere", polygon=((4, 5), (6, 5), (5, 7))), "g"),
    ],
)
def test_a_filter_means_the_same_on_the_map_as_in_lists(on_map: OnMap, filter_: Filter, expected: str):  # noqa: F811
    _prepared(on_map)
    on_map.cursor.execute(
        "insert into projected_point (projection_id, instruction_id, x, y, placed_by) "
        "values ('elsewhere', 'g', 5, 6, 'fit')"
    )
    map_ = on_map.map()
    assert names(sample_points(on_map.cursor, map_, filter_).points) == expected
    assert count_points(on_map.cursor, map_, filter_) == len(expected)
    assert count_pairs(on_map.cursor, filter_) == len(expected)


def test_a_filter_that_is_asked_for_again_sees_what_is_new(on_map: OnMap):  # noqa: F811
    odd = Filter(tags=("odd",))
    assert count_points(on_map.cursor, on_map.map(), odd) == 0
    on_map.cursor.execute("insert into tag values ('d', 'odd', now(), false)")
    assert count_points(on_map.cursor, on_map.map(), odd) == 1


def test_many_different_words_do_not_fill_the_memory(on_map: OnMap, monkeypatch: pytest.MonkeyPatch):  # noqa: F811
    monkeypatch.setattr(map_conditions, "_LEAST_SECONDS", 0.0)
    map_ = on_map.map()
    for number in range(30):
        assert count_points(on_map.cursor, map_, Filter(text=f"question {number}")) == 0
    kept = "select count(*) from duckdb_tables() where database_name = 'glan_map' and table_name like 'choice_%'"
    assert on_map.cursor.execute(kept).fetchall() == [(12,)]


def test_what_another_visitor_asks_for_takes_nothing_from_a_query_under_way(on_map: OnMap):  # noqa: F811
    map_ = on_map.map()
    condition = map_conditions.map_condition(on_map.cursor, map_, Filter(text="question a"))
    for number in range(30):
        assert count_points(on_map.cursor, map_, Filter(text=f"word {number}")) == 0
    query = f"select count(*) from {map_.table} as point where {condition.where}"
    assert on_map.cursor.execute(query, condition.parameters).fetchall() == [(1,)]


def test_the_points_of_some_pairs_come_in_the_order_that_was_asked_for(on_map: OnMap):  # noqa: F811
    found = points_of(on_map.cursor, on_map.map(), ["h", "nowhere", "a"], characters=3)
    assert found.values.tolist() == [
        ["h", 3.0, 1.0, "Physics · Mechanics", "Que"],
        ["a", 0.0, 0.0, "Physics · Optics", "Que"],
    ]
    assert points_of(on_map.cursor, on_map.map(), []).empty


def test_questions_are_found_even_where_rows_have_moved(on_map: OnMap):  # noqa: F811
    map_ = on_map.map()
    on_map.cursor.execute(f"update {map_.table} set instruction_row = instruction_row + 1")
    sample = sample_points(on_map.cursor, map_, characters=20).points
    assert dict(zip(sample["instruction_id"], sample["instruction"], strict=True)) == {
        name: f"Question {name}?" for name in "abcdefgh"
    }
