"""Which step follows which, and what becomes of each result?

    subjects -> syllabus -> class_details -> instructions -> answers

A Pipeline hands out work, one call or conversation each; doing it keeps what came out and gives the work that follows.
It knows no order, no limits and no clock: an engine decides when each piece is done. One item that fails takes no
other along, and an answer is bound to its instruction by id. Nodes that have to grow first are in growing.py.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from glan_core.courses import Course, find_courses
from glan_core.entities import Instruction
from glan_core.planning.plan import Growth, Plan, PlannedInstruction, draw_items
from glan_core.planning.taken import find_taken
from glan_core.runs.growing import Grower
from glan_core.runs.ledger import Ledger
from glan_core.runs.recording import RecordingModel
from glan_core.runs.steps import Steps
from glan_core.runs.work import Work
from glan_core.stages.instructions import generate_instructions
from glan_core.store.answers import list_known_answer_ids
from glan_core.store.database import Cursor
from glan_core.store.instructions import list_instructions, list_known_instruction_ids

# Ids a query when looking for what is there already: few enough that no call is kept waiting for long.
_LOOK_UP_ROWS = 100


class Pipeline(Steps):
    """The steps of one run."""

    def __init__(
        self,
        plan: Plan,
        *,
        cursor: Cursor,
        model: RecordingModel,
        ledger: Ledger,
        only: frozenset[str] | None = None,
    ) -> None:
        """With `only`, no other instructions and answers than those with these ids are made."""
        super().__init__(plan, cursor=cursor, model=model, ledger=ledger, only=only)
        self._courses: dict[str, Course] = {}

    def first_work(self) -> Iterator[Work]:
        """Give the work that can be begun at once; what is in the database already is left out."""
        yield from self.work_of(self._plan.items, self._plan.growths)

    def work_of(self, planned: Iterable[PlannedInstruction], growths: Sequence[Growth]) -> Iterator[Work]:
        """Give the work of these questions and growing nodes alone."""
        items = iter(planned)
        while batch := tuple(itertools.islice(items, _LOOK_UP_ROWS)):
            yield from self._planned(batch)
        if growths:
            grower = Grower(
                self._plan,
                cursor=self._cursor,
                model=self._model,
                ledger=self._ledger,
                attempts=self._attempts,
                counts=self.counts,
                draw=self._drawn,
                is_drawing_only=self._only is not None,
            )
            for growth in growths:
                yield from grower.work(growth)

    def _planned(self, items: tuple[PlannedInstruction, ...]) -> Iterator[Work]:
        known = list_known_instruction_ids(self._cursor, [item.instruction_id for item in items])
        # Most items of a new run have neither, so the costlier query is made for the others alone.
        instructions = list_instructions(self._cursor, sorted(known)) if known else {}
        answered = list_known_answer_ids(self._cursor, [item.answer_id for item in items]) if known else frozenset()
        self._load_courses(items)
        for item in items:
            instruction = instructions.get(item.instruction_id)
            if instruction is None:
                if self._is_wanted(item.instruction_id):
                    yield self._instruction_work(item)
                continue
            self.counts.items_reused += 1
            if item.answer_id in answered:
                self.counts.items_reused += 1
            elif self._is_wanted(item.answer_id):
                yield from self._answer_work(instruction, item.answer_id)

    def _load_courses(self, items: tuple[PlannedInstruction, ...]) -> None:
        missing = {item.syllabus_id for item in items} - self._courses.keys()
        if missing:
            self._courses |= find_courses(self._cursor, sorted(missing))

    def _instruction_work(self, item: PlannedInstruction) -> Work:
        async def do() -> list[Work]:
            course = self._courses[item.syllabus_id]
            ask = partial(
                generate_instructions,
                discipline=course.path[-1].name,
                subject=course.subject,
                syllabus=course.syllabus,
                details=course.details,
                combination=item.combination,
                run_id=self._run_id,
            )
            instruction = await self._make(item.instruction_id, "instructions", ask)
            if instruction is None:
                return []
            self._keep_instruction(instruction)
            return self._answer_work(instruction, item.answer_id)

        return Work("instructions", do)

    def _answer_work(self, instruction: Instruction, answer_id: str) -> list[Work]:
        return [self._answering(instruction, answer_id)] if "answers" in self._plan.request.stages else []

    def _drawn(self, course: Course, instructions: int) -> list[Work]:
        """Give the work of a course that has just grown."""
        syllabus_id = course.syllabus.syllabus_id
        self._courses[syllabus_id] = course
        if "instructions" not in self._plan.request.stages:
            return []
        taken = find_taken(self._cursor, [syllabus_id], seed=self._seed)
        draws = draw_items(
            course,
            self._plan.request,
            taken=taken.before.get(syllabus_id, frozenset()),
            passed_over=taken.since.get(syllabus_id, frozenset()),
        )
        return list(self._planned(tuple(itertools.islice(draws, instructions))))
