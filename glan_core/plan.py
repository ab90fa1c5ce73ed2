"""What exactly will a run do, before it sends anything?

A plan lists the questions that can be drawn already, each with its combination and the ids its rows will have, and the
nodes that have to grow first (subjects, syllabi). It depends on the scope, the numbers, the settings, the seed and the
curriculum only: the same request makes the same plan, and a larger number of instructions begins with the same ones.

A seed names a sequence of draws. The same seed repeats it, so a second run finds its replies on disk; another seed
leaves out what earlier seeds have drawn.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from glan_core import ids
from glan_core.courses import Course, list_courses
from glan_core.entities import STAGES, Combination, Strategy, Subject
from glan_core.errors import PlanError, ScopeError
from glan_core.generation_settings import GenerationSettings, settings_from_data
from glan_core.stages.answers import answer_id
from glan_core.stages.instructions import instruction_id
from glan_core.stages.combinations import count_combinations
from glan_core.stages.sampling import sample_class_sessions_and_key_concepts
from glan_core.store.answers import list_known_answer_ids
from glan_core.store.database import Cursor
from glan_core.store.instructions import count_combinations_used, list_instructions, list_taken_combinations
from glan_core.store.subjects import find_subject, list_disciplines_listed_otherwise, list_subjects
from glan_core.store.taxonomy_nodes import find_taxonomy_node, list_disciplines_below

_NOTHING: Mapping[str, frozenset[tuple[str, ...]]] = {}
DEFAULT_STAGES = ("instructions", "answers")


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What a person asks for."""

    scope: tuple[str, ...]
    """Ids of taxonomy nodes or subjects."""
    instructions: int
    """How many, over the whole scope."""
    seed: int
    settings: GenerationSettings
    stages: tuple[str, ...] = DEFAULT_STAGES


class PlannedInstruction(NamedTuple):
    """One question to be asked for, with the ids that its rows will have."""

    instruction_id: str
    answer_id: str
    syllabus_id: str
    combination: Combination


class Growth(NamedTuple):
    """A node that has to grow before questions can be drawn below it."""

    node_id: str
    stage: str
    """What it starts with: `taxonomy`, `subjects` (a discipline) or `syllabus` (a subject)."""
    instructions: int
    """How many are to be drawn below it in the end."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do."""

    run_id: str
    request: PlanRequest
    items: tuple[PlannedInstruction, ...]
    growths: tuple[Growth, ...]
    calls: dict[str, int]
    """Calls still to be made, by stage; for stages below a growth a forecast, see `is_exact`."""
    calls_reused: int
    """Calls whose reply is in the database already."""
    combinations: int
    """Combinations that the scope's syllabi hold."""
    combinations_used: int

    @property
    def is_exact(self) -> bool:
        """Whether `calls` counts every call, short of repeated ones for unusable replies."""
        return not self.growths

    def to_data(self) -> dict[str, Any]:
        """Give the plan as JSON-ready data; plan_from_data reads it."""
        return {
            "run_id": self.run_id,
            "request": dataclasses.asdict(self.request),
            "items": [
                [item.instruction_id, item.answer_id, item.syllabus_id, *dataclasses.astuple(item.combination)]
                for item in self.items
            ],
            "growths": self.growths,
            "calls": self.calls,
            "calls_reused": self.calls_reused,
            "combinations": self.combinations,
            "combinations_used": self.combinations_used,
        }


