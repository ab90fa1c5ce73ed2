"""How far is a run, as an engine tells while it works?"""

from dataclasses import dataclass

from glan_core.calls import AddressStanding
from glan_core.entities import RunState
from glan_core.runs.attempts import Counts


@dataclass(frozen=True, slots=True)
class Progress:
    """What a run has done so far."""

    run_id: str
    state: RunState
    message: str
    """Why it stopped or does not go on for now; empty otherwise."""
    counts: Counts
    calls: int
    calls_reused: int
    """Calls that did not have to be made: their rows or replies were there before."""
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    """US dollars of the new calls; None once the price of one is not known."""
    seconds: float
    under_way: int = 0
    """Calls that were sent and not answered yet."""
    limit: int = 0
    """How many may be under way at once now."""
    refusals: int = 0
    """Calls that the endpoint refused for load (429, 503, 529)."""
    retried: int = 0
    """Calls that were sent once more."""
    waiting: int = 0
    """Calls that wait to be sent once more."""
    addresses: tuple[AddressStanding, ...] = ()
    """How each address of the endpoint fares; empty where there is only one."""
