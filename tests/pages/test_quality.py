"""Does the Quality page find, list, flag and lift, and does it say what is missing?"""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.checking.benchmarks import add_benchmark
from glan_core.checking.compared_meanings import find_compared
from glan_core.checking.contamination import check_contamination
from glan_core.checking.duplicates import DuplicateSettings, check_duplicates
from glan_core.checking.kept_duplicates import keep_one
from glan_core.entities import QualityFlag
from glan_core.quality.kinds import FLAG_KINDS
from glan_core.store.answers import insert_quality_flags
from glan_core.store.benchmarks import Benchmark
from glan_core.store.database import Database
from glan_core.store.flags import count_flags
from glan_core.store.gate_sets import list_gate_sets
from pages.shared.quality_working import open_quality_worker
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs
from tests.pages.test_coverage import said

PAGE = "pages/curate/quality.py"


def open_page(app: AppTest, **address: str) -> AppTest:
    """Open the page at an address."""
    app.run()
    for name, value in address.items():
        app.query_params[name] = value
    app.switch_page(PAGE).run()
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> AppTest:
    """Press the button with a key."""
    app.button(key=key).click().run()
    assert not app.exception
    return app


def keys(app: AppTest) -> list[str]:
    """List the keys of all buttons that can be pressed."""
    return [each.key for each in app.button if each.key and not each.disabled]


def metrics(app: AppTest) -> dict[str, str]:
    """Give the numbers on the page by their labels."""
    return {each.label: each.value for each in app.metric}


def flags(database: Database) -> dict[str, tuple[int, int]]:
    """Give by kind how many pairs are flagged, and of how many the flag was lifted."""
    return {found.kind: (found.flagged, found.lifted) for found in count_flags(database.cursor())}


@pytest.fixture
def run_id(app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path) -> str:
    """A run with six pairs, of which three ask the same."""
    made = make_pairs(app_database, tmp_path / "runs", model_server, instructions=6)
    app_database.cursor().execute(
        """
        update instruction
        set text = 'What **is** the length of the lens that stands before you on the table, and why is it so?'
        where instruction_id in (select instruction_id from instruction order by 1 limit 3)
        """
    )
    return made


@pytest.fixture
def benchmark(app_database: Database, run_id: str, tmp_path: Path) -> Benchmark:
    """A benchmark of one question, the one that three pairs ask."""
    path = tmp_path / "lenses.jsonl"
    path.write_text(
        '{"question": "What is the length of the lens that stands before you on the table and why is it so"}\n'
        '{"question": "Who wrote Hamlet?", "answer": "Shakespeare"}\n',
        encoding="utf-8",
    )
    return add_benchmark(app_database, path).benchmark


def test_without_pairs_the_page_leads_to_new_run(app: AppTest):
    open_page(app)
    assert "There are no pairs to check yet" in said(app)
    assert keys(app) == []


def test_duplicates_are_found_beside_the_page_and_kept_one_of(app: AppTest, app_database: Database, run_id: str):
    open_page(app)
    press(app, "duplicates-look")
    assert open_quality_worker().wait(60)
    app.run()
    assert "Compared 6 pairs: 1 group is alike" in said(app).replace("\\", "")
    assert "**3 pairs**, the same text but for case, spaces and punctuation" in said(app)
    assert said(app).count("the length of the lens") == 1
    press(app, "duplicates-filter_1")
    assert flags(app_database) == {"exact_duplicate": (2, 0)}
    assert "2 of the 2 others are flagged" in said(app)
    press(app, "duplicates-undo")
    assert flags(app_database) == {}


def test_another_pair_of_a_group_can_be_kept(app: AppTest, app_database: Database, run_id: str):
    check_duplicates(app_database, DuplicateSettings(has_meaning=False))
    open_page(app)
    first = next(key for key in keys(app) if key.startswith("keep-exact-1-"))
    press(app, first)
    assert first not in keys(app)
    press(app, "Keep one-exact-1")
    kept = first.removeprefix("keep-exact-1-")
    rows = app_database.cursor().execute("select instruction_id from quality_flag").fetchall()
    assert len(rows) == 2
    assert (kept,) not in rows


def test_what_pairs_say_is_no_markup(app: AppTest, app_database: Database, run_id: str):
    check_duplicates(app_database, DuplicateSettings(has_meaning=False))
    open_page(app)
    assert "\\*\\*is\\*\\*" in said(app)


