"""Tests of glan_core.engines.batch_budget: may another call be ordered?"""

import dataclasses

from glan_core.calls import ChatReply, ChatRequest
from glan_core.engines.batch_budget import BatchBudget
from glan_core.generation_settings import Limits
from glan_core.store.runs import RunCounts
from tests.simulated_endpoint import request
from tests.store.test_address_statistics import call

NOTHING = RunCounts(0, 0, 0, 0, 0, 0, 0.0)
SOME = RunCounts(2, 0, 1, 1, 300, 100, 4.0, most_tokens=250, most_cost=3.0)


def dollar_a_token(request: ChatRequest, reply: ChatReply) -> float:
    return float((reply.prompt_tokens or 0) + (reply.completion_tokens or 0))


def test_a_call_counts_with_the_most_that_it_can_come_to() -> None:
    budget = BatchBudget(Limits(), before=NOTHING, cost=dollar_a_token)
    assert budget.most_tokens(request(1)) == len("Question 1?") // 2 + 100
    assert budget.most_dollars(request(1)) == 105.0


def test_a_call_counts_with_no_more_than_the_dearest_of_the_run() -> None:
    budget = BatchBudget(Limits(), before=SOME, cost=dollar_a_token)
    assert budget.most_tokens(request(1)) == 105
    assert budget.most_dollars(request(1)) == 3.0


def test_what_was_ordered_counts_until_it_comes_back() -> None:
    budget = BatchBudget(Limits(dollars=10.0, tokens=1000), before=SOME, cost=dollar_a_token)
    assert budget.hindrance(request(), reserved_tokens=400, reserved_dollars=3.0) == ""
    assert "tokens" in budget.hindrance(request(), reserved_tokens=500, reserved_dollars=3.0)
    assert "budget of $10" in budget.hindrance(request(), reserved_tokens=400, reserved_dollars=3.5)


def test_without_a_price_no_budget_can_be_kept() -> None:
    budget = BatchBudget(Limits(dollars=10.0), before=NOTHING, cost=lambda request, reply: None)
    assert "price" in budget.hindrance(request(), reserved_tokens=0, reserved_dollars=0.0)


def test_no_limit_can_be_kept_once_a_reply_does_not_tell_its_tokens() -> None:
    budget = BatchBudget(Limits(tokens=10**6), before=NOTHING, cost=dollar_a_token)
    budget.add(dataclasses.replace(call(1, None), prompt_tokens=None, completion_tokens=None))
    assert "does not tell" in budget.hindrance(request(), reserved_tokens=0, reserved_dollars=0.0)
