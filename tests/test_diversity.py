"""Diversity is measured at a known n, kept, and measured again only when other pairs may be meant."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from glan_core.corpora.importing import corpus_named, import_corpus, remove_corpus
from glan_core.diversity import READING, Asked, count_unread_rows, evaluate
from glan_core.embedding.encoder import ENCODER
from glan_core.entities import Filter
from glan_core.errors import EmbeddingError, SettingsError
from glan_core.evaluator import Evaluator
from glan_core.insight.headline import STEPS
from glan_core.store.drawn_rows import RowSet, draw_rows
from glan_core.store.evaluations import PAIRS, find_before, list_evaluations
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from glan_core.text_encoding import compute_here
from tests.conftest import Small
from tests.corpus_files.files import alpaca, write
from tests.embedding.test_neighbours import clustered
from tests.small_pairs import instruction, run
from tests.store.vectors import embed, link


@pytest.fixture
def forty(small: Small) -> Small:
    """Forty pairs with vectors, and forty more with the same: every row is doubled."""
    save_run(small.cursor, run())
    ingest(small.cursor, [instruction(f"p{number}") for number in range(80)])
    embed(small.cursor, ENCODER, np.pad(clustered(40), ((0, 0), (0, 384 - 32))))  # as long as those of the encoder
    link(small.cursor, ENCODER, **{f"p{number}": number % 40 for number in range(80)})
    return small


def test_doubled_pairs_are_half_near_duplicates(forty: Small):
    evaluation = evaluate(forty.database, Asked())
    assert (evaluation.conditions.n, evaluation.conditions.rows) == (80, 80)
    assert evaluation.numbers["near_duplicate_rate"].value >= 0.5
    groups = evaluation.numbers["near_duplicate_rate"].parameters["groups"]
    assert any({"p0", "p40"} <= set(group) for group in groups)


def test_a_sample_says_how_many_it_is_of_and_a_smaller_one_is_its_beginning(forty: Small):
    assert evaluate(forty.database, Asked(n=30)).conditions[2:4] == (30, 80)
    large, small = (
        draw_rows(forty.cursor, RowSet(), n=n, seed=1, encoder=ENCODER, content="instruction").ids for n in (30, 10)
    )
    assert large[:10] == small


def test_nothing_is_measured_twice_until_there_is_something_new(forty: Small):
    first = evaluate(forty.database, Asked(n=20))
    assert evaluate(forty.database, Asked(n=20)).evaluation_id == first.evaluation_id
    assert find_before(forty.cursor, first) is None
    ingest(forty.cursor, [instruction("new")])
    second = evaluate(forty.database, Asked(n=20))
    assert second.evaluation_id != first.evaluation_id
    assert find_before(forty.cursor, second) == first
    assert [each.evaluation_id for each in list_evaluations(forty.cursor, Filter())] == [
        second.evaluation_id,
        first.evaluation_id,
    ]


def test_another_seed_or_n_is_nothing_to_compare_with(forty: Small):
    evaluate(forty.database, Asked(n=20))
    assert find_before(forty.cursor, evaluate(forty.database, Asked(n=20, seed=1))) is None
    assert find_before(forty.cursor, evaluate(forty.database, Asked(n=30))) is None


def test_a_reference_adds_what_it_is_held_against(forty: Small):
    plain = evaluate(forty.database, Asked(n=40))
    held = evaluate(forty.database, Asked(n=40, reference=RowSet()))
    assert held.numbers["reference_coverage"].value == 1
    assert held.numbers["reference_density"].parameters["reference_rows"] == 40
    assert held.numbers["reference_density"].parameters["shared_rows"] == 40
    assert "novel_sum_dense" in held.numbers
    assert "reference_coverage" not in plain.numbers
    assert held.conditions.reference == "{}"
    assert find_before(forty.cursor, held) is None


def test_a_reference_that_is_too_small_is_refused(forty: Small):
    of_ten = RowSet(Filter(instruction_ids=tuple(f"p{number}" for number in range(10))))
    with pytest.raises(EmbeddingError, match="wants 11 rows, and 10 were drawn"):
        evaluate(forty.database, Asked(n=40, reference=of_ten))
    with pytest.raises(EmbeddingError, match="wants 11 rows, and 5 were drawn"):
        evaluate(forty.database, Asked(n=5, reference=RowSet()))
    assert list_evaluations(forty.cursor) == ()


def take_in(forty: Small, folder: Path, texts: Sequence[str]) -> str:
    """Import a corpus of these questions, and give its id."""
    pairs = [(text, "Because.") for text in texts]
    return import_corpus(forty.database, write(folder / "set.jsonl", alpaca(pairs))).corpus.corpus_id


def test_rows_of_a_corpus_are_read_as_they_are_drawn_and_measured(forty: Small, tmp_path: Path):
    texts = [f"How does a lens of glass number {number} bend light?" for number in range(12)]
    corpus_id = take_in(forty, tmp_path, [*texts, *texts])
    asked = Asked(n=20, corpus_id=corpus_id)
    assert 10 <= count_unread_rows(forty.cursor, asked.rows, n=20, seed=0) <= 12
    heard: list[tuple[str, int, int]] = []
    found = evaluate(forty.database, asked, on_progress=lambda *step: heard.append(step))
    assert count_unread_rows(forty.cursor, asked.rows, n=20, seed=0) == 0
    assert heard[0][0] == READING
    assert [step for step, _, _ in heard if step in STEPS] == list(STEPS)
    assert found.conditions[1:4] == (corpus_id, 20, 24)
    assert found.numbers["near_duplicate_rate"].value >= 8 / 20
    ingest(forty.cursor, [instruction("new")])
    assert evaluate(forty.database, asked).evaluation_id == found.evaluation_id  # a corpus never changes
    assert evaluate(forty.database, Asked(n=20)).conditions.measured == PAIRS


def test_pairs_are_held_against_a_corpus_and_a_corpus_against_pairs(forty: Small, tmp_path: Path):
    corpus_id = take_in(forty, tmp_path, [f"Why is stone number {number} heavy?" for number in range(15)])
    held = evaluate(forty.database, Asked(n=40, reference=RowSet(corpus_id=corpus_id)))
    assert held.conditions.reference == corpus_id
    assert held.numbers["reference_coverage"].parameters["reference_rows"] == 15
    assert held.numbers["reference_coverage"].parameters["shared_rows"] == 0
    back = evaluate(forty.database, Asked(corpus_id=corpus_id, reference=RowSet()))
    ingest(forty.cursor, [instruction("new")])
    assert evaluate(forty.database, Asked(corpus_id=corpus_id, reference=RowSet())).evaluation_id != back.evaluation_id


def test_reading_that_was_stopped_measures_nothing(forty: Small, tmp_path: Path):
    corpus_id = take_in(forty, tmp_path, ["Why?", "How?", "Where?"])
    with pytest.raises(EmbeddingError, match="stopped with 3 texts to go"):
        evaluate(forty.database, Asked(corpus_id=corpus_id), is_stopped=lambda: True)
    assert list_evaluations(forty.cursor) == ()


def test_a_corpus_that_is_gone_or_filtered_is_not_measured(forty: Small, tmp_path: Path):
    corpus_id = take_in(forty, tmp_path, ["Why?", "How?", "Where?"])
    with pytest.raises(SettingsError, match="cannot be filtered"):
        evaluate(forty.database, Asked(Filter(text="lens"), corpus_id=corpus_id))
    remove_corpus(forty.cursor, corpus_named(forty.cursor, corpus_id))
    for asked in (Asked(corpus_id=corpus_id), Asked(reference=RowSet(corpus_id=corpus_id)), Asked(corpus_id="no")):
        with pytest.raises(SettingsError, match="is not there, or was removed"):
            evaluate(forty.database, asked)


def test_intervals_are_measured_where_they_are_asked_for_and_kept(forty: Small):
    plain = evaluate(forty.database, Asked(n=40))
    assert not plain.has_intervals
    assert plain.numbers["vendi_1"].lower is None
    with_intervals = evaluate(forty.database, Asked(n=40, has_intervals=True))
    assert with_intervals.has_intervals
    vendi = with_intervals.numbers["vendi_1"]
    assert vendi.value == plain.numbers["vendi_1"].value
    assert vendi.lower is not None and vendi.upper is not None  # noqa: PT018
    assert vendi.lower < vendi.value < vendi.upper
    for asked in (Asked(n=40), Asked(n=40, has_intervals=True)):
        assert evaluate(forty.database, asked).evaluation_id == with_intervals.evaluation_id
    few = evaluate(forty.database, Asked(n=4, has_intervals=True))
    assert few.numbers["vendi_1"].lower is None
    assert evaluate(forty.database, Asked(n=4, has_intervals=True)).evaluation_id == few.evaluation_id


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_a_few_rows_are_measured_and_have_no_number_that_is_none(forty: Small, n: int):
    numbers = evaluate(forty.database, Asked(n=n)).numbers.values()
    assert all(np.isfinite(each.value) for each in numbers)
    assert "vendi_1" in {each.metric for each in numbers}
    assert ("unlike_gain" in {each.metric for each in numbers}) == (n >= 3)


def test_what_cannot_be_measured_is_said(small: Small):
    with pytest.raises(EmbeddingError, match="has read 0 of 0 questions"):
        evaluate(small.database, Asked())
    with pytest.raises(SettingsError, match="cannot be measured"):
        evaluate(small.database, Asked(n=1))


def test_a_corpus_of_one_row_is_no_pairs(forty: Small, tmp_path: Path):
    corpus_id = take_in(forty, tmp_path, ["Why?"])
    with pytest.raises(EmbeddingError, match="Fewer than 2 rows"):
        evaluate(forty.database, Asked(corpus_id=corpus_id))


def test_the_evaluator_measures_beside_and_keeps_its_error(forty: Small):
    evaluator = Evaluator(forty.database, compute_here)
    evaluator.start([Asked(n=20), Asked(n=30)])
    assert evaluator.wait(60)
    assert (evaluator.done, evaluator.total, evaluator.error) == (8, 8, None)
    assert len(list_evaluations(forty.cursor)) == 2
    evaluator.start([Asked(n=1)])
    assert evaluator.wait(60)
    assert isinstance(evaluator.error, SettingsError)
