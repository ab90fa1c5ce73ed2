"""Which class sessions and key concepts does the next question combine? (paper 2.4)

Two strategies, exactly: one class session with 1 to 5 of its key concepts, or two class sessions with 2 to 5, at least
one from each. All combinations of a strategy are equally likely, and none comes twice.

A syllabus of 20 sessions with 5 concepts each has 109,870 combinations, so they are never listed: each has a rank,
ranks are drawn by a shuffle that stores only what it has touched, and a rank is turned into its combination.

    >>> one_session_combinations(5), two_session_combinations(5, 5)
    (31, 575)
"""

import itertools
import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from math import comb

from glan_core import ids, paper
from glan_core.entities import ClassDetails, Combination, Strategy


def one_session_combinations(m: int) -> int:
    """Count the ways to draw from one class session of m key concepts."""
    fewest, most = paper.ONE_SESSION_KEY_CONCEPTS
    return sum(comb(m, i) for i in range(fewest, most + 1))


def two_session_combinations(m1: int, m2: int) -> int:
    """Count the ways to draw from two class sessions of m1 and m2 key concepts, at least one from each."""
    fewest, most = paper.TWO_SESSION_KEY_CONCEPTS
    return sum(comb(m1 + m2, i) - comb(m1, i) - comb(m2, i) for i in range(fewest, most + 1))


def count_combinations(sizes: Sequence[int]) -> dict[Strategy, int]:
    """Count the combinations of a syllabus whose class sessions have this many key concepts each."""
    return {
        Strategy.ONE_SESSION: sum(one_session_combinations(m) for m in sizes),
        Strategy.TWO_SESSIONS: sum(two_session_combinations(m1, m2) for m1, m2 in itertools.combinations(sizes, 2)),
    }


def sample_class_sessions_and_key_concepts(
    details: ClassDetails, *, syllabus_id: str, strategy_mix: float, seed: int
) -> Iterator[Combination]:
    """Draw combinations of one syllabus without replacement until all have come.

    `strategy_mix` is the chance (0 to 1) that a draw is over two class sessions, as long as both strategies have
    combinations left; at 0 or 1 only the one strategy is drawn from. The same arguments give the same sequence, so a
    longer run begins with the draws of a shorter one.
    """
    rng = random.Random(ids.stable_seed(seed, "sampling", syllabus_id))
    pools = {
        Strategy.ONE_SESSION: _one_session_pool(details),
        Strategy.TWO_SESSIONS: _two_session_pool(details),
    }
    ranks = {strategy: _shuffled(pool.size, rng) for strategy, pool in pools.items()}
    open_strategies = {
        strategy
        for strategy, share in ((Strategy.ONE_SESSION, 1 - strategy_mix), (Strategy.TWO_SESSIONS, strategy_mix))
        if share > 0
    }
    while open_strategies:
        is_two = rng.random() < strategy_mix
        strategy = Strategy.TWO_SESSIONS if is_two else Strategy.ONE_SESSION
        if strategy not in open_strategies:
            (strategy,) = open_strategies
        rank = next(ranks[strategy], None)
        if rank is None:
            open_strategies.discard(strategy)
            continue
        yield pools[strategy].combination(rank)


class _Pool:
    """All combinations of one strategy, numbered from 0, none of them stored."""

    def __init__(self, strategy: Strategy, groups: list[tuple[tuple[str, ...], list[tuple[str, ...]]]]) -> None:
        # A group is the class sessions of a draw with the key concepts of each.
        self._strategy = strategy
        self._groups = groups
        counts = [
            one_session_combinations(len(concepts[0]))
            if strategy is Strategy.ONE_SESSION
            else two_session_combinations(len(concepts[0]), len(concepts[1]))
            for _, concepts in groups
        ]
        self._ends = list(itertools.accumulate(counts))
        self.size = self._ends[-1] if self._ends else 0

    def combination(self, rank: int) -> Combination:
        """Give the combination of this rank, 0 <= rank < size."""
        index = bisect_right(self._ends, rank)
        within = rank - (self._ends[index - 1] if index else 0)
        session_ids, concepts = self._groups[index]
        if self._strategy is Strategy.ONE_SESSION:
            chosen = _one_session_choice(concepts[0], within)
        else:
            chosen = _two_session_choice(concepts[0], concepts[1], within)
        return Combination(self._strategy, session_ids, chosen)


def _one_session_pool(details: ClassDetails) -> _Pool:
    return _Pool(
        Strategy.ONE_SESSION, [((session_id,), [concepts]) for session_id, concepts in _concepts_by_session(details)]
    )


def _two_session_pool(details: ClassDetails) -> _Pool:
    pairs = itertools.combinations(_concepts_by_session(details), 2)
    return _Pool(Strategy.TWO_SESSIONS, [((a, b), [of_a, of_b]) for (a, of_a), (b, of_b) in pairs])


def _concepts_by_session(details: ClassDetails) -> list[tuple[str, tuple[str, ...]]]:
    concepts: dict[str, list[str]] = {session.class_session_id: [] for session in details.class_sessions}
    for concept in details.key_concepts:
        concepts[concept.class_session_id].append(concept.key_concept_id)
    return [(session_id, tuple(of_session)) for session_id, of_session in concepts.items()]


def _one_session_choice(concepts: tuple[str, ...], rank: int) -> tuple[str, ...]:
    fewest, most = paper.ONE_SESSION_KEY_CONCEPTS
    for i in range(fewest, most + 1):
        ways = comb(len(concepts), i)
        if rank < ways:
            return _unranked(concepts, i, rank)
        rank -= ways
    raise AssertionError("rank is beyond the pool")


def _two_session_choice(first: tuple[str, ...], second: tuple[str, ...], rank: int) -> tuple[str, ...]:
    fewest, most = paper.TWO_SESSION_KEY_CONCEPTS
    for i in range(fewest, most + 1):
        for from_first in range(1, i):
            ways_second = comb(len(second), i - from_first)
            ways = comb(len(first), from_first) * ways_second
            if rank < ways:
                return _unranked(first, from_first, rank // ways_second) + _unranked(
                    second, i - from_first, rank % ways_second
                )
            rank -= ways
    raise AssertionError("rank is beyond the pool")


def _unranked(concepts: tuple[str, ...], number: int, rank: int) -> tuple[str, ...]:
    """Give the choice of `number` concepts at this place in lexicographic order."""
    chosen: list[str] = []
    for place, concept in enumerate(concepts):
        if len(chosen) == number:
            break
        with_this = comb(len(concepts) - place - 1, number - len(chosen) - 1)
        if rank < with_this:
            chosen.append(concept)
        else:
            rank -= with_this
    return tuple(chosen)


def _shuffled(size: int, rng: random.Random) -> Iterator[int]:
    """Give 0 .. size - 1 in random order, storing only the places that were touched (Fisher-Yates)."""
    moved: dict[int, int] = {}
    for i in range(size):
        j = rng.randrange(i, size)
        here = moved.pop(i, i)
        if j == i:
            yield here
        else:
            yield moved.get(j, j)
            moved[j] = here
