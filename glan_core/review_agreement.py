"""How far do two reviewers agree about the same pairs?

Of each reviewer the newest review of a pair counts that stands, and none that was made in bulk. An edit counts as a
verdict of its own: the pair was worth keeping, but not as it came.
"""

import itertools
from collections import defaultdict
from typing import NamedTuple

from glan_core.agreement import ONE_VERDICT_ONLY, nominal_alpha
from glan_core.store.database import Cursor
from glan_core.store.reviews import list_standing_verdicts

NO_PAIR_IN_COMMON = "No pair was reviewed by both."


class ReviewerPair(NamedTuple):
    """What two reviewers said about the pairs that both reviewed."""

    one: str
    other: str
    pairs: int
    """The n of all that follows."""
    same: int
    """On how many they said the same."""
    alpha: float | None
    """Krippendorff's alpha; at most 1, None where it cannot be told."""
    reason: str
    """Why there is no alpha; empty if there is one."""


def compare_reviewers(cursor: Cursor) -> tuple[ReviewerPair, ...]:
    """Compare every two reviewers who reviewed one pair in common, those with most of them first."""
    by_reviewer: dict[str, dict[str, str]] = defaultdict(dict)
    for verdict in list_standing_verdicts(cursor):
        by_reviewer[verdict.reviewer][verdict.instruction_id] = verdict.verdict
    compared = [
        _compare(one, other, by_reviewer[one], by_reviewer[other])
        for one, other in itertools.combinations(sorted(by_reviewer), 2)
    ]
    return tuple(
        sorted((each for each in compared if each.pairs), key=lambda each: (-each.pairs, each.one, each.other))
    )


def _compare(one: str, other: str, of_one: dict[str, str], of_other: dict[str, str]) -> ReviewerPair:
    both = sorted(of_one.keys() & of_other.keys())
    same = sum(of_one[key] == of_other[key] for key in both)
    reason = ""
    if not both:
        reason = NO_PAIR_IN_COMMON
    elif len({said[key] for said in (of_one, of_other) for key in both}) == 1:
        reason = ONE_VERDICT_ONLY
    said = [(name, key, verdicts[key]) for name, verdicts in ((one, of_one), (other, of_other)) for key in both]
    return ReviewerPair(one, other, len(both), same, None if reason else nominal_alpha(said), reason)
