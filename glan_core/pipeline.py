"""Which step follows which, and what becomes of each result?

    subjects -> syllabus -> class_details -> instructions -> answers

A Pipeline hands out work, one call or conversation each; doing it keeps what came out and gives the work that follows.
It knows no order, no limits and no clock: an engine decides when each piece is done. One item that fails takes no
other along, and an answer is bound to its instruction by id.
"""

import itertools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from glan_core import ids
from glan_core.courses import Course, find_courses, list_courses
from glan_core.entities import Instruction, Subject, Syllabus
from glan_core.errors import CallError, ReplyError
from glan_core.ledger import Ledger
from glan_core.plan import Growth, Plan, PlannedInstruction, draw_items
from glan_core.quality.checks import check_answer, check_instruction
from glan_core.recording import KnownFailureError, RecordingModel
from glan_core.stages.answers import generate_answers
from glan_core.stages.class_details import extract_class_details
from glan_core.stages.instructions import generate_instructions
from glan_core.stages.subjects import generate_subjects
from glan_core.stages.syllabus import generate_syllabus
from glan_core.stages.taxonomy import build_taxonomy
from glan_core.store.answers import list_known_answer_ids
from glan_core.store.database import Cursor
from glan_core.store.instructions import list_instructions, list_taken_combinations
from glan_core.store.subjects import find_subject, list_subjects
from glan_core.store.taxonomy_nodes import list_child_names, list_path

_LOOK_UP_ROWS = 10_000  # ids a query when looking for what is there already

T = TypeVar("T")


class Work(NamedTuple):
    """One thing to do; doing it gives what to do next."""

    stage: str
    do: Callable[[], Awaitable[list["Work"]]]


@dataclass(slots=True)
class Counts:
    """What a pipeline has made so far."""

    instructions: int = 0
    answers: int = 0
    items_reused: int = 0
    """Rows that were there before, whose calls did not have to be made."""
    failed: int = 0
    """Items given up on: instructions, answers, or nodes that could not grow."""


