"""Which calls does a plan make, and which of them were made already?"""

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any, NamedTuple

from glan_core.entities import STAGES
from glan_core.planning.plan_request import PlanRequest
from glan_core.planning.planned_instructions import PlannedInstruction, PlannedInstructions
from glan_core.store.answers import list_known_answer_ids
from glan_core.store.database import Cursor
from glan_core.store.instructions import list_combinations_of_seed, list_known_instruction_ids

_LOOK_UP_ROWS = 10_000  # ids a query when counting what is there already


class Growth(NamedTuple):
    """A node that has to grow before questions can be drawn below it."""

    node_id: str
    stage: str
    """What it starts with: `taxonomy`, `subjects` (a discipline) or `syllabus` (a subject)."""
    instructions: int
    """How many are to be drawn below it in the end."""
    version: int = 1
    """Which version of its syllabus a subject gets."""

    def to_data(self) -> list[Any]:
        """Give it as JSON-ready data; a first version goes without saying."""
        return list(self) if self.version > 1 else [self.node_id, self.stage, self.instructions]


def known_calls(cursor: Cursor, items: PlannedInstructions, *, seed: int) -> dict[str, int]:
    """Count the instructions and answers of a plan that are there already; those of other seeds have other ids."""
    known = {"instructions": 0, "answers": 0}
    for batch in _drawn_before(cursor, items, seed=seed):
        known["instructions"] += len(list_known_instruction_ids(cursor, [item.instruction_id for item in batch]))
        known["answers"] += len(list_known_answer_ids(cursor, [item.answer_id for item in batch]))
    return known


def known_instruction_ids(cursor: Cursor, items: PlannedInstructions, *, seed: int) -> list[str]:
    """List the instructions of a plan that are there already."""
    return [
        instruction_id
        for batch in _drawn_before(cursor, items, seed=seed)
        for instruction_id in list_known_instruction_ids(cursor, [item.instruction_id for item in batch])
    ]


def calls_to_make(
    request: PlanRequest, items: int, growths: tuple[Growth, ...], known: Mapping[str, int]
) -> dict[str, int]:
    """Count the calls by stage; what is not known before it has grown is a forecast."""
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
        "instructions": items - known["instructions"] + below,
        "answers": items - known["answers"] + below,
    }
    return {stage: counts[stage] for stage in STAGES if stage in request.stages}


def _drawn_before(cursor: Cursor, items: PlannedInstructions, *, seed: int) -> Iterator[tuple[PlannedInstruction, ...]]:
    """Give, some thousands at a time, those whose combination this seed has drawn: only they can be there."""
    before = list_combinations_of_seed(cursor, items.syllabus_ids, seed=seed)
    # Syllabus by syllabus and not in turns: ids of one are worked out together in half the time.
    in_question = chain.from_iterable(items.among(codes, syllabus_id) for syllabus_id, codes in before.items())
    while batch := tuple(islice(in_question, _LOOK_UP_ROWS)):
        yield batch
