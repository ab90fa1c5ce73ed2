"""Are settings saved, chosen, replaced and removed as presets, and do shipped ones stay?"""

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.scope import resolve_scope
from glan_core.store.database import Database
from glan_core.store.runs import find_run
from glan_core.store.saved_presets import find_saved_preset, list_saved_preset_names
from tests.model_server import MODEL, ModelServer
from tests.pages.new_run_page import labels, open_page, press, start, texts, wait_for


def save(app: AppTest, name: str) -> None:
    """Type a name into the form and save."""
    next(each for each in app.text_input if each.label == "Name").set_value(name).run()
    press(app, "Save preset")


def test_the_fitting_preset_is_chosen_and_shipped_ones_cannot_be_removed(app: AppTest) -> None:
    open_page(app)
    assert app.selectbox(key="preset").value == "paper"
    assert app.selectbox(key="preset").options == ["paper", "quick"]
    assert not any(label.startswith("Remove") for label in labels(app))


def test_what_is_saved_can_be_chosen_again_in_another_visit(app: AppTest, app_database: Database) -> None:
    open_page(app)
    app.slider(key="strategy-mix").set_value(20)
    app.selectbox(key="language").select("ko").run()
    assert "questions over two class sessions 20 % instead of 50 %; language Korean" in texts(app)
    save(app, "  korean  mix ")
    assert app.selectbox(key="preset").value == "korean mix"
    assert "Not as in the preset" not in texts(app)
    saved = find_saved_preset(app_database.cursor(), "korean mix")
    assert saved is not None
    assert (saved.settings.strategy_mix, saved.settings.language) == (0.2, "ko")
    assert {stage.model for stage in saved.settings.stages.values()} == {""}
    app.selectbox(key="preset").select("paper").run()
    assert app.slider[0].value == 50
    app.selectbox(key="preset").select("korean mix").run()
    assert app.slider[0].value == 20


def test_it_is_said_what_is_not_saved(app: AppTest) -> None:
    open_page(app)
    assert "Calls at once and where to stop are not saved" in texts(app)
    save(app, "mine")
    app.number_input(key="concurrency").set_value(3).run()
    assert any(each.value == "Saved as mine." for each in app.success)  # it is no other preset for that


def test_a_run_is_made_with_the_saved_preset(app: AppTest, app_database: Database, model_server: ModelServer) -> None:
    open_page(app, scope=resolve_scope(app_database.cursor(), "Thermodynamics").node_id)
    app.selectbox(key="language").select("ko").run()
    save(app, "korean")
    run_id = start(app)
    wait_for(run_id)
    run = find_run(app_database.cursor(), run_id)
    assert run is not None
    assert (run.settings["preset"], run.settings["language"]) == ("korean", "ko")
    assert run.settings["stages"]["answers"]["model"] == MODEL
    assert all("Korean" in request.messages[-1].content for request in model_server.requests_of("instructions"))


def test_saving_under_a_name_that_is_there_says_so_and_replaces(app: AppTest, app_database: Database) -> None:
    open_page(app)
    save(app, "mine")
    assert any(each.value == "Saved as mine." for each in app.success)
    assert "There is a preset of this name" not in texts(app)
    assert "Save preset" not in labels(app)  # there is nothing to save
    app.slider[0].set_value(90).run()
    assert not app.success
    assert "There is a preset of this name" in texts(app)
    press(app, "Save preset")
    saved = find_saved_preset(app_database.cursor(), "mine")
    assert saved is not None
    assert saved.settings.strategy_mix == 0.9
    assert list_saved_preset_names(app_database.cursor()) == ("mine",)


def test_a_removed_preset_is_gone_and_the_fitting_one_is_chosen(app: AppTest, app_database: Database) -> None:
    open_page(app)
    save(app, "mine")
    press(app, "Remove mine")
    assert list_saved_preset_names(app_database.cursor()) == ()
    assert app.selectbox(key="preset").value == "paper"


@pytest.mark.parametrize(
    ("name", "complaint"), [("", "needs a name"), ("Paper", "shipped one"), ("a/b", "a character")]
)
def test_a_name_that_will_not_do_is_refused(app: AppTest, app_database: Database, name: str, complaint: str) -> None:
    open_page(app)
    save(app, name)
    assert complaint in texts(app)
    assert list_saved_preset_names(app_database.cursor()) == ()


def test_a_preset_that_cannot_be_read_is_told_and_can_be_removed(app: AppTest, app_database: Database) -> None:
    open_page(app)
    save(app, "mine")
    app_database.cursor().execute("update saved_preset set settings = '{}'")
    app.run()
    assert not app.exception
    assert "The preset 'mine' was saved by another version" in texts(app)
    press(app, "Remove mine")
    assert app.selectbox(key="preset").value == "paper"
    assert "Start" in labels(app)
