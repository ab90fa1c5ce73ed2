"""Does the page of other corpora import a file after showing it, place it, and say what it lacks?"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.corpora import background
from glan_core.corpora.background import CorpusWorker
from glan_core.corpora.importing import import_corpus, remove_corpus
from glan_core.corpora.placing import Placed, place_corpus
from glan_core.corpus_files import find_layout
from glan_core.demo import insert_demo
from glan_core.store.corpora import list_corpora
from glan_core.store.database import Database
from pages.shared.corpus_working import open_corpus_worker
from tests.corpus_files.files import PAIRS, alpaca, chat, columns, sharegpt, write

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
    assert field(app, "Path").value == ""
    assert "0 of 4 rows have a place" in said(app)


def test_what_was_imported_is_shown_at_once(app: AppTest, app_database: Database, file: Path, tmp_path: Path):
    import_corpus(app_database, file)
    name_file(open_page(app), write(tmp_path / "second.jsonl", alpaca(PAIRS[:2])))
    button(app, "Import").click().run()
    open_corpus_worker().wait(60)
    app.run()
    assert selection(app, "Corpus").value == "second"
    assert field(app, "Path").value == ""


def test_what_is_wrong_with_a_file_is_a_sentence(app: AppTest, tmp_path: Path):
    name_file(open_page(app), tmp_path / "nowhere.jsonl")
    assert "There is no file" in app.error[0].value
    empty = tmp_path / "empty.csv"
    empty.touch()
    field(app, "Path").set_value(str(empty)).run()
    assert r"empty\.csv is empty" in app.error[0].value


def test_an_uploaded_file_is_called_by_its_name(app: AppTest):
    open_page(app)
    app.file_uploader[0].upload("cut off/set.parquet", b"PAR1 and no more", "application/octet-stream").run()
    assert r"set\.parquet is no Parquet file that can be read" in app.error[0].value
    app.file_uploader[0].upload("..", b"", "text/plain").run()
    assert not app.exception
    assert "file is empty" in app.error[0].value


def selection(app: AppTest, label: str) -> Any:
    """Give the first list to choose from with a label."""
    return next(each for each in app.selectbox if each.label == label)


def test_columns_can_be_chosen(app: AppTest, tmp_path: Path):
    path = write(tmp_path / "other.csv", [{"a": "Why?", "b": "unused", "c": "So."}])
    name_file(open_page(app), path)
    assert "cannot be told from" in said(app)
    assert selection(app, "Read it as").value == "columns"
    selection(app, "Column of the instruction").set_value("a").run()
    assert not any(each.label == "Import" for each in app.button)
    selection(app, "Column of the answer").set_value("a").run()
    assert "two different columns" in said(app)
    selection(app, "Column of the answer").set_value("c").run()
    assert not app.error
    assert [text.value for text in app.text][:2] == ["Why?", "So."]


def test_the_guessed_form_can_be_changed_and_the_mapping_is_shown_anew(
    app: AppTest, app_database: Database, file: Path
):
    name_file(open_page(app), file)
    assert selection(app, "Read it as").value == "alpaca"
    selection(app, "Read it as").set_value("chat").run()
    assert "do not have the form of chat" in app.error[0].value
    assert not any(each.label == "Import" for each in app.button)
    selection(app, "Read it as").set_value("columns").run()
    assert (selection(app, "Column of the instruction").value, selection(app, "Column of the answer").value) == (
        *("instruction", "output"),
    )
    selection(app, "Column of the instruction").set_value("output").run()
    selection(app, "Column of the answer").set_value("instruction").run()
    assert "**Two columns** in JSON Lines: the instruction is `output`; the answer is `instruction`" in said(app)
    assert [text.value for text in app.text][:2] == [PAIRS[0][1], PAIRS[0][0]]
    button(app, "Import").click().run()
    open_corpus_worker().wait(60)
    (corpus,) = list_corpora(app_database.cursor())
    assert (corpus.format_, dict(corpus.mapping)) == ("columns", {"instruction": "output", "answer": "instruction"})


@pytest.mark.parametrize(("rows", "format_"), [(sharegpt(), "sharegpt"), (chat(), "chat"), (columns(), "columns")])
def test_each_form_is_guessed(app: AppTest, tmp_path: Path, rows: list[dict[str, Any]], format_: str):
    name_file(open_page(app), write(tmp_path / "other.jsonl", rows))
    assert selection(app, "Read it as").value == format_
    assert [text.value for text in app.text][:2] == list(PAIRS[0])


def test_what_cannot_be_used_is_shown_before_and_listed_after(app: AppTest, app_database: Database, file: Path):
    file.write_text("oops\n" + file.read_text(encoding="utf-8") + "<b>\n", encoding="utf-8")
    name_file(open_page(app), file)
    assert "1: it is not JSON" in said(app)
    import_corpus(app_database, file)
    open_page(app)
    table = next(each.value for each in app.dataframe if "Why" in each.value)
    assert table["Number"].tolist() == [1, 6]
    assert table["Why"].str.startswith("it is not JSON").all()
    assert any(each.label == "2 rows could not be used" for each in app.expander)


@pytest.fixture
def two_disciplines(app_database: Database) -> None:
    """A taxonomy of two disciplines, so that little has to be read."""
    app_database.cursor().execute(
        "update taxonomy_node set status = 'removed' where level = 'discipline' and name not in ('Physics', 'Law')"
    )


def work_ends(app: AppTest) -> None:
    """Wait until nothing is done in the background any more, and draw the page anew."""
    open_corpus_worker().wait(120)
    app.run()
    assert not app.exception


@pytest.mark.usefixtures("two_disciplines")
def test_a_corpus_is_placed_compared_removed_and_put_back(app: AppTest, app_database: Database, file: Path):
    cursor = app_database.cursor()
    import_corpus(app_database, file)
    open_page(app)
    button(app, "Place all").click().run()
    work_ends(app)
    assert "Placed 4 of 4 rows of other" in said(app)
    assert "4 of 4 rows have a place" in said(app)
    work_ends(app)
    assert "No pair of yours is read yet" in said(app)
    button(app, "Remove").click().run()
    assert list_corpora(cursor) == ()
    assert not app.exception
    assert "other was removed" in said(app)
    assert "Placed 4 of 4" not in said(app)
    button(app, "Put back").click().run()
    assert not app.exception
    assert [corpus.name for corpus in list_corpora(cursor)] == ["other"]
    assert "4 of 4 rows have a place" in said(app)


@pytest.mark.usefixtures("two_disciplines")
def test_a_table_and_a_chart_say_what_is_lacking(app: AppTest, app_database: Database, file: Path):
    insert_demo(app_database.cursor())
    place_corpus(app_database, import_corpus(app_database, file).corpus)
    open_page(app)
    work_ends(app)
    assert {metric.label: metric.value for metric in app.metric}["Compared at"] == "n = 4"
    assert "own questions, answered or not, that" in app.metric[0].help
    assert set(app.dataframe[0].value["discipline"]) == {"Physics", "Law"}
    assert "come to their own discipline" in said(app)
    button(app, "Its coverage").click().run()
    assert not app.exception
    assert app.title[0].value == "Coverage"
    assert app.selectbox(key="of").value == "other"


@pytest.mark.usefixtures("two_disciplines")
def test_after_a_failed_import_a_placed_corpus_is_still_compared(app: AppTest, app_database: Database, file: Path):
    insert_demo(app_database.cursor())
    place_corpus(app_database, import_corpus(app_database, file).corpus)
    layout = find_layout(file)
    worker = open_corpus_worker()
    worker.take_in(file.with_name("gone.jsonl"), layout, name="gone", file_name="gone.jsonl")
    worker.wait(60)
    assert worker.error is not None
    open_page(app)
    work_ends(app)
    assert {metric.label: metric.value for metric in app.metric}["Compared at"] == "n = 4"
    assert len(app.error) == 1


@pytest.mark.usefixtures("two_disciplines")
def test_own_places_that_are_there_at_once_are_shown_at_once(
    app: AppTest, app_database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
):
    insert_demo(app_database.cursor())
    place_corpus(app_database, import_corpus(app_database, file).corpus)
    begin = CorpusWorker.place_own

    def place_own(worker: CorpusWorker) -> None:
        begin(worker)
        worker.wait(60)

    monkeypatch.setattr(CorpusWorker, "place_own", place_own)
    open_page(app)
    assert {metric.label: metric.value for metric in app.metric}["Compared at"] == "n = 4"


@pytest.mark.usefixtures("two_disciplines")
def test_own_places_that_failed_are_tried_again(
    app: AppTest, app_database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
):
    insert_demo(app_database.cursor())
    place_corpus(app_database, import_corpus(app_database, file).corpus)
    with monkeypatch.context() as patched:
        patched.setattr(background, "place_own", lambda *_, **__: 1 / 0)
        open_page(app)
        work_ends(app)
        assert len([error for error in app.error if "ZeroDivisionError" in error.value]) == 1
    button(app, "Try again").click().run()
    work_ends(app)
    assert not app.error
    assert {metric.label: metric.value for metric in app.metric}["Compared at"] == "n = 4"


@pytest.mark.usefixtures("two_disciplines")
def test_rows_that_an_older_taxonomy_placed_are_placed_anew(app: AppTest, app_database: Database, file: Path):
    insert_demo(app_database.cursor())
    place_corpus(app_database, import_corpus(app_database, file).corpus, rows=3)
    open_page(app)
    work_ends(app)
    assert not app.warning
    app_database.cursor().execute("update subject set name = name || ' today'")
    app.run()
    work_ends(app)
    assert "the comparison is not fair" in app.warning[0].value
    next(each for each in app.button if each.key == "corpus-outdated").click().run()
    work_ends(app)
    work_ends(app)
    assert not app.warning
    assert "3 of 4 rows have a place" in said(app)


@pytest.mark.usefixtures("two_disciplines")
def test_placing_can_be_stopped(app: AppTest, app_database: Database, file: Path, monkeypatch: pytest.MonkeyPatch):
    def place_slowly(*args: Any, is_stopped: Callable[[], bool], **kwargs: Any) -> Placed:
        while not is_stopped():
            time.sleep(0.01)
        return place_corpus(*args, is_stopped=is_stopped, **kwargs)

    corpus = import_corpus(app_database, file).corpus
    monkeypatch.setattr(background, "place_corpus", place_slowly)
    open_page(app)
    button(app, "Place all").click().run()
    assert open_corpus_worker().is_running
    button(app, "Stop").click().run()
    work_ends(app)
    assert not open_corpus_worker().is_running
    assert f"The places of {corpus.name} are as they were" in said(app)
    assert "0 of 4 rows have a place" in said(app)


def test_a_name_that_was_taken_meanwhile_keeps_a_corpus_removed(
    app: AppTest, app_database: Database, file: Path, tmp_path: Path
):
    remove_corpus(app_database.cursor(), import_corpus(app_database, file, name="Same").corpus)
    import_corpus(app_database, write(tmp_path / "new.jsonl", alpaca(PAIRS[:2])), name="same")
    open_page(app)
    button(app, "Put back").click().run()
    assert "There is a corpus" in app.error[0].value
    assert len(list_corpora(app_database.cursor())) == 1


def test_many_corpora_with_long_names_are_listed_and_one_is_named_in_the_address(
    app: AppTest, app_database: Database, tmp_path: Path
):
    names = [f"{number:02} {'A name as long as names may be ' * 3}"[:60].strip() for number in range(30)]
    for number, name in enumerate(names):
        path = write(tmp_path / f"{number}.jsonl", alpaca([(f"Question {number}?", "So.")]))
        import_corpus(app_database, path, name=name)
    app.run()
    app.query_params["corpus"] = names[3]
    app.switch_page(PAGE).run()
    assert not app.exception
    assert selection(app, "Corpus").value == names[3]
    assert "1 row of 3" in said(app)
    assert set(next(each.value for each in app.dataframe if "Corpus" in each.value)["Corpus"]) == set(names)
    assert any(each.label == "All 30 corpora" for each in app.expander)
