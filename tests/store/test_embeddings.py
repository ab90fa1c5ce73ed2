"""A text has one vector an encoder, and its number says which."""

import numpy as np
import pyarrow as pa
import pytest

from glan_core.errors import EmbeddingError
from glan_core.ids import content_id
from glan_core.store.database import Cursor
from glan_core.store.embeddings import (
    insert_embeddings,
    insert_vectors,
    link_instructions,
    list_unembedded_texts,
    list_vectors,
    read_vectors,
    vector_numbers,
)

VECTORS = np.array([[1.0, 0.0, 0.0], [0.0, 0.6, 0.8]], dtype=np.float32)


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


def test_numbers_count_on_from_batch_to_batch_without_gaps(cursor: Cursor):
    insert_embeddings(cursor, encoder="e", texts=["one", "two"], vectors=VECTORS)
    insert_embeddings(cursor, encoder="f", texts=["two"], vectors=VECTORS[1:])
    insert_embeddings(cursor, encoder="e", texts=["two", "three", "one"], vectors=VECTORS[[1, 0, 0]])
    insert_embeddings(cursor, encoder="e", texts=["four"], vectors=VECTORS[1:])
    rows = cursor.execute("select encoder, number, content_id from embedding order by all").fetchall()
    in_order = [("e", name) for name in ("one", "two", "three", "four")]
    assert rows == [
        *((encoder, number, content_id(name)) for number, (encoder, name) in enumerate(in_order)),
        ("f", 0, content_id("two")),
    ]


def test_all_vectors_are_read_in_order_of_number(cursor: Cursor):
    texts = [f"text {number}" for number in range(300)]
    vectors = np.random.default_rng(1).normal(size=(300, 5)).astype(np.float32)
    for start in range(0, 300, 70):
        insert_embeddings(cursor, encoder="e", texts=texts[start : start + 70], vectors=vectors[start : start + 70])
        insert_embeddings(cursor, encoder="f", texts=texts[start : start + 70], vectors=-vectors[start : start + 70])
    found = read_vectors(cursor, encoder="e")
    assert found.dtype == np.float32
    assert np.array_equal(found, vectors)
    assert np.array_equal(read_vectors(cursor, encoder="f", after=251), -vectors[252:])


def test_there_may_be_no_vectors_to_read(cursor: Cursor):
    assert read_vectors(cursor, encoder="e").shape == (0, 0)
    insert_embeddings(cursor, encoder="e", texts=["one"], vectors=VECTORS[:1])
    assert read_vectors(cursor, encoder="e", after=0).shape == (0, 0)


def test_a_gap_in_the_numbers_is_an_error(cursor: Cursor):
    insert_embeddings(cursor, encoder="e", texts=["one", "two"], vectors=VECTORS)
    cursor.execute("update embedding set number = 7 where number = 1")
    with pytest.raises(EmbeddingError, match="gaps"):
        read_vectors(cursor, encoder="e")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_vector_that_is_not_finite_is_refused_with_its_batch(cursor: Cursor, value: float):
    vectors = VECTORS.copy()
    vectors[1, 2] = value
    with pytest.raises(EmbeddingError, match="not finite"):
        insert_embeddings(cursor, encoder="e", texts=["one", "two"], vectors=vectors)
    assert list_unembedded_texts(cursor, encoder="e", texts=["one", "two"]) == ["one", "two"]


def test_an_encoder_that_changed_its_dimensions_is_refused(cursor: Cursor):
    insert_embeddings(cursor, encoder="e", texts=["one"], vectors=VECTORS[:1])
    insert_embeddings(cursor, encoder="f", texts=["one"], vectors=VECTORS[:1, :2])
    with pytest.raises(EmbeddingError, match=r"e gives vectors of different lengths \(2 and 3 numbers\)"):
        insert_embeddings(cursor, encoder="e", texts=["two"], vectors=VECTORS[1:, :2])
    assert read_vectors(cursor, encoder="e").shape == (1, 3)


def test_vectors_of_different_lengths_in_one_batch_are_refused(cursor: Cursor):
    batch = pa.table({"content_id": ["a", "b"], "encoder": ["e", "e"], "vector": [[1.0], [0.6, 0.8]]})
    with pytest.raises(EmbeddingError, match="different lengths"):
        insert_vectors(cursor, batch)


def test_instructions_are_linked_to_the_vectors_of_their_texts(cursor: Cursor):
    insert_embeddings(cursor, encoder="e", texts=["one", "two"], vectors=VECTORS)
    same, missing = content_id("two"), content_id("not embedded")
    link_instructions(cursor, encoder="e", content="answer", content_of={"b": same, "a": same, "c": missing})
    link_instructions(cursor, encoder="e", content="answer", content_of={"a": content_id("one")})
    found = vector_numbers(cursor, encoder="e", content="answer")
    assert found.to_pylist() == [{"instruction_id": "a", "number": 1}, {"instruction_id": "b", "number": 1}]
    assert vector_numbers(cursor, encoder="e", content="both").num_rows == 0
