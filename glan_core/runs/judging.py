"""What does a run of judging do, and what becomes of each result?

    judge                               the scores of a pair
    compared_answers -> compare -> compare   the second model's answer, then both answers in one order and the other

It hands out work as runs/pipeline.py does: an engine decides when each piece is done, and one item that fails takes no
other along.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial

from glan_core import prompts
from glan_core.judgements import ComparedAnswer, Comparison, JudgedPair, Judgement
from glan_core.planning.judged_pairs import PairToJudge, read_in_batches
from glan_core.planning.open_pairs import (
    OpenComparison,
    OpenJudgement,
    find_open_comparisons,
    find_open_judgements,
    orders_of,
)
from glan_core.planning.plan import Plan
from glan_core.runs.ledger import Ledger
from glan_core.runs.recording import RecordingModel
from glan_core.runs.steps import Steps
from glan_core.runs.work import Work
from glan_core.stages.compare import Compared, compare_answers
from glan_core.stages.compared_answers import generate_compared_answers
from glan_core.stages.judge import Scored, judge_answer
from glan_core.store.database import Cursor


class JudgingPipeline(Steps):
    """The steps of one run of judging."""

    def __init__(
        self,
        plan: Plan,
        *,
        cursor: Cursor,
        model: RecordingModel,
        ledger: Ledger,
        only: frozenset[str] | None = None,
    ) -> None:
        """With `only`, no other judgements, comparisons and answers than those with these ids are made."""
        super().__init__(plan, cursor=cursor, model=model, ledger=ledger, only=only)
        self._stages = plan.request.stages
        self._shared: set[str] = set()  # questions with several answers, which share the second model's
        self._answers_made: dict[str, ComparedAnswer] = {}
        self._in_turn: dict[str, asyncio.Lock] = {}

    def first_work(self) -> Iterator[Work]:
        """Give the work that can be begun at once, one piece a pair; what is in the database already is left out."""
        assert self._plan.judging is not None
        self._find_shared(self._plan.judging.pairs)
        for pairs in read_in_batches(self._cursor, self._plan.judging.pairs):
            yield from self.work_of(pairs)

    def work_of(self, pairs: Sequence[JudgedPair]) -> Iterator[Work]:
        """Give the work of these pairs alone."""
        self._find_shared(pairs)
        if "judge" in self._stages:
            judgements = find_open_judgements(self._cursor, pairs, settings=self._settings)
            self.counts.items_reused += judgements.items_reused
            for judgement in judgements.open:
                if self._is_wanted(*judgement.item_ids):
                    yield self._judgement(judgement)
        else:
            comparisons = find_open_comparisons(self._cursor, pairs, settings=self._settings)
            self.counts.items_reused += comparisons.items_reused
            for comparison in comparisons.open:
                if not self._is_wanted(*comparison.item_ids):
                    continue
                if comparison.answer is None:
                    yield self._compared_answer(comparison)
                else:
                    yield from self._comparisons(comparison.pair, comparison.answer, comparison.missing)

    def _find_shared(self, pairs: Iterable[JudgedPair | PairToJudge]) -> None:
        counts = Counter(pair.instruction_id for pair in pairs)
        self._shared |= {instruction_id for instruction_id, times in counts.items() if times > 1}

    # Judging ----------------------------------------------------------------------------------------------------------

    def _judgement(self, judgement: OpenJudgement) -> Work:
        pair, item_id = judgement.pair, judgement.judgement_id

        async def do() -> list[Work]:
            scored = await self._make(item_id, "judge", partial(judge_answer, pair=pair))
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
            self._settle(scored)
            self.counts.judgements += 1
            return []

        return Work("judge", do)

    # Comparing --------------------------------------------------------------------------------------------------------

    def _compared_answer(self, comparison: OpenComparison) -> Work:
        async def do() -> list[Work]:
            pair, answer_id = comparison.pair, comparison.answer_id
            if pair.instruction_id in self._shared:
                async with self._in_turn.setdefault(answer_id, asyncio.Lock()):
                    answer = self._answers_made.get(answer_id) or await self._make_compared_answer(pair, answer_id)
            else:
                answer = await self._make_compared_answer(pair, answer_id)
            if answer is None:
                return []
            return self._comparisons(pair, answer, orders_of(pair, answer_id, settings=self._settings))

        return Work("compared_answers", do)

    async def _make_compared_answer(self, pair: JudgedPair, answer_id: str) -> ComparedAnswer | None:
        ask = partial(generate_compared_answers, pair=pair, run_id=self._run_id)
        answer = await self._make(answer_id, "compared_answers", ask)
        if answer is not None:
            self._ledger.keep(answer)
            self._ledger.settle(answer.model_call_id)
            if pair.instruction_id in self._shared:
                self._answers_made[answer_id] = answer
            self.counts.compared_answers += 1
        return answer

    def _comparisons(self, pair: JudgedPair, answer: ComparedAnswer, missing: dict[str, bool]) -> list[Work]:
        """Give the work of the first of the orders that are missing; the other one follows from it."""
        if not missing:
            return []
        item_id, *rest = missing

        async def do() -> list[Work]:
            ask = partial(
                compare_answers,
                pair=pair,
                compared_answer=answer.text,
                compared_answer_id=answer.compared_answer_id,
                is_swapped=missing[item_id],
            )
            compared = await self._make(item_id, "compare", ask)
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
            self._settle(compared)
            self.counts.comparisons += 1
            return self._comparisons(pair, answer, {other: missing[other] for other in rest})

        return [Work("compare", do)]

    def _settle(self, said: Scored | Compared) -> None:
        self._ledger.settle(said.model_call_id, left_out=said.left_out)
        self._ledger.settle_unusable(said.unusable)

    def _fingerprint(self, stage: str) -> str:
        (template,) = self._settings.stages[stage].templates
        return prompts.fingerprint(template, folder=self._settings.templates_folder)

    def _ended_at(self, model_call_id: str) -> datetime:
        call = self._ledger.find_call(model_call_id)
        assert call is not None  # nothing was made of its reply yet
        return call.finished_at
