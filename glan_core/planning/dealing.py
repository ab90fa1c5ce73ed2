"""Which combinations are drawn, so that every node gets what the request allots to it?"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from glan_core.combination_code import Place, has_two_sessions
from glan_core.courses import find_courses
from glan_core.errors import PlanError, ScopeError
from glan_core.planning.allocation import dealt_evenly
from glan_core.planning.gaps import draws_for_gaps, places_touched
from glan_core.planning.lazy_codes import Codes, LazyCodes
from glan_core.planning.novelty import NodeDeal, NoveltyDeal, ScopeNovelty
from glan_core.planning.plan_request import Gap, PlanRequest
from glan_core.planning.shares import dealt_by_novelty, dealt_to_units, draws_of, list_units
from glan_core.planning.taken import Taken
from glan_core.planning.targets import Targets
from glan_core.stages.combinations import count_open_combinations
from glan_core.stages.draw_order import DrawOrder
from glan_core.stages.sampling import draw_order
from glan_core.store.database import Cursor
from glan_core.store.subjects import find_subject
from glan_core.store.syllabus_shapes import SyllabusShape, list_places
from glan_core.store.taxonomy_nodes import find_taxonomy_node, list_disciplines_below

_Way = Callable[[Mapping[str, int | None], frozenset[str]], dict[str, int]]
"""Deals to targets, in their order, by how many each can take and which of them are held."""


class Dealt(NamedTuple):
    """What every target gets."""

    codes: Mapping[str, LazyCodes]
    """Combinations by syllabus id, in the order of the turns."""
    growing: dict[str, int]
    """Instructions by the node that has to grow first."""
    undealt: int
    """Instructions that were asked for and can be drawn nowhere."""
    novelty: NoveltyDeal | None = None
    """How novelty decided, if it did."""


def deal(
    cursor: Cursor, request: PlanRequest, targets: Targets, taken: Taken, novelty: ScopeNovelty | None = None
) -> Dealt:
    """Deal a request's instructions out; their combinations are drawn when somebody looks.

    Those that fill gaps of class sessions and key concepts are drawn at once: how many it takes shows as they come.
    `novelty` is there if the request deals by it or holds nodes (`wants_novelty`).

    Raises PlanError if shares overlap or have nothing to go by, a gap is not in scope, or all nodes are held.
    """
    everything = targets.ordered(targets.discipline_of, seed=request.seed)
    if "instructions" not in request.stages:
        return Dealt({}, {}, 0)
    if request.allocation == "gaps":
        return _dealt_to_gaps(cursor, request, targets, taken)
    capacities = {target_id: _capacity(target_id, request, targets, taken) for target_id in everything}
    deal_out = _way(cursor, request, targets, novelty)
    numbers, of_novelty = deal_out(capacities, frozenset()), None
    if novelty is not None:
        held = novelty.saturated() if request.holds_saturated else frozenset()
        closed = frozenset(target_id for target_id, node_id in novelty.node_of.items() if node_id in held)
        room = {target_id: 0 if target_id in closed else limit for target_id, limit in capacities.items()}
        without, numbers = numbers, deal_out(room, closed) if closed else numbers
        _check_left(numbers, without, held, novelty)
        of_novelty = _told(request, novelty, held, numbers, without)
    codes = {
        shape.syllabus_id: LazyCodes(partial(_draws, shape, request, taken), numbers[target_id])
        for target_id in everything
        if (shape := targets.shapes.get(target_id)) and numbers[target_id]
    }
    growing = {target_id: numbers[target_id] for target_id in everything if target_id in targets.growing}
    return Dealt(codes, growing, request.instructions - sum(numbers.values()), of_novelty)


def _way(cursor: Cursor, request: PlanRequest, targets: Targets, novelty: ScopeNovelty | None) -> _Way:
    """Give the way in which a request deals; what does not depend on who can take how many is found out once."""
    if request.allocation == "even":
        return lambda room, closed: dealt_evenly(request.instructions, room)
    if novelty is not None and request.allocation == "novelty":
        draws = draws_of(request, novelty)
        return lambda room, closed: dealt_by_novelty(request, novelty, draws, room)
    units = list_units(cursor, request, targets)
    return lambda room, closed: dealt_to_units(request, units, room, closed)


def _check_left(
    numbers: Mapping[str, int], without: Mapping[str, int], held: frozenset[str], novelty: ScopeNovelty
) -> None:
    if not held or any(numbers.values()) or not any(without.values()):
        return
    evidence = [each for node_id, each in novelty.evidence().items() if node_id in held]
    new, compared = (sum(numbers) for numbers in zip(*evidence, strict=True))
    of = f"{len(novelty.nodes):,} {novelty.level}{'' if len(novelty.nodes) == 1 else 's'}"
    raise PlanError(
        f"Every node that pairs would go to is held: {len(held):,} of {of} in this scope. More adds nearly nothing new "
        f"there: {new:,} of their {compared:,} newest pairs that {novelty.encoder} compared are new.",
        "Hold no node, choose a wider scope, or grow another subject.",
    )


def _told(
    request: PlanRequest,
    novelty: ScopeNovelty,
    held: frozenset[str],
    numbers: Mapping[str, int],
    without: Mapping[str, int],
) -> NoveltyDeal:
    got, unheld = Counter[str](), Counter[str]()
    for target_id, node_id in novelty.node_of.items():
        got[node_id] += numbers[target_id]
        unheld[node_id] += without[target_id]
    nodes = tuple(
        NodeDeal(node_id, *newest, node_id in held, got[node_id], unheld[node_id])
        for node_id, newest in novelty.nodes.items()
    )
    return NoveltyDeal(novelty.encoder, novelty.content, novelty.level, request.holds_saturated, nodes)


def _capacity(target_id: str, request: PlanRequest, targets: Targets, taken: Taken) -> int | None:
    shape = targets.shapes.get(target_id)
    if shape is None:
        return None  # what will grow is not known yet
    mix = request.settings.strategy_mix
    of_both = taken.all_of(shape.syllabus_id)
    over_two = sum(map(has_two_sessions, of_both))
    used = (over_two if mix > 0 else 0) + (len(of_both) - over_two if mix < 1 else 0)
    return count_open_combinations(shape.sizes, strategy_mix=mix) - used


def _draws(shape: SyllabusShape, request: PlanRequest, taken: Taken) -> Iterator[int]:
    return iter(_order(shape, request, taken))


def _order(shape: SyllabusShape, request: PlanRequest, taken: Taken) -> DrawOrder:
    return draw_order(
        shape.sizes,
        syllabus_id=shape.syllabus_id,
        strategy_mix=request.settings.strategy_mix,
        seed=request.seed,
        taken=taken.before.get(shape.syllabus_id, frozenset()),
        passed_over=taken.since.get(shape.syllabus_id, frozenset()),
    )


# Gaps ---------------------------------------------------------------------------------------------------------------


def _dealt_to_gaps(cursor: Cursor, request: PlanRequest, targets: Targets, taken: Taken) -> Dealt:
    """Fill gaps of class sessions and key concepts, then those of subjects and nodes, as far as the number goes."""
    in_places, in_nodes = _told_apart(cursor, request.gaps, targets)
    concerned = {*in_places, *(target_id for _, below in in_nodes for target_id in below)}
    ordered = targets.ordered(concerned, seed=request.seed)
    filling = {
        target_id: _filling(in_places[target_id], targets.shapes[target_id], request, taken)
        for target_id in ordered
        if target_id in in_places
    }
    for_places = dealt_evenly(request.instructions, {target_id: len(draws) for target_id, draws in filling.items()})
    numbers = Counter(for_places)
    for gap, below in in_nodes:
        lacking = gap.instructions - sum(numbers[target_id] for target_id in below)
        room: dict[str, int | None] = {}
        for target_id in ordered:
            if target_id in below:
                capacity = _capacity(target_id, request, targets, taken)
                room[target_id] = None if capacity is None else capacity - numbers[target_id]
        numbers.update(dealt_evenly(max(0, min(lacking, request.instructions - numbers.total())), room))
    codes: dict[str, LazyCodes] = {}
    for target_id in ordered:
        shape = targets.shapes.get(target_id)
        if shape and numbers[target_id]:
            first = filling.get(target_id, array("Q"))[: for_places.get(target_id, 0)]
            draws = partial(_gaps_first, first, in_places.get(target_id, {}), shape, request, taken)
            codes[shape.syllabus_id] = LazyCodes(draws, numbers[target_id])
    growing = {target_id: numbers[target_id] for target_id in ordered if target_id in targets.growing}
    undealt = sum(
        _unfilled(draws[: for_places[target_id]], in_places[target_id]) for target_id, draws in filling.items()
    )
    undealt += sum(max(0, gap.instructions - sum(numbers[target_id] for target_id in below)) for gap, below in in_nodes)
    return Dealt(codes, growing, undealt)


def _filling(wanted: Mapping[Place, int], shape: SyllabusShape, request: PlanRequest, taken: Taken) -> Codes:
    """Give the draws that fill the gaps of one syllabus, no more than the request has instructions."""
    return array("Q", islice(draws_for_gaps(_order(shape, request, taken), shape.sizes, wanted), request.instructions))


def _gaps_first(
    first: Codes, wanted: Mapping[Place, int], shape: SyllabusShape, request: PlanRequest, taken: Taken
) -> Iterator[int]:
    """Give the draws that fill gaps, which are known, and then whatever comes after them."""
    yield from first
    order = _order(shape, request, taken)
    for _ in islice(draws_for_gaps(order, shape.sizes, wanted), len(first)):
        pass
    yield from order


class _GapsApart(NamedTuple):
    in_places: dict[str, dict[Place, int]]
    """Gaps of class sessions and key concepts, by subject id."""
    in_nodes: list[tuple[Gap, tuple[str, ...]]]
    """Gaps of subjects and taxonomy nodes, with the targets below."""


def _told_apart(cursor: Cursor, gaps: Sequence[Gap], targets: Targets) -> _GapsApart:
    subject_of = {shape.syllabus_id: subject_id for subject_id, shape in targets.shapes.items()}
    places = list_places(cursor, [gap.node_id for gap in gaps])
    apart = _GapsApart({}, [])
    for gap in gaps:
        if gap.node_id in places:
            found = places[gap.node_id]
            below: tuple[str, ...] = tuple(filter(None, [subject_of.get(found.syllabus_id)]))
            if below:
                of_subject = apart.in_places.setdefault(below[0], {})
                of_subject[found.place] = of_subject.get(found.place, 0) + gap.instructions
        else:
            below = _targets_below(cursor, gap.node_id, targets)
            apart.in_nodes.append((gap, below))
        if not below:
            raise PlanError(
                f"The gap {_name(cursor, gap.node_id)!r} is in no current syllabus of this scope.",
                "Choose a scope that holds it, or leave it out.",
            )
    return apart


def _targets_below(cursor: Cursor, node_id: str, targets: Targets) -> tuple[str, ...]:
    if node_id in targets.discipline_of:
        return (node_id,)
    if find_subject(cursor, node_id) is None and find_taxonomy_node(cursor, node_id) is None:
        raise ScopeError(f"There is no node with the id {node_id!r}.", "It may belong to another database.")
    disciplines = {discipline.taxonomy_node_id for discipline in list_disciplines_below(cursor, node_id)}
    return tuple(target for target, discipline_id in targets.discipline_of.items() if discipline_id in disciplines)


def _name(cursor: Cursor, node_id: str) -> str:
    """Give the name of a node or subject; of a class session or key concept with its subject's before it."""
    for place in list_places(cursor, [node_id]).values():
        course = find_courses(cursor, [place.syllabus_id])[place.syllabus_id]
        names = {session.class_session_id: session.title for session in course.details.class_sessions}
        names |= {concept.key_concept_id: concept.name for concept in course.details.key_concepts}
        return f"{course.subject.name}/{names[node_id]}"
    found = find_subject(cursor, node_id) or find_taxonomy_node(cursor, node_id)
    return found.name if found else node_id


def _unfilled(codes: Sequence[int], wanted: Mapping[Place, int]) -> int:
    had = Counter(spot for code in codes for spot in places_touched(code))
    return sum(max(0, number - had[spot]) for spot, number in wanted.items())
