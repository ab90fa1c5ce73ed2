"""Tests of glan_core.engines.batch_budget: may another call be ordered?"""

import dataclasses
from typing import Any

import pytest

from glan_core.calls import ChatReply, ChatRequest
from glan_core.engines.batch_budget import BatchBudget, May
from glan_core.entities import RunState
from glan_core.generation_settings import GenerationSettings, Limits, Price
from glan_core.planning.plan import Plan
from glan_core.store.runs import DearestCall, RunCounts, run_counts
from tests.batch_server import BatchServer
from tests.engines.batch_case import HURRIED, QUICK, batch
from tests.model_server import Reply, stage_of
from tests.simulated_endpoint import request
from tests.store.test_address_statistics import call
from tests.workbench import Workbench

NOTHING = RunCounts(0, 0, 0, 0, 0, 0, 0.0)
SOME = RunCounts(2, 0, 1, 1, 300, 100, 4.0, dearest=(DearestCall("answers", "simulated-model", 9, 45, 3.0),))
NONE_RESERVED = May(0, 0.0)
MOST = len("Question 1?") // 2 + 100


def dollar_a_token(request: ChatRequest, reply: ChatReply) -> float:
    return float((reply.prompt_tokens or 0) + (reply.completion_tokens or 0))


def budget(limits: Limits = Limits(), before: RunCounts = NOTHING, **options: Any) -> BatchBudget:  # noqa: B008 - frozen
    return BatchBudget(limits, before=before, cost=dollar_a_token, **options)


def test_a_call_counts_with_the_most_that_it_can_come_to() -> None:
    assert budget().may_come_to(request(1)) == May(MOST, float(MOST))


def test_after_nine_calls_of_its_stage_a_call_counts_with_the_dearest_and_a_tenth_of_what_is_above_it() -> None:
    may = budget(before=SOME).may_come_to(request(1))
    assert may.tokens == 45 + (MOST - 45) // 10
    assert may.dollars == pytest.approx(3.0 + (MOST - 3.0) / 10)


def test_cheap_calls_of_another_stage_or_model_say_nothing_about_a_call() -> None:
    known = budget(before=SOME)
    assert known.may_come_to(dataclasses.replace(request(1), stage="judge")).tokens == MOST
    assert known.may_come_to(request(1, model="another-model")).tokens == MOST


def test_what_comes_back_in_this_session_counts_too() -> None:
    one = dataclasses.replace(call(1, None), model="simulated-model", cost=16.0)
    known = budget()
    known.add(one)
    assert known.may_come_to(request(1)).tokens == 16 + round((MOST - 16) / 2)
    known.add(dataclasses.replace(one, prompt_tokens=90))
    assert known.may_come_to(request(1)).tokens == 96 + round((MOST - 96) / 3)


def test_a_question_counts_together_with_its_answer(settings: GenerationSettings) -> None:
    question = dataclasses.replace(request(1), stage="instructions")
    both = budget(stages=("instructions", "answers"), settings=settings.stages).may_come_to(question)
    assert both.tokens == MOST + (MOST + settings.stages["answers"].max_tokens)
    alone = budget(stages=("instructions",), settings=settings.stages).may_come_to(question)
    assert alone.tokens == MOST


def test_what_was_ordered_counts_until_it_comes_back() -> None:
    known = budget(Limits(dollars=10.0, tokens=1000), SOME)
    may = May(100, 3.0)
    assert known.hindrance(may, reserved=May(500, 3.0)) == ""
    assert "tokens" in known.hindrance(may, reserved=May(501, 3.0))
    assert "budget of $10" in known.hindrance(may, reserved=May(500, 3.5))


def test_without_a_price_no_budget_can_be_kept() -> None:
    unpriced = BatchBudget(Limits(dollars=10.0), before=NOTHING, cost=lambda request, reply: None)
    assert "price" in unpriced.hindrance(unpriced.may_come_to(request()), reserved=NONE_RESERVED)


