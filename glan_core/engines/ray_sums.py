"""What do several actors come to, taken together?"""

import dataclasses
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from glan_core.calls import AddressStanding, EndpointModel
from glan_core.engines.limits import Spent
from glan_core.engines.progress import Progress
from glan_core.engines.ray_desk import Said
from glan_core.entities import RunState
from glan_core.runs.attempts import Counts
from glan_core.store.runs import RunCounts

T = TypeVar("T")


def progress_of(
    said: Sequence[Said], *, run_id: str, state: RunState, message: str, items_reused: int, started: float
) -> Progress:
    """Give how far a run is, with so many items that no actor saw; `started` is by time.perf_counter."""
    names = [field.name for field in dataclasses.fields(Counts)]
    counts = Counts(**{name: sum(getattr(each.counts, name) for each in said) for name in names})
    counts.items_reused += items_reused
    return Progress(
        run_id=run_id,
        state=state,
        message=message,
        counts=counts,
        calls=sum(each.calls for each in said),
        calls_reused=items_reused + sum(each.calls_reused for each in said),
        prompt_tokens=sum(each.prompt_tokens for each in said),
        completion_tokens=sum(each.completion_tokens for each in said),
        cost=_cost(said),
        seconds=time.perf_counter() - started,
        under_way=sum(each.under_way for each in said),
        limit=sum(each.limit for each in said),
        refusals=sum(each.refusals for each in said),
        retried=sum(each.retried for each in said),
        waiting=sum(each.waiting for each in said),
        addresses=_addresses(said),
    )


def spent_of(said: Sequence[Said], *, before: RunCounts, started: float) -> Spent:
    """Give what a run has spent, with what earlier sessions did."""
    cost, most_costs = _cost(said), [each.most_cost for each in said]
    tokens = sum(each.prompt_tokens + each.completion_tokens for each in said)
    is_known = not before.without_tokens and not any(each.has_unknown_tokens for each in said)
    return Spent(
        dollars=None if before.cost is None or cost is None else before.cost + cost,
        tokens=before.prompt_tokens + before.completion_tokens + tokens if is_known else None,
        seconds=time.perf_counter() - started,
        most_dollars=None if None in most_costs else max([before.most_cost, *(each or 0.0 for each in most_costs)]),
        most_tokens=max([before.most_tokens, *(each.most_tokens for each in said)]),
        under_way=sum(each.begun for each in said),
    )


def models_of(said: Sequence[Said]) -> tuple[EndpointModel, ...]:
    """Give what was found out about each model: what all of them were served at once, if every one met a ceiling."""
    together = []
    for found in _grouped((each for one in said for each in one.models), by=lambda each: (each.endpoint, each.model)):
        ceilings = [each.ceiling for each in found if each.ceiling]
        form = next((each.reply_form for each in found if each.reply_form), None)
        ceiling = sum(ceilings) if len(ceilings) == len(said) else None
        if form or ceiling:
            together.append(dataclasses.replace(found[0], reply_form=form, ceiling=ceiling))
    return tuple(together)


def _cost(said: Sequence[Said]) -> float | None:
    costs = [each.cost for each in said]
    return None if None in costs else sum(cost or 0.0 for cost in costs)


def _addresses(said: Sequence[Said]) -> tuple[AddressStanding, ...]:
    return tuple(
        AddressStanding(
            found[0].address,
            answered=sum(each.answered for each in found),
            failed=sum(each.failed for each in found),
            refused=sum(each.refused for each in found),
            under_way=sum(each.under_way for each in found),
            limit=sum(each.limit for each in found),
            is_resting=all(each.is_resting for each in found),
            reason=next((each.reason for each in found if each.reason), ""),
        )
        for found in _grouped((each for one in said for each in one.addresses), by=lambda each: each.address)
    )


def _grouped(found: Iterable[T], *, by: Callable[[T], object]) -> list[list[T]]:
    groups: dict[object, list[T]] = {}
    for each in found:
        groups.setdefault(by(each), []).append(each)
    return list(groups.values())
