"""Two sets are compared at equal n alone, with intervals, and what cannot be compared says why."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from glan_core.commands.diversity import lines_of
from glan_core.corpora.importing import import_corpus
from glan_core.diversity import Asked, evaluate
from glan_core.diversity_comparison import (
    at_equal_n,
    compare,
    compared,
    find_comparison,
    number_before,
    why_not_compared,
)
from glan_core.embedding.encoder import ENCODER
from glan_core.entities import Filter
from glan_core.errors import EmbeddingError, SettingsError
from glan_core.insight.headline import Sample, measure
from glan_core.insight.intervals import DrawInterval
from glan_core.store.drawn_rows import RowSet, draw_rows
from glan_core.store.evaluations import PAIRS, Conditions, Evaluation, Number, list_evaluations
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.corpus_files.files import alpaca, write
from tests.small_pairs import NOON, instruction, run
from tests.store.vectors import embed, link

CONDITIONS = Conditions(Filter(), PAIRS, 10, 12, 3, ENCODER, "instruction", "", "first")


def number(
    metric: str, value: float, lower: float | None = None, upper: float | None = None, **details: object
) -> Number:
    """Make a number, with an interval by halves."""
    return Number(metric, value, lower, upper, {"splits": 8, **details}, 0.1)


def made(*numbers: Number, **changes: object) -> Evaluation:
    """Make an evaluation of these numbers."""
    return Evaluation("e", NOON, CONDITIONS._replace(**changes), {each.metric: each for each in numbers})


@pytest.fixture
def runs(small: Small) -> Small:
    """Sixty pairs of the run `one` all unlike, and forty of the run `two`, each there twice."""
    for name in ("one", "two"):
        save_run(small.cursor, run(name))
    ingest(small.cursor, [instruction(f"a{place}", run_id="one") for place in range(60)])
    ingest(small.cursor, [instruction(f"b{place}", run_id="two") for place in range(40)])
    vectors = np.random.default_rng(5).normal(size=(80, 384))
    embed(small.cursor, ENCODER, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32))
    link(small.cursor, ENCODER, **{f"a{place}": place for place in range(60)})
    link(small.cursor, ENCODER, **{f"b{place}": 60 + place // 2 for place in range(40)})
    return small


ONE, TWO = RowSet(Filter(run_ids=("one",))), RowSet(Filter(run_ids=("two",)))


def test_both_are_drawn_down_to_the_smaller_and_to_what_is_asked_for(runs: Small):
    equal = at_equal_n(runs.cursor, Asked(ONE.scope, seed=2), TWO)
    assert (equal.n, equal.first.n, equal.second.n) == (40, 40, 40)
    assert (equal.of_first.rows, equal.of_second.rows) == (60, 40)
    assert (equal.first.rows, equal.second.rows) == (ONE, TWO)
    assert (equal.first.seed, equal.second.seed) == (2, 2)
    assert at_equal_n(runs.cursor, Asked(ONE.scope, n=15), TWO).n == 15


@pytest.mark.parametrize("n", [12, 100])
def test_rows_that_are_in_both_draws_are_counted(runs: Small, n: int):
    assert at_equal_n(runs.cursor, Asked(ONE.scope, n=n), TWO).shared == 0
    assert at_equal_n(runs.cursor, Asked(ONE.scope, n=n), ONE).shared == min(n, 60)
    equal = at_equal_n(runs.cursor, Asked(ONE.scope, n=n, seed=3), RowSet())
    drawn = [
        draw_rows(runs.cursor, rows, n=equal.n, seed=3, encoder=ENCODER, content="instruction").ids
        for rows in (ONE, RowSet())
    ]
    assert equal.shared == len(set(drawn[0]) & set(drawn[1])) > 0


def test_a_set_that_repeats_is_told_from_one_that_does_not(runs: Small):
    equal = at_equal_n(runs.cursor, Asked(ONE.scope), TWO)
    assert find_comparison(runs.database, runs.cursor, equal) is None
    found = compare(runs.database, equal)
    duplicates = found.differences["near_duplicate_rate"]
    assert (duplicates.first.value, duplicates.second.value, duplicates.difference) == (0, 0.5, -0.5)
    vendi = found.differences["vendi_1"]
    assert vendi.difference == vendi.first.value - vendi.second.value > 0
    assert vendi.is_clear
    assert vendi.interval is not None
    assert vendi.interval.lower < vendi.difference < vendi.interval.upper
    assert {each.conditions.n for each in list_evaluations(runs.cursor)} == {40}
    assert len(list_evaluations(runs.cursor)) == 2
    again = find_comparison(runs.database, runs.cursor, equal)
    assert again is not None
    assert again.first.evaluation_id == found.first.evaluation_id


def test_a_set_beside_itself_differs_in_nothing(runs: Small):
    found = compare(runs.database, at_equal_n(runs.cursor, Asked(ONE.scope), ONE))
    assert {each.difference for each in found.differences.values()} == {0.0}
    assert not any(each.is_clear for each in found.differences.values())


def test_changing_places_changes_signs_alone(runs: Small):
    there = compare(runs.database, at_equal_n(runs.cursor, Asked(ONE.scope), TWO)).differences
    back = compare(runs.database, at_equal_n(runs.cursor, Asked(TWO.scope), ONE)).differences
    for metric, each in there.items():
        assert back[metric].difference == -each.difference
        if each.interval is not None:
            assert back[metric].interval == pytest.approx((-each.interval.upper, -each.interval.lower))


def test_a_corpus_is_compared_with_pairs_and_newer_pairs_are_measured_anew(runs: Small, tmp_path: Path):
    pairs = [(f"Why does metal number {place} rust?", "It oxidises.") for place in range(9)]
    corpus = import_corpus(runs.database, write(tmp_path / "set.jsonl", alpaca(pairs))).corpus
    other = RowSet(corpus_id=corpus.corpus_id)
    equal = at_equal_n(runs.cursor, Asked(), other)
    found = compare(runs.database, equal)
    assert (found.first.conditions.n, found.second.conditions.n) == (9, 9)
    assert found.second.conditions.measured == corpus.corpus_id
    assert "newest_novelty" not in found.differences
    ingest(runs.cursor, [instruction("new")])
    assert find_comparison(runs.database, runs.cursor, equal) is None
    again = compare(runs.database, equal)
    assert again.first.evaluation_id != found.first.evaluation_id
    assert again.second.evaluation_id == found.second.evaluation_id


def test_what_has_too_few_rows_is_refused(runs: Small):
    with pytest.raises(EmbeddingError, match="0 and 100 rows can be drawn"):
        at_equal_n(runs.cursor, Asked(Filter(run_ids=("none",))), RowSet())
    with pytest.raises(SettingsError, match="not there"):
        at_equal_n(runs.cursor, Asked(), RowSet(corpus_id="gone"))


def test_the_interval_of_a_difference_is_worked_out_from_both():
    found = compared(made(number("vendi_1", 10, 7, 14)), made(number("vendi_1", 4, 0, 7))).differences["vendi_1"]
    # lower: 6 - hypot(10 - 7, 7 - 4), upper: 6 + hypot(14 - 10, 4 - 0)
    assert found.interval == pytest.approx(DrawInterval(6 - 18**0.5, 6 + 32**0.5))
    assert found.is_clear
    unknown = compared(made(number("vendi_1", 10, 7, 14)), made(number("vendi_1", 4))).differences["vendi_1"]
    assert (unknown.difference, unknown.interval, unknown.is_clear) == (6, None, False)


def test_the_order_of_rows_says_nothing_of_other_draws():
    one, other = (Number("unlike_gain", value, value - 1, value + 1, {"orders": 4}, 0.1) for value in (90.0, 40.0))
    assert lines_of(made(one), None)[1].endswith(": 90 (89 to 91, by the order of rows)")
    each = compared(made(one), made(other)).differences["unlike_gain"]
    assert (each.difference, each.interval, each.is_clear) == (50, None, False)


def _measured(seed: int) -> Evaluation:
    """Measure 60 rows drawn from a set of 200 kinds, with intervals."""
    rng = np.random.default_rng(seed)
    kinds = np.random.default_rng(99).normal(size=(200, 24))
    chosen = rng.integers(0, 200, 60)
    vectors = kinds[chosen] + 0.15 * rng.normal(size=(60, 24))
    unit = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    texts = [f"what is kind {kind} of thing {rng.integers(0, 9)} like" for kind in chosen]
    return made(*(Number(*each) for each in measure(Sample(texts, unit, np.arange(60)), seed=seed, splits=8)))


def test_two_draws_of_one_set_are_told_apart_about_as_often_as_90_percent_allow():
    pairs = 40
    clear = Counter[str]()
    for seed in range(pairs):
        found = compared(_measured(2 * seed), _measured(2 * seed + 1)).differences
        clear.update(metric for metric, each in found.items() if each.is_clear)
    # 4 of 40 are expected of each number; 10 and more would be chance in 5 of 1,000 cases.
    assert {metric: times for metric, times in clear.items() if times >= 10} == {}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"n": 11}, "n = 11, not 10"),
        ({"seed": 4}, "seed 4, not 3"),
        ({"encoder": "f"}, "read by f"),
        ({"content": "answer"}, "of answers"),
        ({"n": 1200, "content": "both"}, "n = 1,200, not 10; of questions with answers"),
    ],
)
def test_what_is_not_alike_is_not_compared_and_says_why(changes: dict[str, object], reason: str):
    one, other = made(number("vendi_1", 1)), made(number("vendi_1", 1), **changes)
    assert why_not_compared(one, other) == reason
    with pytest.raises(ValueError, match="not compared"):
        compared(one, other)


def test_other_rows_and_dates_at_the_same_n_are_compared():
    other = made(number("vendi_1", 3), measured="set", rows=99, dataset_version="second", reference="{}")
    other = other._replace(evaluated_at=NOON + timedelta(days=9))
    one = made(number("vendi_1", 5), number("words_gain", 2))
    assert why_not_compared(one, other) == ""
    assert {metric: each.difference for metric, each in compared(one, other).differences.items()} == {"vendi_1": 2}


def test_numbers_against_other_references_are_left_out():
    one, same, fewer = (
        made(number("reference_coverage", 0.5, reference_rows=rows), reference="{}") for rows in (9, 9, 8)
    )
    other = made(number("reference_coverage", 0.5, reference_rows=9), reference="set")
    assert list(compared(one, same).differences) == ["reference_coverage"]
    assert compared(one, fewer).differences == compared(one, other).differences == {}
    assert number_before(one, same, "reference_coverage") == same.numbers["reference_coverage"]
    assert number_before(one, fewer, "reference_coverage") is number_before(one, None, "reference_coverage") is None


def test_a_number_has_no_change_since_its_reference_had_other_rows():
    few, many = (
        made(number("reference_coverage", 0.5, reference_rows=rows), number("vendi_1", 4), reference="{}")
        for rows in (12, 40)
    )
    before = few._replace(evaluated_at=NOON - timedelta(days=1))
    told = {line.split(":")[0].strip(): line for line in lines_of(many, before)[1:]}
    assert "since the last time" not in told["Coverage of the reference, share"]
    assert "since the last time" in told["Vendi score, q = 1"]


def test_a_set_with_its_numbers_kept_is_measured_again_for_its_intervals(runs: Small):
    evaluate(runs.database, Asked(ONE.scope, n=40))
    found = compare(runs.database, at_equal_n(runs.cursor, Asked(ONE.scope), TWO))
    assert found.first.has_intervals
