"""How far do reviewers agree, beyond what chance would bring about?

Krippendorff's alpha for nominal data (K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011): 1 is full
agreement, 0 what votes cast at random would give, and below 0 they disagree more than at random. Reviewers need not
vote on the same nodes; a node with a single vote tells nothing about agreement and is left out.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from glan_core.entities import LEVELS
from glan_core.store.votes import Ballot

NO_NODE_IN_COMMON = "No node has the votes of two reviewers."
ONE_VERDICT_ONLY = "All these votes say the same, so chance alone would agree as well: alpha is not defined."


class Agreement(NamedTuple):
    """How far reviewers agree about the nodes of one level."""

    level: str | None
    """One of LEVELS; None: all of them together."""
    nodes: int
    """How many somebody voted on."""
    votes: int
    reviewers: int
    ties: int
    """Nodes with as many votes to keep as to remove."""
    compared_votes: int
    """The n of alpha: votes on nodes that at least two reviewers voted on."""
    alpha: float | None
    """At most 1; None where it cannot be told."""
    reason: str
    """Why there is no alpha; empty if there is one."""


def read_agreement(ballots: Sequence[Ballot]) -> tuple[Agreement, ...]:
    """Give the agreement over all levels first, then level by level from the field down."""
    by_level = (_agreement(level, [ballot for ballot in ballots if ballot.level == level]) for level in LEVELS)
    return (_agreement(None, ballots), *by_level)


def nominal_alpha(said: Sequence[tuple[str, str, str]]) -> float:
    """Give alpha, at most 1, of who said what of which: (reviewer, thing, verdict); two verdicts at least differ."""
    # Takes up to two seconds, as it brings scikit-learn along.
    from nltk.metrics.agreement import AnnotationTask  # type: ignore[import-untyped]

    return float(AnnotationTask(data=list(said)).alpha())


def _agreement(level: str | None, ballots: Sequence[Ballot]) -> Agreement:
    counts: dict[str, Counter[str]] = {}
    for ballot in ballots:
        counts.setdefault(ballot.taxonomy_node_id, Counter())[ballot.verdict] += 1
    compared = [ballot for ballot in ballots if counts[ballot.taxonomy_node_id].total() > 1]
    reason = ""
    if not compared:
        reason = NO_NODE_IN_COMMON
    elif len({ballot.verdict for ballot in compared}) == 1:
        reason = ONE_VERDICT_ONLY
    return Agreement(
        level=level,
        nodes=len(counts),
        votes=len(ballots),
        reviewers=len({ballot.reviewer for ballot in ballots}),
        ties=sum(count["keep"] == count["remove"] for count in counts.values()),
        compared_votes=len(compared),
        alpha=None if reason else _alpha(compared),
        reason=reason,
    )


def _alpha(ballots: Sequence[Ballot]) -> float:
    return nominal_alpha([(ballot.reviewer, ballot.taxonomy_node_id, ballot.verdict) for ballot in ballots])
