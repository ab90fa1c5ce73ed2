"""A judge agrees with people as far as its scores part what they accepted from what they rejected."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.insight.judge_agreement import hold_against_people

_COUNTS = st.dictionaries(st.tuples(st.integers(1, 10), st.sampled_from(["accepted", "rejected"])), st.integers(1, 9))


def test_a_judge_who_parts_them_wholly_ranks_all_right():
    held = hold_against_people({(9, "accepted"): 3, (2, "rejected"): 3})
    assert (held.n, held.accepted, held.ranking) == (6, 3, 1.0)
    assert held.correlation == pytest.approx(1.0)
    assert held.at(5)[1:] == (3, 0, 0, 3)
    assert (held.at(5).agreement, held.at(5).kappa) == (1.0, 1.0)


def test_a_judge_who_says_the_same_of_all_ranks_by_chance():
    held = hold_against_people({(7, "accepted"): 4, (7, "rejected"): 2})
    assert (held.correlation, held.interval, held.ranking) == (None, None, 0.5)
    assert held.at(5)[1:] == (4, 2, 0, 0)
    assert held.at(5).kappa == pytest.approx(0.0)


def test_where_people_said_the_same_of_all_nothing_can_be_told():
    held = hold_against_people({(7, "accepted"): 4, (2, "accepted"): 1})
    assert (held.n, held.correlation, held.ranking) == (5, None, None)


def test_nothing_judged_by_both_is_nothing():
    held = hold_against_people({})
    assert (held.n, held.correlation, held.ranking) == (0, None, None)
    assert held.at(5).kappa is None


def test_the_interval_is_fishers():
    held = hold_against_people({(8, "accepted"): 10, (3, "accepted"): 5, (8, "rejected"): 5, (3, "rejected"): 10})
    assert held.correlation == pytest.approx(1 / 3)
    assert held.interval is not None
    assert held.interval.lower == pytest.approx(-0.0305, abs=1e-3)
    assert held.interval.upper == pytest.approx(0.6183, abs=1e-3)


def test_kappa_is_agreement_beyond_chance():
    """20 kept and accepted, 5 kept and rejected, 10 left out and accepted, 15 left out and rejected (Cohen)."""
    held = hold_against_people({(8, "accepted"): 20, (8, "rejected"): 5, (3, "accepted"): 10, (3, "rejected"): 15})
    assert held.at(5).agreement == pytest.approx(0.7)
    assert held.at(5).kappa == pytest.approx(0.4)


@given(_COUNTS)
def test_the_correlation_is_pearsons_of_all_pairs(counts: dict[tuple[int, str], int]):
    held = hold_against_people(counts)
    scores = [score for (score, _), number in counts.items() for _ in range(number)]
    accepted = [verdict == "accepted" for (_, verdict), number in counts.items() for _ in range(number)]
    assert held.n == len(scores)
    for confusion in held.confusions:
        assert sum(confusion[1:]) == held.n
    if held.correlation is not None:
        assert held.correlation == pytest.approx(np.corrcoef(scores, accepted)[0, 1], abs=1e-9)
        assert held.ranking is not None
        assert 0 <= held.ranking <= 1
