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
    most_dollars: float | None
    """Of one call that ended in this process, to know what another may cost."""
    most_tokens: int
    """Likewise."""
    under_way: int


def check_limits(limits: Limits) -> None:
    """Raise SettingsError for a limit that is not positive."""
    for name in ("dollars", "tokens", "seconds", "pairs"):
        value = getattr(limits, name)
        if value is not None and not value > 0:
            raise SettingsError(f"A limit of {value} {name} lets nothing be made.", "Give more than 0, or none.")


def reached(limits: Limits, spent: Spent) -> str:
    """Say which limit another call would go beyond, in a sentence; nothing if none. (Pairs are the pool's business.)

    Calls under way are taken to cost as much as the dearest so far, so that a budget is not gone over by as many calls
    as happen to be under way. Only those that are sent before the first has come back are not known at all.
    """
    if limits.seconds is not None and spent.seconds >= limits.seconds:
        return f"The time limit of {limits.seconds:g} s is reached."
    to_come = spent.under_way + 1
    if limits.tokens is not None and spent.tokens + to_come * spent.most_tokens > limits.tokens:
        return f"The limit of {limits.tokens:,} tokens is reached ({spent.tokens:,} used)."
    if limits.dollars is not None:
        if spent.dollars is None or spent.most_dollars is None:
            return "The price of a call is not known, so the budget cannot be kept. Give one with --price."
        if spent.dollars + to_come * spent.most_dollars > limits.dollars:
            return f"The budget of ${limits.dollars:g} is reached (${spent.dollars:.4g} spent)."
    return ""
