"""How evenly would n of these pairs be spread, drawn at random?

Two sets can be held against each other at equal n only: fewer pairs reach fewer nodes, and look less even for that.

    spread_at(np.array([0, 1, 3]), 2)    # reaches 1.5 of 3 nodes: half of the pairs of pairs are from one node
"""

import math
from typing import NamedTuple

import numpy as np

from glan_core.insight.evenness import Lorenz, gini, lorenz_curve

SEED = 0
DRAWS = 50


class SpreadAtN(NamedTuple):
    """How even n pairs are on average. The nodes that they reach are exact, the rest is the mean of DRAWS draws."""

    n: int
    nodes: int
    reached: float
    """Nodes with at least one of n pairs, on average over all samples of n (rarefaction)."""
    gini: float | None
    """As in evenness.py; None for n = 0."""
    evenness: float | None
    """Pielou's J; None for n = 0, or with fewer than two nodes."""
    equal_nodes: float | None
    """The Hill number of order 1; None for n = 0."""
    curve: Lorenz | None
    """The mean Lorenz curve; None for n = 0."""


def spread_at(counts: np.ndarray, n: int, *, seed: int = SEED, draws: int = DRAWS) -> SpreadAtN:
    """Give how even n of the pairs are; `counts` int64 of shape (k,), `n` at most their sum: then nothing is drawn.

    The order of the nodes makes no difference.
    """
    nodes = len(counts)
    if not n:
        return SpreadAtN(0, nodes, 0.0, None, None, None, None)
    drawn = _draws(np.sort(counts[counts > 0]), n, seed=seed, draws=draws)
    summed = np.zeros(nodes, np.int64)  # of the poorest node of each draw, the second poorest ...
    summed[nodes - drawn.shape[1] :] = np.sort(drawn, axis=1).sum(axis=0)
    shares = drawn / n
    entropies = -(shares * np.log(np.where(shares > 0, shares, 1.0))).sum(axis=1)
    return SpreadAtN(
        n=n,
        nodes=nodes,
        reached=expected_reached(counts, n),
        gini=gini(summed),
        evenness=float(min(1.0, max(0.0, entropies.mean()) / np.log(nodes))) if nodes > 1 else None,
        equal_nodes=float(np.exp(entropies).mean()),
        curve=lorenz_curve(summed),
    )


def expected_reached(counts: np.ndarray, n: int) -> float:
    """Give how many groups n rows drawn at random reach on average, of groups with these counts (rarefaction).

    Exact: 1 minus the hypergeometric chance of none, summed up. `n` is at most the sum of the counts.
    """
    total = int(counts.sum())
    reached = 0.0
    for count in counts[counts > 0].tolist():
        if n > total - count:
            reached += 1
        else:
            none = _log_choose(total - count, n) - _log_choose(total, n)
            reached += -math.expm1(none)
    return reached


def _draws(counts: np.ndarray, n: int, *, seed: int, draws: int) -> np.ndarray:
    """Give draws of n without putting back: int64 of shape (draws, k), or (1, k) where n is all there is."""
    if n == counts.sum():
        return counts[None]
    drawn: np.ndarray = np.random.default_rng(seed).multivariate_hypergeometric(
        counts, n, size=draws, method="marginals"
    )
    return drawn


def _log_choose(total: int, chosen: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(chosen + 1) - math.lgamma(total - chosen + 1)
