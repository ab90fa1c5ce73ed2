"""Can every prompt of a plan be read before it is sent?"""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.scope import resolve_scope
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import Database
from tests.model_server import ModelServer
from tests.pages.new_run_page import open_page, start, texts, wait_for


def shown_prompt(app: AppTest) -> list[str]:
    """Give the turns that are shown."""
    return [code.value for code in app.code]


def choose(app: AppTest, stage: str) -> None:
    """Turn to the prompt of a stage."""
    next(each for each in app.segmented_control if each.label == "Prompt").set_value(stage).run()
    assert not app.exception


def test_any_question_can_be_turned_to_and_is_sent_as_it_was_shown(
    app: AppTest, app_database: Database, model_server: ModelServer
) -> None:
    open_page(app, scope=resolve_scope(app_database.cursor(), "Thermodynamics").node_id)
    seen = []
    number = next(each for each in app.number_input if each.label == "Question")
    for question in range(1, 6):
        number.set_value(question).run()
        seen.append(tuple(shown_prompt(app)))
    wait_for(start(app))
    sent = {tuple(turn.content for turn in each.messages) for each in model_server.requests_of("instructions")}
    assert sent == set(seen)


def test_the_prompt_of_an_answer_marks_where_the_question_will_stand(app: AppTest) -> None:
    open_page(app)
    choose(app, "answers")
    assert shown_prompt(app) == ["⟦the question, as the model will ask it⟧"]
    assert "What stands in ⟦ ⟧ is not known yet" in texts(app)


def test_what_grows_first_can_be_read_too(app: AppTest, app_database: Database) -> None:
    physics = resolve_scope(app_database.cursor(), "Physics")
    open_page(app, scope=physics.node_id, grow="1")
    choose(app, "syllabus")
    assert any("Write the syllabus of the subject" in turn for turn in shown_prompt(app))
    choose(app, "class_details")
    assert any("⟦the whole syllabus" in turn for turn in shown_prompt(app))


@pytest.fixture
def own_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one template of one's own, named before the app starts."""
    folder = tmp_path / "own"
    folder.mkdir()
    shipped = (PROJECT_FOLDER / "glan_core" / "prompts" / "answers.jinja").read_text(encoding="utf-8")
    (folder / "answers.jinja").write_text(shipped.replace("{{ instruction }}", "Be brief.\n{{ instruction }}"))
    monkeypatch.setenv("GLAN_TEMPLATES", str(folder))
    return folder


def test_a_wording_of_ones_own_is_compared_with_the_shipped_one(own_templates: Path, app: AppTest) -> None:
    open_page(app)
    assert not any("+Be brief." in code for code in shown_prompt(app))
    choose(app, "answers")
    assert any("+Be brief." in code for code in shown_prompt(app))
