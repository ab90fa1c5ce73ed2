"""How are instructions dealt out?

Arithmetic alone: who can take how many (None: any number), and who gets how many.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

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
    """Deal in proportion to weights, rounded by largest remainders; what one cannot take goes to the others alike.

    As long as nobody is full, each gets its exact share rounded down or up.
    """
    dealt = [0] * len(weights)
    waiting = [place for place, weight in enumerate(weights) if weight > 0 and capacities[place] != 0]
    exact = [Fraction(weight) for weight in weights]
    while number and waiting:
        shares = _rounded(number, [exact[place] for place in waiting])
        beyond = [
            place
            for place, share in zip(waiting, shares, strict=True)
            if (capacity := capacities[place]) is not None and share > capacity
        ]
        if not beyond:
            for place, share in zip(waiting, shares, strict=True):
                dealt[place] = share
            break
        # Only those that are full are settled now: what they leave changes the shares of all others.
        for place in beyond:
            dealt[place] = capacities[place] or 0
            number -= dealt[place]
        waiting = [place for place in waiting if place not in beyond]
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


def _rounded(number: int, weights: Sequence[Fraction]) -> list[int]:
    total = sum(weights, Fraction(0))
    exact = [number * weight / total for weight in weights]
    rounded = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: rounded[place] - exact[place])
    for place in by_remainder[: number - sum(rounded)]:
        rounded[place] += 1
    return rounded
