"""How good is a branch, judged by a sample of its pairs, and when is the sample large enough?

The interval of E. B. Wilson (Probable inference, the law of succession, and statistical inference, 1927), without
continuity correction: the shares p that a score test of the observed one does not reject. It stays within 0 and 1, and
means something for three pairs, too.
"""

import math
from typing import Literal, NamedTuple

Z = 1.959963984540054
"""Of the standard normal distribution, for 95 %."""
MOST_PAIRS = 100_000
"""Where so many more are needed, the share cannot be told from the threshold in practice."""


class Interval(NamedTuple):
    """Where a share lies, with 95 % confidence."""

    lower: float
    """0 to 1."""
    upper: float
    """0 to 1."""


def wilson_interval(accepted: int, reviewed: int) -> Interval:
    """Give the interval of a share of which `accepted` of `reviewed` were seen; of none it is 0 to 1.

    Raises ValueError for more accepted than reviewed, or less than none.
    """
    if not 0 <= accepted <= reviewed:
        raise ValueError(f"{accepted} of {reviewed} is no share")
    if not reviewed:
        return Interval(0.0, 1.0)
    share = accepted / reviewed
    scale = 1 + Z**2 / reviewed
    middle = (share + Z**2 / (2 * reviewed)) / scale
    half = Z / scale * math.sqrt(share * (1 - share) / reviewed + Z**2 / (4 * reviewed**2))
    # At the ends the formula gives 0 and 1 but for the rounding of floats.
    return Interval(
        0.0 if not accepted else max(0.0, middle - half), 1.0 if accepted == reviewed else min(1.0, middle + half)
    )


def verdict_at(accepted: int, reviewed: int, threshold: float) -> Literal["above", "below", "open"]:
    """Say on which side of a threshold (0 to 1) the share lies; `open` while the interval holds it."""
    interval = wilson_interval(accepted, reviewed)
    if interval.lower > threshold:
        return "above"
    return "below" if interval.upper < threshold else "open"


def more_needed(accepted: int, reviewed: int, threshold: float) -> int | None:
    """Give how many more pairs will tell the share from a threshold (0 to 1), if it stays as it is; 0 if it is told.

    None where nothing was reviewed, or where more than MOST_PAIRS would be needed: it lies too near to the threshold.
    As the interval is that of the score test, it leaves a threshold t out for n > z² t (1 - t) / (share - t)².
    """
    if not reviewed:
        return None
    if verdict_at(accepted, reviewed, threshold) != "open":
        return 0
    distance = abs(accepted / reviewed - threshold)
    wanted = Z**2 * threshold * (1 - threshold)
    if wanted >= MOST_PAIRS * distance**2:
        return None
    return max(1, math.floor(wanted / distance**2) + 1 - reviewed)
