"""Does the tab of judges plan, begin and watch a run, and show what was said of the pairs?"""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.endpoints import BUILT_IN, use_endpoint
from glan_core.engines.local import execute
from glan_core.entities import Filter
from glan_core.insight.judge_agreement import Confusion
from glan_core.judge_settings import UNFIT, judge_settings
from glan_core.llm.built_in import MODEL as BUILT_IN_MODEL
from glan_core.planning.judging_plan import make_judging_plan
from glan_core.store.database import Database
from pages.shared.judge_people import confusion_frame
from pages.shared.workspace import open_model, open_workspace
from tests.batch_server import BatchServer
from tests.model_server import MODEL, ModelServer, stage_of
from tests.pages.endpoint_in_use import PUBLISHED_AT, use_endpoint_at
from tests.pages.judge_app import judge_app
from tests.pages.pairs import make_pairs
from tests.pages.test_coverage import button, metrics, said

OTHER = "another-model"
PAIRS = 6


@pytest.fixture
def tab(app: AppTest, tmp_path: Path) -> AppTest:
    """The tab alone, over the database of the app."""
    return judge_app(tmp_path / "judge")


@pytest.fixture
def pairs(app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path) -> str:
    """A run with six pairs."""
    run_id = make_pairs(app_database, tmp_path / "runs", model_server, instructions=PAIRS)
    model_server.forget()
    return run_id


def run(database: Database, server: ModelServer, folder: Path, *, compared_model: str | None = None) -> None:
    """Have all pairs judged, or compared."""
    choice = open_model()
    settings = judge_settings(choice, compared_model=compared_model)
    plan = make_judging_plan(database.cursor(), Filter(), settings=settings, seed=0)
    execute(plan, database=database, folder=folder / plan.run_id, endpoint=server.endpoint, concurrency=2)


def shown(app: AppTest, changed: Any = None) -> AppTest:
    """Draw the tab, or draw it anew after something on it was changed."""
    (app if changed is None else changed).run()
    assert not app.exception
    return app


def number(app: AppTest, label: str) -> str:
    """Give what stands on a card."""
    return metrics(app)[label][0]


def test_without_pairs_it_leads_to_new_run(tab: AppTest):
    assert "There are no pairs to judge yet" in said(shown(tab))
    assert not tab.button


def test_a_filter_that_means_nothing_can_be_left(tab: AppTest, pairs: str):
    tab.query_params["reviews"] = "rejected"
    assert "No answered pair fits this filter" in said(shown(tab))
    shown(tab, button(tab, "judge-none").click())
    assert f"None of these {PAIRS} answered pairs was judged yet" in said(tab)


def test_it_says_what_judging_takes_before_anything_is_sent(tab: AppTest, pairs: str, model_server: ModelServer):
    shown(tab)
    assert number(tab, "Calls") == str(PAIRS)
    assert {"Tokens", "Time", "Cost"} <= metrics(tab).keys()
    assert number(tab, "Cost") == "unknown"
    assert not model_server.requests_of("judge")
    shown(tab, tab.number_input(key=f"judge-n-{PAIRS}").set_value(2))
    assert number(tab, "Calls") == "2"


def test_a_comparison_wants_the_name_of_the_other_model(tab: AppTest, pairs: str):
    shown(tab)
    shown(tab, tab.segmented_control(key="judge-way").set_value("Compare two models"))
    assert "Name the other model" in said(tab)
    shown(tab, tab.text_input(key="judge-other").set_value(OTHER))
    assert number(tab, "Calls") == str(3 * PAIRS)
    assert f"{PAIRS} for answers of the other model" in said(tab).replace("\\", "")


def test_price_and_time_are_those_of_the_endpoint_in_use_though_the_model_is_called_the_same(
    tab: AppTest, pairs: str, app_database: Database, model_server: ModelServer
):
    use_endpoint_at(app_database, model_server.base_url, concurrency=PAIRS)
    shown(tab)
    assert number(tab, "Cost") == "unknown"
    time_for_all_at_once = number(tab, "Time")
    use_endpoint_at(app_database, PUBLISHED_AT, concurrency=1)
    shown(tab)
    assert "$" in number(tab, "Cost")
    assert number(tab, "Time") != time_for_all_at_once


def test_a_batch_service_can_be_chosen_where_there_can_be_one(tab: AppTest, pairs: str, app_database: Database):
    use_endpoint_at(app_database, PUBLISHED_AT)
    shown(tab)
    directly = number(tab, "Cost")
    shown(tab, tab.radio(key="judge-engine").set_value("batch"))
    assert number(tab, "Time") == "24 h"
    assert "$" in number(tab, "Cost") != directly
    use_endpoint(app_database, BUILT_IN.endpoint_id)
    assert not shown(tab).radio


def test_a_batch_service_judges(tab: AppTest, pairs: str, app_database: Database):
    server = BatchServer()
    try:
        use_endpoint_at(app_database, server.base_url, model=MODEL)
        shown(tab)
        shown(tab, tab.radio(key="judge-engine").set_value("batch"))
        shown(tab, button(tab, "judge-start").click())
        give_up = time.monotonic() + 60
        while not server.batches:
            assert time.monotonic() < give_up
            time.sleep(0.1)
        assert len(server.batches[0].calls) == PAIRS
        assert not server.requests_of("judge")
    finally:
        open_workspace().background.stop_all(seconds=30)
        server.stop()


