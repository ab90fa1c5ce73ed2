"""How are instructions dealt out?

Arithmetic alone: who can take how many (None: any number), and who gets how many.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction


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


def _rounded(number: int, weights: Sequence[Fraction]) -> list[int]:
    total = sum(weights, Fraction(0))
    exact = [number * weight / total for weight in weights]
    rounded = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: rounded[place] - exact[place])
    for place in by_remainder[: number - sum(rounded)]:
        rounded[place] += 1
    return rounded
