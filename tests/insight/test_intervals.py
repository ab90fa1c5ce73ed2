"""Intervals by halves agree with what is known of means, and are about as wide as other draws really scatter."""

import math

import numpy as np
import pytest

from glan_core.insight.headline import Sample, measure
from glan_core.insight.intervals import DrawInterval, half_splits, interval_of, interval_of_difference


def test_halves_are_worked_out_by_hand():
    # halves differ by 2 and 4 about a mean of 5: the spread is sqrt((1 + 4) / 2)
    halves = np.array([[4.0, 6.0], [7.0, 3.0]])
    reach = 1.860 * math.sqrt(2.5)
    assert interval_of(5.0, halves) == pytest.approx((5 - reach, 5 + reach))
    assert interval_of(10.0, halves) == pytest.approx((10 - 2 * reach, 10 + 2 * reach))  # a share of the number
    assert interval_of(5.0, halves, most=6.0) == pytest.approx((5 - reach, 6))
    assert interval_of(1.0, np.array([[0.1, 3.0]])) == (0.0, pytest.approx(1 + 1.860 * 1.45 / 1.55))


def test_where_halves_say_nothing_there_is_no_interval():
    assert interval_of(0.0, np.zeros((8, 2))) is None
    assert interval_of(0.5, np.zeros((8, 2))) is None
    assert interval_of(0.5, np.full((8, 2), 0.25)) is None


@pytest.mark.parametrize("rows", [8, 9])
def test_each_row_is_in_one_half_of_each_split(rows: int):
    splits = half_splits(rows, splits=5, seed=1)
    assert len(splits) == 5
    assert all(sorted([*one, *other]) == list(range(rows)) for one, other in splits)
    assert all(abs(len(one) - len(other)) <= 1 for one, other in splits)
    assert all(np.array_equal(*pair) for pair in zip(splits[0], half_splits(rows, splits=5, seed=1)[0], strict=True))
    assert len({tuple(one.tolist()) for one, _ in splits}) > 1


def test_the_spread_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(1).normal(10, 2, 400)
    halves = np.array(
        [[values[one].mean(), values[other].mean()] for one, other in half_splits(400, splits=400, seed=0)]
    )
    interval = interval_of(float(values.mean()), halves)
    assert interval is not None
    reach = (interval.upper - interval.lower) / 2
    assert reach / 1.860 == pytest.approx(values.std(ddof=1) / math.sqrt(400), rel=0.1)


def test_a_difference_of_even_intervals_is_as_wide_as_their_squares_summed():
    found = interval_of_difference(5, DrawInterval(2, 8), 1, DrawInterval(-3, 5))
    assert found == pytest.approx((4 - 5, 4 + 5))
    assert interval_of_difference(1, DrawInterval(-3, 5), 5, DrawInterval(2, 8)) == pytest.approx((-4 - 5, -4 + 5))


def _drawn(seed: int) -> Sample:
    """Draw 120 rows of a set in which some say what others do: about 30 kinds, each row near its own."""
    rng = np.random.default_rng(seed)
    kinds = np.random.default_rng(99).normal(size=(200, 24))
    chosen = rng.integers(0, 200, 120)
    vectors = kinds[chosen] + 0.15 * rng.normal(size=(120, 24))
    words = [f"what is kind {kind} of thing {rng.integers(0, 9)} like" for kind in chosen]
    unit = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return Sample(words, unit, np.arange(120))


def test_intervals_are_about_as_wide_as_other_draws_scatter():
    found = [{each.metric: each for each in measure(_drawn(seed), seed=seed, splits=8)} for seed in range(24)]
    for metric in ("near_duplicate_rate", "nearest_distance", "vendi_1", "vendi_2", "novel_sum", "distinct_2"):
        values = np.array([each[metric].value for each in found])
        reaches = [(each[metric].upper or 0) - (each[metric].lower or 0) for each in found]
        true = 2 * 1.645 * values.std(ddof=1)
        assert 0.5 < float(np.mean(reaches)) / true < 2.2, metric


def test_numbers_say_how_many_splits_they_rest_on_and_those_of_growth_keep_their_own():
    found = {each.metric: each for each in measure(_drawn(1), seed=0, splits=8)}
    without = {each.metric: each for each in measure(_drawn(1), seed=0)}
    assert {name: each.value for name, each in found.items()} == {name: each.value for name, each in without.items()}
    assert found["vendi_1"].details["splits"] == 8
    assert "splits" not in found["unlike_gain"].details
    assert found["unlike_gain"].lower == without["unlike_gain"].lower
    assert (without["vendi_1"].lower, without["vendi_1"].details) == (None, {"order": 1})
    shares = [found[name] for name in ("near_duplicate_rate", "distinct_1", "opening_share", "run_share")]
    assert all(each.upper is None or 0 <= (each.lower or 0) <= each.upper <= 1 for each in shares)


def test_each_split_is_heard_of():
    heard: list[tuple[int, int]] = []
    measure(_drawn(1), seed=0, splits=3, on_progress=lambda *step: heard.append(step))
    assert heard == [(done, 7) for done in range(8)]


def test_a_reference_below_the_least_is_a_mistake():
    with pytest.raises(ValueError, match="too small"):
        measure(_drawn(1), seed=0, reference=np.eye(24, dtype=np.float32)[:10])
