"""Rows are drawn by their ids and a seed alone, and what can be drawn is counted."""

import numpy as np
import pytest

from glan_core.encoders import Content
from glan_core.entities import Filter
from glan_core.store.compared_texts import list_places, read_texts_at
from glan_core.store.corpora import Corpus, RowBatch, insert_corpus, insert_corpus_rows
from glan_core.store.drawn_rows import (
    Drawable,
    RowSet,
    count_drawable,
    dataset_version,
    draw_rows,
    row_set_from_text,
    row_set_to_text,
)
from glan_core.store.encoders import list_unread_texts
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction, run
from tests.store.vectors import embed, link

ENCODER = "e"


@pytest.fixture
def read(small: Small) -> Small:
    """Six questions, of which five have a vector; two of them share one."""
    ingest(small.cursor, [instruction(name) for name in "abcdef"])
    embed(small.cursor, ENCODER, np.eye(4, dtype=np.float32))
    link(small.cursor, ENCODER, a=0, b=1, c=2, d=3, e=3)
    return small


def test_the_version_of_the_dataset_changes_with_its_pairs_and_their_vectors(read: Small):
    versions = [dataset_version(read.cursor, encoder=ENCODER, content="instruction")]
    assert dataset_version(read.cursor, encoder=ENCODER, content="instruction") == versions[0]
    versions.append(dataset_version(read.cursor, encoder="f", content="instruction"))
    versions.append(dataset_version(read.cursor, encoder=ENCODER, content="both"))
    link(read.cursor, ENCODER, f=0)
    versions.append(dataset_version(read.cursor, encoder=ENCODER, content="instruction"))
    ingest(read.cursor, [instruction("g")])
    versions.append(dataset_version(read.cursor, encoder=ENCODER, content="instruction"))
    ingest(read.cursor, [answer("a")])
    versions.append(dataset_version(read.cursor, encoder=ENCODER, content="instruction"))
    assert len(set(versions)) == 6


def test_questions_without_a_vector_are_counted_and_not_drawn(read: Small):
    assert count_drawable(read.cursor, RowSet(), encoder=ENCODER, content="instruction") == Drawable(6, 5)
    assert count_drawable(read.cursor, RowSet(), encoder=ENCODER, content="both") == Drawable(6, 0)
    of_two = Filter(instruction_ids=("a", "f"))
    assert count_drawable(read.cursor, RowSet(of_two), encoder=ENCODER, content="instruction") == Drawable(2, 1)
    drawn = draw_rows(read.cursor, RowSet(), n=10, seed=0, encoder=ENCODER, content="instruction")
    assert sorted(drawn.ids) == list("abcde")


def test_each_row_has_its_text_and_its_vector(read: Small):
    drawn = draw_rows(read.cursor, RowSet(), n=10, seed=0, encoder=ENCODER, content="instruction")
    assert drawn.texts == tuple(f"Question {name}?" for name in drawn.ids)
    assert dict(zip(drawn.ids, drawn.numbers.tolist(), strict=True)) == {
        "a": 0,
        "b": 1,
        "c": 2,
        "d": 3,
        "e": 3,
    }


def test_what_was_taken_in_later_arrived_later(read: Small):
    ingest(read.cursor, [instruction("Z"), instruction("Y")])
    ingest(read.cursor, [instruction("B")])
    link(read.cursor, ENCODER, Z=0, Y=1, B=2)
    drawn = draw_rows(read.cursor, RowSet(), n=10, seed=0, encoder=ENCODER, content="instruction")
    names = [drawn.ids[row] for row in np.argsort(drawn.arrival)]
    assert [sorted(part) for part in (names[:5], names[5:7], names[7:])] == [list("abcde"), ["Y", "Z"], ["B"]]


def test_a_draw_depends_on_ids_and_seed_alone(read: Small):
    def ids(seed: int, n: int = 10) -> tuple[str, ...]:
        return draw_rows(read.cursor, RowSet(), n=n, seed=seed, encoder=ENCODER, content="instruction").ids

    before = ids(0)
    assert len({ids(seed) for seed in range(8)}) > 1
    assert ids(0, 2) == before[:2]
    link(read.cursor, ENCODER, f=1)
    assert tuple(name for name in ids(0) if name != "f") == before


