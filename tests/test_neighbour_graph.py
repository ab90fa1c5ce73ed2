"""The graph holds what a comparison of all with all finds, however the texts came and however often it was left."""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glan_core.embedding.neighbour_batches import find_in_file
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.errors import EmbeddingError
from glan_core.neighbour_graph import Extended, extend_graph, knn_of
from glan_core.store.database import Cursor, Database
from glan_core.store.neighbourhoods import Neighbourhoods, read_neighbourhoods
from glan_core.store.numbered_vectors import list_numbers
from tests.embedding.test_neighbours import all_at_once, assert_same, clustered, unit
from tests.store.vectors import embed, link

T = TypeVar("T")


def add(cursor: Cursor, vectors: np.ndarray, *, encoder: str = "e") -> None:
    """Add vectors, each of which stands for the question of an instruction of its own."""
    first = int(cursor.execute("select count(*) from embedding where encoder = ?", [encoder]).fetchall()[0][0])
    embed(cursor, encoder, vectors)
    link(cursor, encoder, **{f"{encoder}{number}": number for number in range(first, first + len(vectors))})


def graph(cursor: Cursor, *, encoder: str = "e") -> Neighbourhoods:
    """Give the whole graph."""
    numbers = list_numbers(cursor, encoder=encoder, content="instruction")
    found = read_neighbourhoods(cursor, encoder=encoder, content="instruction", numbers=numbers, k=15)
    np.testing.assert_array_equal(found.numbers, numbers)
    return found


def assert_is_that_of(cursor: Cursor, vectors: np.ndarray, *, encoder: str = "e") -> None:
    """Check the graph of vectors whose numbers are 0, 1, 2, ..."""
    found, wanted = graph(cursor, encoder=encoder), all_at_once(vectors)
    np.testing.assert_array_equal(found.neighbours, wanted.rows)
    np.testing.assert_array_equal(found.similarities, wanted.similarities)


