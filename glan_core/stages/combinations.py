"""How many combinations of class sessions and key concepts does a syllabus have, and how many are left? (paper 2.4)

Two strategies, exactly: one class session with 1 to 5 of its key concepts, or two class sessions with 2 to 5, at least
one from each.

    >>> one_session_combinations(5), two_session_combinations(5, 5)
    (31, 575)
"""

import itertools
from collections.abc import Iterator, Sequence
from functools import cache
from math import comb
from typing import NamedTuple

from glan_core import paper
from glan_core.entities import Strategy

Split = tuple[int, int]
"""How many key concepts come from the first and from the second class session; the second is 0 for one session."""


def one_session_combinations(m: int) -> int:
    """Count the ways to draw from one class session of m key concepts."""
    return sum(splits(m, 0).values())


@cache
def two_session_combinations(m1: int, m2: int) -> int:
    """Count the ways to draw from two class sessions of m1 and m2 key concepts, at least one from each."""
    return sum(splits(m1, m2).values()) if m1 and m2 else 0


def count_combinations(sizes: Sequence[int]) -> dict[Strategy, int]:
    """Count the combinations of a syllabus whose class sessions have this many key concepts each."""
    return {
        Strategy.ONE_SESSION: sum(one_session_combinations(m) for m in sizes),
        Strategy.TWO_SESSIONS: sum(two_session_combinations(m1, m2) for m1, m2 in itertools.combinations(sizes, 2)),
    }


def count_open_combinations(sizes: Sequence[int], *, strategy_mix: float) -> int:
    """Count the combinations of those strategies that a mix draws from at all."""
    counts = count_combinations(sizes)
    one, two = counts[Strategy.ONE_SESSION], counts[Strategy.TWO_SESSIONS]
    return (one if strategy_mix < 1 else 0) + (two if strategy_mix > 0 else 0)


@cache
def splits(m1: int, m2: int) -> dict[Split, int]:
    """Give the combinations of sessions with m1 and m2 key concepts by split; m2 = 0 means one session alone."""
    if not m2:
        fewest, most = paper.ONE_SESSION_KEY_CONCEPTS
        return {(number, 0): comb(m1, number) for number in range(fewest, min(m1, most) + 1)}
    fewest, most = paper.TWO_SESSION_KEY_CONCEPTS
    return {
        (of_first, of_second): comb(m1, of_first) * comb(m2, of_second)
        for of_first in range(1, min(m1, most - 1) + 1)
        for of_second in range(max(1, fewest - of_first), min(m2, most - of_first) + 1)
    }


class WeightedSplits(NamedTuple):
    """The splits of two sessions, and the running totals of their combinations."""

    splits: tuple[Split, ...]
    ends: tuple[int, ...]


@cache
def weighted_splits(m1: int, m2: int) -> WeightedSplits:
    """Give the splits of sessions with m1 and m2 key concepts with their weights added up."""
    by_split = splits(m1, m2)
    return WeightedSplits(tuple(by_split), tuple(itertools.accumulate(by_split.values())))


def all_choices(of_first: Sequence[int], of_second: Sequence[int], split: Split) -> Iterator[tuple[int, ...]]:
    """List the ways to choose from both sessions by a split."""
    for from_first in itertools.combinations(of_first, split[0]):
        for from_second in itertools.combinations(of_second, split[1]):
            yield from_first + from_second


class CombinationsLeft:
    """How many combinations are left to draw: of each strategy, session, pair of sessions and split.

    A strategy that the mix leaves out has none. One session alone is the pair of it with session -1.
    """

    def __init__(self, sizes: Sequence[int], strategy_mix: float) -> None:
        self._sizes = sizes
        self._has_one, self._has_two = strategy_mix < 1, strategy_mix > 0
        self._by_split: dict[tuple[int, int], dict[Split, int]] = {}
        with_concepts = [session for session, size in enumerate(sizes) if size]
        self._partners = {
            session: [other for other in with_concepts if other != session] if self._has_two else []
            for session in with_concepts
        }
        self.of_one = [one_session_combinations(size) if self._has_one else 0 for size in sizes]
        self.of_two = [
            sum(two_session_combinations(size, sizes[other]) for other in self._partners.get(session, ()))
            for session, size in enumerate(sizes)
        ]
        self.one = sum(self.of_one)
        self.two = sum(self.of_two) // 2

    def partners(self, session: int) -> list[int]:
        """List the sessions that this one has combinations left with."""
        return self._partners.get(session, [])

    def by_split(self, first: int, second: int) -> dict[Split, int]:
        """Give the number that is left of each split."""
        key = (first, second)
        if key not in self._by_split:
            self._by_split[key] = dict(splits(self._sizes[first], self._sizes[second] if second >= 0 else 0))
        return self._by_split[key]

    def remove(self, first: int, second: int, split: Split) -> None:
        """Count one combination less; one of a strategy that is left out anyway changes nothing."""
        if not (self._has_one if second < 0 else self._has_two):
            return
        by_split = self.by_split(first, second)
        by_split[split] -= 1
        if second < 0:
            self.of_one[first] -= 1
            self.one -= 1
            return
        self.of_two[first] -= 1
        self.of_two[second] -= 1
        self.two -= 1
        if not by_split[split] and not any(by_split.values()):
            self._partners[first].remove(second)
            self._partners[second].remove(first)
