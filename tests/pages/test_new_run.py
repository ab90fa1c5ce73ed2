"""Does the New run page say what will happen, and start exactly that?"""

import pytest
from streamlit.testing.v1 import AppTest

from glan_core import ids
from glan_core.entities import TaxonomyNode
from glan_core.scope import resolve_scope
from glan_core.store.database import Database
from glan_core.store.runs import count_runs, list_runs
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes
from tests.model_server import ModelServer
from tests.pages.new_run_page import open_page, press, start, texts, wait_for


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_the_plan_of_five_pairs_needs_ten_calls(app: AppTest) -> None:
    open_page(app)
    assert not app.exception
    assert metrics(app)["Calls"] == "10"


def test_what_it_takes_is_a_range_and_an_unknown_price_is_said_to_be_unknown(app: AppTest) -> None:
    open_page(app)
    shown = metrics(app)
    assert "–" in shown["Time"]
    assert "–" in shown["Tokens"]
    assert shown["Cost"] == "unknown"
    help_ = next(metric.help for metric in app.metric if metric.label == "Time")
    assert "questions: a wide guess" in help_.lower()


def test_calls_and_tokens_are_told_by_stage(app: AppTest) -> None:
    open_page(app)
    (table,) = (each.value for each in app.dataframe if "Tokens in" in each.value.columns)
    assert list(zip(table["Stage"], table["Calls"], strict=True)) == [("Questions", 5), ("Answers", 5)]
    assert all("–" in tokens for tokens in [*table["Tokens in"], *table["Tokens out"]])
    assert set(table["Cost"]) == {"unknown"}


def test_the_whole_prompt_is_shown_with_the_drawn_key_concepts(app: AppTest, app_database: Database) -> None:
    scope = resolve_scope(app_database.cursor(), "Thermodynamics")
    open_page(app, scope=scope.node_id)
    prompt = "\n".join(code.value for code in app.code)
    drawn = next(text.value for text in app.markdown if text.value.startswith("**"))
    assert "Class session 12" in prompt
    assert drawn.split("**")[1].replace("\\", "") in prompt


def test_a_scope_in_the_address_is_chosen(app: AppTest, app_database: Database) -> None:
    scope = resolve_scope(app_database.cursor(), "Thermodynamics")
    open_page(app, scope=scope.node_id)
    assert app.multiselect[0].value == [scope.node_id]


def test_typing_finds_parts_of_names_and_enter_takes_one(app: AppTest) -> None:
    open_page(app)
    where = app.multiselect[0]
    assert where.label == "Where"
    assert where.proto.select_all == 0
    nearest = next(option for option in where.options if "thermo" in option.lower())
    assert nearest == "Physics › Thermodynamics"
    assert next(option for option in where.options if "physics" in option.lower()).endswith(" › Physics")


def test_an_unknown_scope_in_the_address_is_a_warning(app: AppTest) -> None:
    open_page(app, scope="nosuchnode")
    assert not app.exception
    assert "does not have" in app.warning[0].value


def add_bare_discipline(database: Database) -> str:
    """Add a discipline without subjects, and give its id."""
    cursor = database.cursor()
    parent = resolve_scope(cursor, "Farming and horticulture").node_id
    node = TaxonomyNode(ids.taxonomy_node_id(parent, "Beekeeping"), parent, "discipline", "Beekeeping")
    insert_taxonomy_nodes(cursor, [node])
    return node.taxonomy_node_id


def test_a_scope_without_syllabi_says_what_to_do(app: AppTest, app_database: Database) -> None:
    open_page(app, scope=add_bare_discipline(app_database))
    assert not app.exception
    assert "No subject in this scope has a syllabus yet" in app.error[0].value.replace("\\", "")


def test_growing_a_bare_discipline_is_planned_with_all_its_stages(app: AppTest, app_database: Database) -> None:
    open_page(app, scope=add_bare_discipline(app_database))
    app.toggle[0].set_value(True).run()
    assert int(metrics(app)["Calls, about"]) > 10


def test_a_started_run_makes_its_pairs_and_offers_the_next_seed(app: AppTest, app_database: Database) -> None:
    open_page(app)
    run_id = start(app)
    wait_for(run_id)
    app.run()
    assert not app.exception
    assert [run.run_id for run in list_runs(app_database.cursor())] == [run_id]
    assert ":green-badge[" in texts(app)
    assert app.number_input(key="seed").value == 1


def test_the_language_is_that_of_the_environment_until_another_is_chosen(
    app: AppTest, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLAN_LANGUAGE", "Korean")
    open_page(app)
    language = app.selectbox(key="language")
    assert language.value == "ko"
    assert "Korean" in "\n".join(code.value for code in app.code)
    language.select("da").run()
    assert "Danish" in "\n".join(code.value for code in app.code)
    wait_for(start(app))
    prompts = ["\n".join(turn.content for turn in each.messages) for each in model_server.requests_of("instructions")]
    assert len(prompts) == 5
    assert all("Danish" in prompt for prompt in prompts)


def test_a_budget_without_a_price_is_told_and_starts_nothing(app: AppTest, app_database: Database) -> None:
    open_page(app)
    app.number_input(key="stop_at_dollars").set_value(1.5).run()
    assert "The price of 'scripted-model' is not known, so a budget cannot be kept" in texts(app)
    press(app, "Start")
    assert count_runs(app_database.cursor()) == 0
    app.number_input(key="stop_at_dollars").set_value(None).run()
    assert not app.error
    wait_for(start(app))
    assert count_runs(app_database.cursor()) == 1


def test_limits_are_none_until_they_are_set() -> None:
    app = AppTest.from_function(_limits_page).run()
    assert app.text[0].value == "Limits(dollars=None, tokens=None, seconds=None, pairs=None)"
    app.number_input(key="stop_at_dollars").set_value(2.5)
    app.number_input(key="stop_at_tokens").set_value(70_000)
    app.number_input(key="stop_after_minutes").set_value(3).run()
    assert app.text[0].value == "Limits(dollars=2.5, tokens=70000, seconds=180, pairs=None)"


def test_a_run_stops_at_its_tokens(app: AppTest, app_database: Database) -> None:
    open_page(app)
    app.number_input(key="stop_at_tokens").set_value(1).run()
    wait_for(start(app))
    app.run()
    assert "The limit of 1 tokens would not hold another call" in texts(app)


def test_an_endpoint_without_a_chosen_model_lists_what_it_offers(
    app: AppTest, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLAN_MODEL", "")
    model_server.models = ["small-one", "large-one"]
    open_page(app)
    assert not app.exception
    assert "small-one" in texts(app)


def _limits_page() -> None:
    import streamlit as st

    from pages.shared.more_settings import chosen_limits, show_limits

    show_limits()
    st.text(str(chosen_limits()))
