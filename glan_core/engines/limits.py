"""May a run begin another call, or has it spent what it may?"""

from dataclasses import dataclass

from glan_core.errors import SettingsError
from glan_core.generation_settings import Limits
from glan_core.judgements import JUDGING_STAGES
from glan_core.regenerations import REGENERATING_STAGES

FOLLOWING_STAGES = frozenset({"answers", *JUDGING_STAGES, *REGENERATING_STAGES})
"""What is done to a pair; it counts as one where nothing was done to it before in this session."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has used up; see Limits for what counts from when."""

    dollars: float | None
    """None when the price of a call is not known."""
    tokens: int | None
    """None when the endpoint does not tell them."""
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
    as happen to be under way. Until the first has come back, nobody knows: see is_first_awaited.
    """
    if limits.seconds is not None and spent.seconds >= limits.seconds:
        return f"The time limit of {limits.seconds:g} s is reached."
    to_come = spent.under_way + 1
    if limits.tokens is not None and spent.tokens is None:
        return "The endpoint does not tell how many tokens a call took, so their limit cannot be kept."
    if limits.tokens is not None and (spent.tokens or 0) + to_come * spent.most_tokens > limits.tokens:
        return f"The limit of {limits.tokens:,} tokens would not hold another call."
    if limits.dollars is not None:
        if spent.tokens is None:
            return "The endpoint does not tell how many tokens a call took, so the budget cannot be kept."
        if spent.dollars is None or spent.most_dollars is None:
            return "The price of a call is not known, so the budget cannot be kept. Give one with --price."
        if spent.dollars + to_come * spent.most_dollars > limits.dollars:
            return f"The budget of ${limits.dollars:g} would not hold another call."
    return ""


def is_first_awaited(limits: Limits, spent: Spent) -> bool:
    """Say whether the cost of a call is still unknown because the very first one is under way: then it goes alone."""
    is_spending = limits.dollars is not None or limits.tokens is not None
    return is_spending and spent.under_way > 0 and not spent.most_tokens and not spent.most_dollars