def make_plan(
    cursor: Cursor, request: PlanRequest, *, also_taken: Mapping[str, frozenset[tuple[str, ...]]] = _NOTHING
) -> Plan:
    """Plan a run over the curriculum as it is.

    `also_taken` are combinations, by syllabus id, that runs still at work will use (see Background).

    Raises ScopeError for an unknown node, and PlanError if the stages do not fit together, the number is not positive,
    or the scope holds nothing to generate from.
    """
    _check(request)
    courses, growing = _targets(cursor, request)
    quotas = _allocate(cursor, request, courses, growing, also_taken)
    items = tuple(item for item in quotas.items if "instructions" in request.stages)
    growths = tuple(
        Growth(node_id, stage, quotas.growing[node_id])
        for node_id, stage in growing.items()
        if quotas.growing[node_id] or stage == "taxonomy" or "instructions" not in request.stages
    )
    if not items and not growths:
        raise PlanError("There is nothing left to draw in this scope.", "Choose a wider scope, or let it grow first.")
    known_answers = list_known_answer_ids(cursor, [item.answer_id for item in items])
    known_instructions = list_instructions(cursor, [item.instruction_id for item in items])
    has_answers = "answers" in request.stages
    reused = len(known_instructions) + (len(known_answers) if has_answers else 0)
    syllabus_ids = [course.syllabus.syllabus_id for course in courses.values()]
    return Plan(
        run_id=ids.stable_id(
            "run", dataclasses.asdict(request), [item.instruction_id for item in items], [list(g) for g in growths]
        ),
        request=request,
        items=items,
        growths=growths,
        calls=_calls(request, items, growths, len(known_instructions), len(known_answers)),
        calls_reused=reused,
        combinations=sum(sum(count_combinations(course.sizes).values()) for course in courses.values()),
        combinations_used=count_combinations_used(cursor, syllabus_ids),
    )


def plan_from_data(data: dict[str, Any]) -> Plan:
    """Read what Plan.to_data wrote."""
    request = dict(data["request"])
    request["settings"] = settings_from_data(request["settings"])
    request["scope"] = tuple(request["scope"])
    request["stages"] = tuple(request["stages"])
    return Plan(
        run_id=data["run_id"],
        request=PlanRequest(**request),
        items=tuple(
            PlannedInstruction(
                instruction, answer, syllabus, Combination(Strategy(strategy), tuple(sessions), tuple(concepts))
            )
            for instruction, answer, syllabus, strategy, sessions, concepts in data["items"]
        ),
        growths=tuple(Growth(*growth) for growth in data["growths"]),
        calls=data["calls"],
        calls_reused=data["calls_reused"],
        combinations=data["combinations"],
        combinations_used=data["combinations_used"],
    )


def draw_items(
    course: Course, request: PlanRequest, *, taken: frozenset[tuple[str, ...]] = frozenset()
) -> Iterator[PlannedInstruction]:
    """Draw questions of one course without replacement, leaving out combinations that other seeds have taken."""
    for combination in sample_class_sessions_and_key_concepts(
        course.details,
        syllabus_id=course.syllabus.syllabus_id,
        strategy_mix=request.settings.strategy_mix,
        seed=request.seed,
    ):
        if tuple(sorted(combination.key_concept_ids)) in taken:
            continue
        asked = instruction_id(
            combination, syllabus_id=course.syllabus.syllabus_id, settings=request.settings, seed=request.seed
        )
        answered = answer_id(asked, settings=request.settings)
        yield PlannedInstruction(asked, answered, course.syllabus.syllabus_id, combination)


def _check(request: PlanRequest) -> None:
    unknown = [stage for stage in request.stages if stage not in STAGES]
    if unknown:
        raise PlanError(f"There is no stage {unknown[0]!r}.", f"Stages are: {', '.join(STAGES)}.")
    if not request.stages:
        raise PlanError("No stage was chosen.", f"Stages are: {', '.join(STAGES)}.")
    if not request.scope:
        raise PlanError("No scope was chosen.", "Name a field, sub-field, discipline or subject.")
    if "answers" in request.stages and "instructions" not in request.stages:
        raise PlanError("Answers need the stage instructions.", "Add it: instructions that exist are not made again.")
    if ("syllabus" in request.stages) != ("class_details" in request.stages):
        raise PlanError("The stages syllabus and class_details go together.", "Choose both or neither.")
    if "instructions" in request.stages and request.instructions < 1:
        raise PlanError(f"{request.instructions} instructions cannot be made.", "Ask for at least 1.")
    if not 0 <= request.settings.strategy_mix <= 1:
        raise PlanError(
            f"A strategy mix of {request.settings.strategy_mix} is not a share.", "Give a number from 0 to 1."
        )


