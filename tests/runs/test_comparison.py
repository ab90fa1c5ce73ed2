"""Are two runs compared by what differs, and by variety at the same number of questions?"""

import numpy as np
import pytest

from glan_core.runs import comparison
from glan_core.runs.comparison import (
    Difference,
    differences,
    distinct_pairs_of_words,
    mean_neighbour_distance,
    variety_of_two,
)
from glan_core.store.embeddings import insert_embeddings
from glan_core.store.ingest import ingest
from tests.conftest import Small
from tests.small_pairs import instruction


def test_only_settings_that_differ_are_listed_with_the_way_to_them():
    first = {"preset": "paper", "stages": {"answers": {"temperature": 0.7, "price": None}}, "old": 1}
    second = {"preset": "paper", "stages": {"answers": {"temperature": 1.0, "price": {"input": 2}}}, "new": [1]}
    assert differences(first, second) == (
        Difference("stages, answers, temperature", 0.7, 1.0),
        Difference("old", 1, None),
        Difference("stages, answers, price, input", None, 2),
        Difference("new", None, [1]),
    )


def test_equal_settings_do_not_differ():
    assert differences({"a": {"b": 1}}, {"a": {"b": 1}}) == ()


def test_distinct_pairs_of_words_leave_letter_case_and_marks_aside():
    assert distinct_pairs_of_words(["Why is it so?", "why IS it not"]) == 4 / 6
    assert distinct_pairs_of_words(["Why?", ""]) is None


def test_the_distance_to_the_nearest_is_the_mean_over_all_rows():
    rows = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert mean_neighbour_distance(rows) == pytest.approx(1 / 3)
    assert mean_neighbour_distance(rows[:1]) is None


def two_runs(small: Small) -> None:
    """Make two questions of one run, and three of another that has ids in another order than they came."""
    ingest(small.cursor, [instruction(name, run_id="first", text=f"What is {name}?") for name in ("a", "b")])
    ingest(
        small.cursor, [instruction(name, run_id="second", text=f"How does {name} work?") for name in ("z", "x", "y")]
    )


def test_as_many_questions_of_each_run_are_compared_the_first_by_id(small: Small):
    two_runs(small)
    texts = ["What is a?", "What is b?", "How does x work?", "How does y work?"]
    vectors = np.array([[1, 0], [0, 1], [1, 0], [1, 0]], dtype=np.float32)
    insert_embeddings(small.cursor, encoder="e", texts=texts, vectors=vectors)
    found = variety_of_two(small.cursor, "first", "second", encoder="e")
    assert found.n == 2
    assert (found.first.distinct_2, found.second.distinct_2) == (3 / 4, 5 / 6)
    assert (found.first.neighbour_distance, found.second.neighbour_distance) == (1.0, 0.0)
    assert (found.first.without_vector, found.second.without_vector) == (0, 0)


def test_without_all_vectors_there_is_no_distance_and_it_is_told_how_many_lack(small: Small):
    two_runs(small)
    insert_embeddings(small.cursor, encoder="e", texts=["What is a?"], vectors=np.array([[1, 0]], dtype=np.float32))
    found = variety_of_two(small.cursor, "first", "second", encoder="e")
    assert (found.first.neighbour_distance, found.first.without_vector) == (None, 1)
    assert (found.second.neighbour_distance, found.second.without_vector) == (None, 2)


def test_runs_without_questions_have_no_variety(small: Small):
    two_runs(small)
    found = variety_of_two(small.cursor, "first", "nowhere", encoder="e")
    assert (found.n, found.first.distinct_2, found.first.neighbour_distance) == (0, None, None)


def test_no_more_than_the_most_are_compared(small: Small, monkeypatch: pytest.MonkeyPatch):
    two_runs(small)
    monkeypatch.setattr(comparison, "MOST_COMPARED", 1)
    assert variety_of_two(small.cursor, "first", "second", encoder="e").n == 1
