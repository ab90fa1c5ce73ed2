"""Does the Overview say where one stands, whatever the state of database and model?"""

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.demo import put_back_demo
from glan_core.entities import Run, RunState
from glan_core.store.database import Database
from glan_core.store.ingest import ingest
from glan_core.store.reports import totals
from glan_core.store.runs import save_run
from tests.small_pairs import model_call


def labels(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_a_new_database_shows_its_curriculum_and_the_first_steps(app: AppTest) -> None:
    app.run()
    assert not app.exception
    assert app.subheader[0].value == "First steps"
    assert labels(app)["Disciplines"] == "126"
    assert labels(app)["Pairs"] == "0"
    assert labels(app)["Cost"] == "$0"


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def test_demo_pairs_are_named_and_nothing_of_them_was_spent_here(app: AppTest, app_database: Database) -> None:
    put_back_demo(app_database.cursor())
    pairs = f"{totals(app_database.cursor()).demo_answers:,}"
    app.run()
    assert f"Demo corpus: {pairs} pairs" in app.markdown[0].value
    assert [button.label for button in app.button][:5] == [
        "Remove it",
        "Open taxonomy",
        "Open map",
        "New run",
        "Export",
    ]
    assert (labels(app)["Pairs"], labels(app)["Calls"]) == (pairs, "0")
    assert set(app.dataframe[0].value["Message"]) == {"Demo corpus"}


def test_demo_pairs_can_be_removed_and_put_in(app: AppTest, app_database: Database) -> None:
    put_back_demo(app_database.cursor())
    app.run()
    press(app, "Remove it")
    assert (labels(app)["Pairs"], len(app.dataframe)) == ("0", 0)
    press(app, "Put it in")
    assert labels(app)["Pairs"] == f"{totals(app_database.cursor()).demo_answers:,}" != "0"


@pytest.mark.parametrize(("cost", "words"), [(None, "unknown"), (0.0, "unknown"), (0.25, "$0.2500")])
def test_a_cost_that_is_not_known_is_not_said_to_be_nothing(
    app: AppTest, app_database: Database, cost: float | None, words: str
) -> None:
    calls = [model_call("one", run_id="run", cost=None), model_call("two", run_id="run", cost=cost)]
    save_run(app_database.cursor(), Run("run", {}, {}, 1, RunState.FINISHED, "local", datetime.now(UTC)))
    ingest(app_database.cursor(), calls)
    app.run()
    figure = next(metric for metric in app.metric if metric.label == "Cost")
    unpriced = 1 if cost is not None else 2
    assert (figure.value, figure.delta) == (words, f"{unpriced} {'call' if unpriced == 1 else 'calls'} without a price")


def test_a_visit_to_the_taxonomy_marks_the_first_step(app: AppTest) -> None:
    app.run()
    assert ":material/radio_button_unchecked:" in app.markdown[0].value
    app.switch_page("pages/curriculum/taxonomy.py").run()
    app.switch_page("pages/home/overview.py").run()
    assert ":material/check_circle:" in app.markdown[0].value


def test_a_stopped_run_is_listed_with_its_reason(app: AppTest, app_database: Database) -> None:
    run = Run("run", {}, {}, 1, RunState.STOPPED, "local", datetime.now(UTC), message="No space is left.")
    save_run(app_database.cursor(), run)
    app.run()
    assert app.dataframe[0].value.loc[0, "State"] == "Stopped"
    assert app.dataframe[0].value.loc[0, "Message"] == "No space is left."


def test_a_model_that_answers_is_named(app: AppTest) -> None:
    app.run()
    assert not app.error
    assert any("answers" in markdown.value for markdown in app.markdown)


def test_a_model_that_cannot_be_reached_is_an_error_with_a_hint(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    app.run()
    assert not app.exception
    assert app.error
    assert labels(app)["Disciplines"] == "126"