class Pipeline:
    """The steps of one run."""

    def __init__(self, plan: Plan, *, cursor: Cursor, model: RecordingModel, ledger: Ledger) -> None:
        self._plan = plan
        self._settings = plan.request.settings
        self._seed = plan.request.seed
        self._run_id = plan.run_id
        self._cursor = cursor
        self._model = model
        self._ledger = ledger
        self._courses: dict[str, Course] = {}
        self.counts = Counts()

    def first_work(self) -> Iterator[Work]:
        """Give the work that can be begun at once; what is in the database already is left out."""
        for start in range(0, len(self._plan.items), _LOOK_UP_ROWS):
            yield from self._planned(self._plan.items[start : start + _LOOK_UP_ROWS])
        for growth in self._plan.growths:
            yield from self._growing(growth)

    # Instructions and answers ---------------------------------------------------------------------------------------

    def _planned(self, items: tuple[PlannedInstruction, ...]) -> Iterator[Work]:
        instructions = list_instructions(self._cursor, [item.instruction_id for item in items])
        answered = list_known_answer_ids(self._cursor, [item.answer_id for item in items])
        self._load_courses(items)
        for item in items:
            instruction = instructions.get(item.instruction_id)
            if instruction is None:
                yield self._instruction_work(item)
                continue
            self.counts.items_reused += 1
            if item.answer_id in answered:
                self.counts.items_reused += 1
            else:
                yield from self._answer_work(instruction)

    def _load_courses(self, items: tuple[PlannedInstruction, ...]) -> None:
        missing = {item.syllabus_id for item in items} - self._courses.keys()
        if missing:
            self._courses |= find_courses(self._cursor, sorted(missing))

    def _instruction_work(self, item: PlannedInstruction) -> Work:
        async def do() -> list[Work]:
            course = self._courses[item.syllabus_id]
            instruction = await self._attempts(
                lambda attempt: generate_instructions(
                    self._model,
                    discipline=course.path[-1].name,
                    subject=course.subject,
                    syllabus=course.syllabus,
                    details=course.details,
                    combination=item.combination,
                    settings=self._settings,
                    seed=self._seed,
                    run_id=self._run_id,
                    attempt=attempt,
                )
            )
            if instruction is None:
                return []
            flags = check_instruction(
                instruction,
                finish_reason=self._finish_reason(instruction.model_call_id),
                language=self._settings.language,
            )
            self._ledger.keep(instruction, *flags)
            self._ledger.settle(instruction.model_call_id)
            self.counts.instructions += 1
            return self._answer_work(instruction)

        return Work("instructions", do)

    def _answer_work(self, instruction: Instruction) -> list[Work]:
        async def do() -> list[Work]:
            answer = await self._attempts(
                lambda attempt: generate_answers(
                    self._model,
                    instruction=instruction,
                    settings=self._settings,
                    seed=self._seed,
                    run_id=self._run_id,
                    attempt=attempt,
                )
            )
            if answer is not None:
                flags = check_answer(
                    answer,
                    instruction,
                    finish_reason=self._finish_reason(answer.model_call_id),
                    language=self._settings.language,
                )
                self._ledger.keep(answer, *flags)
                self._ledger.settle(answer.model_call_id)
                self.counts.answers += 1
            return []

        return [Work("answers", do)] if "answers" in self._plan.request.stages else []

    def _finish_reason(self, model_call_id: str) -> str:
        call = self._ledger.find_call(model_call_id)
        return call.finish_reason if call else ""

    # Nodes that grow ------------------------------------------------------------------------------------------------

    def _growing(self, growth: Growth) -> Iterator[Work]:
        if growth.stage == "taxonomy":
            yield self._taxonomy_work(growth)
        elif growth.stage == "subjects":
            yield from self._subject_work(growth)
        else:
            subject = find_subject(self._cursor, growth.node_id)
            if subject is not None:  # a run that goes on may have its syllabus already
                yield from self._shared_out((subject,), growth.instructions)

    def _has_use_for(self, instructions: int) -> bool:
        return instructions > 0 or "instructions" not in self._plan.request.stages

    def _taxonomy_work(self, growth: Growth) -> Work:
        async def do() -> list[Work]:
            proposed = await self._attempts(
                lambda attempt: build_taxonomy(
                    self._model,
                    path=list_path(self._cursor, growth.node_id),
                    siblings=list_child_names(self._cursor, growth.node_id),
                    settings=self._settings,
                    seed=self._seed,
                    attempt=attempt,
                )
            )
            self._ledger.keep(*(proposed or ()))
            return []

        return Work("taxonomy", do)

    def _subject_work(self, growth: Growth) -> Iterator[Work]:
        """Ask for a discipline's subjects, and share its instructions out once the last query has come back."""
        path = list_path(self._cursor, growth.node_id)
        known = list_subjects(self._cursor, [growth.node_id])
        found: dict[str, Subject] = {subject.name.casefold(): subject for subject in known}
        open_queries = set(range(1, self._settings.subject_queries + 1))

        def work(query: int) -> Work:
            async def do() -> list[Work]:
                subjects = await self._attempts(
                    lambda attempt: generate_subjects(
                        self._model,
                        path=path,
                        query=query,
                        settings=self._settings,
                        seed=self._seed,
                        run_id=self._run_id,
                        attempt=attempt,
                    )
                )
                for subject in subjects or ():
                    if subject.name.casefold() not in found:
                        found[subject.name.casefold()] = subject
                        self._ledger.keep(subject)
                    self._ledger.settle(subject.model_call_id or "")
                open_queries.discard(query)
                return [] if open_queries else self._shared_out(tuple(found.values()), growth.instructions)

            return Work("subjects", do)

        yield from (work(query) for query in sorted(open_queries))

    def _shared_out(self, subjects: tuple[Subject, ...], instructions: int) -> list[Work]:
        """Give each subject its share of the instructions, one by one, so that none is more than one ahead."""
        courses = list_courses(self._cursor, subjects)
        work: list[Work] = []
        # Queries come back in any order; a run that is taken up again has to share out alike.
        ordered = sorted(subjects, key=lambda subject: ids.stable_id("order", self._seed, subject.subject_id))
        for place, subject in enumerate(ordered):
            share = instructions // len(subjects) + (place < instructions % len(subjects))
            course = courses.get(subject.subject_id)
            if course is not None:
                work.extend(self._drawn(course, share))
            elif "syllabus" in self._plan.request.stages and self._has_use_for(share):
                work.append(self._syllabus_work(subject, share))
        return work

    def _syllabus_work(self, subject: Subject, instructions: int) -> Work:
        path = list_path(self._cursor, subject.discipline_id)

        async def do() -> list[Work]:
            syllabus = await self._attempts(
                lambda attempt: generate_syllabus(
                    self._model,
                    discipline=path[-1].name,
                    subject=subject,
                    version=1,
                    settings=self._settings,
                    seed=self._seed,
                    run_id=self._run_id,
                    attempt=attempt,
                )
            )
            if syllabus is None:
                return []
            self._ledger.keep(syllabus)
            self._ledger.settle(syllabus.model_call_id or "")
            return [self._class_details_work(subject, syllabus, instructions)]

        return Work("syllabus", do)

    def _class_details_work(self, subject: Subject, syllabus: Syllabus, instructions: int) -> Work:
        async def do() -> list[Work]:
            details = await self._attempts(
                lambda attempt: extract_class_details(
                    self._model, syllabus=syllabus, settings=self._settings, seed=self._seed, attempt=attempt
                )
            )
            if details is None:
                return []
            self._ledger.keep(*details.class_sessions, *details.key_concepts)
            course = Course(list_path(self._cursor, subject.discipline_id), subject, syllabus, details)
            return self._drawn(course, instructions)

        return Work("class_details", do)

    def _drawn(self, course: Course, instructions: int) -> list[Work]:
        self._courses[course.syllabus.syllabus_id] = course
        if "instructions" not in self._plan.request.stages:
            return []
        syllabus_id = course.syllabus.syllabus_id
        taken = list_taken_combinations(self._cursor, [syllabus_id], other_than_seed=self._seed)
        draws = draw_items(course, self._plan.request, taken=taken.get(syllabus_id, frozenset()))
        items = tuple(itertools.islice(draws, instructions))
        return list(self._planned(items))

    # Trying again ---------------------------------------------------------------------------------------------------

    async def _attempts(self, make: Callable[[int], Awaitable[T]]) -> T | None:
        """Try until a reply can be used; None when the new attempts are used up or the call itself was refused.

        Attempts of earlier runs whose replies could not be used are passed over, so a further run tries anew.
        """
        left = self._settings.reply_attempts
        attempt = 1
        while left > 0:
            try:
                return await make(attempt)
            except KnownFailureError:
                attempt += 1
            except ReplyError as error:
                self._ledger.settle(error.model_call_id, error)
                attempt += 1
                left -= 1
            except CallError as error:
                # No reply came, so the same request may be sent again; it stays the same attempt for a later run too.
                left = left - 1 if error.is_retryable else 0
        self.counts.failed += 1
        return None
