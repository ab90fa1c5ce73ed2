"""A filter means the same pairs wherever it is used."""

import math
import random
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.entities import Filter, QualityFlag, Range, Window
from glan_core.reviewing import Decision, decide, undo
from glan_core.starter import insert_curriculum
from glan_core.store.database import Cursor, open_database
from glan_core.store.filters import condition_of
from glan_core.store.ingest import ingest
from glan_core.store.pairs import count_pairs
from glan_core.store.projections import insert_projected_points
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.small_curriculum import small_curriculum
from tests.small_pairs import NOON, answer, instruction, model_call, run


@pytest.fixture
def pairs(small: Small) -> Small:
    """Three instructions of Optics: a (run one, answered, flagged), b (run one, answered, accepted), c (a demo run)."""
    save_run(small.cursor, run("two", is_demo=True))
    ingest(
        small.cursor,
        [
            instruction("a", run_id="one"),
            instruction("b", run_id="one", status="accepted"),
            instruction("c", run_id="two"),
            answer("a"),
            answer("b"),
            QualityFlag("a", "truncated"),
            QualityFlag("a", "refusal"),
        ],
    )
    return small


def _chosen(cursor: Cursor, filter_: Filter) -> str:
    condition = condition_of(filter_)
    rows = cursor.execute(
        f"select instruction_id from pair where {condition.where} order by 1", condition.parameters
    ).fetchall()
    return "".join(instruction_id for (instruction_id,) in rows)


def test_the_empty_filter_means_all(pairs: Small):
    assert _chosen(pairs.cursor, Filter()) == "abc"


@pytest.mark.parametrize("name", ["natural_science", "physical_sciences", "physics"])
def test_a_node_means_everything_below_it(pairs: Small, name: str):
    node = getattr(pairs.nodes, name)
    assert _chosen(pairs.cursor, Filter(taxonomy_node_ids=(node.taxonomy_node_id,))) == "abc"


@pytest.mark.parametrize("name", ["agriculture", "chemistry"])
def test_a_node_does_not_mean_what_lies_elsewhere(pairs: Small, name: str):
    node = getattr(pairs.nodes, name)
    assert _chosen(pairs.cursor, Filter(taxonomy_node_ids=(node.taxonomy_node_id,))) == ""


def test_a_subject_means_its_pairs(pairs: Small):
    assert _chosen(pairs.cursor, Filter(taxonomy_node_ids=(pairs.nodes.optics.subject_id,))) == "abc"
    assert _chosen(pairs.cursor, Filter(taxonomy_node_ids=(pairs.nodes.mechanics.subject_id,))) == ""


def test_several_nodes_mean_all_of_theirs(pairs: Small):
    both = (pairs.nodes.agriculture.taxonomy_node_id, pairs.nodes.optics.subject_id)
    assert _chosen(pairs.cursor, Filter(taxonomy_node_ids=both)) == "abc"


@pytest.mark.parametrize(
    ("filter_", "chosen"),
    [
        (Filter(run_ids=("one",)), "ab"),
        (Filter(run_ids=("one", "two")), "abc"),
        (Filter(run_ids=("three",)), ""),
        (Filter(statuses=("accepted",)), "b"),
        (Filter(statuses=("accepted", "generated")), "abc"),
        (Filter(has_answer=True), "ab"),
        (Filter(has_answer=False), "c"),
        (Filter(is_flagged=True), "a"),
        (Filter(is_flagged=False), "bc"),
        (Filter(flag_kinds=("truncated", "contaminated")), "a"),
        (Filter(flag_kinds=("contaminated",)), ""),
        (Filter(without_flag_kinds=("truncated",)), "bc"),
        (Filter(without_flag_kinds=("contaminated",)), "abc"),
        (Filter(instruction_ids=("a", "c", "x")), "ac"),
        (Filter(run_ids=("one",), is_flagged=False), "b"),
        (Filter(is_demo=True), "c"),
        (Filter(is_demo=False), "ab"),
        (Filter(statuses=("accepted",), has_answer=False), ""),
    ],
)
def test_every_condition_that_is_set_must_hold(pairs: Small, filter_: Filter, chosen: str):
    assert _chosen(pairs.cursor, filter_) == chosen


