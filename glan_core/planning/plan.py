"""What exactly will a run do, before it sends anything?

A plan lists the questions that can be drawn already, each with its combination and the ids its rows will have, and the
nodes that have to grow first (subjects, syllabi). It depends on the scope, the numbers, the settings, the seed and the
curriculum only: the same request makes the same plan, and a larger number of instructions that are dealt evenly begins
with the same ones. Names are no part of it: a node that is renamed or moved within the scope changes no id. Where the
deficit or the novelty of nodes decides, what is there decides too.

A seed names a sequence of draws. The same seed repeats it, so a second run finds its replies on disk, whatever others
have drawn meanwhile. Another seed leaves out what is drawn already, and goes on evenly where that ends.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from glan_core import ids, prompts
from glan_core.errors import PlanError, TemplateError
from glan_core.generation_settings import GenerationSettings
from glan_core.planning.dealing import deal
from glan_core.planning.judged_pairs import Judging, judging_from_data
from glan_core.planning.novelty import NoveltyDeal, NoveltyReader, novelty_deal_from_data
from glan_core.planning.plan_request import (
    DEFAULT_STAGES,
    Gap,
    PlanRequest,
    check_request,
    request_from_data,
)
from glan_core.planning.planned_calls import Growth, calls_to_make, known_calls
from glan_core.planning.planned_instructions import (
    PlannedInstruction,
    PlannedInstructions,
    draw_items,
    planned_instructions_from_data,
)
from glan_core.planning.rejected_pairs import Regenerating, regenerating_from_data
from glan_core.planning.taken import find_taken
from glan_core.planning.targets import find_targets
from glan_core.stages.combinations import count_combinations
from glan_core.store.database import Cursor
from glan_core.store.instructions import (
    count_combinations_used,
    find_first_draws,
)

__all__ = [
    "DEFAULT_STAGES",
    "Forecast",
    "Gap",
    "Growth",
    "Plan",
    "PlanRequest",
    "PlannedInstruction",
    "PlannedInstructions",
    "check_templates",
    "draw_items",
    "forecast_plan",
    "make_plan",
    "plan_from_data",
    "plan_of",
]

_NOTHING: Mapping[str, frozenset[int]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a run would do, in numbers; its combinations are drawn as somebody looks at them."""

    request: PlanRequest
    items: PlannedInstructions
    growths: tuple[Growth, ...]
    calls: dict[str, int]
    """Calls still to be made, by stage; for stages below a growth a forecast, see `is_exact`."""
    calls_reused: int
    """Calls whose reply is in the database already."""
    combinations: int
    """Combinations that the scope's syllabi hold."""
    combinations_used: int
    undealt: int
    """Instructions that were asked for and can be drawn nowhere; with `gaps`, what is still lacking in the end."""
    drawn_at: datetime = field(compare=False)
    """When this seed first drew in this scope, or now. What others draw later does not change its sequence."""
    novelty: NoveltyDeal | None = None
    """How the novelty of the newest pairs decided, if it did."""
    judging: Judging | None = None
    """The pairs that are judged; None for a run that judges none."""
    regenerating: Regenerating | None = None
    """The rejected pairs that are written anew; None for a run that draws its questions."""

    @property
    def is_exact(self) -> bool:
        """Whether `calls` counts every call, short of repeated ones for unusable replies."""
        return not self.growths


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Forecast):
    """What a run will do, all drawn."""

    run_id: str
    template_fingerprints: dict[str, str]
    """The wording of every template that the run sends, as it was when the plan was made."""

    @property
    def wanted(self) -> int:
        """How many instructions are asked for, or pairs judged or written anew."""
        if self.judging is not None:
            return len(self.judging.pairs)
        if self.regenerating is not None:
            return len(self.regenerating.pairs)
        return len(self.items) + sum(growth.instructions for growth in self.growths)

    def to_data(self) -> dict[str, Any]:
        """Give the plan as JSON-ready data; plan_from_data reads it."""
        return {
            "run_id": self.run_id,
            "request": dataclasses.asdict(self.request),
            "items": self.items.to_data(),
            "growths": [growth.to_data() for growth in self.growths],
            "calls": self.calls,
            "calls_reused": self.calls_reused,
            "combinations": self.combinations,
            "combinations_used": self.combinations_used,
            "undealt": self.undealt,
            "template_fingerprints": self.template_fingerprints,
            "drawn_at": self.drawn_at.isoformat(),
            **({} if self.novelty is None else {"novelty": self.novelty.to_data()}),
            **({} if self.judging is None else {"judging": self.judging.to_data()}),
            **({} if self.regenerating is None else {"regenerating": self.regenerating.to_data()}),
        }


def make_plan(cursor: Cursor, request: PlanRequest, *, also_taken: Mapping[str, frozenset[int]] = _NOTHING) -> Plan:
    """Plan a run over the curriculum as it is; takes and raises what `forecast_plan` does."""
    return plan_of(forecast_plan(cursor, request, also_taken=also_taken))


