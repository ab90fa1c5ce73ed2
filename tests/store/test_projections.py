"""A point of the map never moves, and layouts of different readings are never taken for each other."""

from datetime import timedelta

import numpy as np
import pytest

from glan_core.ids import content_id
from glan_core.store.database import Cursor
from glan_core.store.embeddings import insert_embeddings, link_instructions
from glan_core.store.ingest import ingest
from glan_core.store.instructions import insert_instructions
from glan_core.store.projections import (
    LayoutFigures,
    Projection,
    count_unplaced_instructions,
    find_newest_projection,
    insert_projected_points,
    insert_projection,
    layout_figures,
    list_placed_instructions,
)
from glan_core.store.vector_places import (
    VectorPlaces,
    copy_known_places,
    insert_vector_places,
    list_candidates,
    list_unplaced_numbers,
    list_vector_places,
)
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction

MAP = Projection("map", "e", "umap", 1, NOON, "instruction", 2)


def _place(cursor: Cursor, projection_id: str, x: float, *instruction_ids: str, placed_by: str = "fit") -> None:
    coordinates = np.full((len(instruction_ids), 2), x, dtype=np.float32)
    insert_projected_points(
        cursor, projection_id, instruction_ids=instruction_ids, coordinates=coordinates, placed_by=placed_by
    )


def _embed(small: Small, **contents: str) -> None:
    """Put instructions with vectors of encoder `e` into the database: those with the same content share one."""
    insert_instructions(small.cursor, [instruction(name) for name in contents])
    texts = list(dict.fromkeys(contents.values()))
    insert_embeddings(small.cursor, encoder="e", texts=texts, vectors=np.eye(8, dtype=np.float32)[: len(texts)])

    content_of = {name: content_id(text) for name, text in contents.items()}
    link_instructions(small.cursor, encoder="e", content="instruction", content_of=content_of)


def _places(numbers: list[int], x: float) -> VectorPlaces:
    return VectorPlaces(np.array(numbers), np.full((len(numbers), 2), x, np.float32))


# Points -------------------------------------------------------------------------------------------------------------


def test_instructions_without_a_point_are_counted(small: Small):
    insert_instructions(small.cursor, [instruction("a"), instruction("b")])
    _place(small.cursor, "map", 0.5, "a")
    assert count_unplaced_instructions(small.cursor, "map") == 1
    assert count_unplaced_instructions(small.cursor, None) == 2


def test_without_an_answer_there_is_nothing_to_place_by_it(small: Small):
    insert_instructions(small.cursor, [instruction("a"), instruction("b")])

    ingest(small.cursor, [answer("b")])
    assert count_unplaced_instructions(small.cursor, None, content="instruction") == 2
    assert count_unplaced_instructions(small.cursor, None, content="answer") == 1
    assert count_unplaced_instructions(small.cursor, None, content="both") == 1


def test_a_point_never_moves(small: Small):
    insert_instructions(small.cursor, [instruction("a")])
    _place(small.cursor, "map", 0.5, "a")
    _place(small.cursor, "map", 9.0, "a")
    assert list_placed_instructions(small.cursor, "map") == [("a", "Question a?", 0.5, 0.5, "fit")]


# Layouts ------------------------------------------------------------------------------------------------------------


def test_the_newest_projection_is_found(cursor: Cursor):
    assert find_newest_projection(cursor, encoder="e", content="instruction") is None
    older = Projection("older", "e", "pca", 1, NOON)
    newer = Projection("newer", "e", "umap", 1, NOON + timedelta(hours=1), landmarks=20, aligned_to="older")
    insert_projection(cursor, newer)
    insert_projection(cursor, older)
    assert find_newest_projection(cursor, encoder="e", content="instruction") == newer


def test_a_layout_of_another_encoder_or_content_is_not_the_newest(cursor: Cursor):
    insert_projection(cursor, MAP)
    insert_projection(cursor, Projection("other", "f", "umap", 1, NOON + timedelta(hours=1)))
    insert_projection(cursor, Projection("answers", "e", "umap", 1, NOON + timedelta(hours=2), "answer"))
    assert find_newest_projection(cursor, encoder="e", content="instruction") == MAP
    assert find_newest_projection(cursor, encoder="e", content="both") is None


def test_by_default_the_newest_projection_is_of_what_was_chosen_last(cursor: Cursor):
    mine = Projection("mine", "all-MiniLM-L6-v2", "umap", 1, NOON)
    answers = Projection("answers", "e", "umap", 1, NOON, "answer")
    insert_projection(cursor, mine)
    insert_projection(cursor, answers)
    assert find_newest_projection(cursor) == mine
    for hour, (encoder, content) in enumerate([("e", "answer"), ("f", "instruction")]):
        at = NOON + timedelta(hours=hour)
        cursor.execute("insert into encoder_choice values (?, ?, ?)", [encoder, content, at])
        assert find_newest_projection(cursor) == (answers if content == "answer" else None)


