"""What does a person ask a plan for?"""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from glan_core.entities import STAGES
from glan_core.errors import PlanError
from glan_core.generation_settings import GenerationSettings, settings_from_data

DEFAULT_STAGES = ("instructions", "answers")
Allocation = Literal["even", "quota", "weight", "target", "deficit", "novelty", "gaps"]
ALLOCATIONS: tuple[Allocation, ...] = ("even", "quota", "weight", "target", "deficit", "novelty", "gaps")
FIRST_TRIAL_SEED = 2**30
"""Seeds from here on are those of trials: far above the seeds that people choose."""
WHOLE_TAXONOMY = "taxonomy"
"""In a scope what all fields stand below; it can get new fields, and nothing else."""


class Gap(NamedTuple):
    """A place where instructions are wanted."""

    node_id: str
    """A key concept, class session, subject or taxonomy node."""
    instructions: int


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What a person asks for."""

    scope: tuple[str, ...]
    """Ids of taxonomy nodes or subjects, or WHOLE_TAXONOMY."""
    instructions: int
    """How many, over the whole scope; with `gaps` the most that are drawn to fill them."""
    seed: int
    settings: GenerationSettings
    stages: tuple[str, ...] = DEFAULT_STAGES
    allocation: Allocation = "even"
    """How the instructions are dealt (docs/dealing.md): `even` over all syllabi; by `quota` or by `weight` over the
    nodes of the scope; in proportion to each `target`, or to its `deficit`; by the `novelty` of the newest pairs; each
    time evenly below a node; or to `gaps`."""
    shares: tuple[float, ...] = ()
    """One for each node of the scope. Quota: how many instructions it gets. Weight: in which proportion it gets
    them."""
    gaps: tuple[Gap, ...] = ()
    rewrites: bool = False
    """Whether syllabi in the scope are written anew, as another version, before questions are drawn."""
    holds_saturated: bool = False
    """Whether nodes whose newest pairs add nearly nothing new get nothing, and the others what was theirs."""

    left_out: tuple[str, ...] = ()
    """Ids of the disciplines of the scope that get nothing, as reviewers hold them (planning/held_branches.py)."""

    @property
    def wants_novelty(self) -> bool:
        """Whether the novelty of the newest pairs decides who gets how many."""
        return "instructions" in self.stages and (self.holds_saturated or self.allocation == "novelty")

    @property
    def identity(self) -> dict[str, Any]:
        """What tells this request from another one, as data; prices and the place of own templates do not."""
        data = dataclasses.asdict(self)
        del data["settings"]["templates_folder"]  # the plan names the templates themselves
        for stage in data["settings"]["stages"].values():
            del stage["price"]
        if not self.rewrites:
            del data["rewrites"]  # so that plans of before keep their run
        if not self.holds_saturated:
            del data["holds_saturated"]
        if not self.left_out:
            del data["left_out"]
        return data


def request_from_data(data: dict[str, Any]) -> PlanRequest:
    """Read back what dataclasses.asdict made of a request."""
    values = {**data, "settings": settings_from_data(data["settings"])}
    for name in ("scope", "stages", "shares", "left_out"):
        values[name] = tuple(data.get(name, ()))
    values["gaps"] = tuple(Gap(*gap) for gap in data.get("gaps", ()))
    if values.get("allocation") == "weight" and not values["shares"]:
        values["allocation"] = "deficit"  # as it was called in plans of before
    return PlanRequest(**values)


def check_request(request: PlanRequest) -> None:
    """Raise PlanError if the parts of a request do not fit together."""
    unknown = [stage for stage in request.stages if stage not in STAGES]
    if unknown:
        raise PlanError(f"There is no stage {unknown[0]!r}.", f"Stages are: {', '.join(STAGES)}.")
    if not request.stages:
        raise PlanError("No stage was chosen.", f"Stages are: {', '.join(STAGES)}.")
    if not request.scope:
        raise PlanError("No scope was chosen.", "Name a field, sub-field, discipline or subject.")
    if WHOLE_TAXONOMY in request.scope and request.stages != ("taxonomy",):
        raise PlanError(
            f"The scope {WHOLE_TAXONOMY!r} asks for fields that are missing, and for no other stage.",
            "Choose the stage taxonomy alone, or name fields, sub-fields, disciplines or subjects.",
        )
    if "answers" in request.stages and "instructions" not in request.stages:
        raise PlanError("Answers need the stage instructions.", "Add it: instructions that exist are not made again.")
    if ("syllabus" in request.stages) != ("class_details" in request.stages):
        raise PlanError("The stages syllabus and class_details go together.", "Choose both or neither.")
    if request.rewrites and "syllabus" not in request.stages:
        raise PlanError("Writing syllabi anew takes the stages syllabus and class_details.", "Add both.")
    if "instructions" in request.stages and request.instructions < 1:
        raise PlanError(f"{request.instructions} instructions cannot be made.", "Ask for at least 1.")
    if not 0 <= request.settings.strategy_mix <= 1:
        raise PlanError(
            f"A strategy mix of {request.settings.strategy_mix} is not a share.", "Give a number from 0 to 1."
        )
    _check_allocation(request)


def _check_allocation(request: PlanRequest) -> None:
    if request.allocation not in ALLOCATIONS:
        raise PlanError(f"There is no allocation {request.allocation!r}.", f"There are: {', '.join(ALLOCATIONS)}.")
    if request.allocation != "even" and "instructions" not in request.stages:
        raise PlanError("Without the stage instructions there is nothing to deal out.", "Add it, or deal evenly.")
    if request.shares and request.allocation not in ("quota", "weight"):
        raise PlanError(f"The allocation {request.allocation!r} takes no shares.", "Choose quota or weight.")
    if request.allocation == "quota" and not request.shares:
        raise PlanError("No quota was given.", "Give a number of instructions for each node of the scope.")
    if request.allocation == "weight" and not request.shares:
        raise PlanError("No weight was given.", "Give one for each node of the scope, or deal by deficit.")
    if request.shares and len(request.shares) != len(request.scope):
        raise PlanError(
            f"There are {len(request.shares)} shares for {len(request.scope)} nodes.", "Give one share a node."
        )
    for share in request.shares:
        if not 0 <= share < float("inf") or (request.allocation == "quota" and share != int(share)):
            kind = "number of instructions" if request.allocation == "quota" else "weight"
            raise PlanError(f"{share!r} is not a {kind}.", "Give 0 or more.")
    if request.allocation == "quota" and sum(request.shares) != request.instructions:
        raise PlanError(
            f"The quotas add up to {sum(request.shares):g} and not to {request.instructions}.",
            "Ask for as many instructions as the quotas have in all.",
        )
    if request.allocation == "weight" and request.shares and not sum(request.shares):
        raise PlanError("All weights are 0.", "Give at least one node a weight.")
    if request.holds_saturated and "instructions" not in request.stages:
        raise PlanError("Without the stage instructions there is nothing to hold.", "Add it, or hold no node.")
    if request.holds_saturated and request.allocation == "gaps":
        raise PlanError("Gaps are filled wherever they are: no node can be held.", "Hold no node, or name no gaps.")
    if bool(request.gaps) != (request.allocation == "gaps"):
        raise PlanError("Gaps and the allocation to gaps go together.", "Name the gaps, or choose another allocation.")
    if any(gap.instructions < 1 for gap in request.gaps):
        raise PlanError("A gap wants no instructions.", "Give each gap at least 1.")
