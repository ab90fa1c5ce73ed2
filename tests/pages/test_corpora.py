"""Does the page of other corpora import a file after showing it, place it, and say what it lacks?"""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.corpora.importing import import_corpus
from glan_core.corpora.placing import place_corpus
from glan_core.demo import insert_demo
from glan_core.store.corpora import list_corpora
from glan_core.store.database import Database
from pages.shared.corpus_import_view import open_corpus_worker
from tests.corpus_files.files import PAIRS, alpaca, write

PAGE = "pages/explore/corpora.py"
ON_THIS_MACHINE = "On this machine"


def open_page(app: AppTest) -> AppTest:
    """Open the page."""
    app.run()
    app.switch_page(PAGE).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    """Give everything that the page says."""
    kinds = (app.markdown, app.caption, app.text, app.info, app.success, app.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def button(app: AppTest, label: str) -> Any:
    """Give the first button with a label."""
    return next(each for each in app.button if each.label == label)


def field(app: AppTest, label: str) -> Any:
    """Give the first text field with a label."""
    return next(each for each in app.text_input if each.label == label)


def name_file(app: AppTest, path: Path) -> AppTest:
    """Name a file on this machine."""
    app.segmented_control[0].set_value(ON_THIS_MACHINE).run()
    field(app, "Path").set_value(str(path)).run()
    assert not app.exception
    return app


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of four rows."""
    return write(tmp_path / "other.jsonl", alpaca())


def test_a_file_is_shown_before_anything_is_written(app: AppTest, app_database: Database, file: Path):
    name_file(open_page(app), file)
    assert "**Alpaca** in JSON Lines: the instruction is `instruction`" in said(app)
    assert [text.value for text in app.text][:2] == list(PAIRS[0])
    assert list_corpora(app_database.cursor()) == ()


def test_a_file_is_imported_under_its_name(app: AppTest, app_database: Database, file: Path):
    name_file(open_page(app), file)
    field(app, "Name").set_value("**Other** set")
    button(app, "Import").click().run()
    open_corpus_worker().wait(60)
    app.run()
    assert not app.exception
    assert [(corpus.name, corpus.rows) for corpus in list_corpora(app_database.cursor())] == [("**Other** set", 4)]
    assert r"Imported 4 rows as \*\*Other\*\* set\." in said(app)
    assert "4 rows of other" in said(app)
    assert "0 of 4 rows have a place" in said(app)


def test_what_is_wrong_with_a_file_is_a_sentence(app: AppTest, tmp_path: Path):
    name_file(open_page(app), tmp_path / "nowhere.jsonl")
    assert "There is no file" in app.error[0].value
    empty = tmp_path / "empty.csv"
    empty.touch()
    field(app, "Path").set_value(str(empty)).run()
    assert r"empty\.csv is empty" in app.error[0].value


def test_columns_can_be_chosen(app: AppTest, tmp_path: Path):
    path = write(tmp_path / "other.csv", [{"a": "Why?", "b": "unused", "c": "So."}])
    name_file(open_page(app), path)
    assert "cannot be told from" in app.error[0].value
    field(app, "Column of the instruction").set_value("a").run()
    field(app, "Column of the answer").set_value("c").run()
    assert not app.error
    assert [text.value for text in app.text][:2] == ["Why?", "So."]


def test_bad_lines_are_listed_by_number(app: AppTest, app_database: Database, file: Path):
    file.write_text(file.read_text(encoding="utf-8") + "oops\n<b>\n", encoding="utf-8")
    import_corpus(app_database, file)
    open_page(app)
    assert "5: it is not JSON" in said(app)
    assert "6: it is not JSON" in said(app)
    assert any(each.label == "2 rows could not be used" for each in app.expander)


def test_a_corpus_is_placed_compared_and_removed(app: AppTest, app_database: Database, file: Path):
    cursor = app_database.cursor()
    cursor.execute(
        "update taxonomy_node set status = 'removed' where level = 'discipline' and name not in ('Physics', 'Law')"
    )
    import_corpus(app_database, file)
    open_page(app)
    button(app, "Place all").click().run()
    open_corpus_worker().wait(120)
    app.run()
    assert not app.exception
    assert "Placed 4 of 4 rows of other" in said(app)
    assert "4 of 4 rows have a place" in said(app)
    assert {metric.label: metric.value for metric in app.metric}["Compared at"] == "n = 0"
    assert "no pairs of yours to compare with" in said(app)
    button(app, "Remove").click().run()
    assert list_corpora(cursor) == ()
    assert not app.exception


def test_a_table_and_a_chart_say_what_is_lacking(app: AppTest, app_database: Database, file: Path):
    cursor = app_database.cursor()
    cursor.execute(
        "update taxonomy_node set status = 'removed' where level = 'discipline' and name not in ('Physics', 'Law')"
    )
    insert_demo(cursor)
    place_corpus(app_database, import_corpus(app_database, file).corpus)
    open_page(app)
    assert {metric.label: metric.value for metric in app.metric}["Compared at"] == "n = 4"
    assert set(app.dataframe[0].value["discipline"]) == {"Physics", "Law"}
    assert "come to their own discipline" in said(app)
