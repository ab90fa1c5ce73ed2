"""Do the cells of the stage table become the settings of the run, and are differences from the preset told?"""

import dataclasses

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.errors import SettingsError
from glan_core.generation_settings import Price
from glan_core.presets import differences, preset
from pages.shared.stage_table import STAGES, difference_sentence, table_of, with_table
from tests.pages.new_run_page import open_page, texts

PAPER = preset("paper", model="m", answer_model="faster")
ROWS = {stage: number for number, stage in enumerate(STAGES)}


def changed(stage: str, **cells: object):
    """Give the table of the paper's preset with cells of one row changed."""
    table = table_of(PAPER).astype(object)
    for column, value in cells.items():
        table.loc[ROWS[stage], column] = value
    return table


def test_an_unchanged_table_gives_the_same_settings():
    assert with_table(PAPER, table_of(PAPER)) == PAPER


def test_cells_become_the_settings_of_their_stage():
    settings = with_table(PAPER, changed("instructions", model=" big ", temperature=0, top_p=0.5, max_tokens=300.0))
    stage = settings.stages["instructions"]
    assert (stage.model, stage.temperature, stage.top_p, stage.max_tokens) == ("big", 0.0, 0.5, 300)
    assert isinstance(stage.temperature, float)
    assert isinstance(stage.max_tokens, int)
    assert {name: each for name, each in settings.stages.items() if name != "instructions"} == {
        name: each for name, each in PAPER.stages.items() if name != "instructions"
    }


def test_a_price_holds_wherever_its_model_is_used():
    settings = with_table(PAPER, changed("subjects", input=0.5, output=2))
    assert {stage: each.price for stage, each in settings.stages.items()} == {
        **dict.fromkeys(PAPER.stages, Price(0.5, 2.0)),
        "answers": None,
    }
    assert with_table(settings, table_of(settings)) == settings


def test_a_price_is_taken_away_where_its_cells_are_emptied():
    priced = dataclasses.replace(PAPER.stages["answers"], price=Price(1.0, 2.0))
    settings = dataclasses.replace(PAPER, stages={**PAPER.stages, "answers": priced})
    table = table_of(settings)
    table.loc[ROWS["answers"], ["input", "output"]] = None
    assert with_table(settings, table) == PAPER


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ({"model": "  "}, "questions is empty"),
        ({"temperature": None}, "questions is empty"),
        ({"max_tokens": float("nan")}, "questions is empty"),
        ({"input": 1.0}, "half a price"),
    ],
)
def test_a_row_that_is_not_whole_is_refused(cells: dict[str, object], complaint: str):
    with pytest.raises(SettingsError, match=complaint):
        with_table(PAPER, changed("instructions", **cells))


def test_two_prices_of_one_model_are_refused():
    table = changed("instructions", input=1.0, output=1.0)
    table.loc[ROWS["syllabus"], ["input", "output"]] = [1.0, 2.0]
    with pytest.raises(SettingsError, match="'m' has two prices"):
        with_table(PAPER, table)


def test_differences_are_told_in_words():
    settings = with_table(PAPER, changed("answers", temperature=0.2, input=0.5, output=2))
    settings = dataclasses.replace(settings, language="ko")
    assert difference_sentence(differences(settings, PAPER)) == (
        "language Korean instead of English; answers: temperature 0.2 instead of 0.7; "
        "answers: price $0.5/$2 instead of none"
    )
    assert difference_sentence(()) == ""


def test_the_page_shows_the_preset_and_that_the_price_is_unknown(app: AppTest) -> None:
    open_page(app)
    models, numbers = [each.value for each in app.data_editor]
    stages = ["Subjects", "Syllabi", "Class details", "Questions", "Answers"]
    assert list(models["stage"]) == list(numbers["stage"]) == stages
    assert set(models["model"]) == {"scripted-model"}
    assert list(numbers["temperature"]) == [1.0, 1.0, 0.0, 1.0, 0.7]
    assert "scripted-model: price unknown" in texts(app)
    app.selectbox(key="preset").select("quick").run()
    assert set(app.data_editor[1].value["temperature"]) == {0.5}
