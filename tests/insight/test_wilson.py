"""Are intervals those of Wilson, and does the hint say how many pairs more will tell?"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.insight.wilson import Z, more_needed, verdict_at, wilson_interval


@pytest.mark.parametrize(
    ("accepted", "reviewed", "lower", "upper"),
    [
        (0, 10, 0.0, 0.2775),  # z² / (n + z²) = 3.8415 / 13.8415
        (10, 10, 0.7225, 1.0),
        (8, 10, 0.4902, 0.9433),
        (1, 2, 0.0945, 0.9055),
        (81, 263, 0.2553, 0.3662),  # R. G. Newcombe, Two-sided confidence intervals for the single proportion (1998)
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_the_literature(accepted: int, reviewed: int, lower: float, upper: float):
    interval = wilson_interval(accepted, reviewed)
    assert interval.lower == pytest.approx(lower, abs=5e-5)
    assert interval.upper == pytest.approx(upper, abs=5e-5)


def test_of_nothing_reviewed_nothing_is_known():
    assert wilson_interval(0, 0) == (0.0, 1.0)
    assert verdict_at(0, 0, 0.8) == "open"
    assert more_needed(0, 0, 0.8) is None


def test_more_accepted_than_reviewed_is_refused():
    with pytest.raises(ValueError, match="3 of 2"):
        wilson_interval(3, 2)


counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_an_interval_holds_its_share_and_mirrors_that_of_the_rejected(count: tuple[int, int]):
    accepted, reviewed = count
    interval, mirrored = wilson_interval(accepted, reviewed), wilson_interval(reviewed - accepted, reviewed)
    assert 0 <= interval.lower <= accepted / reviewed <= interval.upper <= 1
    assert math.isclose(interval.lower, 1 - mirrored.upper, abs_tol=1e-12)


@given(counts)
def test_at_the_ends_the_score_test_is_just_not_rejected(count: tuple[int, int]):
    accepted, reviewed = count
    for end in wilson_interval(accepted, reviewed):
        if 0 < end < 1:
            score = (accepted / reviewed - end) / math.sqrt(end * (1 - end) / reviewed)
            assert math.isclose(abs(score), Z, rel_tol=1e-6)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.05, 0.95))
def test_so_many_more_tell_and_one_less_does_not(count: tuple[int, int], threshold: float):
    accepted, reviewed = count
    more = more_needed(accepted, reviewed, threshold)
    if not more or more > 20_000:
        return
    share, total = accepted / reviewed, reviewed + more

    def tells(pairs: int) -> bool:
        return abs(share - threshold) > Z * math.sqrt(threshold * (1 - threshold) / pairs)

    assert tells(total)
    assert more == 1 or not tells(total - 1)


def test_what_is_told_needs_no_more():
    assert (verdict_at(100, 100, 0.8), more_needed(100, 100, 0.8)) == ("above", 0)
    assert (verdict_at(10, 100, 0.8), more_needed(10, 100, 0.8)) == ("below", 0)


def test_nine_of_ten_need_52_more_for_a_threshold_of_four_fifths():
    # z² t (1 - t) / (share - t)² = 3.8415 * 0.16 / 0.01 = 61.46, so 62 in all
    assert (verdict_at(9, 10, 0.8), more_needed(9, 10, 0.8)) == ("open", 52)


def test_a_share_at_the_threshold_is_never_told_from_it():
    assert more_needed(8, 10, 0.8) is None
