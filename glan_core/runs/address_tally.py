"""What did each address of an endpoint do for a run, as its journal tells?

As store/address_statistics.py counts it in the database.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import quantiles
from typing import NamedTuple


class AddressCall(NamedTuple):
    """One call with its last outcome."""

    address: str
    has_reply: bool
    is_usable: bool
    prompt_tokens: int
    completion_tokens: int
    began: float
    """Seconds since 1970."""
    seconds: float


@dataclass(slots=True)
class AddressTally:
    """The calls of one address."""

    answered: int = 0
    share: float = 0.0
    """Of all answered calls."""
    unusable: int = 0
    lost: int = 0
    """Calls that brought no reply in the end, by where they were sent last."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    tokens_per_second: float | None = None
    """Of replies, by the seconds in which at least one call was under way there."""
    seconds_p50: float | None = None
    seconds_p95: float | None = None


def tally_addresses(calls: Iterable[AddressCall]) -> dict[str, AddressTally]:
    """Count by address; nothing where all calls went to one."""
    by_address: defaultdict[str, list[AddressCall]] = defaultdict(list)
    for call in calls:
        by_address[call.address].append(call)
    if len(by_address) < 2:
        return {}
    tallies = {address: _tally(of_address) for address, of_address in sorted(by_address.items())}
    answered = sum(tally.answered for tally in tallies.values())
    for tally in tallies.values():
        tally.share = round(tally.answered / answered, 4) if answered else 0.0
    return tallies


def _tally(calls: list[AddressCall]) -> AddressTally:
    answered = [call for call in calls if call.has_reply]
    tally = AddressTally(
        answered=len(answered),
        unusable=sum(not call.is_usable for call in answered),
        lost=len(calls) - len(answered),
        prompt_tokens=sum(call.prompt_tokens for call in answered),
        completion_tokens=sum(call.completion_tokens for call in answered),
    )
    busy = _busy_seconds(answered)
    if busy:
        tally.tokens_per_second = round(tally.completion_tokens / busy, 1)
    if answered:
        seconds = [call.seconds for call in answered]
        cuts = quantiles(seconds, n=20, method="inclusive") if len(seconds) > 1 else seconds * 19
        tally.seconds_p50, tally.seconds_p95 = round(cuts[9], 3), round(cuts[18], 3)
    return tally


def _busy_seconds(calls: list[AddressCall]) -> float:
    """Add up the seconds with at least one call under way: each adds what lies beyond the latest end before it."""
    busy = 0.0
    latest = float("-inf")
    for call in sorted(calls, key=lambda call: call.began):
        ended = call.began + call.seconds
        busy += max(0.0, ended - max(call.began, latest))
        latest = max(latest, ended)
    return busy
