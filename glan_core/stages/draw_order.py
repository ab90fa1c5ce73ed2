"""In which order do the combinations of one syllabus come up?

Gaps first, then evenly:

* Until every class session was touched, only untouched ones are drawn from; until every key concept was used, only
  unused ones. When both strategies are drawn from, or one session at a time, this holds strictly. With two sessions a
  draw only, a last session or concept that is left alone takes a partner that was used.
* After that the class session whose key concepts were used least on average comes first, with the partner it was
  paired with least, and of its key concepts those used least and least together. Chance decides between equals.
* How many key concepts a draw takes from its sessions is a matter of chance, with the number of combinations of that
  size that are left as the weight. While gaps are filled, only unused key concepts count for it.
* Draws over two sessions take turns with draws over one, so that any stretch keeps to the strategy mix. Where the order
  above leaves no choice of strategy, the next draws make up for it.

What other seeds have taken counts as use and never comes again.
"""

import itertools
import random
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence, Set
from math import comb

from glan_core.combination_code import encode, place, places_of
from glan_core.stages.combinations import CombinationsLeft, Split, all_choices, weighted_splits

# Chosen ways to look for a combination that is left before the rest is listed: one by use, two by use and chance, the
# others by chance alone. All fail only where most combinations of a size are drawn; a list of many is worth more tries.
_TRIES_BY_USE = 3
_TRIES = 8
_TRIES_BEFORE_A_LONG_LIST = 64
_LONG_LIST = 2000


