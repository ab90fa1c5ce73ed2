"""A filter means the same pairs wherever it is used."""

import random
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.entities import Filter, QualityFlag
from glan_core.starter import insert_curriculum
from glan_core.store.database import Cursor, open_database
from glan_core.store.filters import condition_of
from glan_core.store.ingest import ingest
from glan_core.store.pairs import count_pairs
from glan_core.store.projections import insert_projected_points
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.small_curriculum import small_curriculum
from tests.small_pairs import answer, instruction, run


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
        (Filter(instruction_ids=("a", "c", "x")), "ac"),
        (Filter(run_ids=("one",), is_flagged=False), "b"),
        (Filter(is_demo=True), "c"),
        (Filter(is_demo=False), "ab"),
        (Filter(statuses=("accepted",), has_answer=False), ""),
    ],
)
def test_every_condition_that_is_set_must_hold(pairs: Small, filter_: Filter, chosen: str):
    assert _chosen(pairs.cursor, filter_) == chosen


def test_values_never_become_sql(pairs: Small):
    hostile = "x') or true --"
    assert _chosen(pairs.cursor, Filter(run_ids=(hostile,))) == ""
    assert hostile not in condition_of(Filter(run_ids=(hostile,), statuses=(hostile,), projection_id=hostile)).where


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
