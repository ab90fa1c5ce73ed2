"""A call costs what its user says, else what is published, else nobody knows."""

import dataclasses

import pytest

from glan_core import presets
from glan_core.calls import ChatReply, ChatRequest, Message
from glan_core.errors import SettingsError
from glan_core.generation_settings import GenerationSettings, Price
from glan_core.llm.built_in import MODEL as BUILT_IN_MODEL
from glan_core.runs.costs import Costs

REPLY = ChatReply("Yes.", "stop", 1_000_000, 500_000, 1.0)


def settings_of(model: str, *, price: Price | None = None, answer_model: str = "") -> GenerationSettings:
    """Give the paper's preset with one model, or another for the answers, at a price of one's own."""
    preset = presets.preset("paper", model=model)
    stages = {name: dataclasses.replace(stage, price=price) for name, stage in preset.stages.items()}
    if answer_model:
        stages["answers"] = dataclasses.replace(stages["answers"], model=answer_model, price=None)
    return dataclasses.replace(preset, stages=stages)


def request_of(stage: str, model: str) -> ChatRequest:
    """Give a request of a stage."""
    return ChatRequest(stage, "", "", (Message("user", "Well?"),), model, 0.0, 1.0, 10, 1)


@pytest.mark.parametrize("stage", ["answers", "subjects", "check"])
def test_ones_own_price_holds_for_every_call_of_its_model(stage: str):
    costs = Costs(settings_of("mine", price=Price(2.0, 4.0)), base_url="http://127.0.0.1/v1")
    assert costs.of(request_of(stage, "mine"), REPLY) == pytest.approx(4.0)


def test_ones_own_price_holds_for_no_other_model():
    costs = Costs(settings_of("mine", price=Price(2.0, 4.0), answer_model="other"), base_url="http://127.0.0.1/v1")
    assert costs.of(request_of("answers", "other"), REPLY) is None


def test_a_price_of_nothing_is_a_price():
    costs = Costs(settings_of("mine", price=Price(0.0, 0.0)), base_url="http://127.0.0.1/v1")
    assert costs.of(request_of("answers", "mine"), REPLY) == 0.0


def test_without_token_counts_the_cost_is_not_known():
    costs = Costs(settings_of("mine", price=Price(2.0, 4.0)), base_url="")
    reply = dataclasses.replace(REPLY, completion_tokens=None)
    assert costs.of(request_of("answers", "mine"), reply) is None


def test_the_built_in_model_is_free():
    costs = Costs(settings_of(BUILT_IN_MODEL), base_url="")
    assert costs.of(request_of("answers", BUILT_IN_MODEL), REPLY) == 0.0
    costs.check(("subjects", "answers"))


def test_a_budget_needs_the_price_of_every_model_it_is_for():
    costs = Costs(settings_of("mine", price=Price(2.0, 4.0), answer_model="other"), base_url="http://127.0.0.1/v1")
    costs.check(("subjects", "instructions"))
    with pytest.raises(SettingsError, match="price of 'other' is not known") as raised:
        costs.check(("instructions", "answers"))
    assert "--price other=INPUT/OUTPUT" in raised.value.hint


def test_a_published_price_is_that_of_the_address_that_answered():
    costs = Costs(settings_of("gpt-4o-mini"), base_url="https://api.openai.com/v1")
    request = request_of("answers", "gpt-4o-mini")
    assert costs.of(request, dataclasses.replace(REPLY, address="https://api.openai.com/v1")) == costs.of(
        request, REPLY
    )
    assert costs.of(request, REPLY) is not None
    assert costs.of(request, dataclasses.replace(REPLY, address="http://127.0.0.1:8000/v1")) is None