def _targets(cursor: Cursor, request: PlanRequest) -> tuple[dict[str, Course], dict[str, str]]:
    """Give the courses in scope by subject id, and the nodes that grow with the stage they start at."""
    growing: dict[str, str] = {}
    subjects: dict[str, Subject] = {}
    for scope_id in request.scope:
        subject = find_subject(cursor, scope_id)
        if subject is not None:
            subjects[subject.subject_id] = subject
            continue
        node = find_taxonomy_node(cursor, scope_id)
        if node is None:
            raise ScopeError(f"There is no node with the id {scope_id!r}.", "It may belong to another database.")
        if "taxonomy" in request.stages and node.level != "discipline":
            growing[node.taxonomy_node_id] = "taxonomy"
        disciplines = [discipline.taxonomy_node_id for discipline in list_disciplines_below(cursor, scope_id)]
        found = list_subjects(cursor, disciplines)
        # Those that this seed listed are asked for again, so that a run that was cut short completes its queries;
        # their replies are on file. A list that people made, or another seed, is there already.
        listed = list_disciplines_listed_otherwise(cursor, disciplines, seed=request.seed)
        asked = set(disciplines) - listed if "subjects" in request.stages else set()
        growing |= {discipline_id: "subjects" for discipline_id in disciplines if discipline_id in asked}
        subjects |= {subject.subject_id: subject for subject in found if subject.discipline_id not in asked}
    courses = list_courses(cursor, list(subjects.values()))
    if "syllabus" in request.stages:
        growing |= {subject_id: "syllabus" for subject_id in subjects if subject_id not in courses}
    if not courses and not growing:
        raise PlanError(
            "No subject in this scope has a syllabus yet.",
            "Let it grow first, best with a model of your own: 'Grow what is missing first' in the app, "
            "--stages subjects,syllabus,class_details,instructions,answers for the command.",
        )
    return courses, growing


class _Quotas(NamedTuple):
    items: list[PlannedInstruction]
    growing: dict[str, int]


def _allocate(
    cursor: Cursor,
    request: PlanRequest,
    courses: dict[str, Course],
    growing: dict[str, str],
    also_taken: Mapping[str, frozenset[tuple[str, ...]]],
) -> _Quotas:
    """Deal the instructions out one by one, in an order that the seed decides, until all are dealt or drawn out."""
    taken = list_taken_combinations(
        cursor, [course.syllabus.syllabus_id for course in courses.values()], other_than_seed=request.seed
    )
    draws = {
        subject_id: draw_items(
            course,
            request,
            taken=taken.get(course.syllabus.syllabus_id, frozenset())
            | also_taken.get(course.syllabus.syllabus_id, frozenset()),
        )
        for subject_id, course in courses.items()
    }
    quotas = _Quotas([], dict.fromkeys(growing, 0))
    if "instructions" not in request.stages:
        return quotas
    dealt = 0
    open_targets = sorted(
        [*draws, *(node_id for node_id, stage in growing.items() if stage != "taxonomy")],
        key=lambda node_id: ids.stable_id("order", request.seed, node_id),
    )
    while open_targets and dealt < request.instructions:
        for target in tuple(open_targets):
            if dealt == request.instructions:
                break
            if target in draws:
                item = next(draws[target], None)
                if item is None:
                    open_targets.remove(target)
                    continue
                quotas.items.append(item)
            else:
                quotas.growing[target] += 1
            dealt += 1
    return quotas


def _calls(
    request: PlanRequest,
    items: tuple[PlannedInstruction, ...],
    growths: tuple[Growth, ...],
    known_instructions: int,
    known_answers: int,
) -> dict[str, int]:
    by_stage = {stage: [g for g in growths if g.stage == stage] for stage in ("taxonomy", "subjects", "syllabus")}
    below = sum(growth.instructions for growth in growths)
    # A discipline whose subjects are not known yet: as many as it asks for, or as many as its instructions can use.
    forecast = sum(
        min(request.settings.subject_queries * request.settings.subjects_per_query, growth.instructions)
        if "instructions" in request.stages
        else request.settings.subject_queries * request.settings.subjects_per_query
        for growth in by_stage["subjects"]
    )
    syllabi = len(by_stage["syllabus"]) + (forecast if "syllabus" in request.stages else 0)
    counts = {
        "taxonomy": len(by_stage["taxonomy"]) * len(request.settings.stages["taxonomy"].templates),
        "subjects": len(by_stage["subjects"]) * request.settings.subject_queries * 2,  # two turns a query
        "syllabus": syllabi,
        "class_details": syllabi,
        "instructions": len(items) - known_instructions + below,
        "answers": len(items) - known_answers + below,
    }
    return {stage: counts[stage] for stage in STAGES if stage in request.stages}
