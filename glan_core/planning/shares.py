"""Which nodes share the instructions of a request, and how many does each get?"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from glan_core import ids
from glan_core.errors import NoTargetError, PlanError
from glan_core.insight.novelty import ROUNDS, draw_shares
from glan_core.planning.allocation import dealt_by_draws, dealt_by_weight, dealt_evenly
from glan_core.planning.novelty import ScopeNovelty
from glan_core.planning.plan_request import PlanRequest
from glan_core.planning.targets import Targets
from glan_core.store.database import Cursor
from glan_core.store.reports import taxonomy_counts
from glan_core.store.taxonomy_nodes import find_taxonomy_node, list_disciplines_below


class Unit(NamedTuple):
    """Targets that share what one node gets."""

    node_id: str
    target_ids: tuple[str, ...]
    weight: float


def list_units(cursor: Cursor, request: PlanRequest, targets: Targets) -> list[Unit]:
    """Give what shares are for: the nodes of the scope or, where targets decide, perhaps their disciplines.

    They are in an order that the seed gives, not in that of the scope: it decides who gets what is left of a division.
    Raises PlanError if they overlap, or if no target says anything.
    """
    if len(set(request.scope)) < len(request.scope):
        raise PlanError("The scope names a node twice.", "Name each node once, with one share.")
    if request.shares:
        shares = zip(request.scope, request.shares, strict=True)
        units = [Unit(node_id, targets.below[node_id], share) for node_id, share in shares]
    else:
        units = _units_by_target(cursor, request, targets)
    counts = Counter(target_id for unit in units for target_id in unit.target_ids)
    if any(count > 1 for count in counts.values()):
        raise PlanError("Nodes of the scope overlap, so a share of each means nothing.", "Name nodes that lie apart.")
    return sorted(units, key=lambda unit: ids.stable_id("order", request.seed, unit.node_id))


def dealt_to_units(
    request: PlanRequest, units: Sequence[Unit], capacities: Mapping[str, int | None], held: Collection[str]
) -> dict[str, int]:
    """Deal to nodes, and evenly below each; what a node all of whose targets are held had goes to the others.

    `capacities` are 0 for the targets that are held.
    """
    limits = [_sum(capacities[target_id] for target_id in unit.target_ids) for unit in units]
    weights = [unit.weight for unit in units]
    if request.allocation == "quota":
        is_open = [not unit.target_ids or not set(unit.target_ids) <= set(held) for unit in units]
        shares = _quotas(weights, limits, is_open)
    else:
        shares = dealt_by_weight(request.instructions, weights, limits)
    numbers = dict.fromkeys(capacities, 0)
    for unit, share in zip(units, shares, strict=True):
        below = set(unit.target_ids)
        inside = {target_id: limit for target_id, limit in capacities.items() if target_id in below}
        numbers |= dealt_evenly(share, inside)
    return numbers


def draws_of(request: PlanRequest, novelty: ScopeNovelty) -> np.ndarray:
    """Draw for each node, in the order of `novelty`, what share of its pairs may be new: see draw_shares."""
    return draw_shares(novelty.evidence(), rounds=min(request.instructions, ROUNDS), seed=request.seed)


def dealt_by_novelty(
    request: PlanRequest, novelty: ScopeNovelty, draws: np.ndarray, capacities: Mapping[str, int | None]
) -> dict[str, int]:
    """Deal each instruction to the node that is likely to bring something new, and evenly below each."""
    below: dict[str, list[str]] = {node_id: [] for node_id in novelty.nodes}
    for target_id in capacities:  # in the order that the seed gives
        below[novelty.node_of[target_id]].append(target_id)
    limits = [_sum(capacities[target_id] for target_id in inside) for inside in below.values()]
    numbers = dict.fromkeys(capacities, 0)
    for inside, share in zip(below.values(), dealt_by_draws(request.instructions, draws, limits), strict=True):
        numbers |= dealt_evenly(share, {target_id: capacities[target_id] for target_id in inside})
    return numbers


def _units_by_target(cursor: Cursor, request: PlanRequest, targets: Targets) -> list[Unit]:
    """Give the nodes of the scope that have a target, and of the others their disciplines that have one."""
    counts = taxonomy_counts(cursor)
    there = dict(zip(counts["node_id"], counts["pairs"], strict=True))
    units = []
    for scope_id in request.scope:
        node = find_taxonomy_node(cursor, scope_id)
        wanting = [node] if node and node.target is not None else list_disciplines_below(cursor, scope_id)
        for each in wanting:
            if each.target is not None:
                node_id = each.taxonomy_node_id
                below = targets.below[scope_id]
                if node_id != scope_id:
                    below = tuple(target for target in below if targets.discipline_of[target] == node_id)
                lacking = max(0, each.target - int(there.get(node_id, 0)))
                units.append(Unit(node_id, below, each.target if request.allocation == "target" else lacking))
    if not any(unit.weight for unit in units):
        of_target = "" if request.allocation == "target" else " that is not reached yet"
        raise NoTargetError(
            f"No node of this scope has a target{of_target}.", "Set targets, or give a number for each node."
        )
    return units


def _quotas(weights: Sequence[float], limits: Sequence[int | None], is_open: Sequence[bool]) -> list[int]:
    """Give the quotas, with those of closed nodes dealt to the open ones in proportion to theirs."""
    quotas = [int(weight) for weight in weights]
    freed = sum(quota for quota, open_ in zip(quotas, is_open, strict=True) if not open_)
    kept = [quota if open_ else 0 for quota, open_ in zip(quotas, is_open, strict=True)]
    room = [None if limit is None else max(0, limit - quota) for quota, limit in zip(kept, limits, strict=True)]
    return [quota + more for quota, more in zip(kept, dealt_by_weight(freed, kept, room), strict=True)]


def _sum(capacities: Iterable[int | None]) -> int | None:
    total = 0
    for capacity in capacities:
        if capacity is None:
            return None
        total += capacity
    return total
