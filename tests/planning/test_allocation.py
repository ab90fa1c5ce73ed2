"""Dealing out: totals are exact, shares within one, and a larger number begins with a smaller one."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from glan_core.planning.allocation import dealt_by_draws, dealt_by_weight, dealt_evenly

CAPACITY = st.none() | st.integers(0, 40)
CAPACITIES = st.lists(CAPACITY, min_size=1, max_size=8)


def room_of(capacities: list[int | None]) -> float:
    return sum(float("inf") if capacity is None else capacity for capacity in capacities)


def named(capacities: list[int | None]) -> dict[str, int | None]:
    return {str(place): capacity for place, capacity in enumerate(capacities)}


@given(st.integers(0, 200), CAPACITIES)
def test_even_dealing_deals_all_that_can_be_dealt(number: int, capacities: list[int | None]):
    dealt = dealt_evenly(number, named(capacities))
    assert sum(dealt.values()) == min(number, room_of(capacities))
    assert all(capacity is None or dealt[name] <= capacity for name, capacity in named(capacities).items())


@given(st.integers(0, 200), CAPACITIES)
def test_even_dealing_puts_nobody_two_ahead_of_one_who_could_take_more(number: int, capacities: list[int | None]):
    dealt = dealt_evenly(number, named(capacities))
    not_full = [
        dealt[name] for name, capacity in named(capacities).items() if capacity is None or dealt[name] < capacity
    ]
    assert not not_full or max(dealt.values()) - min(not_full) <= 1


@given(st.integers(0, 200), CAPACITIES)
def test_one_more_is_one_more_for_one(number: int, capacities: list[int | None]):
    fewer, more = (dealt_evenly(each, named(capacities)) for each in (number, number + 1))
    assert sum(more[name] - fewer[name] for name in more) <= 1
    assert all(more[name] >= fewer[name] for name in more)


def test_even_dealing_is_dealing_one_by_one():
    assert dealt_evenly(11, {"a": None, "b": 2, "c": None}) == {"a": 5, "b": 2, "c": 4}


WEIGHTS = st.lists(st.floats(0, 100, allow_subnormal=False), min_size=1, max_size=8).filter(any)


def by_quotients(number: int, weights: list[float], capacities: list[int | None]) -> list[int]:
    """Deal by weight as it is described, without any shortcut."""
    dealt = [0] * len(weights)
    for _ in range(number):
        able = [
            place
            for place, limit in enumerate(capacities)
            if weights[place] > 0 and (limit is None or dealt[place] < limit)
        ]
        if able:
            dealt[max(able, key=lambda place: Fraction(weights[place]) / (2 * dealt[place] + 1))] += 1
    return dealt


@st.composite
def weighted(draw: st.DrawFn) -> tuple[list[float], list[int | None]]:
    """Give weights, some of them equal, and what each can take."""
    capacities = draw(CAPACITIES)
    weight = st.integers(0, 5) | st.floats(0, 100, allow_subnormal=False)
    return draw(st.lists(weight, min_size=len(capacities), max_size=len(capacities))), capacities


@given(st.integers(0, 150), weighted())
def test_dealing_by_weight_is_dealing_one_by_one(number: int, among: tuple[list[float], list[int | None]]):
    assert dealt_by_weight(number, *among) == by_quotients(number, *among)


@given(st.integers(0, 10**6), WEIGHTS)
def test_weights_deal_everything_as_near_to_the_proportions_as_can_be(number: int, weights: list[float]):
    dealt = dealt_by_weight(number, weights, [None] * len(weights))
    assert sum(dealt) == number
    shares = [(share, Fraction(weight)) for share, weight in zip(dealt, weights, strict=True) if weight]
    # Nobody has had a turn whose quotient is below that of somebody's next one.
    last = min((weight / (2 * share - 1) for share, weight in shares if share), default=0)
    assert all(weight / (2 * share + 1) <= last for share, weight in shares if number)


@given(st.integers(0, 300), weighted())
def test_by_weight_one_more_is_one_more_for_one(number: int, among: tuple[list[float], list[int | None]]):
    fewer, more = (dealt_by_weight(each, *among) for each in (number, number + 1))
    assert all(after >= before for before, after in zip(fewer, more, strict=True))


@given(st.integers(0, 300), weighted(), st.data())
def test_by_weight_nobody_loses_what_another_cannot_take(
    number: int, among: tuple[list[float], list[int | None]], data: st.DataObject
):
    weights, capacities = among
    closed = data.draw(st.integers(0, len(weights) - 1))
    before = dealt_by_weight(number, weights, capacities)
    after = dealt_by_weight(number, weights, [0 if place == closed else each for place, each in enumerate(capacities)])
    assert all(after[place] >= share for place, share in enumerate(before) if place != closed)


def test_by_weight_a_larger_number_takes_nothing_back():
    weights = [3, 3, 7, 1, 13, 1]
    assert dealt_by_weight(9, weights, [None] * 6) == [1, 1, 2, 0, 5, 0]
    assert dealt_by_weight(10, weights, [None] * 6) == [1, 1, 3, 0, 5, 0]


def test_as_many_move_as_a_closed_one_leaves():
    weights = [13, 1, 10, 40]
    assert dealt_by_weight(21, weights, [None] * 4) == [4, 0, 3, 14]
    assert dealt_by_weight(21, weights, [0, None, None, None]) == [0, 0, 4, 17]


@given(st.integers(0, 300), st.data())
def test_weights_deal_all_that_can_be_dealt(number: int, data: st.DataObject):
    capacities = data.draw(CAPACITIES)
    weights = data.draw(st.lists(st.integers(0, 5), min_size=len(capacities), max_size=len(capacities)))
    dealt = dealt_by_weight(number, weights, capacities)
    room = room_of([capacity for capacity, weight in zip(capacities, weights, strict=True) if weight])
    assert sum(dealt) == min(number, room)
    assert all(capacity is None or share <= capacity for share, capacity in zip(dealt, capacities, strict=True))
    assert all(weight or not share for share, weight in zip(dealt, weights, strict=True))


def test_what_one_cannot_take_goes_to_the_others_in_proportion():
    assert dealt_by_weight(100, [1, 1, 2], [10, None, None]) == [10, 30, 60]


# By draws -----------------------------------------------------------------------------------------------------------


def one_by_one(number: int, draws: np.ndarray, capacities: list[int | None]) -> list[int]:
    """Deal as it is described, without any shortcut."""
    dealt = [0] * len(capacities)
    for turn in range(number):
        able = [place for place, limit in enumerate(capacities) if limit is None or dealt[place] < limit]
        if able:
            dealt[max(able, key=lambda place: draws[turn % len(draws), place])] += 1
    return dealt


@given(st.integers(0, 120), st.integers(1, 9), CAPACITIES, st.integers(0, 5))
def test_dealing_by_draws_is_dealing_one_by_one(number: int, rounds: int, capacities: list[int | None], seed: int):
    draws = np.random.default_rng(seed).random((rounds, len(capacities)))
    dealt = dealt_by_draws(number, draws, capacities)
    assert dealt == one_by_one(number, draws, capacities)
    assert sum(dealt) == min(number, room_of(capacities))


def test_the_largest_draw_of_a_round_takes_the_turn():
    draws = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])
    assert dealt_by_draws(2, draws, [None, None]) == [1, 1]
    assert dealt_by_draws(6, draws, [None, None]) == [4, 2]
    assert dealt_by_draws(6, draws, [1, None]) == [1, 5]
    assert dealt_by_draws(6, draws, [1, 2]) == [1, 2]
    assert dealt_by_draws(6, draws, [0, 0]) == [0, 0]


@given(st.integers(0, 60), st.permutations(range(4)))
def test_the_order_changes_nothing(number: int, order: list[int]):
    draws = np.random.default_rng(number).random((7, 4))
    dealt = dealt_by_draws(number, draws, [5, None, 9, 20])
    turned = dealt_by_draws(number, draws[:, order], [[5, None, 9, 20][place] for place in order])
    assert turned == [dealt[place] for place in order]
