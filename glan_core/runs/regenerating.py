"""What does a run that writes rejected pairs anew do, and what becomes of each result?

    regenerated_instructions -> answers   another question, then its answer
    regenerated_answers                   another answer to the same question

It hands out work as runs/pipeline.py does. A new pair is one of its own, with a link to the rejected one.
"""

from collections.abc import Iterator

from glan_core.courses import Course, find_courses
from glan_core.entities import Instruction
from glan_core.planning.plan import Plan
from glan_core.planning.rejected_pairs import Regenerating, read_rejected_pairs
from glan_core.quality.checks import check_answer, check_instruction
from glan_core.regenerations import Regeneration, RejectedPair
from glan_core.runs.ledger import Ledger
from glan_core.runs.recording import RecordingModel
from glan_core.runs.steps import Steps
from glan_core.runs.work import Work
from glan_core.stages.answers import answer_id, generate_answers
from glan_core.stages.regenerated_answers import regenerate_answers, regenerated_answer_id
from glan_core.stages.regenerated_instructions import regenerate_instructions, regenerated_instruction_id
from glan_core.store.answers import list_known_answer_ids
from glan_core.store.database import Cursor
from glan_core.store.instructions import list_instructions


class RegeneratingSteps(Steps):
    """The steps of one run that writes rejected pairs anew."""

    def __init__(
        self,
        plan: Plan,
        regenerating: Regenerating,
        *,
        cursor: Cursor,
        model: RecordingModel,
        ledger: Ledger,
        only: frozenset[str] | None = None,
    ) -> None:
        """With `only`, no other instructions and answers than those with these ids are made."""
        super().__init__(plan, cursor=cursor, model=model, ledger=ledger, only=only)
        self._regenerating = regenerating

    def first_work(self) -> Iterator[Work]:
        """Give the work that can be begun at once, one piece a pair; what is in the database already is left out."""
        for pairs in read_rejected_pairs(self._cursor, self._regenerating.pairs):
            yield from self._work(pairs)

    def _work(self, pairs: tuple[RejectedPair, ...]) -> Iterator[Work]:
        new = {regenerated_instruction_id(pair, settings=self._settings, seed=self._seed): pair for pair in pairs}
        answers = {each: self._answer_id(each, pair) for each, pair in new.items()}
        instructions = list_instructions(self._cursor, list(new))
        answered = list_known_answer_ids(self._cursor, list(answers.values()))
        courses = find_courses(self._cursor, sorted({pair.instruction.syllabus_id for pair in pairs}))
        for new_id, pair in new.items():
            known, is_answered = instructions.get(new_id), answers[new_id] in answered
            if not pair.wants_question:
                self.counts.items_reused += is_answered
                if not is_answered and self._is_wanted(answers[new_id]):
                    yield self._new_answer(answers[new_id], pair)
                continue
            self.counts.items_reused += (known is not None) + is_answered
            if known is None and self._is_wanted(new_id):
                yield self._new_question(new_id, pair, courses[pair.instruction.syllabus_id])
            elif known is not None and not is_answered and self._is_wanted(answers[new_id]):
                yield self._answer(known)

    def _answer_id(self, new_id: str, pair: RejectedPair) -> str:
        return answer_id(new_id, settings=self._settings) if pair.wants_question else regenerated_answer_id(new_id)

    def _new_question(self, new_id: str, pair: RejectedPair, course: Course) -> Work:
        async def do() -> list[Work]:
            instruction = await self._attempts.make(
                new_id,
                "regenerated_instructions",
                lambda attempt: regenerate_instructions(
                    self._model,
                    pair=pair,
                    discipline=course.path[-1].name,
                    subject=course.subject,
                    details=course.details,
                    settings=self._settings,
                    seed=self._seed,
                    run_id=self._run_id,
                    attempt=attempt,
                ),
            )
            if instruction is None:
                return []
            reason = self._finish_reason(instruction.model_call_id)
            flags = check_instruction(instruction, finish_reason=reason, language=self._settings.language)
            self._ledger.keep(instruction, Regeneration(new_id, pair.instruction.instruction_id), *flags)
            self._ledger.settle(instruction.model_call_id)
            self.counts.instructions += 1
            return [self._answer(instruction)]

        return Work("regenerated_instructions", do)

    def _answer(self, instruction: Instruction) -> Work:
        async def do() -> list[Work]:
            answer = await self._attempts.make(
                answer_id(instruction.instruction_id, settings=self._settings),
                "answers",
                lambda attempt: generate_answers(
                    self._model,
                    instruction=instruction,
                    settings=self._settings,
                    seed=self._seed,
                    run_id=self._run_id,
                    attempt=attempt,
                ),
            )
            if answer is not None:
                reason = self._finish_reason(answer.model_call_id)
                flags = check_answer(answer, instruction, finish_reason=reason, language=self._settings.language)
                self._ledger.keep(answer, *flags)
                self._ledger.settle(answer.model_call_id)
                self.counts.answers += 1
            return []

        return Work("answers", do)

    def _new_answer(self, item_id: str, pair: RejectedPair) -> Work:
        async def do() -> list[Work]:
            made = await self._attempts.make(
                item_id,
                "regenerated_answers",
                lambda attempt: regenerate_answers(
                    self._model,
                    pair=pair,
                    settings=self._settings,
                    seed=self._seed,
                    run_id=self._run_id,
                    attempt=attempt,
                ),
            )
            if made is None:
                return []  # without an answer it would be the same question once more
            new, answer = made.instruction, made.answer
            reason = self._finish_reason(answer.model_call_id)
            flags = (
                *check_instruction(new, finish_reason="", language=self._settings.language),
                *check_answer(answer, new, finish_reason=reason, language=self._settings.language),
            )
            self._ledger.keep(new, Regeneration(new.instruction_id, pair.instruction.instruction_id), answer, *flags)
            self._ledger.settle(answer.model_call_id)
            self.counts.instructions += 1
            self.counts.answers += 1
            return []

        return Work("regenerated_answers", do)
