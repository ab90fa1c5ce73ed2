"""A call costs what its provider publishes, nothing on the built-in model, and None where nobody knows."""

import pytest

from glan_core.llm.built_in import MODEL as BUILT_IN_MODEL
from glan_core.llm.prices import cost


def test_the_built_in_model_costs_nothing():
    assert cost(model=BUILT_IN_MODEL, prompt_tokens=1000, completion_tokens=1000) == 0.0


def test_a_known_model_has_a_price_that_grows_with_its_tokens():
    one = cost(model="gpt-4o-mini", prompt_tokens=1000, completion_tokens=1000)
    two = cost(model="gpt-4o-mini", prompt_tokens=2000, completion_tokens=2000)
    assert one is not None
    assert 0 < one < 1
    assert two == pytest.approx(2 * one)


def test_no_tokens_of_a_known_model_cost_nothing():
    assert cost(model="gpt-4o-mini", prompt_tokens=0, completion_tokens=0) == 0.0


def test_the_price_of_an_unknown_model_is_not_known():
    assert cost(model="my-own-model", prompt_tokens=10, completion_tokens=10) is None


@pytest.mark.parametrize(("prompt_tokens", "completion_tokens"), [(None, 10), (10, None), (None, None)])
def test_without_token_counts_the_price_is_not_known(prompt_tokens: int | None, completion_tokens: int | None):
    assert cost(model="gpt-4o-mini", prompt_tokens=prompt_tokens, completion_tokens=completion_tokens) is None
