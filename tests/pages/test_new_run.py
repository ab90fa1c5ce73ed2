"""Does the New run page say what will happen, and start exactly that?"""

import time

from streamlit.testing.v1 import AppTest

from glan_core.engines.background import Background
from glan_core.entities import RunState
from glan_core.scope import resolve_scope
from glan_core.store.database import Database
from glan_core.store.runs import list_runs, save_run
from pages.shared.workspace import open_workspace
from tests.model_server import ModelServer, Reply

PAGE = "pages/generate/new_run.py"


def open_page(app: AppTest, **query: str) -> AppTest:
    """Show the page; a page is chosen after a first run."""
    app.run()
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page(PAGE).run()


def labels(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def wait_for(background: Background, run_id: str) -> None:
    deadline = time.monotonic() + 60
    while background.is_running(run_id):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_plan_of_five_pairs_needs_ten_calls(app: AppTest) -> None:
    open_page(app)
    assert not app.exception
    assert labels(app)["Calls"] == "10"


def test_what_it_takes_is_a_range_and_an_unknown_price_is_said_to_be_unknown(app: AppTest) -> None:
    open_page(app)
    shown = labels(app)
    assert "–" in shown["Time"]
    assert "–" in shown["Tokens"]
    assert shown["Cost"] == "unknown"
    help_ = next(metric.help for metric in app.metric if metric.label == "Time")
    assert "questions: a wide guess" in help_.lower()


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


def test_an_unknown_scope_in_the_address_is_a_warning(app: AppTest) -> None:
    open_page(app, scope="nosuchnode")
    assert not app.exception
    assert "does not have" in app.warning[0].value


def test_a_scope_without_syllabi_says_what_to_do(app: AppTest, app_database: Database) -> None:
    open_page(app, scope=resolve_scope(app_database.cursor(), "Astronomy").node_id)
    assert not app.exception
    assert "No subject in this scope has a syllabus yet" in app.error[0].value.replace("\\", "")


def test_growing_a_bare_discipline_is_planned_with_all_its_stages(app: AppTest, app_database: Database) -> None:
    open_page(app, scope=resolve_scope(app_database.cursor(), "Astronomy").node_id)
    app.toggle[0].set_value(True).run()
    assert int(labels(app)["Calls, about"]) > 10


def test_a_started_run_makes_its_pairs_and_offers_the_next_seed(app: AppTest, app_database: Database) -> None:
    open_page(app)
    app.button[0].click().run()
    (run,) = list_runs(app_database.cursor())
    wait_for(open_workspace().background, run.run_id)
    app.run()
    assert not app.exception
    assert app.query_params["run"] == run.run_id
    assert any("finished" in badge.value for badge in app.markdown)
    assert app.number_input[1].value == 1


def test_replies_that_cannot_be_used_are_named_by_stage_and_kind(
    app: AppTest, app_database: Database, model_server: ModelServer
) -> None:
    model_server.script = lambda request: Reply(text="", status=200)
    open_page(app)
    app.button[0].click().run()
    (run,) = list_runs(app_database.cursor())
    wait_for(open_workspace().background, run.run_id)
    app.run()
    assert any("replies for questions could not be used (empty)" in _plain(text.value) for text in app.caption)


def test_an_interrupted_run_offers_to_go_on(app: AppTest, app_database: Database) -> None:
    open_page(app)
    app.button[0].click().run()
    cursor = app_database.cursor()
    (run,) = list_runs(cursor)
    wait_for(open_workspace().background, run.run_id)
    (run,) = list_runs(cursor)
    object.__setattr__(run, "state", RunState.INTERRUPTED)
    save_run(cursor, run)
    app.run()
    assert "Go on" in [button.label for button in app.button]


def test_an_unknown_run_in_the_address_is_a_sentence(app: AppTest) -> None:
    open_page(app, run="nosuchrun")
    assert not app.exception
    assert any("There is no such run" in text.value for text in app.caption)


def test_an_endpoint_without_a_chosen_model_lists_what_it_offers(
    app: AppTest, model_server: ModelServer, monkeypatch
) -> None:
    monkeypatch.setenv("GLAN_MODEL", "")
    model_server.models = ["small-one", "large-one"]
    open_page(app)
    assert not app.exception
    assert "small-one" in _plain(app.error[0].value)


def _plain(text: str) -> str:
    return text.replace("\\", "")
