"""May a run begin another call, or has it spent what it may?"""

from dataclasses import dataclass

from glan_core.errors import SettingsError
from glan_core.generation_settings import Limits


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has used up; see Limits for what counts from when."""

    dollars: float | None
    """None when the price of a call is not known."""
    tokens: int
    seconds: float
    calls: int
    """That ended in this process, to know what one costs."""
    dollars_here: float | None
    tokens_here: int
    """Of those calls."""
    under_way: int


def check_limits(limits: Limits) -> None:
    """Raise SettingsError for a limit that is not positive."""
    for name in ("dollars", "tokens", "seconds", "pairs"):
        value = getattr(limits, name)
        if value is not None and not value > 0:
            raise SettingsError(f"A limit of {value} {name} lets nothing be made.", "Give more than 0, or none.")


def reached(limits: Limits, spent: Spent) -> str:
    """Say which limit another call would go beyond, in a sentence; nothing if none. (Pairs are the pool's business.)

    Calls under way are taken to cost what a call has cost so far, so that a budget is not gone over by as many calls
    as happen to be under way.
    """
    if limits.seconds is not None and spent.seconds >= limits.seconds:
        return f"The time limit of {limits.seconds:g} s is reached."
    share = (spent.under_way + 1) / spent.calls if spent.calls else 0.0
    if limits.tokens is not None and spent.tokens + share * spent.tokens_here > limits.tokens:
        return f"The limit of {limits.tokens:,} tokens is reached ({spent.tokens:,} used)."
    if limits.dollars is not None:
        if spent.dollars is None or spent.dollars_here is None:
            return "The price of a call is not known, so the budget cannot be kept. Give one with --price."
        if spent.dollars + share * spent.dollars_here > limits.dollars:
            return f"The budget of ${limits.dollars:g} is reached (${spent.dollars:.4g} spent)."
    return ""