def test_no_benchmark_is_said_and_one_can_be_added_by_its_path(
    app: AppTest, app_database: Database, run_id: str, tmp_path: Path
):
    open_page(app, check="Contamination")
    assert "No benchmark was added yet" in said(app)
    path = tmp_path / "quiz.csv"
    path.write_text("stem,key\nWho wrote Hamlet?,Shakespeare\n", encoding="utf-8")
    app.segmented_control(key="benchmark-way").set_value("On this machine").run()
    next(each for each in app.text_input if each.label == "Path").set_value(str(path)).run()
    assert "benchmark-add" not in keys(app)
    app.selectbox(key="benchmark-asked").set_value("stem").run()
    press(app, "benchmark-add")
    assert open_quality_worker().wait(60)
    app.run()
    assert not app.exception
    assert "quiz: looked at 6 of 6 pairs; 0 hits" in said(app).replace("\\", "")
    assert metrics(app)["Items hit, of 1"] == "0"


def test_a_path_that_is_not_there_is_explained(app: AppTest, run_id: str):
    open_page(app, check="Contamination")
    app.segmented_control(key="benchmark-way").set_value("On this machine").run()
    next(each for each in app.text_input if each.label == "Path").set_value("/nowhere/quiz.csv").run()
    assert not app.exception
    assert "There is no file" in app.error[0].value


def test_hits_stand_beside_their_items_and_flags_are_lifted(app: AppTest, app_database: Database, benchmark: Benchmark):
    open_page(app, check="Contamination")
    assert "No pair was held against it yet" in said(app)
    press(app, "contamination-check")
    assert open_quality_worker().wait(60)
    app.run()
    assert (metrics(app)["Pairs that hold it"], metrics(app)["Items hit, of 2"]) == ("3", "1")
    assert "The same question" in said(app)
    assert ":orange-background[" in said(app)
    lift = next(key for key in keys(app) if key.startswith("flag-"))
    press(app, lift)
    assert flags(app_database) == {"contaminated": (2, 1)}
    press(app, lift)
    assert flags(app_database) == {"contaminated": (3, 0)}


def test_a_removed_benchmark_can_be_brought_back(app: AppTest, app_database: Database, benchmark: Benchmark):
    check_contamination(app_database, benchmark)
    open_page(app, check="Contamination")
    press(app, "benchmark-remove")
    assert "lenses was removed" in said(app)
    assert flags(app_database) == {}
    press(app, f"benchmark-back-{benchmark.benchmark_id}")
    assert flags(app_database) == {"contaminated": (3, 0)}


def test_rules_are_applied_and_flagged_pairs_listed_page_by_page(app: AppTest, app_database: Database, run_id: str):
    ids = app_database.cursor().execute("select instruction_id from instruction order by 1").fetchall()
    insert_quality_flags(app_database.cursor(), [QualityFlag(key, "too_short", f"Flag of {key}.") for (key,) in ids])
    open_page(app, check="Rules")
    assert "Old ones were not yet" in said(app)
    press(app, "rules-check")
    assert open_quality_worker().wait(60)
    app.run()
    assert "Looked at 6 of 6 pairs" in said(app)
    assert said(app).count("Flag of") == 6
    assert "flags-more" not in keys(app)
    press(app, next(key for key in keys(app) if key.startswith("flag-too_short")))
    assert flags(app_database)["too_short"] == (5, 1)
    app.toggle(key="flag-lifted-too_short").set_value(True).run()
    assert "lifted by somebody" in said(app)


def test_flags_that_no_pair_carries_are_listed_when_asked_for(app: AppTest, app_database: Database, run_id: str):
    first = app_database.cursor().execute("select instruction_id from instruction order by 1 limit 1").fetchone()
    assert first is not None
    insert_quality_flags(app_database.cursor(), [QualityFlag(first[0], "too_short")])
    open_page(app, check="Rules")
    assert app.dataframe[0].value["Flag"].tolist() == ["Too short"]
    app.toggle(key="rules-all").set_value(True).run()
    assert len(app.dataframe[0].value) == len(FLAG_KINDS)


def test_of_a_text_that_was_cut_off_the_end_is_shown(app: AppTest, app_database: Database, run_id: str):
    first = app_database.cursor().execute("select instruction_id from instruction order by 1 limit 1").fetchone()
    assert first is not None
    app_database.cursor().execute("update answer set text = ?", ["beginning " + "word " * 100 + "and then it"])
    insert_quality_flags(
        app_database.cursor(), [QualityFlag(first[0], "truncated"), QualityFlag(first[0], "too_short")]
    )
    open_page(app, check="Rules")
    app.selectbox(key="flag").set_value("truncated").run()
    assert "and then it" in said(app)
    assert "beginning" not in said(app)
    app.selectbox(key="flag").set_value("too_short").run()
    assert "and then it" not in said(app)
    assert "beginning" in said(app)


