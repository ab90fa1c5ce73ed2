"""Does the Diversity page say what is missing, measure beside the page, and show what was measured?"""

import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from glan_core import text_vectors
from glan_core.corpora.importing import import_corpus
from glan_core.diversity import Asked, evaluate
from glan_core.diversity_comparison import at_equal_n, find_comparison
from glan_core.embedding.encoder import ENCODER, encode
from glan_core.entities import Filter
from glan_core.errors import EmbeddingError
from glan_core.evaluator import Evaluator
from glan_core.store.database import Database
from glan_core.store.drawn_rows import RowSet
from glan_core.store.embeddings import insert_embeddings
from glan_core.store.evaluations import list_evaluations
from pages.shared.diversity_measuring import open_evaluator
from pages.shared.filter_views import view_of
from pages.shared.workspace import open_workspace
from tests.corpus_files.files import alpaca, write
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
    assert f"has not read {PAIRS} of these {PAIRS} questions" in said(app).replace("\\", "")
    assert has_button(app, "encoder-read")
    assert not has_button(app, "diversity-measure")


def test_what_is_not_read_is_said_and_the_rest_can_be_measured(app: AppTest, app_database: Database, run_id: str):
    read(app_database, leave=2)
    open_page(app)
    assert f"has not read 2 of these {PAIRS} questions" in said(app).replace("\\", "")
    assert f"compares 10 of {PAIRS} questions" in said(app)
    assert has_button(app, "diversity-measure")


def test_measuring_works_beside_the_page_and_its_numbers_are_shown(app: AppTest, app_database: Database, run_id: str):
    read(app_database, twins=3)
    open_page(app)
    assert f"compares all {PAIRS} questions" in said(app)
    button(app, "diversity-measure").click().run()
    assert not app.exception
    wait()
    assert open_evaluator().error is None
    app.run()
    assert not has_button(app, "diversity-measure")
    (kept,) = list_evaluations(app_database.cursor())
    assert metrics(app)["Near-duplicates"][0] == f"{100 * 2 / PAIRS:.1f} %"
    assert metrics(app)["Vendi score"][0] == f"{kept.numbers['vendi_1'].value:,.1f}"
    assert f"n = {PAIRS} of {PAIRS} questions" in said(app)
    assert "3 questions of 12 are in 1 group of near-duplicates" in said(app)
    assert f"2 could go: {app.metric[0].value}." in said(app)
    help_ = next(each.help for each in app.metric if each.label == "Vendi score").replace("\\", "")
    assert all(
        part in help_ for part in (f"{PAIRS} of {PAIRS} questions", "seed 0", ENCODER, "which read questions.", " s.")
    )
    button(app, "diversity-groups").click().run()
    assert not app.exception
    assert app.title[0].value == "Samples"


def test_each_tab_shows_what_is_behind_the_numbers(app: AppTest, app_database: Database, run_id: str):
    read(app_database)
    evaluation = evaluate(app_database, Asked())
    open_page(app)
    assert "No two of these 12 questions are near-duplicates, with a cosine of 0.95 or more" in said(app)
    open_page(app, about="Words")
    assert metrics(app)["Compression ratio"][0] == f"{evaluation.numbers['compression_ratio'].value:.2f}"
    openings = evaluation.numbers["opening_share"].parameters["most_common"]
    assert bool(openings) == any("Opening" in each.value.columns for each in app.dataframe)
    open_page(app, about="Growth")
    gain = evaluation.numbers["unlike_gain"]
    assert f"After these 12, 1,000 more add about {gain.value:,.0f} questions unlike any before" in said(app)
    assert "no cosine of 0.8 or more" in said(app)
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
    help_ = next(each.help for each in app.metric if each.label == "1,000 more add").replace("\\", "")
    assert "drawn after these 8, would be unlike all before" in help_
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


def compute_quickly(function: Any, *arguments: Any, **options: Any) -> Any:
    """Call a function in this process; texts get vectors that their letters decide, at once."""
    if function is not encode:
        return function(*arguments, **options)
    drawn = [np.random.default_rng(zlib.crc32(text.encode())).normal(size=384) for text in arguments[0]]
    return np.array([row / np.linalg.norm(row) for row in drawn], np.float32)


