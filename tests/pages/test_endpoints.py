"""Can a visitor add an endpoint, see whether it works, use it, and never meet a key?"""

import json
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from glan_core.entities import RunState
from glan_core.settings import runs_folder
from glan_core.store.database import Database
from glan_core.store.endpoints import list_endpoints
from glan_core.store.runs import find_run
from pages.shared import state
from pages.shared.keys import find_key
from pages.shared.workspace import open_model, open_workspace
from tests.model_server import MODEL, ModelServer, Reply
from tests.pages import new_run_page
from tests.pages.conftest import forget
from tests.pages.new_run_page import labels, press, start, texts, wait_for

PAGE = "pages/generate/endpoints.py"
KEY = "sk-Vb52-never-written-anywhere"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key that the tests name is in the environment."""
    monkeypatch.setenv("MINE_API_KEY", KEY)


def open_page(app: AppTest) -> AppTest:
    app.run()
    return app.switch_page(PAGE).run()


def choose(app: AppTest, endpoint_id: str) -> None:
    app.radio(key=state.ENDPOINT).set_value(endpoint_id).run()
    assert not app.exception


def write(app: AppTest, label: str, text: str) -> None:
    fields = [*app.text_input, *app.text_area]
    next(field for field in fields if field.label == label).set_value(text).run()


def add(app: AppTest, base_url: str, *, name: str = "mine", key_name: str = "MINE_API_KEY") -> str:
    """Add an endpoint, and give its id."""
    choose(app, "new")
    write(app, "Name", name)
    write(app, "Address", base_url)
    write(app, "Name of the key", key_name)
    press(app, "Add")
    added = {each.name: each.endpoint_id for each in list_endpoints(open_workspace().database.cursor())}
    assert app.radio(key=state.ENDPOINT).value == added[name]
    return added[name]


def errors(app: AppTest) -> str:
    return "\n".join(error.value for error in app.error).replace("\\", "").replace("\u2060", "")


def said(app: AppTest) -> str:
    return texts(app).replace("\u2060", "")


def test_the_environments_endpoint_is_the_default_and_in_use(app: AppTest, model_server: ModelServer) -> None:
    open_page(app)
    radio = app.radio(key=state.ENDPOINT)
    assert radio.options == ["From the environment", "Built\\-in model", "Add another"]
    assert radio.value == ""
    assert any(badge.value.endswith("in use]") for badge in app.markdown if "badge" in badge.value)
    assert "OPENAI_API_KEY is set." in said(app)
    assert "Remove" not in labels(app)


def test_an_address_can_be_copied_as_it_is(app: AppTest, model_server: ModelServer) -> None:
    open_page(app)
    assert f"`{model_server.base_url}`" in app.radio(key=state.ENDPOINT).proto.captions[0]


def test_a_kind_of_server_fills_the_form(app: AppTest) -> None:
    open_page(app)
    choose(app, "new")
    kind = next(box for box in app.selectbox if box.label == "Kind of server")
    kind.set_value(next(each for each in kind.options if each == "Ollama")).run()
    values = {field.label: field.value for field in (*app.text_input, *app.text_area)}
    assert (values["Name"], values["Address"]) == ("Ollama", "http://localhost:11434/v1")
    assert values["Name of the key"] == ""


def test_an_endpoint_that_is_added_and_used_gets_the_runs(app: AppTest, model_server: ModelServer) -> None:
    open_page(app)
    add(app, f"{model_server.base_url}/")
    assert "MINE_API_KEY is set." in said(app)
    assert open_model().endpoint_name == ""  # nothing is used before somebody says so
    press(app, "Use this one")
    assert open_model().endpoint_name == "mine"
    assert "**In use.**" in " ".join(app.radio(key=state.ENDPOINT).proto.captions)
    app.switch_page(new_run_page.PAGE).run()
    wait_for(start(app))
    sent = model_server.requests_of("instructions")
    assert len(sent) == 5
    assert {request.headers["authorization"] for request in sent} == {f"Bearer {KEY}"}


def test_the_choice_is_kept_over_a_restart_and_can_be_taken_back(app: AppTest, model_server: ModelServer) -> None:
    open_page(app)
    add(app, model_server.base_url)
    press(app, "Use this one")
    workspace = open_workspace()
    workspace.worker.close()
    workspace.database.close()
    forget()
    open_page(app)
    assert open_model().endpoint_name == "mine"
    choose(app, "")
    press(app, "Use this one")
    assert open_model().endpoint_name == ""


def test_models_are_listed_and_chosen(app: AppTest, model_server: ModelServer) -> None:
    model_server.models = ["large", "small"]
    open_page(app)
    add(app, model_server.base_url)
    press(app, "List models")
    large = next(box for box in app.selectbox if box.label == "Model")
    assert large.options == ["The only one there", "large", "small"]
    large.set_value("large").run()
    next(box for box in app.selectbox if box.label == "Model for the answers").set_value("small").run()
    press(app, "Use this one")
    assert (open_model().model, open_model().answer_model) == ("large", "small")


def test_an_endpoint_of_several_models_wants_a_choice_before_a_run(app: AppTest, model_server: ModelServer) -> None:
    model_server.models = ["large", "small"]
    open_page(app)
    add(app, model_server.base_url)
    press(app, "Test")
    assert "offers 2 models" in errors(app)


def test_a_test_tells_how_it_answers_and_remembers_the_form_of_lists(
    app: AppTest, app_database: Database, model_server: ModelServer
) -> None:
    colours = json.dumps({"colours": [{"name": "red"}]})
    model_server.script = lambda request: colours if "response_format" in request else "one two three"
    open_page(app)
    add(app, model_server.base_url)
    press(app, "Test")
    assert "Short call: " in said(app)
    assert "median of 3" in said(app)
    assert "tokens/s (3 in" in said(app)
    assert "Lists: held to a JSON schema" in said(app)
    kept = app_database.cursor().execute("select endpoint, model, reply_form from endpoint_model").fetchall()
    assert kept == [(model_server.base_url, MODEL, "schema")]


@pytest.mark.parametrize(
    ("reply", "sentence", "hint"),
    [
        (Reply(f"wrong: {KEY}", status=401), "refused the key", "MINE_API_KEY"),
        (Reply("no", status=404), "knows no model", "usually ends in /v1"),
        (Reply("busy", status=429), "refuses calls for load", "goes on by itself"),
        (Reply("broken inside", status=500), "HTTP 500: broken inside", "Its log may say more"),
        (Reply(body=b"<html>Hello</html>"), "is not OpenAI-compatible", "not be that of a web page"),
        (Reply(is_dropped=True), "cannot be reached", "the server is running"),
    ],
)
def test_what_is_wrong_with_an_endpoint_is_read_on_the_page(
    app: AppTest, model_server: ModelServer, reply: Reply, sentence: str, hint: str
) -> None:
    open_page(app)
    add(app, model_server.base_url)
    model_server.script = lambda request: reply
    press(app, "Test")
    assert sentence in errors(app)
    assert hint in errors(app)
    assert KEY not in said(app)


def test_a_slow_endpoint_does_not_hold_the_page_beyond_its_time_out(
    app: AppTest, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_page(app)
    add(app, model_server.base_url)
    monkeypatch.setattr("glan_core.endpoint_report.report_on.__kwdefaults__", {"call_seconds": 9, "most_seconds": 0.5})
    model_server.script = lambda request: Reply("late", delay_seconds=30)
    press(app, "Test")
    assert "did not get through the test within 0.5 seconds" in errors(app)


def test_an_endpoint_that_is_not_there_is_told(app: AppTest) -> None:
    open_page(app)
    add(app, "http://127.0.0.1:9/v1")
    press(app, "List models")
    assert "cannot be reached" in errors(app)


def test_a_key_that_is_not_set_is_told_with_what_to_do(app: AppTest, model_server: ModelServer) -> None:
    open_page(app)
    add(app, model_server.base_url, key_name="AWAY_API_KEY")
    assert "AWAY_API_KEY is not set: start the app with it, or put it into .streamlit/secrets.toml." in said(app)
    assert "Test" not in labels(app)
    press(app, "Use this one")
    assert "AWAY_API_KEY is not set" in errors(app)
    assert open_model().endpoint_name == ""


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("Address", "localhost:8000", "does not begin with http"),
        ("Address", f"http://localhost/v1?key={KEY}", "holds a query"),
        ("Name of the key", KEY, "not the name of a key"),
        ("Name", "built-in model", "is in the list already"),
    ],
)
def test_what_cannot_be_kept_is_told_and_not_kept(
    app: AppTest, app_database: Database, field: str, text: str, sentence: str
) -> None:
    open_page(app)
    choose(app, "new")
    write(app, field, text)
    press(app, "Add")
    assert sentence in errors(app)
    assert KEY not in errors(app)
    assert list_endpoints(app_database.cursor()) == ()


def test_a_removed_endpoint_gives_way_to_the_default_and_comes_back_when_it_is_added_again(
    app: AppTest, app_database: Database, model_server: ModelServer
) -> None:
    open_page(app)
    endpoint_id = add(app, model_server.base_url)
    press(app, "Use this one")
    press(app, "Remove")
    assert app.radio(key=state.ENDPOINT).value == ""
    assert open_model().endpoint_name == ""
    assert add(app, model_server.base_url) == endpoint_id


def test_a_change_is_saved_under_the_same_name(app: AppTest, app_database: Database, model_server: ModelServer) -> None:
    open_page(app)
    add(app, "http://127.0.0.1:9/v1")
    assert "Save" not in labels(app)
    write(app, "Address", f"{model_server.base_url}/")
    press(app, "Save")
    (kept,) = list_endpoints(app_database.cursor())
    assert (kept.name, kept.base_url) == ("mine", model_server.base_url)
    assert "Save" not in labels(app)


def test_a_run_that_was_begun_elsewhere_does_not_go_on_here(
    app: AppTest, app_database: Database, model_server: ModelServer
) -> None:
    def refuse(request: dict[str, Any]) -> Reply:
        return Reply("no", status=401)

    new_run_page.open_page(app)
    model_server.script = refuse
    run_id = start(app)
    wait_for(run_id)
    run = find_run(app_database.cursor(), run_id)
    assert run is not None
    assert run.state is RunState.STOPPED
    second = ModelServer()
    try:
        app.switch_page(PAGE).run()
        add(app, second.base_url)
        press(app, "Use this one")
        app.query_params["run"] = run_id
        app.switch_page(new_run_page.PAGE).run()
        app.query_params["run"] = run_id
        app.run()
        press(app, "Go on")
        assert "Model: scripted-model at mine" in said(app)
        assert f"begun at {model_server.base_url}, and {second.base_url} is in use now" in errors(app)
        assert "Choose that one on the Endpoints page" in errors(app)
        assert second.requests_of("instructions") == ()
        assert not open_workspace().background.is_running(run_id)
    finally:
        second.stop()


def test_an_endpoint_may_have_several_addresses_each_of_which_is_tested(
    app: AppTest, app_database: Database, model_server: ModelServer
) -> None:
    second = ModelServer()
    away = "http://127.0.0.1:9/v1"
    try:
        open_page(app)
        add(app, f"{model_server.base_url}\n\n{second.base_url}/\n{away}\n")
        (kept,) = list_endpoints(app_database.cursor())
        assert kept.addresses == (model_server.base_url, second.base_url, away)
        second.script = lambda request: Reply("no", status=401)
        press(app, "Test")
        assert "1 of 3 addresses answer." in said(app)
        assert f"{second.base_url} refused the key" in errors(app)
        assert f"{away} cannot be reached" in errors(app)
        known = app_database.cursor().execute("select endpoint, reply_form from endpoint_model").fetchall()
        assert set(known) == {(model_server.base_url, "jsonl"), (" ".join(sorted(kept.addresses)), "jsonl")}
        write(app, "Address", f"{model_server.base_url}\n{model_server.base_url}")
        press(app, "Save")
        assert "stands there twice" in errors(app)
    finally:
        second.stop()


def test_the_overview_names_an_address_that_does_not_answer(
    app: AppTest, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = "http://127.0.0.1:9/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", f"{model_server.base_url},{away}")
    forget()
    app.run()
    assert not app.exception
    assert any(badge.value.endswith("answers]") for badge in app.markdown if "badge" in badge.value)
    warned = " ".join(warning.value for warning in app.warning).replace("\\", "").replace("\u2060", "")
    assert f"1 of 2 addresses answer. {away} cannot be reached." in warned


def test_a_run_spreads_over_the_addresses_and_the_speed_of_each_is_shown(
    app: AppTest, app_database: Database, model_server: ModelServer
) -> None:
    second = ModelServer()
    try:
        open_page(app)
        add(app, f"{model_server.base_url}\n{second.base_url}")
        press(app, "Use this one")
        app.switch_page(new_run_page.PAGE).run()
        run_id = start(app)
        wait_for(run_id)
        assert len(second.requests) >= 2
        app.query_params.update({"run": run_id, "tab": "Speed"})
        app.switch_page("pages/generate/runs.py").run()
        assert not app.exception
        shown = next(each.value for each in app.dataframe if "tokens_per_second" in each.value)
        assert set(shown["address"]) == {model_server.base_url, second.base_url}
        assert shown["calls"].sum() == 10  # five questions and their answers
        assert shown["share"].sum() == pytest.approx(1)
    finally:
        second.stop()


def test_testing_a_change_does_not_save_it(app: AppTest, app_database: Database, model_server: ModelServer) -> None:
    open_page(app)
    add(app, "http://127.0.0.1:9/v1")
    write(app, "Address", model_server.base_url)
    press(app, "Test")
    assert "median of 3" in said(app)
    assert list_endpoints(app_database.cursor())[0].base_url == "http://127.0.0.1:9/v1"
    write(app, "Address", "http://127.0.0.1:9/v1")
    assert "median of 3" not in said(app)  # it was found at the other address
    write(app, "Address", "127.0.0.1:9")
    press(app, "Test")
    assert "does not begin with http" in errors(app)


def test_a_secret_of_streamlit_is_a_key_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_key("TOML_API_KEY") == ""
    file = tmp_path / "secrets.toml"
    file.write_text(f'TOML_API_KEY = "{KEY}"\n[A_KEY]\nb = "c"\n')
    before = st.config.get_option("secrets.files")
    monkeypatch.setenv("TOML_API_KEY", "")  # Streamlit copies secrets there; this takes the copy back in the end
    monkeypatch.setenv("A_KEY", "")
    st.config.set_option("secrets.files", [str(file)])
    st.secrets._reset()
    try:
        assert find_key("TOML_API_KEY") == KEY
        assert find_key("A_KEY") == ""
    finally:
        st.config.set_option("secrets.files", before)
        st.secrets._reset()


def test_the_key_stands_in_no_file_and_on_no_page(
    app: AppTest,
    tmp_path: Path,
    model_server: ModelServer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    seen = []
    open_page(app)
    add(app, model_server.base_url)
    seen.append(repr(app.main) + said(app))
    for label in ("Test", "List models", "Use this one"):
        press(app, label)
        seen.append(repr(app.main) + said(app))
    model_server.script = lambda request: Reply(f"wrong key: {KEY}", status=401)
    press(app, "Test")
    seen.append(repr(app.main) + said(app) + errors(app))
    model_server.script = lambda request: None
    app.switch_page(new_run_page.PAGE).run()
    wait_for(start(app))
    seen.append(repr(app.main) + said(app))
    assert any(request.headers["authorization"] == f"Bearer {KEY}" for request in model_server.requests)
    assert [page for page in seen if KEY in page] == []
    printed = capfd.readouterr()
    assert KEY not in caplog.text + printed.out + printed.err
    open_workspace().database.cursor().execute("checkpoint")
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert runs_folder(tmp_path / "glan.duckdb").exists()
    assert any(path.name == "glan.duckdb" for path in written)
    assert [path for path in written if KEY.encode() in path.read_bytes()] == []
