"""Does the Diversity page say what is missing, measure beside the page, and show what was measured?"""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from glan_core.diversity import Asked, evaluate
from glan_core.embedding.encoder import ENCODER
from glan_core.errors import EmbeddingError
from glan_core.store.database import Database
from glan_core.store.embeddings import insert_embeddings
from glan_core.store.evaluations import list_evaluations
from pages.shared.diversity_measuring import open_evaluator
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs
from tests.pages.test_coverage import button, metrics, said
from tests.store.vectors import link

PAGE = "pages/explore/diversity.py"
PAIRS = 12


def open_page(app: AppTest, **address: str | list[str]) -> AppTest:
    """Open the page at an address."""
    app.run()
    for name, value in address.items():
        app.query_params[name] = value
    app.switch_page(PAGE).run()
    assert not app.exception
    return app


def read(database: Database, *, twins: int = 0, leave: int = 0) -> None:
    """Give the pairs vectors at right angles, the first `twins` the same one; `leave` have none."""
    cursor = database.cursor()
    keys = [row[0] for row in cursor.execute("select instruction_id from instruction order by 1").fetchall()]
    vectors = np.eye(384, dtype=np.float32)[: len(keys)]
    vectors[:twins] = vectors[0]
    insert_embeddings(cursor, encoder=ENCODER, texts=[f"text {key}" for key in keys], vectors=vectors)
    link(cursor, ENCODER, **{key: number for number, key in enumerate(keys[: len(keys) - leave])})


def wait() -> None:
    """Wait until nothing is measured any more."""
    assert open_evaluator().wait(120)


@pytest.fixture
def run_id(app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path) -> str:
    """A run with twelve pairs."""
    return make_pairs(app_database, tmp_path / "runs", model_server, instructions=PAIRS)


def has_button(app: AppTest, key: str) -> bool:
    """Say whether there is a button with a key."""
    return any(each.key == key for each in app.button)


def test_without_pairs_the_page_leads_to_new_run(app: AppTest):
    open_page(app)
    assert "There are no pairs yet" in said(app)
    assert not has_button(app, "diversity-measure")
    assert not app.metric


def test_pairs_that_nobody_has_read_are_to_be_read_first(app: AppTest, run_id: str):
    open_page(app)
    assert f"has not read {PAIRS} of these {PAIRS} pairs" in said(app).replace("\\", "")
    assert has_button(app, "encoder-read")
    assert not has_button(app, "diversity-measure")


def test_what_is_not_read_is_said_and_the_rest_can_be_measured(app: AppTest, app_database: Database, run_id: str):
    read(app_database, leave=2)
    open_page(app)
    assert f"has not read 2 of these {PAIRS} pairs" in said(app).replace("\\", "")
    assert f"compares 10 of {PAIRS} pairs" in said(app)
    assert has_button(app, "diversity-measure")


def test_measuring_works_beside_the_page_and_its_numbers_are_shown(app: AppTest, app_database: Database, run_id: str):
    read(app_database, twins=3)
    open_page(app)
    assert f"compares all {PAIRS} pairs" in said(app)
    button(app, "diversity-measure").click().run()
    assert not app.exception
    wait()
    assert open_evaluator().error is None
    app.run()
    assert not has_button(app, "diversity-measure")
    (kept,) = list_evaluations(app_database.cursor())
    assert metrics(app)["Near-duplicates"][0] == f"{100 * 2 / PAIRS:.1f} %"
    assert metrics(app)["Vendi score"][0] == f"{kept.numbers['vendi_1'].value:,.1f}"
    assert f"n = {PAIRS} of {PAIRS}" in said(app)
    assert "3 pairs of 12 are near-duplicates, in 1 group" in said(app)
    help_ = next(each.help for each in app.metric if each.label == "Vendi score").replace("\\", "")
    assert all(part in help_ for part in (f"{PAIRS} of {PAIRS} pairs", "seed 0", ENCODER, "questions", " s."))
    button(app, "diversity-groups").click().run()
    assert not app.exception
    assert app.title[0].value == "Samples"