def test_gates_are_counted_saved_under_a_name_and_removed(app: AppTest, app_database: Database, run_id: str):
    check_duplicates(app_database, DuplicateSettings(has_meaning=False))
    open_page(app, check="Gates")
    assert metrics(app) == {"Pairs that pass": "6", "Left out": "0"}
    app.text_input(key="gate_name").set_value("Standard")
    next(each for each in app.button if each.label == "Save gates").click().run()
    assert "means something else already" in app.error[0].value.replace("\\", "")
    app.text_input(key="gate_name").set_value("mine")
    next(each for each in app.button if each.label == "Save gates").click().run()
    assert [each.gates for each in list_gate_sets(app_database.cursor())] == [("demo", "flagged", "rejected")]
    app.selectbox(key="gates-begin").set_value("mine").run()
    press(app, "gates-remove")
    assert list_gate_sets(app_database.cursor()) == ()


def test_gates_that_are_saved_twice_in_a_row_are_saved_once(app: AppTest, app_database: Database, run_id: str):
    open_page(app, check="Gates")
    app.text_input(key="gate_name").set_value("mine")
    for _ in range(2):  # Enter, and then the button
        next(each for each in app.button if each.label == "Save gates").click().run()
        assert not app.error
    assert [each.name for each in list_gate_sets(app_database.cursor())] == ["mine"]


def test_what_a_gate_would_leave_out_by_itself_is_told(app: AppTest, app_database: Database, run_id: str):
    check_duplicates(app_database, DuplicateSettings(has_meaning=False))
    keep_one(app_database, ["exact"])
    app_database.cursor().execute("update run set is_demo = true")
    open_page(app, check="Gates")
    table = app.dataframe[0].value.set_index("Left out for")
    assert table.loc["Demo pairs"].tolist() == [6, 6]
    assert table.loc["Any flag"].tolist() == [0, 2]
    assert "All are demo pairs" in said(app)


def test_kinds_of_flags_are_chosen_where_not_all_of_them_are_left_out(
    app: AppTest, app_database: Database, run_id: str
):
    check_duplicates(app_database, DuplicateSettings(has_meaning=False))
    keep_one(app_database, ["exact"])
    open_page(app, check="Gates")
    pairs, kinds = app.get("button_group")[-2:]
    assert [pairs.label, kinds.label] == ["Leave out these", "Or those with one of these flags"]
    assert kinds.disabled
    assert metrics(app) == {"Pairs that pass": "4", "Left out": "2"}
    app.get("button_group")[-2].set_value(["demo"]).run()
    assert metrics(app) == {"Pairs that pass": "6", "Left out": "0"}
    app.get("button_group")[-1].set_value(["exact_duplicate"]).run()
    assert metrics(app) == {"Pairs that pass": "4", "Left out": "2"}


def test_duplicates_that_no_gate_sees_are_told_and_flagged_with_one_button(
    app: AppTest, app_database: Database, run_id: str
):
    check_duplicates(app_database, DuplicateSettings(has_meaning=False))
    open_page(app)
    assert "2 pairs of these groups are not flagged" in said(app)
    press(app, "duplicates-flag-all")
    assert flags(app_database) == {"exact_duplicate": (2, 0)}
    assert "are not flagged" not in said(app)


def test_all_meanings_are_compared_with_one_button(app: AppTest, app_database: Database, run_id: str):
    open_page(app)
    assert "Meaning is compared only in part: 6 texts of 6 pairs" in said(app)
    press(app, "duplicates-meanings")
    assert open_quality_worker().wait(120)
    app.run()
    assert not app.exception
    assert "only in part" not in said(app)
    assert find_compared(app_database.cursor()) == (0, 6)


def test_items_that_are_too_short_and_meaning_that_was_not_compared_are_told(
    app: AppTest, app_database: Database, benchmark: Benchmark
):
    check_contamination(app_database, benchmark)
    open_page(app, check="Contamination")
    assert "1 item has fewer than 6 words" in said(app)
    assert metrics(app)["Near in meaning"] == "not compared"


def test_every_tab_opens(app: AppTest, run_id: str):
    for tab in ("Duplicates", "Contamination", "Rules", "Judge", "Gates"):
        open_page(app, check=tab)
        assert next(each for each in app.title).value == "Quality"


def test_pairs_with_a_flag_are_listed_on_samples(app: AppTest, app_database: Database, run_id: str):
    first, *_ = app_database.cursor().execute("select instruction_id from instruction order by 1").fetchall()
    insert_quality_flags(app_database.cursor(), [QualityFlag(first[0], "too_short")])
    app.run()
    app.query_params["kinds"] = "too_short"
    app.switch_page("pages/explore/samples.py").run()
    assert not app.exception
    assert app.subheader[0].value == "1 pair"
    assert next(each.value for each in app.multiselect if each.label == "With one of the flags") == ["too_short"]
