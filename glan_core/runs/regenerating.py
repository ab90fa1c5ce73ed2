"""What does a run that writes rejected pairs anew do, and what becomes of each result?

    regenerated_instructions -> answers   another question, then its answer
    regenerated_answers                   another answer to the same question

It hands out work as runs/pipeline.py does. A new pair is one of its own, with a link to the rejected one.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from glan_core.courses import Course, find_courses
from glan_core.planning.open_pairs import OpenRegeneration, find_open_regenerations
from glan_core.planning.rejected_pairs import read_rejected_pairs
from glan_core.quality.checks import check_instruction
from glan_core.regenerations import Regeneration, RejectedPair
from glan_core.runs.steps import Steps
from glan_core.runs.work import Work
from glan_core.stages.regenerated_answers import regenerate_answers
from glan_core.stages.regenerated_instructions import regenerate_instructions


class RegeneratingSteps(Steps):
    """The steps of one run that writes rejected pairs anew."""

    def first_work(self) -> Iterator[Work]:
        """Give the work that can be begun at once, one piece a pair; what is in the database already is left out."""
        assert self._plan.regenerating is not None
        for pairs in read_rejected_pairs(self._cursor, self._plan.regenerating.pairs):
            yield from self.work_of(pairs)

    def work_of(self, pairs: Sequence[RejectedPair]) -> Iterator[Work]:
        """Give the work of these pairs alone."""
        found = find_open_regenerations(self._cursor, pairs, settings=self._settings, seed=self._seed)
        self.counts.items_reused += found.items_reused
        courses = find_courses(self._cursor, sorted({each.pair.instruction.syllabus_id for each in found.open}))
        for each in found.open:
            if not self._is_wanted(*each.item_ids):
                continue
            if not each.pair.wants_question:
                yield self._new_answer(each)
            elif each.instruction is None:
                yield self._new_question(each, courses[each.pair.instruction.syllabus_id])
            else:
                yield self._answering(each.instruction, each.answer_id)

    def _new_question(self, new: OpenRegeneration, course: Course) -> Work:
        async def do() -> list[Work]:
            ask = partial(
                regenerate_instructions,
                pair=new.pair,
                discipline=course.path[-1].name,
                subject=course.subject,
                details=course.details,
                run_id=self._run_id,
            )
            instruction = await self._make(new.instruction_id, "regenerated_instructions", ask)
            if instruction is None:
                return []
            self._keep_instruction(instruction, _link(new))
            return [self._answering(instruction, new.answer_id)]

        return Work("regenerated_instructions", do)

    def _new_answer(self, new: OpenRegeneration) -> Work:
        async def do() -> list[Work]:
            ask = partial(regenerate_answers, pair=new.pair, run_id=self._run_id)
            made = await self._make(new.answer_id, "regenerated_answers", ask)
            if made is None:
                return []  # without an answer it would be the same question once more
            question = made.instruction
            flags = check_instruction(question, finish_reason="", language=self._settings.language)
            self._keep_answer(made.answer, question, question, _link(new), *flags)
            self.counts.instructions += 1
            return []

        return Work("regenerated_answers", do)


def _link(new: OpenRegeneration) -> Regeneration:
    return Regeneration(new.instruction_id, new.pair.instruction.instruction_id)
