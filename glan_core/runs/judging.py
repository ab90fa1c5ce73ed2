"""What does a run of judging do, and what becomes of each result?

    judge                               the scores of a pair
    compared_answers -> compare -> compare   the second model's answer, then both answers in one order and the other

It hands out work as runs/pipeline.py does: an engine decides when each piece is done, and one item that fails takes no
other along.
"""

from collections.abc import Iterator
from datetime import datetime

from glan_core import prompts
from glan_core.judgements import ComparedAnswer, Comparison, JudgedPair, Judgement
from glan_core.planning.judged_pairs import Judging, read_in_batches
from glan_core.planning.plan import Plan
from glan_core.runs.ledger import Ledger
from glan_core.runs.recording import RecordingModel
from glan_core.runs.steps import Steps
from glan_core.runs.work import Work
from glan_core.stages.compare import compare_answers, comparison_id
from glan_core.stages.compared_answers import compared_answer_id, generate_compared_answers
from glan_core.stages.judge import judge_answer, judgement_id
from glan_core.store.comparisons import find_compared_answers, list_known_comparison_ids
from glan_core.store.database import Cursor
from glan_core.store.judgements import list_known_judgement_ids


class JudgingPipeline(Steps):
    """The steps of one run of judging."""

    def __init__(
        self,
        plan: Plan,
        judging: Judging,
        *,
        cursor: Cursor,
        model: RecordingModel,
        ledger: Ledger,
        only: frozenset[str] | None = None,
    ) -> None:
        """With `only`, no other judgements, comparisons and answers than those with these ids are made."""
        super().__init__(plan, cursor=cursor, model=model, ledger=ledger, only=only)
        self._judging = judging
        self._stages = plan.request.stages
        self._answers_made: dict[str, ComparedAnswer] = {}  # two answers of one question share the second model's

    def first_work(self) -> Iterator[Work]:
        """Give the work that can be begun at once, one piece a pair; what is in the database already is left out."""
        for pairs in read_in_batches(self._cursor, self._judging.pairs):
            if "judge" in self._stages:
                yield from self._judge_work(pairs)
            if "compare" in self._stages or "compared_answers" in self._stages:
                yield from self._comparing_work(pairs)

    # Judging ----------------------------------------------------------------------------------------------------------

    def _judge_work(self, pairs: tuple[JudgedPair, ...]) -> Iterator[Work]:
        wanted = {judgement_id(pair, settings=self._settings): pair for pair in pairs}
        known = list_known_judgement_ids(self._cursor, list(wanted))
        for item_id, pair in wanted.items():
            if item_id in known:
                self.counts.items_reused += 1
            elif self._is_wanted(item_id):
                yield self._judgement(item_id, pair)

    def _judgement(self, item_id: str, pair: JudgedPair) -> Work:
        async def do() -> list[Work]:
            scored = await self._attempts.make(
                item_id,
                "judge",
                lambda attempt: judge_answer(
                    self._model, pair=pair, settings=self._settings, seed=self._seed, attempt=attempt
                ),
            )
            if scored is None:
                return []
            self._ledger.keep(
                Judgement(
                    judgement_id=item_id,
                    instruction_id=pair.instruction_id,
                    answer_id=pair.answer_id,
                    model=self._settings.stages["judge"].model,
                    template_fingerprint=self._fingerprint("judge"),
                    **scored.scores,
                    reason=scored.reason,
                    run_id=self._run_id,
                    model_call_id=scored.model_call_id,
                    judged_at=self._ended_at(scored.model_call_id),
                    text_digest=pair.text_digest,
                )
            )
            self._ledger.settle(scored.model_call_id, left_out=scored.left_out)
            self._ledger.settle_unusable(scored.unusable)
            self.counts.judgements += 1
            return []

        return Work("judge", do)

    # Comparing --------------------------------------------------------------------------------------------------------

    def _comparing_work(self, pairs: tuple[JudgedPair, ...]) -> Iterator[Work]:
        answer_ids = {pair: compared_answer_id(pair, settings=self._settings) for pair in pairs}
        answers = find_compared_answers(self._cursor, sorted(set(answer_ids.values())))
        orders = {pair: self._orders(pair, answer_id) for pair, answer_id in answer_ids.items()}
        known = list_known_comparison_ids(self._cursor, [item_id for both in orders.values() for item_id in both])
        for pair, answer_id in answer_ids.items():
            missing = {item_id: is_swapped for item_id, is_swapped in orders[pair].items() if item_id not in known}
            self.counts.items_reused += (answer_id in answers) + len(orders[pair]) - len(missing)
            if answer_id not in answers:
                if self._is_wanted(answer_id, *missing):
                    yield self._compared_answer(answer_id, pair)
            elif self._is_wanted(*missing):
                yield from self._comparisons(pair, answers[answer_id], missing)

    def _orders(self, pair: JudgedPair, answer_id: str) -> dict[str, bool]:
        """Give, by the id of the comparison, whether the answers are swapped in it: the one order and the other."""
        if "compare" not in self._stages:
            return {}
        return {
            comparison_id(
                pair, compared_answer_id=answer_id, is_swapped=is_swapped, settings=self._settings
            ): is_swapped
            for is_swapped in (False, True)
        }

    def _compared_answer(self, answer_id: str, pair: JudgedPair) -> Work:
        async def do() -> list[Work]:
            answer = self._answers_made.get(answer_id)
            if answer is None:
                answer = await self._attempts.make(
                    answer_id,
                    "compared_answers",
                    lambda attempt: generate_compared_answers(
                        self._model,
                        pair=pair,
                        settings=self._settings,
                        seed=self._seed,
                        run_id=self._run_id,
                        attempt=attempt,
                    ),
                )
                if answer is None:
                    return []
                self._ledger.keep(answer)
                self._ledger.settle(answer.model_call_id)
                self._answers_made[answer_id] = answer
                self.counts.compared_answers += 1
            return self._comparisons(pair, answer, self._orders(pair, answer_id))

        return Work("compared_answers", do)

    def _comparisons(self, pair: JudgedPair, answer: ComparedAnswer, missing: dict[str, bool]) -> list[Work]:
        """Give the work of the first of the orders that are missing; the other one follows from it."""
        if not missing:
            return []
        item_id, *rest = missing

        async def do() -> list[Work]:
            compared = await self._attempts.make(
                item_id,
                "compare",
                lambda attempt: compare_answers(
                    self._model,
                    pair=pair,
                    compared_answer=answer.text,
                    compared_answer_id=answer.compared_answer_id,
                    is_swapped=missing[item_id],
                    settings=self._settings,
                    seed=self._seed,
                    attempt=attempt,
                ),
            )
            if compared is None:
                return []  # one order alone tells nothing, so the other is not paid for
            self._ledger.keep(
                Comparison(
                    comparison_id=item_id,
                    instruction_id=pair.instruction_id,
                    answer_id=pair.answer_id,
                    compared_answer_id=answer.compared_answer_id,
                    model=self._settings.stages["compare"].model,
                    template_fingerprint=self._fingerprint("compare"),
                    is_swapped=missing[item_id],
                    score=compared.score,
                    compared_score=compared.compared_score,
                    reason=compared.reason,
                    run_id=self._run_id,
                    model_call_id=compared.model_call_id,
                    judged_at=self._ended_at(compared.model_call_id),
                    text_digest=pair.text_digest,
                )
            )
            self._ledger.settle(compared.model_call_id, left_out=compared.left_out)
            self._ledger.settle_unusable(compared.unusable)
            self.counts.comparisons += 1
            return self._comparisons(pair, answer, {other: missing[other] for other in rest})

        return [Work("compare", do)]

    def _fingerprint(self, stage: str) -> str:
        (template,) = self._settings.stages[stage].templates
        return prompts.fingerprint(template, folder=self._settings.templates_folder)

    def _ended_at(self, model_call_id: str) -> datetime:
        call = self._ledger.find_call(model_call_id)
        assert call is not None  # nothing was made of its reply yet
        return call.finished_at
