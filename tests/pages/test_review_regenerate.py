"""The tab of rejected pairs says what was rejected and why, what another pair for each takes, and begins it."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.reviewing import Decision, decide
from glan_core.store.database import Database
from glan_core.store.regenerations import list_regenerated_ids
from pages.shared.workspace import open_workspace
from tests.model_server import ModelServer
from tests.pages.endpoint_in_use import PUBLISHED_AT, use_endpoint_at
from tests.pages.pairs import make_pairs
from tests.pages.test_review import NOON, button, ids, labels, open_page, press, said


@pytest.fixture
def rejected(app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path) -> list[str]:
    """Four pairs of which two are rejected, and the ids of these."""
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=4)
    chosen = ids(app_database)[:2]
    for each, reason in zip(chosen, ("unclear", "wrong_answer"), strict=True):
        decide(app_database, Decision(each, "Ada", "rejected", (reason,), "Look again."), at=NOON)
    model_server.forget()
    return chosen


def test_without_rejected_pairs_it_says_how_there_come_to_be_some(
    app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path
):
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=1)
    open_page(app, step="Rejected")
    assert "None of these pairs is rejected" in said(app)
    assert "Write them anew" not in labels(app)


def test_it_tells_reasons_and_calls_and_sends_nothing(app: AppTest, rejected: list[str], model_server: ModelServer):
    open_page(app, step="Rejected")
    words = said(app)
    assert "1 new question with its answer; 1 new answer alone." in words
    assert "With a comment · 2" in words
    assert {metric.label: metric.value for metric in app.metric}["Calls"] == "3"
    assert not any("Look again." in str(request.body) for request in model_server.requests)


def test_half_a_price_is_refused_and_a_whole_one_gives_a_cost(app: AppTest, rejected: list[str]):
    open_page(app, step="Rejected")
    put_in, put_out = (
        next(each for each in app.number_input if each.label.endswith(f"{way} $")) for way in ("in", "out")
    )
    put_in.set_value(1.0).run()
    assert "half a price" in said(app)
    put_out = next(each for each in app.number_input if each.label.endswith("out $"))
    put_out.set_value(2.0).run()
    assert not app.exception
    assert "$" in {metric.label: metric.value for metric in app.metric}["Cost"]


def test_price_and_engine_are_those_of_the_endpoint_in_use_though_the_model_is_called_the_same(
    app: AppTest, app_database: Database, rejected: list[str], model_server: ModelServer
):
    def numbers() -> dict[str, str]:
        return {metric.label: metric.value for metric in app.metric}

    use_endpoint_at(app_database, model_server.base_url)
    open_page(app, step="Rejected")
    assert numbers()["Cost"] == "unknown"
    use_endpoint_at(app_database, PUBLISHED_AT)
    app.run()
    directly = numbers()["Cost"]
    assert "$" in directly
    app.radio(key="anew-engine").set_value("batch").run()
    assert "$" in numbers()["Cost"] != directly
    assert numbers()["Time"] == "2 × 24 h"  # a question and its answer; the other answer goes out with the question
    assert not app.exception


def test_new_pairs_are_written_and_can_be_reviewed(
    app: AppTest, app_database: Database, rejected: list[str], model_server: ModelServer
):
    open_page(app, step="Rejected", reviewer="Ada")
    press(app, "Write them anew")
    of_address = app.query_params["anew"]
    run_id = of_address if isinstance(of_address, str) else of_address[0]
    end = time.monotonic() + 60
    while open_workspace().background.is_running(run_id):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert len(list_regenerated_ids(app_database.cursor(), rejected)) == 2
    app.run()
    assert "All of them were written anew already" in said(app)
    assert button(app, "Review the new pairs")
