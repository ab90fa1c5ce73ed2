"""Diversity is measured at a known n, kept, and measured again only when other pairs may be meant."""

import pytest

from glan_core.diversity import Asked, evaluate, find_before
from glan_core.embedding.encoder import ENCODER
from glan_core.entities import Filter
from glan_core.errors import EmbeddingError, SettingsError
from glan_core.evaluator import Evaluator
from glan_core.store.evaluations import draw_pairs, list_evaluations
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from glan_core.text_encoding import compute_here
from tests.conftest import Small
from tests.embedding.test_neighbours import clustered
from tests.small_pairs import instruction, run
from tests.store.vectors import embed, link


@pytest.fixture
def forty(small: Small) -> Small:
    """Forty pairs with vectors, and forty more with the same: every row is doubled."""
    save_run(small.cursor, run())
    ingest(small.cursor, [instruction(f"p{number}") for number in range(80)])
    embed(small.cursor, ENCODER, clustered(40))
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
        draw_pairs(forty.cursor, Filter(), n=n, seed=1, encoder=ENCODER, content="instruction").instruction_ids
        for n in (30, 10)
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
    numbers = evaluate(forty.database, Asked(n=40, reference=Filter())).numbers
    assert numbers["reference_coverage"].value == 1
    assert "novel_sum_dense" in numbers


def test_what_cannot_be_measured_is_said(small: Small):
    with pytest.raises(EmbeddingError, match="has read 0 of 0 pairs"):
        evaluate(small.database, Asked())
    with pytest.raises(SettingsError, match="cannot be measured"):
        evaluate(small.database, Asked(n=1))


def test_the_evaluator_measures_beside_and_keeps_its_error(forty: Small):
    evaluator = Evaluator(forty.database, compute_here)
    evaluator.start([Asked(n=20), Asked(n=30)])
    assert evaluator.wait(60)
    assert (evaluator.done, evaluator.total, evaluator.error) == (8, 8, None)
    assert len(list_evaluations(forty.cursor)) == 2
    evaluator.start([Asked(n=1)])
    assert evaluator.wait(60)
    assert isinstance(evaluator.error, SettingsError)
