"""How much will many uncertain things come to?

A sum of many calls is known by its mean and variance. What it will hardly fall below or rise above is read from the
log-normal distribution with that mean and variance: sums of tokens, seconds and dollars are positive, and err upwards.
"""

import math
from collections.abc import Iterable
from statistics import NormalDist
from typing import NamedTuple

_Z = NormalDist().inv_cdf(0.9)


class Range(NamedTuple):
    """What a number will be: below p10 in one case of ten, above p90 in one of ten, above p50 in half of them."""

    p10: float
    p50: float
    p90: float


class Amount(NamedTuple):
    """A sum that is not known exactly."""

    mean: float
    variance: float = 0.0

    @property
    def range(self) -> Range:
        """What the sum will be in eight cases of ten, with its median."""
        if self.mean <= 0 or self.variance <= 0:
            return Range(self.mean, self.mean, self.mean)
        sigma = math.sqrt(math.log1p(self.variance / self.mean**2))
        median = self.mean * math.exp(-(sigma**2) / 2)
        return Range(median * math.exp(-_Z * sigma), median, median * math.exp(_Z * sigma))

    def times(self, factor: float) -> "Amount":
        """Give a multiple."""
        return Amount(self.mean * factor, self.variance * factor**2)


def added(amounts: Iterable[Amount]) -> Amount:
    """Add amounts that err independently."""
    total = Amount(0.0)
    for amount in amounts:
        total = Amount(total.mean + amount.mean, total.variance + amount.variance)
    return total


def guessed(median: float, *, within: float) -> Amount:
    """Give an amount that is as likely above as below `median`, and in eight cases of ten within this factor of it."""
    sigma = math.log(within) / _Z
    return Amount(median * math.exp(sigma**2 / 2), median**2 * math.exp(sigma**2) * math.expm1(sigma**2))


def total_of(number: Amount, *, mean: float, variance: float, seen: int) -> Amount:
    """Give the sum over so many things, of which `seen` (2 or more) had this mean and sample variance.

    Three things are uncertain: each single one, their mean, as it was taken from few, and how many there will be. The
    second errs for all of them at once; with few seen it is taken as wide as Student's t has it.
    """
    freedom = seen - 1
    student = _Z + (_Z**3 + _Z) / (4 * freedom)  # Cornish-Fisher; 3 % too narrow at 4 degrees of freedom
    of_each = number.mean * variance
    of_mean = number.mean**2 * variance / seen * (student / _Z) ** 2
    of_number = number.variance * mean**2
    return Amount(number.mean * mean, of_each + of_mean + of_number)


def count_of(number: int, noun: str) -> str:
    """Write a number with its regular noun: `1 call`, `2,000 calls`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
