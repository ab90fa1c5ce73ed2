"""Tests of pages.shared.engine_choice: where are the calls of a run made, and what follows from it?"""

from streamlit.testing.v1 import AppTest

from glan_core.engines.engine import ENGINES
from pages.shared.engine_choice import ENGINE_WORDS, engine_words


def _page(is_built_in: bool) -> None:
    import streamlit as st

    from glan_core.llm.endpoint import Endpoint
    from glan_core.model_choice import ModelChoice
    from pages.shared.engine_choice import choose_engine

    endpoint = Endpoint("http://127.0.0.1:9/v1", is_built_in=is_built_in)
    st.code(choose_engine(ModelChoice(endpoint, "a-model", "a-model", 4), key="engine").name)


def test_calls_are_made_now_unless_the_visitor_says_otherwise():
    at = AppTest.from_function(_page, kwargs={"is_built_in": False}).run()
    assert at.code[0].value == "local"


def test_the_batch_service_is_half_the_price_and_takes_a_day():
    at = AppTest.from_function(_page, kwargs={"is_built_in": False}).run()
    at.radio[0].set_value("batch").run()
    assert at.code[0].value == "batch"
    assert "Half the price" in at.caption[0].value
    assert "24 hours" in at.caption[0].value


def test_the_built_in_model_leaves_no_choice():
    at = AppTest.from_function(_page, kwargs={"is_built_in": True}).run()
    assert (at.code[0].value, len(at.radio)) == ("local", 0)


def test_every_engine_is_told_of_in_words_also_one_of_a_later_release():
    assert all(engine_words(name) == ENGINE_WORDS[name] for name in ENGINES)
    assert engine_words("carrier_pigeon") == "by the carrier_pigeon engine"