@pytest.fixture
def quick_evaluator(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> Evaluator:
    """What measures for the page, without the processes that the encoder and the numbers want."""
    evaluator = open_evaluator()
    monkeypatch.setattr(evaluator, "_compute", compute_quickly)
    return evaluator


@pytest.fixture
def corpus_id(app_database: Database, tmp_path: Path) -> str:
    """A corpus of eleven questions."""
    pairs = [(f"Why does **metal** number {number} rust?", "It oxidises.") for number in range(11)]
    return import_corpus(app_database, write(tmp_path / "set.jsonl", alpaca(pairs)), name="**Metals**").corpus.corpus_id


def test_a_corpus_is_measured_as_pairs_are_and_its_rows_are_read_first(
    app: AppTest, app_database: Database, run_id: str, corpus_id: str, quick_evaluator: Evaluator
):
    open_page(app, set=f"corpus:{corpus_id}", draw_n="6")
    assert "compares 6 of 11 rows" in said(app)
    assert "has not read 6 of these 6 rows" in said(app).replace("\\", "")
    assert not has_button(app, "encoder-read")
    assert not app.multiselect  # there is nothing to filter by
    button(app, "diversity-measure").click().run()
    wait()
    app.run()
    assert not app.exception
    assert open_evaluator().error is None
    (kept,) = list_evaluations(app_database.cursor())
    assert kept.conditions[1:4] == (corpus_id, 6, 11)
    assert metrics(app)["Vendi score"][0] == f"{kept.numbers['vendi_1'].value:,.1f}"
    assert "n = 6 of 11" in said(app)
    assert not has_button(app, "diversity-groups")  # rows of a corpus are no pairs that Samples could list
    app.selectbox(key="diversity-set").set_value("pairs").run()
    assert not app.exception
    assert "set" not in app.query_params
    assert has_button(app, "encoder-read")


def test_a_corpus_that_is_gone_is_said_and_pairs_are_shown(app: AppTest, app_database: Database, run_id: str):
    read(app_database)
    open_page(app, set="corpus:gone")
    assert "is not there, or was removed" in said(app)
    assert f"compares all {PAIRS} questions" in said(app)


def test_two_sets_are_compared_side_by_side_at_equal_n(
    app: AppTest, app_database: Database, run_id: str, corpus_id: str, quick_evaluator: Evaluator
):
    read(app_database, twins=6)
    open_page(app, about="Compare")
    assert "drawn down to as many rows" in said(app)
    app.selectbox(key="diversity-against").set_value(f"corpus:{corpus_id}").run()
    assert app.query_params["against"] in (f"corpus:{corpus_id}", [f"corpus:{corpus_id}"])
    shown = said(app).replace("\\", "")
    assert "Both are drawn down to n = 11. Your pairs: 12; Corpus **Metals**: 11." in shown
    assert "has not read 11 of these 11 rows" in shown
    assert button(app, "diversity-compare").label == "Compare at n = 11"
    button(app, "diversity-compare").click().run()
    wait()
    app.run()
    assert not app.exception
    assert open_evaluator().error is None
    assert not has_button(app, "diversity-compare")
    (table,) = [each.value for each in app.dataframe]
    equal = at_equal_n(app_database.cursor(), Asked(), RowSet(corpus_id=corpus_id))
    found = find_comparison(app_database, app_database.cursor(), equal)
    assert found is not None
    row = table[table["Number"] == "Vendi score"].iloc[0]
    vendi = found.differences["vendi_1"]
    assert row["Your pairs"] == f"{vendi.first.value:,.1f}"
    assert row["Corpus **Metals**"] == f"{vendi.second.value:,.1f}"
    assert row["Difference"].lstrip("+−") == f"{abs(vendi.difference):,.1f}"
    assert set(table["Beyond chance"]) <= {"yes", "no", "not known"}
    assert len(list_evaluations(app_database.cursor())) == 2
    assert "n = 11 of each" in said(app)


def test_what_cannot_be_compared_says_why(app: AppTest, app_database: Database, run_id: str):
    read(app_database, leave=11)
    open_page(app, about="Compare", against=f"run:{run_id}", below=["nowhere"])
    assert "No pair fits this filter" in said(app)
    app.query_params.clear()
    open_page(app, about="Compare", against="pairs")
    assert not app.dataframe  # one read pair: nothing to compare
    read_all = (
        app_database.cursor()
        .execute("select instruction_id from instruction anti join embedded_instruction using (instruction_id)")
        .fetchall()
    )
    link(app_database.cursor(), ENCODER, **{row[0]: 0 for row in read_all})
    open_page(app, about="Compare", against="pairs")
    assert "That is the very set that is measured" in said(app)
    open_page(app, about="Compare", against="corpus:gone")
    assert "names is not there any more" in said(app)


def test_a_reference_is_chosen_and_how_far_it_is_covered_is_shown(
    app: AppTest, app_database: Database, run_id: str, corpus_id: str, quick_evaluator: Evaluator
):
    read(app_database)
    evaluate(app_database, Asked())
    open_page(app, about="Reference")
    assert "a set that these rows should cover" in said(app)
    app.selectbox(key="diversity-reference").set_value(f"corpus:{corpus_id}").run()
    assert "has not read 12 of these 12 rows" not in said(app)
    button(app, "diversity-reference-measure").click().run()
    wait()
    app.run()
    assert not app.exception
    assert open_evaluator().error is None
    held = next(each for each in list_evaluations(app_database.cursor()) if each.conditions.reference)
    assert metrics(app)["Coverage"][0] == f"{100 * held.numbers['reference_coverage'].value:.1f} %"
    assert "12 questions held against 11 of the reference" in said(app).replace("\\", "")
    assert "Reference: 11 rows" in next(each.help for each in app.metric if each.label == "Coverage").replace("\\", "")
    open_page(app, about="Reference", reference="pairs")
    assert "very set that is measured" in said(app)
    open_page(app, about="Reference", reference=f"corpus:{corpus_id}")
    app.number_input(key="draw_n").set_value(8).run()
    assert "A reference wants 11 rows that are read" in said(app)


def test_a_reference_that_shares_rows_says_so(app: AppTest, app_database: Database, run_id: str):
    read(app_database)
    evaluate(app_database, Asked(Filter(has_answer=True), reference=RowSet()))
    open_page(app, about="Reference", reference="pairs", answered="yes")
    assert "12 of the rows are in both draws" in said(app)


def test_earlier_measurements_are_listed_with_what_differs_or_why_not(
    app: AppTest, app_database: Database, run_id: str
):
    read(app_database, twins=3)
    open_page(app, about="Earlier")
    assert "Nothing else was measured yet" in said(app)
    evaluate(app_database, Asked(n=8))
    evaluate(app_database, Asked(Filter(run_ids=(run_id,)), n=12))
    evaluate(app_database, Asked(n=12, seed=3))
    open_page(app, about="Earlier")
    assert set(app.dataframe[0].value["Not compared because"]) == {"these are not measured yet"}
    evaluate(app_database, Asked())
    open_page(app, about="Earlier")
    table = app.dataframe[0].value
    reasons = table["Not compared because"].fillna("")
    assert dict(zip(table["Measured"] + table["n"].astype(str), reasons, strict=True)) == {
        "Your pairs8": "n = 8, not 12",
        "Your pairs12": "seed 3, not 0",
        f"Run {run_id[:6]}12": "",
    }
    of_run = table[table["Measured"] == f"Run {run_id[:6]}"].iloc[0]
    assert (of_run["Change since"], of_run["Near-duplicates"]) == ("same", f"{100 * 2 / PAIRS:.1f} %")
    app.selectbox(key="diversity-earlier").set_value("vendi_1").run()
    assert not app.exception
    assert "Vendi score" in app.dataframe[0].value.columns


def test_a_single_pair_has_nothing_to_be_compared_with(app: AppTest, app_database: Database, run_id: str):
    read(app_database)
    (key,) = app_database.cursor().execute("select min(instruction_id) from instruction").fetchall()[0]
    only = view_of(open_workspace(), Filter(instruction_ids=(key,)), source="a test").saved_view_id
    open_page(app, view=only)
    assert "A single one has nothing to be compared with" in said(app)
    assert not has_button(app, "diversity-measure")


def test_reading_rows_can_be_stopped_and_says_so(
    app: AppTest,
    app_database: Database,
    run_id: str,
    corpus_id: str,
    quick_evaluator: Evaluator,
    monkeypatch: pytest.MonkeyPatch,
):
    open_page(app, set=f"corpus:{corpus_id}")
    evaluator = quick_evaluator

    def slow(function: Any, *arguments: Any, **options: Any) -> Any:
        while not evaluator.is_stopping:
            time.sleep(0.01)
        return compute_quickly(function, *arguments, **options)

    monkeypatch.setattr(evaluator, "_compute", slow)
    monkeypatch.setattr(text_vectors, "_FIRST_BATCH", 4)
    button(app, "diversity-measure").click().run()
    while not evaluator.can_stop:
        time.sleep(0.01)
    app.run()
    assert "Reading rows: 0 of 11" in str(app.get("progress")[0].proto)
    button(app, "diversity-stop").click().run()
    wait()
    app.run()
    assert "Reading was stopped with 7 texts to go" in said(app).replace("\\", "")
    assert "has not read 7 of these 11 rows" in said(app).replace("\\", "")
    assert list_evaluations(app_database.cursor()) == ()