class DrawOrder:
    """The combinations of one syllabus as codes (see combination_code.py), each at most once."""

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        strategy_mix: float,
        rng: random.Random,
        taken: Iterable[int] = (),
        passed_over: Set[int] = frozenset(),
    ) -> None:
        """`sizes` are the numbers of key concepts of the class sessions in teaching order.

        `taken` count as use and never come; what is `passed_over` changes nothing about the others, and never comes.
        """
        self._passed_over = passed_over
        self._mix = strategy_mix
        self._rng = rng
        self._balance = rng.random()
        starts = list(itertools.accumulate(sizes, initial=0))
        self._concepts = [list(range(start, end)) for start, end in itertools.pairwise(starts)]
        self._session_of = [session for session, size in enumerate(sizes) for _ in range(size)]
        self._places = [
            place(session, number) for session, size in enumerate(sizes, 1) for number in range(1, size + 1)
        ]
        self._index = {number: concept for concept, number in enumerate(self._places)}
        concepts, sessions = len(self._places), len(sizes)
        self._uses = [0] * concepts
        self._together = [[0] * concepts for _ in range(concepts)]
        self._session_uses = [0] * sessions
        self._level = [rng.random() * 1e-6 for _ in sizes]  # chance between sessions used alike
        self._paired = [[0] * sessions for _ in sizes]
        self._unused = [list(of_session) for of_session in self._concepts]
        self._untouched = {session for session, size in enumerate(sizes) if size}
        self._gaps = set(self._untouched)
        self._left = CombinationsLeft(sizes, strategy_mix)
        self._drawn: set[int] = set()
        self._listed: dict[tuple[int, int, Split], list[int]] = {}
        for code in sorted(taken):  # each uses up chance, so in any other order the same request would draw others
            self._take_elsewhere(code)

    def __iter__(self) -> Iterator[int]:
        """Give combinations until none is left."""
        while (code := self.draw()) is not None:
            yield code

    def draw(self) -> int | None:
        """Give the next combination, or None when all have come."""
        code = self._next()
        while code in self._passed_over:
            code = self._next()
        return code

    def _next(self) -> int | None:
        if self._gaps:
            code = self._fill(sorted(self._untouched or self._gaps), self._unused)
            if code is not None:
                return code
        return self._spread()

    def draw_from(self, wanted: Sequence[Sequence[int]]) -> int | None:
        """Give a combination of the key concepts that are wanted, or of one of them with others; None if none is left.

        `wanted` has the positions, counted from 1, of the key concepts of each class session.
        """
        pools = [
            [self._concepts[session][position - 1] for position in positions]
            for session, positions in enumerate(wanted)
        ]
        sessions = [session for session, pool in enumerate(pools) if pool]
        code = self._next_from(sessions, pools)
        while code in self._passed_over:
            code = self._next_from(sessions, pools)
        return code

    def _next_from(self, sessions: list[int], pools: Sequence[Sequence[int]]) -> int | None:
        return (self._fill(sessions, pools) if sessions else None) or self._with_others(sessions, pools)

    # Gaps: draws from a few key concepts only ------------------------------------------------------------------------

    def _fill(self, sessions: list[int], pools: Sequence[Sequence[int]]) -> int | None:
        """Draw from these sessions and pools alone, if there is a combination of them left."""
        one = [session for session in sessions if self._left.of_one[session]]
        is_two = self._mix > 0 and len(sessions) > 1 and (self._is_two_due() or not one)
        if is_two:
            first = min(sessions, key=self._level.__getitem__)
            partners = [session for session in sessions if session != first]
            second = self._partner(first, partners)
        elif one:
            first, second = min(one, key=self._level.__getitem__), -1
        elif self._mix > 0 and (others := self._left.partners(sessions[0])):
            # Two sessions a draw, and one left alone: it takes one key concept of a partner, unused if there is one.
            first = sessions[0]
            second = self._partner(first, [other for other in others if self._unused[other]] or others)
            pools = [
                pool if session == first else self._least_used(session, 1) if session == second else []
                for session, pool in enumerate(pools)
            ]
        else:
            return None
        first, second = (second, first) if 0 <= second < first else (first, second)
        pool_of_first, pool_of_second = pools[first], pools[second] if second >= 0 else ()
        for attempt in range(_TRIES):
            splits, ends = weighted_splits(len(pool_of_first), len(pool_of_second))
            split = splits[bisect_right(ends, self._rng.random() * ends[-1])]
            code = self._pick(pool_of_first, pool_of_second, split, attempt)
            if code not in self._drawn:
                return self._take(code, first, second, split)
        return None

    def _with_others(self, sessions: Sequence[int], pools: Sequence[Sequence[int]]) -> int | None:
        """Draw one key concept of a pool together with any others."""
        for session in sorted(sessions, key=self._level.__getitem__):
            groups: list[tuple[int, int]] = [(session, -1)] if self._left.of_one[session] else []
            partners = sorted(self._left.partners(session), key=lambda other: self._paired[session][other])
            groups += [(min(session, other), max(session, other)) for other in partners]
            if self._is_two_due():
                groups = groups[1:] + groups[:1]
            for first, second in groups:
                code = self._listed_with(set(pools[session]), first, second)
                if code is not None:
                    return code
        return None

    def _listed_with(self, wanted: Set[int], first: int, second: int) -> int | None:
        of_second = self._concepts[second] if second >= 0 else []
        for split, number in self._left.by_split(first, second).items():
            if not number:
                continue
            for chosen in all_choices(self._concepts[first], of_second, split):
                code = encode(self._places[concept] for concept in chosen)
                if code not in self._drawn and not wanted.isdisjoint(chosen):
                    return self._take(code, first, second, split)
        return None

    # Evenly: draws from the whole syllabus ---------------------------------------------------------------------------

    def _spread(self) -> int | None:
        is_two = self._left.two > 0 and (self._left.one == 0 or self._is_two_due())
        if not is_two and not self._left.one:
            return None
        counts = self._left.of_two if is_two else self._left.of_one
        level = self._level
        first = min((session for session, left in enumerate(counts) if left), key=level.__getitem__)
        second = -1
        if is_two:
            second = self._partner(first, self._left.partners(first))
            first, second = (second, first) if second < first else (first, second)
        by_split = self._left.by_split(first, second)
        ends = list(itertools.accumulate(by_split.values()))
        split = list(by_split)[bisect_right(ends, self._rng.random() * ends[-1])]
        return self._take(self._find(first, second, split), first, second, split)

    def _find(self, first: int, second: int, split: Split) -> int:
        """Give a combination of these sessions and sizes that is left; there is one."""
        key = (first, second, split)
        of_first, of_second = self._concepts[first], self._concepts[second] if second >= 0 else []
        if key not in self._listed:
            size = comb(len(of_first), split[0]) * comb(len(of_second), split[1])
            for attempt in range(_TRIES if size < _LONG_LIST else _TRIES_BEFORE_A_LONG_LIST):
                code = self._pick(of_first, of_second, split, attempt)
                if code not in self._drawn:
                    return code
            codes = (
                encode(self._places[concept] for concept in chosen)
                for chosen in all_choices(of_first, of_second, split)
            )
            self._listed[key] = [code for code in codes if code not in self._drawn]
            self._rng.shuffle(self._listed[key])
        rest = self._listed[key]
        while rest[-1] in self._drawn:  # drawn by draw_from, which does not look into the lists
            rest.pop()
        return rest[-1]

    # Both ------------------------------------------------------------------------------------------------------------

    def _is_two_due(self) -> bool:
        return self._balance + self._mix >= 1

    def _partner(self, first: int, partners: Sequence[int]) -> int:
        """Give the one that was paired with `first` least; of those the least used."""
        paired, level = self._paired[first], self._level
        return min(partners, key=lambda session: (paired[session], level[session]))

    def _least_used(self, session: int, number: int) -> list[int]:
        return sorted(self._concepts[session], key=lambda concept: self._uses[concept] + self._rng.random())[:number]

    def _pick(self, of_first: Sequence[int], of_second: Sequence[int], split: Split, attempt: int) -> int:
        """Choose key concepts, the first time by use, then by use and chance, then by chance alone."""
        if attempt >= _TRIES_BY_USE:
            chosen = self._rng.sample(of_first, split[0]) + self._rng.sample(of_second, split[1])
        else:
            noise = 1.0 if attempt == 0 else 1000.0
            chosen = []
            self._pick_by_use(chosen, of_first, split[0], noise)
            self._pick_by_use(chosen, of_second, split[1], noise)
        chosen.sort()
        places = self._places
        return encode([places[concept] for concept in chosen])

    def _pick_by_use(self, chosen: list[int], pool: Sequence[int], number: int, noise: float) -> None:
        if number == len(pool):
            chosen.extend(pool)
            return
        uses, together, chance = self._uses, self._together, self._rng.random
        # Use counts most, then being together, then chance; a thousand draws of one pair are beyond any plan.
        score = {concept: uses[concept] * 1000.0 + chance() * noise for concept in pool}
        for concept in chosen:
            for other in score:
                score[other] += together[concept][other]
        for _ in range(number):
            concept = min(score, key=score.__getitem__)
            chosen.append(concept)
            del score[concept]
            row = together[concept]
            for other in score:
                score[other] += row[other]

    def _take(self, code: int, first: int, second: int, split: Split) -> int:
        self._balance += self._mix - (second >= 0)
        self._left.remove(first, second, split)
        self._count(code, first, second)
        return code

    def _take_elsewhere(self, code: int) -> None:
        sessions = [self._session_of[self._index[number]] for number in places_of(code)]
        first, second = sessions[0], sessions[-1] if sessions[-1] != sessions[0] else -1
        of_first = sessions.count(first)
        self._left.remove(first, second, (of_first, len(sessions) - of_first))
        self._count(code, first, second)

    def _count(self, code: int, first: int, second: int) -> None:
        self._drawn.add(code)
        chosen = [self._index[number] for number in places_of(code)]
        uses, together = self._uses, self._together
        for concept in chosen:
            if not uses[concept]:
                self._unused[self._session_of[concept]].remove(concept)
            uses[concept] += 1
            self._session_uses[self._session_of[concept]] += 1
        for one, other in itertools.combinations(chosen, 2):
            together[one][other] += 1
            together[other][one] += 1
        if second >= 0:
            self._paired[first][second] += 1
            self._paired[second][first] += 1
        for session in (first, second) if second >= 0 else (first,):
            self._level[session] = (
                self._session_uses[session] / len(self._concepts[session]) + self._rng.random() * 1e-6
            )
            self._untouched.discard(session)
            if not self._unused[session]:
                self._gaps.discard(session)
