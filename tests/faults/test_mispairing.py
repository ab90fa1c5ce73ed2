"""Whatever fails or comes late, no answer ever stands under another question."""

import random
from typing import Any

from glan_core.entities import RunState
from glan_core.store.failures import list_open_failures
from glan_core.store.runs import run_counts, run_errors
from tests.model_server import Reply, default_text, fail_every, stage_of
from tests.workbench import Workbench, belongs

REFUSED = Reply("refused on purpose", status=400)


def _refused(workbench: Workbench) -> int:
    return sum(reply.status == 400 for reply in workbench.server.replies)


def test_with_one_call_in_twenty_refused_every_answer_belongs_to_its_question(workbench: Workbench):
    workbench.server.script = fail_every(20, reply=REFUSED)
    progress = workbench.execute(workbench.plan(instructions=60), concurrency=8)
    answered = [pair for pair in workbench.pairs() if pair.answer is not None]
    assert progress.state is RunState.FINISHED
    assert len(answered) == progress.counts.answers
    assert [pair for pair in answered if not belongs(pair)] == []


def test_what_was_refused_is_counted_exactly(workbench: Workbench):
    workbench.server.script = fail_every(20, reply=REFUSED)
    plan = workbench.plan(instructions=60)
    progress = workbench.execute(plan, concurrency=8)
    refused = _refused(workbench)
    asked, answered = progress.counts.instructions, progress.counts.answers
    assert refused == len(workbench.server.requests) // 20 > 0
    assert progress.counts.failed == run_counts(workbench.cursor, plan.run_id).failed_calls == refused
    # A refused question is missed as a question, a refused answer as an answer.
    assert (60 - asked) + (asked - answered) == refused
    assert run_errors(workbench.cursor, plan.run_id)["error_kind"].unique().tolist() == ["http_400"]


def test_when_everything_goes_wrong_at_once_every_pair_is_delivered_or_listed(workbench: Workbench):
    rng = random.Random(1)
    faults = (
        *[REFUSED] * 5,
        *[Reply(body=b'{"choices": [{"mess')] * 5,
        *[Reply(is_dropped=True)] * 2,
        *[Reply("Too late.", delay_seconds=1.5)] * 2,
    )

    def script(request: dict[str, Any]) -> Reply | None:
        number = rng.randrange(100)
        return faults[number] if number < len(faults) else None

    workbench.server.script = script
    plan = workbench.plan(instructions=200)
    progress = workbench.execute(plan, concurrency=16, timeout_seconds=0.5)
    assert progress.state is RunState.FINISHED
    pairs = workbench.pairs()
    answered = {pair.instruction_id for pair in pairs if pair.answer is not None}
    assert [pair for pair in pairs if pair.answer is not None and not belongs(pair)] == []
    failed = {failure.item_id: failure.error_kind for failure in list_open_failures(workbench.cursor, plan.run_id)}
    missing = [item for item in plan.items if item.instruction_id not in answered]
    assert len(answered) + len(missing) == 200
    assert all((item.instruction_id in failed) != (item.answer_id in failed) for item in missing)
    assert len(failed) == len(missing) == progress.counts.failed > 0
    assert set(failed.values()) <= {"http_400", "unreadable", "timeout"}
    assert set(failed.values()) >= {"http_400", "timeout"}


def test_a_further_run_fills_the_gaps_with_answers_that_belong(workbench: Workbench):
    workbench.server.script = fail_every(20, reply=REFUSED)
    plan = workbench.plan(instructions=60)
    workbench.execute(plan, concurrency=8)
    workbench.server.script = lambda request: None
    again = workbench.execute(plan, concurrency=8)
    assert again.counts.failed == 0
    assert len(workbench.pairs()) == 60
    assert all(belongs(pair) for pair in workbench.pairs())
    assert run_counts(workbench.cursor, plan.run_id).failed_calls == 0


def test_replies_that_overtake_each_other_stay_with_their_questions(workbench: Workbench):
    def script(request: dict) -> Reply:
        return Reply(default_text(request), delay_seconds=request["seed"] % 7 / 100)

    workbench.server.script = script
    workbench.execute(workbench.plan(instructions=30), concurrency=8)
    assert len(workbench.pairs()) == 30
    assert all(belongs(pair) for pair in workbench.pairs())


def test_equal_questions_keep_answers_of_their_own(workbench: Workbench):
    def script(request: dict) -> str:
        return "The same question every time?" if stage_of(request) == "instructions" else f"Answer {request['seed']}."

    workbench.server.script = script
    workbench.execute(workbench.plan(instructions=10))
    pairs = workbench.pairs()
    assert len({pair.instruction for pair in pairs}) == 1
    assert len({pair.answer for pair in pairs}) == 10