@pytest.fixture
def marked(pairs: Small) -> Small:
    """The same with texts, tags and models: a and b are tagged `odd`, which was taken off b again."""
    pairs.cursor.execute("update instruction set text = '100 % of _rays_ \\ Bend?' where instruction_id = 'a'")
    pairs.cursor.execute("update answer set text = 'ÄRGER about lenses' where instruction_id = 'b'")
    ingest(pairs.cursor, [model_call(f"call-{name}", model="large") for name in "ab"])
    ingest(pairs.cursor, [model_call("answering-b", stage="answers", model="small")])
    pairs.cursor.execute(
        """
        insert into tag values
            ('a', 'odd', '2024-02-20 12:00+00', false),
            ('b', 'odd', '2024-02-20 13:00+00', true),
            ('b', 'odd', '2024-02-20 12:00+00', false),
            ('c', 'even', '2024-02-20 12:00+00', false)
        """
    )
    return pairs


@pytest.mark.parametrize(
    ("filter_", "chosen"),
    [
        (Filter(text="bend"), "a"),
        (Filter(text="  RAYS   bend "), "a"),
        (Filter(text="rays lenses"), ""),
        (Filter(text="question lenses"), "b"),
        (Filter(text="ärger"), "b"),
        (Filter(text="100 %"), "a"),
        (Filter(text="%"), "a"),
        (Filter(text="_"), "a"),
        (Filter(text="_rays_"), "a"),
        (Filter(text="q_estion"), ""),
        (Filter(text="\\"), "a"),
        (Filter(text="' or true --"), ""),
        (Filter(text="  "), "abc"),
        (Filter(tags=("odd",)), "a"),
        (Filter(tags=("odd", "even")), "ac"),
        (Filter(tags=("unheard",)), ""),
        (Filter(models=("large",)), "ab"),
        (Filter(models=("small",)), "b"),
        (Filter(models=("small", "large")), "ab"),
        (Filter(levels=("introductory",)), "abc"),
        (Filter(levels=("advanced",)), ""),
        (Filter(strategies=("one_session",)), "abc"),
        (Filter(strategies=("two_sessions",)), ""),
        (Filter(instruction_characters=Range(12, None)), "a"),
        (Filter(instruction_characters=Range(None, 11)), "bc"),
        (Filter(instruction_characters=Range(11, 11)), "bc"),
        (Filter(answer_characters=Range(None, None)), "abc"),
        (Filter(answer_characters=Range(0, None)), "ab"),
        (Filter(answer_characters=Range(18, 18)), "b"),
        (Filter(text="bend", tags=("even",)), ""),
    ],
)
def test_texts_tags_models_and_lengths_are_conditions_too(marked: Small, filter_: Filter, chosen: str):
    assert _chosen(marked.cursor, filter_) == chosen


def test_values_never_become_sql(pairs: Small):
    hostile = "x') or true --"
    assert _chosen(pairs.cursor, Filter(run_ids=(hostile,))) == ""
    everywhere = Filter(
        run_ids=(hostile,),
        statuses=(hostile,),
        tags=(hostile,),
        models=(hostile,),
        levels=(hostile,),
        strategies=(hostile,),
        text=hostile,
        projection_id=hostile,
        box=Window(0, 0, 1, 1),
    )
    assert hostile not in condition_of(everywhere).where
    assert _chosen(pairs.cursor, everywhere) == ""


# Polygons -----------------------------------------------------------------------------------------------------------

# Coordinates that float32 holds exactly, so that the reference below can calculate without rounding.
_POINTS = [
    ((random.Random(number).randrange(-4096, 4096)) / 512, (random.Random(-number - 1).randrange(-4096, 4096)) / 512)
    for number in range(150)
]


