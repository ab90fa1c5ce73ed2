"""How are instructions dealt out?

Arithmetic alone: who can take how many (None: any number), and who gets how many.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import ceil

import numpy as np


def dealt_evenly(number: int, capacities: Mapping[str, int | None]) -> dict[str, int]:
    """Deal one by one, in rounds and in the order of `capacities`, until all are dealt or nobody can take more.

    No two that can take more differ by more than one; a larger number begins with the deals of a smaller one.
    """
    dealt = dict.fromkeys(capacities, 0)
    waiting = [target for target, capacity in capacities.items() if capacity is None or capacity > 0]
    while number and waiting:
        rounds = max(1, number // len(waiting))  # as many whole rounds at once
        still = []
        for target in waiting:
            capacity = capacities[target]
            room = rounds if capacity is None else min(rounds, capacity - dealt[target])
            dealt[target] += min(room, number)
            number -= min(room, number)
            if capacity is None or dealt[target] < capacity:
                still.append(target)
        waiting = still
    return dealt


def dealt_by_weight(number: int, weights: Sequence[float], capacities: Sequence[int | None]) -> list[int]:
    """Deal in proportion to weights, one by one: each to whoever has the largest weight / (2 has + 1) and can take it.

    That is the divisor method of Sainte-Laguë. A larger number begins with the deals of a smaller one, and nobody gets
    less where another one can take less. Of equal ones the first is served first.
    """
    exact = [Fraction(weight) for weight in weights]
    dealt = _dealt_at_once(number, exact, capacities)
    left = number - sum(dealt)
    waiting = [
        (-weight / (2 * dealt[place] + 1), place)
        for place, weight in enumerate(exact)
        if weight > 0 and ((capacity := capacities[place]) is None or dealt[place] < capacity)
    ]
    heapify(waiting)
    while left and waiting:
        _, place = heappop(waiting)
        dealt[place] += 1
        left -= 1
        capacity = capacities[place]
        if capacity is None or dealt[place] < capacity:
            heappush(waiting, (-exact[place] / (2 * dealt[place] + 1), place))
    return dealt


def dealt_by_draws(number: int, draws: np.ndarray, capacities: Sequence[int | None]) -> list[int]:
    """Deal one by one, each to whoever has the largest draw of its round and can take more.

    `draws` are float64 of shape (rounds, n), of finite values; after the last round the first comes again. A larger
    number begins with the deals of a smaller one.
    """
    rounds, places = draws.shape
    dealt = np.zeros(places, np.int64)
    room = np.array([number if capacity is None else min(capacity, number) for capacity in capacities], np.int64)
    begun = 0
    while begun < number and (room > 0).any():
        winners = np.where(room > 0, draws, -np.inf).argmax(axis=1)
        winners = np.roll(winners, -(begun % rounds))
        turns = min(number - begun, _turns_until_full(winners, room))
        won = np.bincount(winners, minlength=places) * (turns // rounds)
        won += np.bincount(winners[: turns % rounds], minlength=places)
        dealt, room, begun = dealt + won, room - won, begun + turns
    return [int(each) for each in dealt]


def _turns_until_full(winners: np.ndarray, room: np.ndarray) -> int:
    """Say after how many turns, if they repeat themselves, the first of the winners has used up its room."""
    wins = np.bincount(winners, minlength=len(room))
    who = np.flatnonzero(wins)
    turns_of = np.split(np.argsort(winners, kind="stable"), np.cumsum(wins[who])[:-1])
    return min(
        int((room[place] - 1) // wins[place]) * len(winners) + int(turns[(room[place] - 1) % wins[place]]) + 1
        for place, turns in zip(who, turns_of, strict=True)
    )


def _dealt_at_once(number: int, weights: Sequence[Fraction], capacities: Sequence[int | None]) -> list[int]:
    """Give the beginning of what is dealt by weight: as much as it takes to leave at most one for each.

    All turns with a quotient weight / (2 has + 1) above a threshold come before all others. It is chosen so that they
    are not more than `number`: one of weight w has fewer than w / (2 threshold) + 1/2 of them.
    """
    dealt = [0] * len(weights)
    waiting = [place for place, weight in enumerate(weights) if weight > 0 and capacities[place] != 0]
    while 2 * number > len(waiting) > 0:
        threshold = sum((weights[place] for place in waiting), Fraction(0)) / (2 * number - len(waiting))
        full = []
        for place in waiting:
            turns = max(0, ceil((weights[place] / threshold - 1) / 2))
            capacity = capacities[place]
            if capacity is not None and turns >= capacity:
                full.append(place)
                turns = capacity
            dealt[place] = turns
        if not full:
            break
        # What the full ones leave lowers the threshold for all others.
        number -= sum(dealt[place] for place in full)
        waiting = [place for place in waiting if place not in set(full)]
    return dealt
