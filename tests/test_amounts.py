"""Sums of uncertain things: the range holds the true total in eight cases of ten."""

import math
import random
from statistics import fmean, variance

import pytest

from glan_core.amounts import Amount, Range, added, guessed, total_of


def test_an_exact_number_has_no_range():
    assert Amount(12.0).range == Range(12.0, 12.0, 12.0)
    assert Amount(0.0, 0.0).range == Range(0.0, 0.0, 0.0)


def test_a_guess_is_its_median_within_its_factor():
    low, median, high = guessed(100.0, within=2.0).range
    assert (low, median, high) == (pytest.approx(50), pytest.approx(100), pytest.approx(200))


def test_independent_amounts_add_their_means_and_variances():
    assert added([Amount(1.0, 4.0), Amount(2.0, 5.0)]) == Amount(3.0, 9.0)
    assert added([]) == Amount(0.0, 0.0)


def test_a_multiple_of_one_thing_errs_by_that_multiple():
    assert Amount(2.0, 3.0).times(10) == Amount(20.0, 300.0)


def test_a_range_is_never_negative():
    assert all(number > 0 for number in Amount(1.0, 100.0).range)


def test_the_fewer_were_seen_the_wider_the_range():
    widths = []
    for seen in (5, 20, 100, 10_000):
        low, _, high = total_of(Amount(1000.0), mean=10.0, variance=25.0, seen=seen).range
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize(("seen", "sigma"), [(5, 0.4), (20, 0.4), (20, 0.8), (200, 0.8)])
def test_the_range_holds_the_total_of_log_normal_calls_in_eight_trials_of_ten(seen: int, sigma: float):
    rng = random.Random(7)
    trials, number, held = 600, 150, 0
    for _ in range(trials):
        sample = [math.exp(rng.gauss(3.0, sigma)) for _ in range(seen)]
        total = math.fsum(math.exp(rng.gauss(3.0, sigma)) for _ in range(number))
        low, _, high = total_of(Amount(number), mean=fmean(sample), variance=variance(sample), seen=seen).range
        held += low <= total <= high
    assert 0.72 <= held / trials <= 0.88
