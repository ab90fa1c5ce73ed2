"""What do the steps of a run of any kind work with, and what do steps of several kinds do alike?"""

from collections.abc import Awaitable
from functools import partial
from typing import Protocol, TypeVar

from glan_core.entities import Answer, Instruction
from glan_core.generation_settings import GenerationSettings
from glan_core.llm.chat_model import ChatModel
from glan_core.planning.plan import Plan
from glan_core.quality.checks import check_answer, check_instruction
from glan_core.runs.attempts import Attempts, Counts
from glan_core.runs.ledger import Ledger
from glan_core.runs.recording import RecordingModel
from glan_core.runs.work import Work
from glan_core.stages.answers import generate_answers
from glan_core.store.database import Cursor
from glan_core.store.ingest import Entity

Made = TypeVar("Made", covariant=True)


class Ask(Protocol[Made]):
    """A function of a stage with all that it is to be told of its item."""

    def __call__(
        self, model: ChatModel, /, *, settings: GenerationSettings, seed: int, attempt: int
    ) -> Awaitable[Made]:
        """Ask once."""
        ...


class Steps:
    """The plan of a run, where it reads and writes, its model, and what it has made so far."""

    def __init__(
        self,
        plan: Plan,
        *,
        cursor: Cursor,
        model: RecordingModel,
        ledger: Ledger,
        only: frozenset[str] | None = None,
    ) -> None:
        """With `only`, nothing else than the items with these ids is made."""
        self._plan = plan
        self._settings = plan.request.settings
        self._seed = plan.request.seed
        self._run_id = plan.run_id
        self._cursor = cursor
        self._model = model
        self._ledger = ledger
        self._only = only
        self.counts = Counts()
        self._attempts = Attempts(
            ledger=ledger, counts=self.counts, run_id=plan.run_id, reply_attempts=self._settings.reply_attempts
        )

    def _is_wanted(self, *item_ids: str) -> bool:
        return self._only is None or not self._only.isdisjoint(item_ids)

    async def _make(self, item_id: str, stage: str, ask: Ask[Made]) -> Made | None:
        """Ask until a reply can be used; None for an item that is given up."""
        return await self._attempts.make(
            item_id,
            stage,
            lambda attempt: ask(self._model, settings=self._settings, seed=self._seed, attempt=attempt),
        )

    def _answering(self, instruction: Instruction, answer_id: str) -> Work:
        """Give the work of answering a question; the answer gets this id."""

        async def do() -> list[Work]:
            ask = partial(generate_answers, instruction=instruction, run_id=self._run_id)
            answer = await self._make(answer_id, "answers", ask)
            if answer is not None:
                self._keep_answer(answer, instruction)
            return []

        return Work("answers", do)

    def _keep_instruction(self, instruction: Instruction, *also: Entity) -> None:
        """Keep a question that was just asked for, with what a program sees wrong with it."""
        reason = self._finish_reason(instruction.model_call_id)
        flags = check_instruction(instruction, finish_reason=reason, language=self._settings.language)
        self._ledger.keep(instruction, *also, *flags)
        self._ledger.settle(instruction.model_call_id)
        self.counts.instructions += 1

    def _keep_answer(self, answer: Answer, instruction: Instruction, *also: Entity) -> None:
        """Keep an answer that just came to this question, with what a program sees wrong with it."""
        reason = self._finish_reason(answer.model_call_id)
        flags = check_answer(answer, instruction, finish_reason=reason, language=self._settings.language)
        self._ledger.keep(*also, answer, *flags)
        self._ledger.settle(answer.model_call_id)
        self.counts.answers += 1

    def _finish_reason(self, model_call_id: str) -> str:
        call = self._ledger.find_call(model_call_id)
        return call.finish_reason if call else ""
