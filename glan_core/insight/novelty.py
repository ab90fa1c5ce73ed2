"""Does a branch still bring anything new, and which branch is likely to bring most of it?

Every one of the newest questions of a branch either is new (no former question is near to it) or is not. With a prior
of Beta(1, 1), which takes every share of new ones for equally likely, `new` of `compared` questions leave
Beta(1 + new, 1 + compared - new) as what is known of the share. A branch is saturated once this says with a
probability of SURE that the share is below SATURATED; and whoever deals by novelty draws from it (Thompson sampling:
Thompson, Biometrika 25, 1933; Chapelle and Li, NIPS 2011).
"""

from collections.abc import Mapping
from functools import cache
from math import comb
from typing import NamedTuple

import numpy as np

from glan_core.ids import stable_id

NEWEST = 100
"""So many of the newest questions of a branch are looked at: what was new long ago says little of what comes next."""
SATURATED = 0.1
"""A branch of whose newest questions fewer than this share are new adds nearly nothing."""
SURE = 0.95
LEAST = 28
"""With fewer that were compared no branch is ever saturated: even if none of them is new, that may be chance."""
ROUNDS = 1000
"""So many times is drawn at most; the rounds come again after that."""


class Evidence(NamedTuple):
    """What the newest questions of a branch showed."""

    new: int
    compared: int

    @property
    def chance_of_saturation(self) -> float:
        """How likely it is that less than SATURATED of what comes next is new, 0 to 1."""
        return _chance_below(self.new, self.compared)

    @property
    def is_saturated(self) -> bool:
        """Whether it is sure that nearly nothing new comes."""
        return self.chance_of_saturation >= SURE


def draw_shares(evidence: Mapping[str, Evidence], *, rounds: int, seed: int) -> np.ndarray:
    """Draw the share of new questions of each branch again and again: float64 of shape (rounds, branches), 0 to 1.

    Columns are in the order of `evidence`. What a branch draws depends on its id, its evidence and the seed alone:
    neither the order nor the other branches change it, and fewer rounds are the beginning of more.
    """
    drawn = np.empty((rounds, len(evidence)))
    for place, (key, of_branch) in enumerate(evidence.items()):
        rng = np.random.default_rng(list(stable_id("novelty", seed, key).encode()))
        drawn[:, place] = rng.beta(1 + of_branch.new, 1 + of_branch.compared - of_branch.new, rounds)
    return drawn


@cache
def _chance_below(new: int, compared: int) -> float:
    """Give the distribution of Beta(1 + new, 1 + compared - new) at SATURATED.

    For whole numbers it is a sum: the chance of more than `new` hits in compared + 1 throws that each hit with that
    share.
    """
    throws = compared + 1
    missed = sum(comb(throws, hits) * SATURATED**hits * (1 - SATURATED) ** (throws - hits) for hits in range(new + 1))
    return max(0.0, 1 - missed)
