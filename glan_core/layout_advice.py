"""When is a new layout of the map worth it?

New pairs are placed among those that the layout was made of and move nothing. So a layout grows old: when a new one
could be made of twice as many pairs, or when what came later is unlike what it was made of.
"""

from typing import NamedTuple

from glan_core.embedding.landmarks import MOST_LANDMARKS
from glan_core.store.projections import LayoutFigures

_GROWN = 2
_LEAST_SHARE = 0.1


class Advice(NamedTuple):
    """How well a layout fits what lies on it, and whether a new one is worth it."""

    is_worth_it: bool
    share: float
    """Of the points that were placed later, 0 to 1."""
    sentence: str
    """What to do, in plain words."""
    details: str
    """The figures that it rests on; empty if nothing was placed later."""


def advise(figures: LayoutFigures, *, landmarks: int) -> Advice:
    """Weigh the figures of a layout that was made of so many vectors."""
    share = figures.placed_later / figures.points if figures.points else 0.0
    if not figures.placed_later:
        return Advice(False, 0.0, "The layout was made of every pair on it.", "")
    possible = min(figures.points, MOST_LANDMARKS)
    later, fit = figures.median_distance, figures.fit_distance
    if possible >= _GROWN * landmarks:
        verdict, is_worth_it = (
            f"A new layout is worth it: it would be made of {possible:,} pairs, this one of {landmarks:,}.",
            True,
        )
    elif share >= _LEAST_SHARE and later is not None and fit is not None and later > fit:
        verdict, is_worth_it = "A new layout is worth it: what came later is unlike what this one was made of.", True
    else:
        verdict, is_worth_it = "No new layout is needed: what came later lies well among what it was made of.", False
    return Advice(is_worth_it, share, verdict, _details(figures, share))


def _details(figures: LayoutFigures, share: float) -> str:
    placed = f"{_percent(share)} of the pairs were placed after this layout was made."
    if figures.median_distance is None or figures.fit_distance is None:
        return placed
    return (
        f"{placed} Half of them lie within {figures.median_distance:.2f} of the nearest pair that it was made of; "
        f"of those themselves, 95 % lie within {figures.fit_distance:.2f} of another "
        "(0: the same meaning, 1: nothing in common)."
    )


def _percent(share: float) -> str:
    return "Less than 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")
