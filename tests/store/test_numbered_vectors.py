"""Vectors come into memory by their numbers."""

import numpy as np
import pytest

from glan_core.errors import EmbeddingError
from glan_core.store.database import Cursor
from glan_core.store.numbered_vectors import (
    count_linked,
    linked_stamp,
    list_numbers,
    read_numbered_vectors,
    vector_length,
)
from tests.store.vectors import embed, link

VECTORS = np.random.default_rng(0).normal(size=(120, 4)).astype(np.float32)


def test_the_numbers_of_a_content_are_those_that_stand_for_it(cursor: Cursor):
    link(cursor, "e", b=5, a=2, c=5)
    link(cursor, "e", content="answer", a=3)
    link(cursor, "f", a=4)
    assert list_numbers(cursor, encoder="e", content="instruction").tolist() == [2, 5]
    assert count_linked(cursor, encoder="e", content="instruction") == 3


def test_vectors_come_in_the_order_of_their_numbers(cursor: Cursor):
    embed(cursor, "e", VECTORS)
    numbers = np.array([0, 7, 8, 119])
    found = read_numbered_vectors(cursor, encoder="e", numbers=numbers)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, VECTORS[numbers])


def test_an_array_that_is_there_is_filled(cursor: Cursor):
    embed(cursor, "e", VECTORS)
    out = np.zeros((3, 4), np.float32)
    assert read_numbered_vectors(cursor, encoder="e", numbers=np.array([1, 2, 3]), out=out) is out
    np.testing.assert_array_equal(out, VECTORS[1:4])


def test_a_vector_that_is_missing_is_an_error(cursor: Cursor):
    embed(cursor, "e", VECTORS)
    with pytest.raises(EmbeddingError, match="1 vectors of e are missing"):
        read_numbered_vectors(cursor, encoder="e", numbers=np.array([118, 120]))


def test_without_numbers_there_is_nothing_to_read(cursor: Cursor):
    assert read_numbered_vectors(cursor, encoder="e", numbers=np.empty(0, np.int64)).shape == (0, 0)
    assert vector_length(cursor, encoder="e") == 0


def test_the_stamp_changes_when_a_text_is_edited_back_to_an_older_one(cursor: Cursor):
    def stamp() -> tuple[int, int]:
        return linked_stamp(cursor, encoder="e", content="instruction")

    def edit(number: int) -> None:
        cursor.execute("update embedded_instruction set number = ? where instruction_id = 'a'", [number])

    assert stamp() == (0, 0)
    link(cursor, "e", a=6, b=2, c=7)
    link(cursor, "e", content="answer", a=3)
    edited = stamp()
    edit(1)
    assert stamp() != edited
    edit(6)
    assert stamp() == edited
