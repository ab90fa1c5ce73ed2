"""How far does a judge say what people say?

People accept or reject a pair, a judge gives it 1 to 10. Three numbers hold the one against the other:

    correlation   Pearson's of score and acceptance as 0 or 1 (point-biserial), -1 to 1; its interval is Fisher's, 95 %
    ranking       how likely an accepted pair has more than a rejected one, ties counted half: 0.5 is chance, 1 perfect
    confusion     at a threshold: what it would keep and leave out, and what of it people accepted
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from glan_core.insight.wilson import Interval, Z

ACCEPTED, REJECTED = "accepted", "rejected"
LEAST_FOR_INTERVAL = 4
"""Pairs: Fisher's interval needs more than three."""


class Confusion(NamedTuple):
    """What a threshold would do: `at_least` and more is kept."""

    at_least: int
    kept_accepted: int
    kept_rejected: int
    left_out_accepted: int
    left_out_rejected: int

    @property
    def agreement(self) -> float:
        """The share of pairs on which both say the same, 0 to 1."""
        total = sum(self[1:])
        return (self.kept_accepted + self.left_out_rejected) / total if total else math.nan

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa: agreement beyond chance, at most 1; None where chance alone would agree wholly."""
        total = sum(self[1:])
        kept = self.kept_accepted + self.kept_rejected
        accepted = self.kept_accepted + self.left_out_accepted
        by_chance = (kept * accepted + (total - kept) * (total - accepted)) / total**2 if total else 1.0
        return None if by_chance >= 1.0 else (self.agreement - by_chance) / (1.0 - by_chance)


class HeldAgainstPeople(NamedTuple):
    """How far a judge says what people say."""

    n: int
    """Pairs that both have judged."""
    accepted: int
    correlation: float | None
    """None where people, or the judge, said the same of all."""
    interval: Interval | None
    """Of the correlation, -1 to 1."""
    ranking: float | None
    """None where people said the same of all."""
    confusions: tuple[Confusion, ...]
    """At every threshold from 2 to 10."""

    def at(self, threshold: int) -> Confusion:
        """Give the confusion at one threshold, 2 to 10."""
        return next(each for each in self.confusions if each.at_least == threshold)


def hold_against_people(counts: Mapping[tuple[int, str], int]) -> HeldAgainstPeople:
    """Compare the scores of a judge with the verdicts of people; `counts` are pairs by score and verdict."""
    accepted = {score: number for (score, verdict), number in counts.items() if verdict == ACCEPTED}
    rejected = {score: number for (score, verdict), number in counts.items() if verdict == REJECTED}
    good, bad = sum(accepted.values()), sum(rejected.values())
    correlation = _correlation(accepted, rejected)
    return HeldAgainstPeople(
        n=good + bad,
        accepted=good,
        correlation=correlation,
        interval=_interval(correlation, good + bad),
        ranking=_ranking(accepted, rejected) / (good * bad) if good and bad else None,
        confusions=tuple(_confusion(threshold, accepted, rejected) for threshold in range(2, 11)),
    )


def _correlation(accepted: Mapping[int, int], rejected: Mapping[int, int]) -> float | None:
    good, bad = sum(accepted.values()), sum(rejected.values())
    n = good + bad
    if not good or not bad:
        return None
    sums = [sum(score * number for score, number in each.items()) for each in (accepted, rejected)]
    squares = sum(score**2 * number for each in (accepted, rejected) for score, number in each.items())
    variance = squares / n - (sum(sums) / n) ** 2
    if variance <= 1e-12:
        return None
    return (sums[0] / good - sums[1] / bad) * math.sqrt(good * bad / n**2 / variance)


def _interval(correlation: float | None, n: int) -> Interval | None:
    if correlation is None or n < LEAST_FOR_INTERVAL or abs(correlation) >= 1.0:
        return None
    middle, reach = math.atanh(correlation), Z / math.sqrt(n - 3)
    return Interval(math.tanh(middle - reach), math.tanh(middle + reach))


def _ranking(accepted: Mapping[int, int], rejected: Mapping[int, int]) -> float:
    return sum(
        good * bad * (1.0 if score > other else 0.5 if score == other else 0.0)
        for score, good in accepted.items()
        for other, bad in rejected.items()
    )


def _confusion(threshold: int, accepted: Mapping[int, int], rejected: Mapping[int, int]) -> Confusion:
    kept = [sum(number for score, number in each.items() if score >= threshold) for each in (accepted, rejected)]
    return Confusion(
        at_least=threshold,
        kept_accepted=kept[0],
        kept_rejected=kept[1],
        left_out_accepted=sum(accepted.values()) - kept[0],
        left_out_rejected=sum(rejected.values()) - kept[1],
    )