def test_no_limit_can_be_kept_once_a_reply_does_not_tell_its_tokens() -> None:
    known = budget(Limits(tokens=10**6))
    known.add(dataclasses.replace(call(1, None), prompt_tokens=None, completion_tokens=None))
    assert "does not tell" in known.hindrance(May(1, 1.0), reserved=NONE_RESERVED)


def test_nor_in_any_later_session() -> None:
    known = budget(Limits(tokens=10**6), NOTHING._replace(without_tokens=1))
    assert "does not tell" in known.hindrance(May(1, 1.0), reserved=NONE_RESERVED)


# Whole runs -----------------------------------------------------------------------------------------------------------


def spent(bench: Workbench, plan: Plan) -> int:
    counts = run_counts(bench.cursor, plan.run_id)
    return counts.prompt_tokens + counts.completion_tokens


def long_answers(server: BatchServer) -> None:
    """Let answers be twenty times as long as questions."""
    server.script = lambda body: Reply("It is so. " * 200) if stage_of(body) == "answers" else None


@pytest.mark.parametrize("part_calls", [5, 50_000])
@pytest.mark.parametrize("limit", [30_000, 60_000])
def test_a_limit_of_tokens_is_used_and_kept_by_this_session_and_by_the_next(
    bench: Workbench, server: BatchServer, limit: int, part_calls: int
):
    long_answers(server)
    choice = dataclasses.replace(QUICK, part_calls=part_calls)
    plan = bench.plan(instructions=200)
    progress = batch(bench, plan, choice=choice, limits=Limits(tokens=limit))
    assert progress.state is RunState.STOPPED
    assert progress.message == f"The limit of {limit:,} tokens would not hold another call."
    assert 0.7 * limit <= spent(bench, plan) <= limit
    assert progress.counts.instructions == progress.counts.answers
    again = batch(bench, plan, choice=choice, limits=Limits(tokens=limit))
    assert again.state is RunState.STOPPED
    assert spent(bench, plan) <= limit
    assert len(server.worked_on) == len(set(server.worked_on))


def test_a_budget_in_dollars_is_used_and_kept_likewise(bench: Workbench, server: BatchServer):
    long_answers(server)
    stages = {name: dataclasses.replace(stage, price=Price(1.0, 4.0)) for name, stage in bench.settings.stages.items()}
    plan = bench.plan(instructions=200, settings=dataclasses.replace(bench.settings, stages=stages))
    for _ in range(2):
        progress = batch(bench, plan, limits=Limits(dollars=0.06))
        assert progress.message == "The budget of $0.06 would not hold another call."
        assert 0.042 <= (run_counts(bench.cursor, plan.run_id).cost or 0.0) <= 0.06


def test_sixty_pairs_come_out_under_a_limit_that_holds_them(bench: Workbench, server: BatchServer):
    plan = bench.plan(instructions=60)
    progress = batch(bench, plan, limits=Limits(tokens=60_000))
    assert (progress.state, progress.counts.answers) == (RunState.FINISHED, 60)


def test_a_session_that_is_closed_between_two_parts_goes_on_under_the_same_limit(bench: Workbench, server: BatchServer):
    long_answers(server)
    server.looks_until_done = 1
    plan = bench.plan(instructions=200)
    for _ in range(40):
        progress = batch(bench, plan, choice=HURRIED, limits=Limits(tokens=30_000))
        assert spent(bench, plan) <= 30_000
        if progress.message.startswith("The limit of 30,000 tokens") and "are with the batch" not in progress.message:
            break
    assert spent(bench, plan) >= 21_000


def test_replies_without_their_tokens_end_a_run_under_a_limit_and_so_does_the_next_session(
    bench: Workbench, server: BatchServer
):
    server.tells_tokens = False
    plan = bench.plan(instructions=60)
    told = "The endpoint does not tell how many tokens a call took, so their limit cannot be kept."
    assert batch(bench, plan, limits=Limits(tokens=60_000)).message == told
    worked_on = len(server.worked_on)
    assert batch(bench, plan, limits=Limits(tokens=60_000)).message == told
    assert len(server.worked_on) == worked_on