@pytest.fixture(scope="module")
def map_cursor(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    """A database whose pairs lie at _POINTS, each named by its number."""
    path = tmp_path_factory.mktemp("map") / "glan.duckdb"
    with open_database(Path(shutil.copy(empty_file, path))) as database:
        cursor = database.cursor()
        insert_curriculum(cursor, small_curriculum().curriculum)
        names = [str(number) for number in range(len(_POINTS))]
        ingest(cursor, [instruction(name) for name in names])
        for projection_id, points in (("map", _POINTS), ("other", [(0.0, 0.0)] * len(_POINTS))):
            insert_projected_points(
                cursor,
                projection_id,
                instruction_ids=names,
                coordinates=np.array(points, dtype=np.float32),
                placed_by="fit",
            )
        yield cursor


def _inside(cursor: Cursor, polygon: tuple[tuple[float, float], ...]) -> set[int]:
    condition = condition_of(Filter(projection_id="map", polygon=polygon))
    rows = cursor.execute(f"select instruction_id from pair where {condition.where}", condition.parameters).fetchall()
    return {int(instruction_id) for (instruction_id,) in rows}


def _side(point: tuple[float, float], start: tuple[int, int], end: tuple[int, int]) -> Fraction:
    """Say on which side of the line from start to end a point lies; 0 on it."""
    x, y = map(Fraction, point)
    return (end[0] - start[0]) * (y - start[1]) - (x - start[0]) * (end[1] - start[1])


def _crosses_upward_ray(point: tuple[float, float], start: tuple[int, int], end: tuple[int, int]) -> bool:
    x, y = map(Fraction, point)
    if (start[0] <= x) == (end[0] <= x):
        return False
    return start[1] + (x - start[0]) * Fraction(end[1] - start[1], end[0] - start[0]) > y


@given(st.lists(st.tuples(st.integers(-8, 8), st.integers(-8, 8)), min_size=3, max_size=9).map(tuple))
def test_a_polygon_holds_the_points_that_a_ray_says_it_holds(map_cursor: Cursor, polygon: tuple[tuple[int, int], ...]):
    edges = list(zip(polygon, (*polygon[1:], polygon[0]), strict=True))
    inside = _inside(map_cursor, polygon)
    for number, point in enumerate(_POINTS):
        if all(_side(point, *edge) for edge in edges):  # what lies on an edge may count either way
            assert (number in inside) == (sum(_crosses_upward_ray(point, *edge) for edge in edges) % 2 == 1)


def test_a_square_holds_what_lies_between_its_corners(map_cursor: Cursor):
    expected = {number for number, (x, y) in enumerate(_POINTS) if -3.001 < x < 3.001 and -2.001 < y < 2.001}
    square = ((-3.001, -2.001), (3.001, -2.001), (3.001, 2.001), (-3.001, 2.001))
    assert _inside(map_cursor, square) == expected
    assert 0 < len(expected) < len(_POINTS)


@given(st.lists(st.tuples(st.integers(-8, 8), st.integers(-8, 8)), min_size=3, max_size=6).map(tuple))
def test_the_direction_of_a_polygon_does_not_matter(map_cursor: Cursor, polygon: tuple[tuple[int, int], ...]):
    edges = list(zip(polygon, (*polygon[1:], polygon[0]), strict=True))
    on_an_edge = {number for number, point in enumerate(_POINTS) if not all(_side(point, *edge) for edge in edges)}
    assert _inside(map_cursor, polygon) - on_an_edge == _inside(map_cursor, polygon[::-1]) - on_an_edge


@pytest.mark.parametrize("polygon", [(), ((0, 0),), ((0, 0), (1, 1))])
def test_fewer_than_three_corners_do_not_filter(map_cursor: Cursor, polygon: tuple[tuple[float, float], ...]):
    assert len(_inside(map_cursor, polygon)) == len(_POINTS)


def test_a_flat_polygon_holds_nothing(map_cursor: Cursor):
    assert _inside(map_cursor, ((-5, 0), (5, 0), (0, 0))) == set()


def test_a_polygon_is_meant_in_its_own_projection(map_cursor: Cursor):
    around_the_middle = ((-0.01, -0.01), (0.01, -0.01), (0.01, 0.01), (-0.01, 0.01))
    counted = count_pairs(map_cursor, Filter(projection_id="other", polygon=around_the_middle))
    assert counted == len(_POINTS)
    assert count_pairs(map_cursor, Filter(projection_id="nowhere", polygon=around_the_middle)) == 0


@given(st.lists(st.tuples(st.integers(-8, 8), st.integers(-8, 8)), min_size=80, max_size=120).map(tuple))
def test_a_line_that_crosses_itself_a_hundred_times_holds_what_a_ray_says(
    map_cursor: Cursor, polygon: tuple[tuple[int, int], ...]
):
    edges = list(zip(polygon, (*polygon[1:], polygon[0]), strict=True))
    inside = _inside(map_cursor, polygon)
    for number, point in enumerate(_POINTS):
        if all(_side(point, *edge) for edge in edges):
            assert (number in inside) == (sum(_crosses_upward_ray(point, *edge) for edge in edges) % 2 == 1)


@pytest.mark.parametrize("corners", [64, 256, 1024])
def test_a_polygon_of_many_corners_is_nearly_the_circle_around_it(map_cursor: Cursor, corners: int):
    turns = [2 * math.pi * corner / corners for corner in range(corners)]
    circle = tuple((5 * math.cos(turn), 4 * math.sin(turn)) for turn in turns)
    inside = _inside(map_cursor, circle)
    for number, (x, y) in enumerate(_POINTS):
        radius = math.hypot(x / 5, y / 4)
        if not 0.99 < radius < 1.01:
            assert (number in inside) == (radius < 1)


def test_what_is_surrounded_twice_lies_outside(map_cursor: Cursor):
    twice = ((-4, -4), (4, -4), (4, 4), (-4, 4)) * 2
    assert _inside(map_cursor, twice) == set()
    bow_tie = ((-4, -4), (4, 4), (4, -4), (-4, 4))
    assert _inside(map_cursor, bow_tie) == {n for n, (x, y) in enumerate(_POINTS) if abs(y) < abs(x) < 4}


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_corners_far_beyond_the_points_hold_all_of_them(map_cursor: Cursor, scale: float):
    far = 9 + scale
    assert len(_inside(map_cursor, ((-far, -far), (far, -far), (far, far), (-far, far)))) == len(_POINTS)


def test_points_on_an_edge_or_a_corner_are_no_error(map_cursor: Cursor):
    on_points = tuple(_POINTS[:5])
    inside = _inside(map_cursor, on_points)
    assert inside <= set(range(len(_POINTS)))


def test_a_point_that_is_no_number_is_in_no_polygon(map_cursor: Cursor):
    square = ((-9, -9), (9, -9), (9, 9), (-9, 9))
    map_cursor.execute("begin")
    map_cursor.execute("update projected_point set x = 'nan' where instruction_id = '3' and projection_id = 'map'")
    map_cursor.execute("update projected_point set y = 'inf' where instruction_id = '4' and projection_id = 'map'")
    assert _inside(map_cursor, square) == set(range(len(_POINTS))) - {3, 4}
    map_cursor.execute("rollback")


def test_a_box_holds_its_edges(map_cursor: Cursor):
    x, y = _POINTS[7]
    box = Window(x, y, x, y)
    assert count_pairs(map_cursor, Filter(projection_id="map", box=box)) == 1
    assert count_pairs(map_cursor, Filter(projection_id="other", box=box)) == 0


def test_a_filter_asks_who_reviewed_a_pair_and_what_was_taken_back_does_not_count(pairs: Small):
    decide(pairs.database, Decision("a", "Ada", "rejected"), at=NOON)
    decide(pairs.database, Decision("b", "Bo", "accepted"), at=NOON)
    taken_back = decide(pairs.database, Decision("c", "Ada", "accepted"), at=NOON)
    assert _chosen(pairs.cursor, Filter(reviewers=("Ada",))) == "ac"
    undo(pairs.database, taken_back.review_id, reviewer="Ada", at=NOON)
    assert _chosen(pairs.cursor, Filter(reviewers=("Ada",))) == "a"
    assert _chosen(pairs.cursor, Filter(reviewers=("Ada", "Bo"))) == "ab"
    assert _chosen(pairs.cursor, Filter(reviewers=("Ada",), statuses=("accepted",))) == ""
