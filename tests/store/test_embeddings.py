"""A text has one vector an encoder, and a point of the map never moves."""

from datetime import timedelta

import numpy as np
import pytest

from glan_core.errors import EmbeddingError
from glan_core.store.database import Cursor
from glan_core.store.embeddings import (
    Projection,
    count_unplaced_instructions,
    find_newest_projection,
    insert_embeddings,
    insert_projected_points,
    insert_projection,
    list_placed_instructions,
    list_unembedded_texts,
    list_unplaced_instructions,
    list_vectors,
)
from glan_core.store.instructions import insert_instructions
from tests.conftest import Small
from tests.small_pairs import NOON, instruction

VECTORS = np.array([[1.0, 0.0, 0.0], [0.0, 0.6, 0.8]], dtype=np.float32)


def _place(cursor: Cursor, projection_id: str, x: float, *instruction_ids: str) -> None:
    coordinates = np.full((len(instruction_ids), 2), x, dtype=np.float32)
    insert_projected_points(
        cursor, projection_id, instruction_ids=instruction_ids, coordinates=coordinates, placed_by="fit"
    )


def test_vectors_come_back_in_the_order_asked_for(cursor: Cursor):
    insert_embeddings(cursor, encoder="e", texts=["one", "two"], vectors=VECTORS)
    found = list_vectors(cursor, encoder="e", texts=["two", "one", "two"])
    assert found.dtype == np.float32
    assert np.array_equal(found, VECTORS[[1, 0, 1]])


def test_a_vector_that_is_there_stays(cursor: Cursor):
    insert_embeddings(cursor, encoder="e", texts=["one"], vectors=VECTORS[:1])
    insert_embeddings(cursor, encoder="e", texts=["one"], vectors=VECTORS[1:])
    assert np.array_equal(list_vectors(cursor, encoder="e", texts=["one"]), VECTORS[:1])


def test_every_encoder_has_vectors_of_its_own(cursor: Cursor):
    insert_embeddings(cursor, encoder="e", texts=["one"], vectors=VECTORS[:1])
    assert list_unembedded_texts(cursor, encoder="f", texts=["one"]) == ["one"]


def test_texts_without_a_vector_are_listed_once_in_their_order(cursor: Cursor):
    insert_embeddings(cursor, encoder="e", texts=["one"], vectors=VECTORS[:1])
    assert list_unembedded_texts(cursor, encoder="e", texts=["b", "one", "a", "b"]) == ["b", "a"]


def test_a_missing_vector_is_an_error(cursor: Cursor):
    with pytest.raises(EmbeddingError, match="1 texts have no vector of e"):
        list_vectors(cursor, encoder="e", texts=["one"])


def test_instructions_without_a_point_are_listed_and_counted(small: Small):
    insert_instructions(small.cursor, [instruction("a"), instruction("b")])
    _place(small.cursor, "map", 0.5, "a")
    assert list_unplaced_instructions(small.cursor, "map") == {"b": "Question b?"}
    assert count_unplaced_instructions(small.cursor, "map") == 1


def test_without_a_projection_all_instructions_are_unplaced(small: Small):
    insert_instructions(small.cursor, [instruction("a"), instruction("b")])
    _place(small.cursor, "map", 0.5, "a")
    assert sorted(list_unplaced_instructions(small.cursor, None)) == ["a", "b"]
    assert count_unplaced_instructions(small.cursor, None) == 2


def test_a_point_never_moves(small: Small):
    insert_instructions(small.cursor, [instruction("a")])
    _place(small.cursor, "map", 0.5, "a")
    _place(small.cursor, "map", 9.0, "a")
    assert list_placed_instructions(small.cursor, "map") == [("a", "Question a?", 0.5, 0.5, "fit")]


def test_the_newest_projection_is_found(cursor: Cursor):
    assert find_newest_projection(cursor) is None
    older = Projection("older", "e", "pca", 1, NOON)
    newer = Projection("newer", "e", "umap", 1, NOON + timedelta(hours=1))
    insert_projection(cursor, newer)
    insert_projection(cursor, older)
    assert find_newest_projection(cursor) == newer