def test_a_question_with_two_answers_is_one_row_and_both_is_the_text_that_was_read(read: Small):
    ingest(read.cursor, [answer("a"), answer("a", answer_id="zz", text="Another answer.")])
    link(read.cursor, ENCODER, "both", a=0)
    link(read.cursor, ENCODER, "answer", a=1)
    assert count_drawable(read.cursor, RowSet(), encoder=ENCODER, content="both") == Drawable(6, 1)
    both = draw_rows(read.cursor, RowSet(), n=10, seed=0, encoder=ENCODER, content="both")
    assert (both.ids, both.texts) == (("a",), ("Question a?\n\nAnswer to a.",))
    answered = draw_rows(read.cursor, RowSet(), n=10, seed=0, encoder=ENCODER, content="answer")
    assert answered.texts == ("Answer to a.",)


@pytest.mark.parametrize("content", ["answer", "both"])
def test_the_text_that_is_drawn_read_and_compared_is_one(read: Small, content: Content):
    cursor = read.cursor
    for made in (run(), run("gone", is_removed=True)):
        save_run(cursor, made)
    texts = {"0": ("gone", "Of a removed run."), "1": ("run", "The first."), "2": ("run", "The second.")}
    ingest(cursor, [answer("a", answer_id=key, run_id=of, text=text) for key, (of, text) in texts.items()])
    unread = list_unread_texts(cursor, encoder=ENCODER, content=content, limit=9)
    link(cursor, ENCODER, content, a=0)
    drawn = draw_rows(cursor, RowSet(), n=10, seed=0, encoder=ENCODER, content=content)
    compared = read_texts_at(cursor, list_places(cursor, content), content)
    (text,) = drawn.texts
    assert text.endswith("The first.")
    assert (unread, compared) == ({"a": text}, [text])


@pytest.fixture
def corpus_id(read: Small) -> str:
    """A corpus of twenty rows."""
    ids = [f"row {number:02}" for number in range(20)]
    batch = RowBatch(list(range(1, 21)), [f"Asked {key}?" for key in ids], [f"Answered {key}." for key in ids])
    corpus = Corpus("set", "Set", "set.jsonl", "json_lines", "alpaca", {}, NOON, 20, 0, 0)
    insert_corpus(read.cursor, corpus)
    insert_corpus_rows(read.cursor, "set", iter([batch]))
    return "set"


def test_rows_of_a_corpus_are_drawn_by_their_ids_and_a_seed_read_or_not(read: Small, corpus_id: str):
    rows = RowSet(corpus_id=corpus_id)
    assert count_drawable(read.cursor, rows, encoder=ENCODER, content="both") == Drawable(20, 20)
    all_of_it = draw_rows(read.cursor, rows, n=30, seed=0, encoder=ENCODER, content="both")
    few = draw_rows(read.cursor, rows, n=5, seed=0, encoder=ENCODER, content="both")
    other = draw_rows(read.cursor, rows, n=5, seed=1, encoder=ENCODER, content="both")
    assert few.ids == all_of_it.ids[:5] != other.ids
    assert sorted(all_of_it.arrival.tolist()) == list(range(1, 21))
    place = int(few.arrival[0]) - 1
    assert few.texts[0] == f"Asked row {place:02}?\n\nAnswered row {place:02}."


def test_a_corpus_that_is_not_there_has_no_rows(read: Small):
    assert count_drawable(read.cursor, RowSet(corpus_id="gone"), encoder=ENCODER, content="both") == Drawable(0, 0)


@pytest.mark.parametrize("rows", [RowSet(), RowSet(Filter(run_ids=("a",))), RowSet(corpus_id="set")])
def test_a_set_comes_back_as_it_was_written(rows: RowSet):
    assert row_set_from_text(row_set_to_text(rows)) == rows