def test_each_tab_shows_what_is_behind_the_numbers(app: AppTest, app_database: Database, run_id: str):
    read(app_database)
    evaluation = evaluate(app_database, Asked())
    open_page(app)
    assert "No two of these 12 pairs are near-duplicates" in said(app)
    open_page(app, about="Words")
    assert metrics(app)["Compression ratio"][0] == f"{evaluation.numbers['compression_ratio'].value:.2f}"
    openings = evaluation.numbers["opening_share"].parameters["most_common"]
    assert bool(openings) == any("Opening" in each.value.columns for each in app.dataframe)
    open_page(app, about="Growth")
    gain = evaluation.numbers["unlike_gain"]
    assert f"The next 1,000 here add about {gain.value:,.0f} pairs unlike any before" in said(app)
    app.segmented_control(key="diversity-curve").set_value("vendi_gain").run()
    assert not app.exception
    assert "to the Vendi score" in said(app)


def test_what_was_measured_before_the_data_changed_says_so(
    app: AppTest, app_database: Database, run_id: str, model_server: ModelServer
):
    read(app_database, twins=3, leave=2)
    evaluate(app_database, Asked(n=8))
    cursor = app_database.cursor()
    missing = cursor.execute(
        "select instruction_id from instruction anti join embedded_instruction using (instruction_id)"
    ).fetchall()
    link(cursor, ENCODER, **{row[0]: PAIRS - 1 - place for place, row in enumerate(missing)})
    open_page(app, draw_n="8")
    assert "Measured on an earlier state" in said(app)
    assert button(app, "diversity-measure").label == "Measure again"
    assert metrics(app)["Near-duplicates"][1] == ""
    button(app, "diversity-measure").click().run()
    wait()
    app.run()
    assert "Measured on an earlier state" not in said(app)
    assert len(list_evaluations(app_database.cursor())) == 2
    assert "before" in metrics(app)["Near-duplicates"][1]


def test_another_n_or_seed_is_another_measurement(app: AppTest, app_database: Database, run_id: str):
    read(app_database)
    evaluate(app_database, Asked(n=8))
    open_page(app, draw_n="8")
    assert "n = 8 of 12" in said(app)
    app.number_input(key="draw_seed").set_value(5).run()
    assert not app.exception
    assert "Not measured yet" in said(app)
    assert not app.metric


def test_a_filter_that_fits_nothing_can_be_left(app: AppTest, app_database: Database, run_id: str):
    read(app_database)
    open_page(app, run=["gone"])
    assert "No pair fits this filter" in said(app)
    button(app, "diversity-none").click().run()
    assert "Not measured yet" in said(app)


def test_one_under_way_is_shown_and_one_that_failed_says_why(
    app: AppTest, app_database: Database, run_id: str, monkeypatch: pytest.MonkeyPatch
):
    read(app_database)
    evaluator = open_evaluator_of(app)
    stopped: list[bool] = []

    def fail(*arguments: Any, **options: Any) -> Any:
        del arguments
        options["on_progress"](1, 4)
        while not stopped:
            time.sleep(0.01)
        raise EmbeddingError("The process ended.", "Measure again.")

    monkeypatch.setattr(evaluator, "_compute", fail)
    button(app, "diversity-measure").click().run()
    while not evaluator.total:
        time.sleep(0.01)
    app.run()
    assert not app.exception
    assert button(app, "diversity-measure").disabled
    assert "Counting meanings" in str(app.get("progress")[0].proto)
    stopped.append(True)
    wait()
    app.run()
    assert "The process ended" in said(app)
    assert not button(app, "diversity-measure").disabled


def open_evaluator_of(app: AppTest) -> Any:
    """Open the page, and give what measures for it."""
    open_page(app)
    return open_evaluator()
