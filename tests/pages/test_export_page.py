"""Does the Export page write what it says?"""

import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

from glan_core.demo import put_back_demo
from glan_core.entities import QualityFlag
from glan_core.store.answers import insert_quality_flags
from glan_core.store.database import Database
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs

PAGE = "pages/curate/export.py"


def labels(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_without_pairs_the_page_says_where_to_make_some(app: AppTest) -> None:
    app.run()
    app.switch_page(PAGE).run()
    assert not app.exception
    assert any("no pairs to export yet" in text.value for text in app.markdown)


def test_the_file_holds_as_many_pairs_as_announced(
    app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path
) -> None:
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=6)
    app.run()
    app.switch_page(PAGE).run()
    announced = int(labels(app)["Pairs in the file"])
    app.button[0].click().run()
    assert not app.exception
    written = (tmp_path / "glan.exports" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    assert announced > 0
    assert len([json.loads(line) for line in written]) == announced


def test_another_format_and_no_lineage_change_the_shown_row(
    app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path
) -> None:
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=3)
    app.run()
    app.switch_page(PAGE).run()
    assert "metadata" in json.loads(app.code[-1].value)
    app.toggle[0].set_value(False).run()
    assert list(json.loads(app.code[-1].value)) == ["messages"]


def test_a_choice_that_fits_nothing_is_a_sentence(
    app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path
) -> None:
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=3)
    app.run()
    app.switch_page(PAGE).run()
    nowhere = next(option for option in app.multiselect[0].options if option.endswith("Astronomy"))
    app.multiselect[0].select(nowhere).run()
    assert not app.exception
    assert any("No pair fits this choice" in info.value for info in app.info)


def test_the_reasons_for_leaving_out_are_told_with_their_counts(
    app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path
) -> None:
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=3)
    app.run()
    app.switch_page(PAGE).run()
    assert labels(app)["Left out"] == "0"
    assert not any(caption.value.startswith("Left out") for caption in app.caption)
    put_back_demo(app_database.cursor())
    instruction_id = (
        app_database.cursor()
        .execute(
            "select instruction_id from instruction where run_id in (select run_id from run where not is_demo) limit 1"
        )
        .fetchone()
    )
    assert instruction_id
    insert_quality_flags(app_database.cursor(), [QualityFlag(instruction_id[0], "truncated")])
    app.run()
    demo = int(labels(app)["Left out"].replace(",", "")) - 1
    assert demo > 100
    assert labels(app)["Pairs in the file"] == "2"
    assert any(caption.value.startswith(f"Left out: {demo:,} demo pairs, 1 flagged.") for caption in app.caption)


def test_typing_and_enter_takes_one_place_and_not_all_that_match(
    app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path
) -> None:
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=3)
    app.run()
    app.switch_page(PAGE).run()
    assert app.multiselect[0].proto.select_all == 0
