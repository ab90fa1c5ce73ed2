"""A call costs what its provider publishes, nothing on the built-in model, and None where nobody knows."""

import pytest

from glan_core.errors import SettingsError
from glan_core.generation_settings import Price
from glan_core.llm.built_in import MODEL as BUILT_IN_MODEL
from glan_core.llm.prices import cost, cost_at, find_price, parse_prices


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


# A model at an address ----------------------------------------------------------------------------------------------

OPENAI = "https://api.openai.com/v1"


def test_a_provider_charges_what_it_publishes():
    assert find_price("gpt-4o-mini", OPENAI) == Price(0.15, 0.6)


@pytest.mark.parametrize(
    "base_url", ["http://localhost:11434/v1", "http://127.0.0.1:8000/v1", "https://llm.example/v1"]
)
def test_a_model_of_the_same_name_on_another_server_has_no_known_price(base_url: str):
    assert find_price("gpt-4o-mini", base_url) is None
    assert cost(model="gpt-4o-mini", prompt_tokens=10, completion_tokens=10, base_url=base_url) is None


def test_the_users_own_price_wins_over_the_published_one():
    own = Price(2.0, 4.0)
    dollars = cost(model="gpt-4o-mini", prompt_tokens=1_000_000, completion_tokens=500_000, price=own, base_url=OPENAI)
    assert dollars == pytest.approx(4.0)


def test_the_built_in_model_is_free_whatever_the_address():
    assert find_price(BUILT_IN_MODEL, "http://127.0.0.1:8000/v1") == Price(0.0, 0.0)


def test_a_price_is_what_a_call_costs():
    price = find_price("gpt-4o-mini", OPENAI)
    assert price is not None
    at_the_price = cost_at(price, prompt_tokens=1234, completion_tokens=567)
    assert cost(model="gpt-4o-mini", prompt_tokens=1234, completion_tokens=567, base_url=OPENAI) == pytest.approx(
        at_the_price
    )


# Prices that a user gives -------------------------------------------------------------------------------------------


def test_prices_are_read_by_model():
    assert parse_prices(("gpt-x=0.15/0.60", "org/llama:8b = 0 / 1e-2")) == {
        "gpt-x": Price(0.15, 0.6),
        "org/llama:8b": Price(0.0, 0.01),
    }
    assert parse_prices(()) == {}


@pytest.mark.parametrize(
    "text", ["", "gpt-x", "gpt-x=", "=1/2", "gpt-x=1", "gpt-x=1/2/3", "gpt-x=a/b", "gpt-x=-1/2", "x=nan/1", "x=1/inf"]
)
def test_what_is_no_price_is_an_error_with_a_hint(text: str):
    with pytest.raises(SettingsError) as raised:
        parse_prices((text,))
    assert repr(text) in raised.value.message
    assert "gpt-x=0.15/0.60" in raised.value.hint


def test_two_prices_for_one_model_are_an_error():
    with pytest.raises(SettingsError, match="two prices"):
        parse_prices(("a=1/2", "a=3/4"))