def forecast_plan(
    cursor: Cursor,
    request: PlanRequest,
    *,
    also_taken: Mapping[str, frozenset[int]] = _NOTHING,
    novelty: NoveltyReader | None = None,
) -> Forecast:
    """Say what a run over the curriculum as it is would do, before its combinations are drawn; plan_of goes on.

    Nothing is drawn but what fills gaps of class sessions and key concepts, and what it takes to find again what this
    seed has drawn before.

    `also_taken` are combinations, as codes by syllabus id, that runs still at work will use (see Background). Who
    plans again and again gives a reader of `novelty` that remembers; what came after the seed first drew is not read.

    Raises ScopeError for an unknown node, and PlanError if the parts of the request do not fit together or the scope
    holds nothing to generate from.
    """
    check_request(request)
    targets = find_targets(cursor, request)
    syllabus_ids = [shape.syllabus_id for shape in targets.shapes.values()]
    taken = find_taken(cursor, syllabus_ids, seed=request.seed, also_taken=also_taken)
    first_draw = min(find_first_draws(cursor, syllabus_ids, seed=request.seed).values(), default=None)
    reader = novelty or NoveltyReader()
    newest = reader.read(cursor, targets, before=first_draw) if request.wants_novelty else None
    dealt = deal(cursor, request, targets, taken, newest)
    items = PlannedInstructions(dealt.codes, settings=request.settings, seed=request.seed)
    growths = tuple(
        Growth(node_id, targets.growing[node_id], dealt.growing.get(node_id, 0), targets.versions.get(node_id, 1))
        for node_id in targets.ordered(targets.growing, seed=request.seed)
        if dealt.growing.get(node_id) or targets.growing[node_id] == "taxonomy" or "instructions" not in request.stages
    )
    if not items and not growths:
        raise PlanError("There is nothing left to draw in this scope.", "Choose a wider scope, or let it grow first.")
    known = known_calls(cursor, items, seed=request.seed)
    return Forecast(
        request=request,
        items=items,
        growths=growths,
        calls=calls_to_make(request, len(items), growths, known),
        calls_reused=known["instructions"] + (known["answers"] if "answers" in request.stages else 0),
        combinations=sum(sum(count_combinations(shape.sizes).values()) for shape in targets.shapes.values()),
        combinations_used=count_combinations_used(cursor, syllabus_ids),
        undealt=dealt.undealt,
        drawn_at=first_draw or datetime.now(UTC),
        novelty=dealt.novelty,
    )


def plan_of(forecast: Forecast) -> Plan:
    """Draw what a forecast has not drawn yet, and give the plan; seconds for a hundred thousand instructions."""
    request, items = forecast.request, forecast.items.drawn()
    templates = _template_fingerprints(request.settings, _stages_used(request, forecast.growths))
    growths = [growth.to_data() for growth in forecast.growths]
    return Plan(
        run_id=ids.stable_id("run", request.identity, items.fingerprint, growths, templates),
        request=request,
        items=items,
        growths=forecast.growths,
        calls=forecast.calls,
        calls_reused=forecast.calls_reused,
        combinations=forecast.combinations,
        combinations_used=forecast.combinations_used,
        undealt=forecast.undealt,
        drawn_at=forecast.drawn_at,
        novelty=forecast.novelty,
        template_fingerprints=templates,
    )


def plan_from_data(data: dict[str, Any], *, is_to_be_run: bool = True) -> Plan:
    """Read what Plan.to_data wrote.

    Raises PlanError if it was written by a version that wrote plans otherwise, or, for a plan that is to be run, if a
    template has changed since.
    """
    try:
        request = request_from_data(data["request"])
        plan = Plan(
            **{
                **data,
                "request": request,
                "items": planned_instructions_from_data(data["items"], settings=request.settings, seed=request.seed),
                "growths": tuple(Growth(*growth) for growth in data["growths"]),
                "drawn_at": datetime.fromisoformat(data["drawn_at"]),
                "novelty": novelty_deal_from_data(data.get("novelty")),
                "judging": judging_from_data(data.get("judging")),
                "regenerating": regenerating_from_data(data.get("regenerating")),
            }
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanError(
            "This plan was written by an earlier version.", "Plan the run again: replies are kept."
        ) from error
    if is_to_be_run:
        check_templates(plan)
    return plan


def check_templates(plan: Plan) -> None:
    """Raise PlanError if a template is not what it was when the plan was made: its items would get other ids."""
    folder = plan.request.settings.templates_folder
    for name, fingerprint in plan.template_fingerprints.items():
        try:
            is_same = prompts.fingerprint(name, folder=folder) == fingerprint
        except TemplateError:
            is_same = False
        if not is_same:
            raise PlanError(
                f"The prompt {name!r} has changed since this run was planned.",
                "Plan it again to go on with the new wording: what needs no new prompt is used again.",
            )


def _stages_used(request: PlanRequest, growths: tuple[Growth, ...]) -> tuple[str, ...]:
    if growths:
        return request.stages
    return tuple(stage for stage in request.stages if stage in ("instructions", "answers"))


def _template_fingerprints(settings: GenerationSettings, stages: tuple[str, ...]) -> dict[str, str]:
    names = sorted({template for stage in stages for template in settings.stages[stage].templates})
    return {name: prompts.fingerprint(name, folder=settings.templates_folder) for name in names}
