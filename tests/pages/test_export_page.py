"""Does the Export page count, show and write what it says, without waiting?"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Multiselect

from glan_core.demo import put_back_demo
from glan_core.entities import Filter, QualityFlag
from glan_core.gates import keep_gate_set
from glan_core.store.answers import insert_quality_flags
from glan_core.store.database import Database
from glan_core.store.pairs import list_pairs
from glan_core.store.runs import save_run
from pages.shared.export_writing import next_folder, open_exporter
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs
from tests.small_pairs import NOON, run

PAGE = "pages/curate/export.py"


def open_page(app: AppTest) -> AppTest:
    """Open the page, and wait until it has counted."""
    app.run()
    app.switch_page(PAGE)
    return counted(app)


def counted(app: AppTest) -> AppTest:
    """Draw the page until it has counted what would be written."""
    for _ in range(100):
        app.run()
        assert not app.exception
        if app.metric or app.info or app.error:
            return app
    raise AssertionError("the page never came to an end with counting")


def made_by_of(app: AppTest) -> Multiselect:
    """Give the widget that chooses runs."""
    return next(each for each in app.multiselect if each.label == "Made by")


def labels(app: AppTest) -> dict[str, str]:
    """Give the numbers of the page by their labels."""
    return {metric.label: metric.value for metric in app.metric}


def captions(app: AppTest) -> str:
    """Give all that is said on the side."""
    return "\n".join(caption.value for caption in app.caption)


def chosen_gates(app: AppTest) -> list[str]:
    """Give which pairs are left out by the gates that were chosen one by one."""
    (pills,) = [each for each in app.get("button_group") if each.label == "Leave out these"]
    return list(pills.value)


def choose(app: AppTest, kind: str, label: str, value: object) -> None:
    """Set the widget of a kind with this label."""
    next(each for each in getattr(app, kind) if each.label == label).set_value(value)


def press(app: AppTest, label: str) -> AppTest:
    """Press a button, wait for what is written, and draw the page."""
    next(each for each in app.button if each.label == label).click().run()
    assert open_exporter().wait(60)
    return counted(app)


@pytest.fixture
def run_id(app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path) -> str:
    """A run of six pairs."""
    return make_pairs(app_database, tmp_path / "runs", model_server, instructions=6)


def test_without_pairs_the_page_says_where_to_make_some(app: AppTest) -> None:
    app.run()
    app.switch_page(PAGE).run()
    assert not app.exception
    assert any("no pairs to export yet" in text.value for text in app.markdown)


def test_the_file_holds_as_many_pairs_as_announced_and_is_listed(app: AppTest, run_id: str, tmp_path: Path) -> None:
    open_page(app)
    announced = int(labels(app)["Pairs in the file"])
    assert "Nothing was exported yet" in captions(app)
    press(app, "Write pairs.jsonl")
    written = (tmp_path / "glan.exports" / "export-1" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    assert announced > 0
    assert len([json.loads(line) for line in written]) == announced
    assert any(f"{announced} pairs written" in success.value for success in app.success)
    assert f"**{announced} pairs** · OpenAI chat (JSONL)" in app.expander[2].label
    assert "SHA-256" in captions(app)
    assert app.get("download_button")


def test_written_again_it_is_the_same_and_the_comparison_says_so(app: AppTest, run_id: str, tmp_path: Path) -> None:
    open_page(app)
    press(app, "Write pairs.jsonl")
    press(app, "Write again")
    folder = tmp_path / "glan.exports"
    files = [(folder / name / "pairs.jsonl").read_bytes() for name in ("export-1", "export-2")]
    assert files[0] == files[1]
    other = next(each for each in app.selectbox if each.label == "Compare with")
    other.select_index(0).run()
    assert not app.exception
    assert any("pairs are in both. 0 came, 0 went." in text.value for text in app.markdown)
    assert "Settings and counts are the same." in captions(app)


def test_every_format_shows_its_first_row(app: AppTest, run_id: str) -> None:
    open_page(app)
    pills = next(each for each in app.get("button_group") if "Formats" in str(each.proto.label))
    pills.set_value(["chat", "sharegpt", "alpaca", "parquet", "csv", "hf"])
    counted(app)
    first = [each.value for each in app.code]
    keys = [next(iter(json.loads(text))) for text in (*first[:4], first[5])]
    assert keys == ["messages", "conversations", "instruction", "instruction_id", "messages"]
    assert first[4].startswith("instruction_id,answer_id,")
    assert any(each.label == "Write the files" for each in app.button)
    assert any(each.label == "Licence" for each in app.text_input)


def test_no_lineage_changes_the_shown_row(app: AppTest, run_id: str) -> None:
    open_page(app)
    assert "metadata" in json.loads(app.code[0].value)
    choose(app, "toggle", "Say where each pair comes from", False)
    counted(app)
    assert list(json.loads(app.code[0].value)) == ["messages"]


def test_held_out_questions_are_counted_and_shown(app: AppTest, run_id: str, app_database: Database) -> None:
    cursor = app_database.cursor()
    cursor.execute("update instruction set syllabus_id = (select min(syllabus_id) from instruction)")
    app.run()
    choose_after = open_page(app)
    choose(choose_after, "number_input", "Test questions of each discipline", 2)
    counted(app)
    assert labels(app)["Held out"] == "2"
    assert "Pairs to train with" in labels(app)


def test_a_choice_that_fits_nothing_is_a_sentence(app: AppTest, run_id: str) -> None:
    open_page(app)
    nowhere = next(option for option in app.multiselect[0].options if option.endswith("Astronomy"))
    app.multiselect[0].select(nowhere)
    counted(app)
    assert any("No pair fits this choice" in info.value for info in app.info)
    assert not any(each.label.startswith("Write pairs") for each in app.button)


def test_a_run_of_the_address_narrows_however_old_it_is(app: AppTest, run_id: str, app_database: Database) -> None:
    cursor = app_database.cursor()
    for number in range(101):
        save_run(cursor, run(f"newer-{number}", started_at=datetime.now(UTC) + timedelta(hours=number)))
    app.query_params["run"] = run_id
    open_page(app)
    assert made_by_of(app).value == [run_id]
    assert labels(app)["Pairs in the file"] == "6"


def test_a_run_of_the_address_that_is_gone_is_named_and_gives_nothing(app: AppTest, run_id: str) -> None:
    app.query_params["run"] = "removedlongago"
    open_page(app)
    assert made_by_of(app).value == ["removedlongago"]
    assert any("No pair fits this choice" in info.value for info in app.info)


def test_the_reasons_for_leaving_out_are_told_with_their_counts(
    app: AppTest, run_id: str, app_database: Database
) -> None:
    open_page(app)
    assert labels(app)["Left out"] == "0"
    put_back_demo(app_database.cursor())
    mine = list_pairs(app_database.cursor(), Filter(run_ids=(run_id,)), limit=1)["instruction_id"][0]
    insert_quality_flags(app_database.cursor(), [QualityFlag(str(mine), "truncated")])
    counted(app)
    demo = int(labels(app)["Left out"].replace(",", "")) - 1
    assert demo > 100
    assert labels(app)["Pairs in the file"] == "5"
    assert f"Left out: {demo:,} demo pairs, 1 flagged." in captions(app)


def test_gates_can_be_chosen_one_by_one_and_by_a_saved_name(app: AppTest, run_id: str, app_database: Database) -> None:
    keep_gate_set(app_database.cursor(), "mine", ("unaccepted",), at=NOON)
    open_page(app)
    choose(app, "selectbox", "Leave out", "mine")
    counted(app)
    assert any("All 6 pairs of this choice are left out" in info.value for info in app.info)
    choose(app, "selectbox", "Leave out", "Own choice")
    counted(app)
    assert labels(app)["Pairs in the file"] == "6"
    choose(app, "number_input", "Or those judged below", 6.0)
    counted(app)
    assert any("All 6 pairs of this choice are left out" in info.value for info in app.info)


def test_where_all_are_left_out_a_button_opens_the_gate_that_keeps_them_back(
    app: AppTest, run_id: str, app_database: Database
) -> None:
    every = [str(key) for key in list_pairs(app_database.cursor(), Filter(), limit=10)["instruction_id"]]
    insert_quality_flags(app_database.cursor(), [QualityFlag(key, "truncated") for key in every])
    open_page(app)
    assert labels(app)["Pairs in the file"] == "0"
    app.button(key="export-open-flagged").click()
    counted(app)
    assert labels(app)["Pairs in the file"] == "6"
    assert chosen_gates(app) == ["demo", "rejected"]


def test_a_field_stands_before_what_lies_below_it(app: AppTest, run_id: str) -> None:
    open_page(app)
    options = app.multiselect[0].options
    assert options.index("Natural Science") < options.index("Natural Science › Physical sciences")


def test_what_cannot_be_written_is_told_and_the_page_goes_on(app: AppTest, run_id: str, tmp_path: Path) -> None:
    open_page(app)
    (tmp_path / "glan.exports").touch()
    press(app, "Write pairs.jsonl")
    assert any("cannot be written" in error.value for error in app.error)
    assert labels(app)["Pairs in the file"] == "6"


def test_typing_and_enter_takes_one_place_and_not_all_that_match(app: AppTest, run_id: str) -> None:
    open_page(app)
    assert app.multiselect[0].proto.select_all == 0


def test_the_next_folder_comes_after_all_that_are_there(tmp_path: Path) -> None:
    assert next_folder(tmp_path / "none").name == "export-1"
    for name in ("export-2", "export-10", "export-x", "mine"):
        (tmp_path / name).mkdir()
    assert next_folder(tmp_path).name == "export-11"