class Breaking:
    """Calls functions in this process, and dies at one of the searches."""

    def __init__(self, at: int) -> None:
        self._left = at

    def __call__(self, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Give what the function gives."""
        if function is find_in_file:
            self._left -= 1
            if self._left < 0:
                raise EmbeddingError("The process that embeds texts ended unexpectedly.")
        return function(*arguments, **options)


def test_a_graph_that_grew_is_the_one_of_all_at_once(database: Database, cursor: Cursor):
    vectors = clustered(260)
    done = []
    for part in np.split(vectors, [1, 12, 200]):
        add(cursor, part)
        done.append(extend_graph(database, encoder="e"))
    assert_is_that_of(cursor, vectors)
    assert [extended.added for extended in done] == [1, 11, 188, 60]
    assert done[-1].changed > 0
    assert extend_graph(database, encoder="e") == Extended(260, 0, 0, True)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_texts_in_any_order_make_the_same_graph(database: Database, cursor: Cursor, data: st.DataObject):
    # Few values in few dimensions, so that many vectors are equal or equally near.
    rows = data.draw(st.lists(st.tuples(*[st.integers(-2, 2)] * 3), min_size=1, max_size=50))
    vectors = unit(np.array(rows, np.float64))
    order = np.array(data.draw(st.permutations(range(len(rows)))))
    cut = data.draw(st.integers(0, len(rows)))
    cursor.execute("delete from embedding")
    cursor.execute("delete from embedded_instruction")
    cursor.execute("delete from neighbourhood")
    embed(cursor, "e", vectors)
    for part in (order[:cut], order[cut:]):  # numbers are linked to instructions in any order
        link(cursor, "e", **{f"e{number}": int(number) for number in part})
        extend_graph(database, encoder="e")
    assert_is_that_of(cursor, vectors)


def test_a_graph_that_was_left_half_way_goes_on(database: Database, cursor: Cursor):
    vectors = clustered(4_600, 8)
    add(cursor, vectors[:200])
    extend_graph(database, encoder="e")
    add(cursor, vectors[200:])
    with pytest.raises(EmbeddingError, match="unexpectedly"):
        extend_graph(database, encoder="e", compute=Breaking(at=1))
    kept = int(cursor.execute("select count(*) from neighbourhood").fetchall()[0][0])
    assert 200 < kept < 4_600
    heard: list[tuple[int, int]] = []
    extended = extend_graph(database, encoder="e", on_progress=lambda done, total: heard.append((done, total)))
    assert extended.added == 4_600 - kept
    assert heard[0] == (0, 4_600 - kept)
    assert heard[-1] == (4_600 - kept, 4_600 - kept)
    assert_is_that_of(cursor, vectors)


def test_a_graph_is_made_in_another_process_too_and_leaves_no_file(database: Database, cursor: Cursor):
    vectors = clustered(300)
    add(cursor, vectors)
    worker = EmbeddingWorker()
    left = database.path.parent / f"{database.path.name}.vectors-killed"
    left.mkdir()
    try:
        extend_graph(database, encoder="e", compute=worker.compute)
    finally:
        worker.close()
    assert_is_that_of(cursor, vectors)
    assert list(database.path.parent.glob("*vectors*")) == []


def test_every_encoder_has_a_graph_of_its_own(database: Database, cursor: Cursor):
    one, other = clustered(40), clustered(50, 8, seed=2)
    add(cursor, one)
    extend_graph(database, encoder="e")
    cursor.execute("delete from embedding where encoder = 'e'")  # the other one reads nothing of it
    add(cursor, other, encoder="f")
    extend_graph(database, encoder="f")
    assert_is_that_of(cursor, other, encoder="f")


def test_texts_that_are_no_instructions_are_nobodys_neighbours(database: Database, cursor: Cursor):
    vectors = clustered(30)
    embed(cursor, "e", vectors)
    link(cursor, "e", a=3, b=3, c=29)
    extend_graph(database, encoder="e")
    found = graph(cursor)
    assert found.numbers.tolist() == [3, 29]
    assert found.neighbours[:, :2].tolist() == [[29, -1], [3, -1]]


def test_a_vector_that_stands_for_nothing_any_more_leaves_the_graph(database: Database, cursor: Cursor):
    vectors = clustered(40, seed=3)
    add(cursor, vectors[:38])
    extend_graph(database, encoder="e")
    cursor.execute("delete from embedded_instruction where number in (5, 20)")
    add(cursor, vectors[38:])
    extend_graph(database, encoder="e")
    kept = np.setdiff1d(np.arange(40), [5, 20])
    found, wanted = graph(cursor), all_at_once(vectors[kept])
    np.testing.assert_array_equal(found.numbers, kept)
    np.testing.assert_array_equal(found.neighbours, kept[wanted.rows])
    np.testing.assert_array_equal(found.similarities, wanted.similarities)


def test_an_empty_graph_is_no_error(database: Database):
    assert extend_graph(database, encoder="e") == Extended(0, 0, 0, True)


def test_a_vector_that_is_not_finite_is_refused(database: Database, cursor: Cursor):
    add(cursor, clustered(20))
    cursor.execute("update embedding set vector = list_transform(vector, lambda value: 'nan'::float) where number = 7")
    with pytest.raises(EmbeddingError, match="not finite"):
        extend_graph(database, encoder="e")


def test_the_nearest_of_some_are_looked_for_among_these(cursor: Cursor):
    vectors = clustered(200)
    add(cursor, vectors)
    numbers = np.arange(0, 200, 3)
    found = knn_of(cursor, "e", numbers)
    wanted = all_at_once(vectors[numbers], k=14)
    assert found.indices.shape == found.distances.shape == (67, 15)
    np.testing.assert_array_equal(found.indices[:, 0], np.arange(67))
    assert_same(wanted, wanted._replace(rows=found.indices[:, 1:]))
    np.testing.assert_allclose(found.distances[:, 1:], 1 - wanted.similarities, atol=1e-6)
    assert (found.distances[:, 0] == 0).all()
    assert found.distances.dtype == np.float32


def test_too_few_have_no_nearest(cursor: Cursor):
    add(cursor, clustered(14))
    with pytest.raises(ValueError, match="14 vectors"):
        knn_of(cursor, "e", np.arange(14))