def test_a_run_is_begun_watched_and_shown(tab: AppTest, pairs: str, model_server: ModelServer):
    shown(tab)
    shown(tab, button(tab, "judge-start").click())
    of_address = tab.query_params["judging"]
    run_id = of_address if isinstance(of_address, str) else of_address[0]
    give_up = time.monotonic() + 60
    while open_workspace().background.is_running(run_id):
        assert time.monotonic() < give_up
        time.sleep(0.1)
    shown(tab)
    assert len(model_server.requests_of("judge")) == PAIRS
    assert f"{MODEL} judged {PAIRS} of these {PAIRS} answered pairs" in said(tab).replace("\\", "")
    assert f"{PAIRS} of {PAIRS} pairs judged" in " ".join(str(each.proto.text) for each in tab.get("progress"))


def test_scores_are_shown_with_their_n_and_the_judges_reasons(
    tab: AppTest, pairs: str, app_database: Database, model_server: ModelServer, tmp_path: Path
):
    run(app_database, model_server, tmp_path / "runs")
    shown(tab)
    (mean,) = app_database.cursor().execute("select avg(score) from newest_judgement").fetchall()[0]
    assert number(tab, "Score") == f"{mean:.2f}"
    assert {"Helpfulness", "Relevance", "Accuracy", "Detail"} <= metrics(tab).keys()
    assert all(f"n = {PAIRS}" in each.help for each in tab.metric if each.label == "Score")
    assert "Because " in said(tab)
    (table,) = tab.dataframe
    assert sum(table.value["n"]) == PAIRS
    assert UNFIT not in said(tab)
    shown(tab, tab.segmented_control(key="judge-level").set_value("field"))
    assert "Field" in tab.dataframe[0].value.columns
    opened = next(each for each in tab.button if each.key.startswith("judge-open-"))
    opened.click().run()
    assert [each.value for each in tab.text] == ["pages/explore/samples.py"]


def test_what_a_model_wrote_is_no_markup(
    tab: AppTest, pairs: str, app_database: Database, model_server: ModelServer, tmp_path: Path
):
    scores = dict.fromkeys(("helpfulness", "relevance", "accuracy", "detail", "score"), 3)
    reply = json.dumps({"reason": "**Bold** [link](https://x.example) $x$", **scores})
    model_server.script = lambda request: reply if stage_of(request) == "judge" else None
    run(app_database, model_server, tmp_path / "runs")
    shown(tab)
    reasons = [each.value for each in tab.info]
    assert reasons
    assert all(r"\*\*Bold\*\*" in each and "](https" not in each for each in reasons)


def test_two_models_are_shown_by_field_and_discipline(
    tab: AppTest, pairs: str, app_database: Database, model_server: ModelServer, tmp_path: Path
):
    run(app_database, model_server, tmp_path / "runs", compared_model=OTHER)
    shown(tab)
    (card,) = (each for each in tab.metric if each.label == "Wins")
    wins, ties, losses = map(int, re.findall(r"(\d+) (?:wins|ties|losses)", card.help))
    assert wins + ties + losses == PAIRS
    assert card.value == f"{100 * wins / PAIRS:.0f} %"
    assert number(tab, "First place is worth") == "+0.00"
    by_field = tab.dataframe[0].value
    assert by_field["Where"].iloc[0] == "All pairs"
    assert by_field["n"].iloc[0] == PAIRS == by_field["n"].iloc[1:].sum()
    shown(tab, tab.segmented_control(key="judge-rows").set_value("By discipline"))
    assert tab.dataframe[0].value["n"].sum() == PAIRS


def test_beside_people_without_reviews_it_says_so(
    tab: AppTest, pairs: str, app_database: Database, model_server: ModelServer, tmp_path: Path
):
    run(app_database, model_server, tmp_path / "runs")
    shown(tab)
    shown(tab, tab.segmented_control(key="judge-about").set_value("Beside people"))
    assert "nothing to hold the judge against" in said(tab)


def test_beside_people_counts_what_both_said(
    tab: AppTest, pairs: str, app_database: Database, model_server: ModelServer, tmp_path: Path
):
    run(app_database, model_server, tmp_path / "runs")
    app_database.cursor().execute(
        """
        update instruction
        set status = if(
            instruction_id in (select instruction_id from judge_score where score >= 5), 'accepted', 'rejected'
        )
        """
    )
    shown(tab)
    shown(tab, tab.segmented_control(key="judge-about").set_value("Beside people"))
    assert number(tab, "Judged by both") == str(PAIRS)
    assert number(tab, "Ranks them right") in ("100 %", "–")
    assert "Both say the same of 100 %" in said(tab)


def test_the_built_in_model_is_said_to_be_no_judge(
    tab: AppTest, pairs: str, app_database: Database, model_server: ModelServer, tmp_path: Path
):
    run(app_database, model_server, tmp_path / "runs")
    app_database.cursor().execute("update judgement set model = ?", [BUILT_IN_MODEL])
    assert UNFIT in said(shown(tab))


def test_the_table_of_a_threshold_holds_all_four_counts():
    frame = confusion_frame(Confusion(5, 1, 2, 3, 4))
    assert frame.to_numpy()[:, 1:].tolist() == [[1, 2], [3, 4]]
