"""A run ends before it goes beyond what it may spend."""

import pytest

from glan_core.engines.limits import Spent, check_limits, reached
from glan_core.errors import SettingsError
from glan_core.generation_settings import Limits


def spent(**changes: object) -> Spent:
    """1,000 tokens and a dollar in ten seconds; the dearest call took a tenth of both."""
    values = {
        "dollars": 1.0,
        "tokens": 1000,
        "seconds": 10.0,
        "most_dollars": 0.1,
        "most_tokens": 100,
        "under_way": 0,
    }
    return Spent(**{**values, **changes})  # type: ignore[arg-type]


def test_without_limits_nothing_is_reached():
    assert reached(Limits(), spent(dollars=None, most_dollars=None)) == ""


@pytest.mark.parametrize(
    ("limits", "is_reached"),
    [
        (Limits(seconds=10.5), False),
        (Limits(seconds=10), True),
        (Limits(tokens=1100), False),  # another call takes a hundred at most
        (Limits(tokens=1099), True),
        (Limits(dollars=1.1), False),
        (Limits(dollars=1.09), True),
    ],
)
def test_another_call_must_fit_in(limits: Limits, is_reached: bool):
    assert (reached(limits, spent()) != "") == is_reached


def test_calls_under_way_count_as_much_as_the_dearest_so_far():
    assert reached(Limits(dollars=1.5), spent(under_way=4)) == ""
    assert "budget of $1.5" in reached(Limits(dollars=1.5), spent(under_way=5))


def test_what_earlier_sessions_spent_counts():
    assert reached(Limits(tokens=2000), spent(tokens=1950, most_tokens=0)) == ""
    assert "2,000 tokens" in reached(Limits(tokens=2000), spent(tokens=2001, most_tokens=0))


def test_a_budget_cannot_be_kept_where_a_price_is_unknown():
    assert "price of a call is not known" in reached(Limits(dollars=5), spent(dollars=None))


def test_a_budget_cannot_be_kept_where_nobody_counts_tokens():
    assert "does not tell how many tokens" in reached(Limits(dollars=5), spent(dollars=None, tokens=None))


@pytest.mark.parametrize("limits", [Limits(dollars=0), Limits(tokens=-1), Limits(seconds=0.0), Limits(pairs=0)])
def test_a_limit_that_lets_nothing_be_made_is_refused(limits: Limits):
    with pytest.raises(SettingsError, match="lets nothing be made"):
        check_limits(limits)