# Places of vectors --------------------------------------------------------------------------------------------------


def test_instructions_with_the_same_vector_lie_in_the_same_place(small: Small):
    _embed(small, a="one", b="two", c="one")
    insert_vector_places(small.cursor, MAP, _places([0], 0.5), distances=np.array([0.25]), placed_by="fit")
    points = list_placed_instructions(small.cursor, "map")
    assert [(point.instruction_id, point.x, point.placed_by) for point in points] == [
        ("a", 0.5, "fit"),
        ("c", 0.5, "fit"),
    ]
    assert list_unplaced_numbers(small.cursor, MAP, most=10).tolist() == [1]


def test_a_place_that_is_taken_stays(small: Small):
    _embed(small, a="one", b="two")
    insert_vector_places(small.cursor, MAP, _places([0], 0.5), distances=np.zeros(1), placed_by="fit")
    insert_vector_places(small.cursor, MAP, _places([0, 1], 9.0), distances=np.zeros(2), placed_by="transform")
    assert [(point.x, point.placed_by) for point in list_placed_instructions(small.cursor, "map")] == [
        (0.5, "fit"),
        (9.0, "transform"),
    ]


def test_a_vector_of_another_content_gives_no_place(small: Small):
    _embed(small, a="one")
    answers = MAP._replace(content="answer")
    insert_vector_places(small.cursor, answers, _places([0], 0.5), distances=np.zeros(1), placed_by="fit")
    assert list_placed_instructions(small.cursor, "map") == []
    assert list_unplaced_numbers(small.cursor, answers, most=10).tolist() == []


def test_a_later_instruction_with_a_known_vector_gets_its_place(small: Small):
    _embed(small, a="one")
    insert_vector_places(small.cursor, MAP, _places([0], 0.5), distances=np.zeros(1), placed_by="fit")
    _embed(small, b="one", c="two")
    assert copy_known_places(small.cursor, MAP) == 1
    assert [point.instruction_id for point in list_placed_instructions(small.cursor, "map")] == ["a", "b"]
    assert copy_known_places(small.cursor, MAP) == 0


def test_unplaced_vectors_come_in_order_and_no_more_than_asked_for(small: Small):
    _embed(small, c="three", a="one", b="two")
    assert list_unplaced_numbers(small.cursor, MAP, most=2).tolist() == [0, 1]


def test_places_are_listed_by_how_they_came_about(small: Small):
    _embed(small, a="one", b="two", c="one")
    insert_vector_places(small.cursor, MAP, _places([0], 0.5), distances=np.zeros(1), placed_by="fit")
    insert_vector_places(small.cursor, MAP, _places([1], 9.0), distances=np.zeros(1), placed_by="transform")
    fitted = list_vector_places(small.cursor, MAP, placed_by="fit")
    assert (fitted.numbers.tolist(), fitted.coordinates.tolist()) == ([0], [[0.5, 0.5]])
    assert list_vector_places(small.cursor, MAP).numbers.tolist() == [0, 1]


def test_a_vector_is_a_candidate_once_in_the_branch_of_one_of_its_instructions(small: Small):
    _embed(small, a="one", b="two", c="one")
    found = list_candidates(small.cursor, encoder="e", content="instruction")
    assert found.numbers.tolist() == [0, 1]
    assert len(set(found.keys.tolist())) == 2
    (discipline,) = {row[0] for row in small.cursor.execute("select discipline_id from subject").fetchall()}
    assert found.branches.tolist() == [discipline] * 2


def test_candidates_do_not_depend_on_the_order_in_which_they_came(small: Small):
    _embed(small, a="one", b="two")
    one = list_candidates(small.cursor, encoder="e", content="instruction")
    small.cursor.execute("update embedded_instruction set number = 1 - number")
    other = list_candidates(small.cursor, encoder="e", content="instruction")
    assert one.keys.tolist() == other.keys.tolist()[::-1]


# How well a layout fits ---------------------------------------------------------------------------------------------


def test_figures_of_a_layout_without_points_are_empty(cursor: Cursor):
    assert layout_figures(cursor, "map") == LayoutFigures(0, 0, None, None)


def test_figures_compare_what_came_later_with_the_fit(small: Small):
    _embed(small, a="one", b="two", c="three", d="four", e="five")
    fitted = np.array([0.1, 0.3], np.float32)
    insert_vector_places(small.cursor, MAP, _places([0, 1], 0.5), distances=fitted, placed_by="fit")
    later = np.array([0.2, 0.6, 0.7], np.float32)
    insert_vector_places(small.cursor, MAP, _places([2, 3, 4], 0.5), distances=later, placed_by="transform")
    found = layout_figures(small.cursor, "map")
    assert (found.points, found.placed_later) == (5, 3)
    assert found.median_distance == pytest.approx(0.6)
    assert found.fit_distance == pytest.approx(0.1 + 0.95 * 0.2)
