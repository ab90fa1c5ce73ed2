"""How evenly are pairs spread over nodes?

    spread_of(np.array([0, 1, 3]))    # covered 2 of 3, Gini 1/2, evenness 0.51, as even as 1.75 equal nodes

All take counts of one level, int64 of shape (n,), none below 0; nodes without a pair belong among them.
"""

from typing import NamedTuple

import numpy as np


class Lorenz(NamedTuple):
    """A Lorenz curve by its corners, from (0, 0) to (1, 1); nodes with equal counts lie on one straight line."""

    nodes: np.ndarray
    """Share of nodes, those with the fewest pairs first: float64, 0 to 1, rising."""
    pairs: np.ndarray
    """Share of the pairs that these have: float64, 0 to 1, rising."""


class Spread(NamedTuple):
    """How even one level is, in numbers."""

    nodes: int
    covered: int
    """Nodes with at least one pair."""
    pairs: int
    gini: float | None
    """0: all nodes have the same; near 1: one has all. None without a pair."""
    evenness: float | None
    """Pielou's J, 0 to 1: 1 where all nodes have the same. None without a pair, or with fewer than two nodes."""
    equal_nodes: float | None
    """The Hill number of order 1: as even as so many nodes that all have the same. None without a pair."""


def spread_of(counts: np.ndarray) -> Spread:
    """Give all of it for the counts of one level."""
    return Spread(
        nodes=len(counts),
        covered=int(np.count_nonzero(counts)),
        pairs=int(counts.sum()),
        gini=gini(counts),
        evenness=evenness(counts),
        equal_nodes=hill_number(counts),
    )


def gini(counts: np.ndarray) -> float | None:
    """Give the Gini coefficient: sum of (2 i - n - 1) x_i over n sum of x_i, x rising, i from 1; None without a pair.

    It is twice the area between the Lorenz curve and the diagonal, so at most (n - 1) / n.
    """
    total = int(counts.sum())
    if not total:
        return None
    rising = np.sort(counts).astype(np.float64)
    n = len(rising)
    weights = 2.0 * np.arange(1, n + 1) - n - 1
    return max(0.0, float(weights @ rising) / (n * total))


def hill_number(counts: np.ndarray) -> float | None:
    """Give exp(H), H = - sum of p ln p over the shares p of the pairs (Hill 1973, order 1); None without a pair."""
    entropy = _entropy(counts)
    return None if entropy is None else float(np.exp(entropy))


def evenness(counts: np.ndarray) -> float | None:
    """Give H / ln n (Pielou 1966) with n all nodes, also those without a pair; None without a pair, or for n < 2."""
    entropy = _entropy(counts)
    if entropy is None or len(counts) < 2:
        return None
    return float(min(1.0, entropy / np.log(len(counts))))


def lorenz_curve(counts: np.ndarray) -> Lorenz | None:
    """Give the corners of the Lorenz curve: one for each different count, and the origin; None without a pair."""
    total = int(counts.sum())
    if not total:
        return None
    values, numbers = np.unique(counts, return_counts=True)
    nodes = np.concatenate([[0], np.cumsum(numbers)]) / len(counts)
    pairs = np.concatenate([[0], np.cumsum(values * numbers)]) / total
    return Lorenz(nodes, pairs)


def _entropy(counts: np.ndarray) -> float | None:
    total = int(counts.sum())
    if not total:
        return None
    shares = counts[counts > 0] / total
    return float(max(0.0, -(shares * np.log(shares)).sum()))
