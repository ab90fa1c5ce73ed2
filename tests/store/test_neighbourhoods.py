"""Lists of neighbours come back as they were kept, and tell pairs and densities."""

import numpy as np
import pytest

from glan_core.store.database import Cursor
from glan_core.store.neighbourhoods import (
    Neighbourhoods,
    count_without_neighbourhood,
    insert_neighbourhoods,
    list_near_pairs,
    read_densities,
    read_list_ends,
    read_neighbourhoods,
)
from glan_core.store.projections import Projection, insert_projection
from tests.small_pairs import NOON
from tests.store.vectors import link

OF = {"encoder": "e", "content": "instruction"}


def lists(**similarity_of: dict[int, float]) -> Neighbourhoods:
    """Make lists two wide: n4={7: 0.5} is that of number 4."""
    numbers = np.array([int(name[1:]) for name in similarity_of])
    made = Neighbourhoods(numbers, np.full((len(numbers), 2), -1), np.full((len(numbers), 2), -np.inf, np.float32))
    for row, near in enumerate(similarity_of.values()):
        made.neighbours[row, : len(near)] = list(near)
        made.similarities[row, : len(near)] = list(near.values())
    return made


def read(cursor: Cursor, *numbers: int) -> dict[int, dict[int, float]]:
    """Give the lists of these numbers."""
    found = read_neighbourhoods(cursor, numbers=np.array(numbers, np.int64), k=2, **OF)
    return {
        number: {int(key): float(value) for key, value in zip(*row, strict=True) if key >= 0}
        for number, *row in zip(found.numbers.tolist(), found.neighbours, found.similarities, strict=True)
    }


def test_lists_come_back_by_number_and_shorter_ones_are_filled_up(cursor: Cursor):
    insert_neighbourhoods(cursor, lists(n4={7: 0.5, 2: 0.25}, n2={4: 0.25}, n9={}), **OF)
    assert read(cursor, 2, 3, 4, 9) == {2: {4: 0.25}, 4: {7: 0.5, 2: 0.25}, 9: {}}
    found = read_neighbourhoods(cursor, numbers=np.array([2]), k=2, **OF)
    assert found.neighbours.tolist() == [[4, -1]]
    assert found.similarities.tolist() == [[0.25, -np.inf]]


def test_a_list_is_put_in_the_place_of_the_one_before(cursor: Cursor):
    insert_neighbourhoods(cursor, lists(n1={2: 0.5}, n2={1: 0.5}), **OF)
    insert_neighbourhoods(cursor, lists(n1={3: 0.75, 2: 0.5}), **OF)
    assert read(cursor, 1, 2) == {1: {3: 0.75, 2: 0.5}, 2: {1: 0.5}}


def test_every_content_has_lists_of_its_own(cursor: Cursor):
    insert_neighbourhoods(cursor, lists(n1={2: 0.5}), encoder="e", content="answer")
    insert_neighbourhoods(cursor, lists(n1={2: 0.5}), encoder="f", content="instruction")
    assert read(cursor, 1) == {}


def test_the_end_of_a_list_says_how_long_it_is_and_what_stands_last(cursor: Cursor):
    insert_neighbourhoods(cursor, lists(n4={7: 0.5, 2: 0.25}, n9={}), **OF)
    ends = read_list_ends(cursor, **OF)
    assert [values.tolist() for values in ends] == [[4, 9], [2, 0], [2, -1], [0.25, -np.inf]]


def test_vectors_without_a_list_are_counted_once(cursor: Cursor):
    link(cursor, "e", a=0, b=1, c=1)
    link(cursor, "e", content="answer", a=5)
    assert count_without_neighbourhood(cursor, **OF) == 2
    insert_neighbourhoods(cursor, lists(n0={1: 0.5}), **OF)
    assert count_without_neighbourhood(cursor, **OF) == 1


def test_near_pairs_are_given_once_whoever_names_the_other(cursor: Cursor):
    insert_neighbourhoods(cursor, lists(n1={2: 0.9, 3: 0.8}, n2={1: 0.9}, n3={4: 0.85}, n4={1: 0.5}), **OF)
    found = list_near_pairs(cursor, similarity=0.8, **OF)
    assert list(zip(found.one.tolist(), found.other.tolist(), strict=True)) == [(1, 2), (1, 3), (3, 4)]
    assert found.similarities.tolist() == pytest.approx([0.9, 0.8, 0.85])


def test_density_is_the_mean_cosine_of_a_list_and_unknown_without_neighbours(cursor: Cursor):
    link(cursor, "e", b=1, a=1, c=2, d=3)
    insert_projection(cursor, Projection("map", "e", "pca", 1, NOON))
    insert_neighbourhoods(cursor, lists(n1={2: 0.5, 3: 0.25}, n2={}), **OF)
    assert read_densities(cursor, "map", ["a", "b", "c", "d", "unknown"]) == {"a": 0.375, "b": 0.375}
    assert read_densities(cursor, "map", ["b"]) == {"b": 0.375}
    assert read_densities(cursor, "another", ["b"]) == {}
