"""Does the Samples page list the pairs of its address, open one whole, and answer questions in SQL?"""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from glan_core.entities import Filter
from glan_core.errors import EmbeddingError
from glan_core.ids import content_id
from glan_core.store.database import Database
from glan_core.store.embeddings import insert_embeddings, link_instructions
from glan_core.store.pairs import list_pairs
from glan_core.store.projections import insert_projected_points
from glan_core.store.saved_queries import SavedQuery, list_saved_queries, save_query
from glan_core.store.saved_views import find_saved_view, list_saved_views, new_view, save_view
from glan_core.store.tags import count_tags, put_on
from pages.shared import state
from pages.shared.outline_address import outline_text
from pages.shared.workspace import open_workspace
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs

PAGE = "pages/explore/samples.py"


@pytest.fixture
def run_id(app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path) -> str:
    """A run with six pairs."""
    return make_pairs(app_database, tmp_path / "runs", model_server, instructions=6)


def open_page(app: AppTest, **address: str | list[str]) -> AppTest:
    """Open the page at an address."""
    app.run()
    for name, value in address.items():
        app.query_params[name] = value
    app.switch_page(PAGE).run()
    assert not app.exception
    return app


def ids(database: Database, **conditions: Any) -> list[str]:
    """Give the ids of the pairs of a filter."""
    return list(list_pairs(database.cursor(), Filter(**conditions), limit=100)["instruction_id"])


def address(app: AppTest, name: str) -> list[str]:
    """Give the values of a name in the address."""
    value = app.query_params[name]
    return [value] if isinstance(value, str) else list(value)


def said(app: AppTest) -> str:
    """Give everything that the page says."""
    kinds = (app.markdown, app.caption, app.text, app.info, app.warning, app.error, app.subheader, app.code)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def button(app: AppTest, label: str) -> Any:
    """Give the first button with a label."""
    return next(each for each in app.button if each.label == label)


def test_without_pairs_the_page_says_where_to_make_some(app: AppTest):
    open_page(app)
    assert "no pairs yet" in said(app)


def test_all_pairs_are_listed_and_counted(app: AppTest, run_id: str):
    open_page(app)
    assert app.subheader[0].value == "6 pairs"
    assert len(app.dataframe[0].value) == 6
    assert set(app.dataframe[0].value.columns) == {"Question", "Answer", "Discipline", "Subject", "Level", "Marks"}


def test_the_address_narrows_them_and_the_widgets_say_so(app: AppTest, app_database: Database, run_id: str):
    one = list_pairs(app_database.cursor(), Filter(), limit=1).iloc[0]
    discipline = (
        app_database.cursor()
        .execute("select discipline_id from pair where instruction_id = ?", [one.instruction_id])
        .fetchall()[0][0]
    )
    open_page(app, below=[discipline], run=[run_id], answered="yes")
    wanted = ids(app_database, taxonomy_node_ids=(discipline,))
    assert app.subheader[0].value == f"{len(wanted)} pair{'' if len(wanted) == 1 else 's'}"
    assert [each.value for each in app.multiselect if each.label in ("Below", "Made by")] == [[discipline], [run_id]]
    button(app, "Show all").click().run()
    assert app.subheader[0].value == "6 pairs"
    assert "below" not in app.query_params


def test_a_widget_writes_itself_into_the_address(app: AppTest, app_database: Database, run_id: str):
    open_page(app)
    field = next(each for each in app.text_input if each.label == "Words")
    field.set_value("nothing like this").run()
    assert address(app, "q") == ["nothing like this"]
    assert "No pair fits this filter" in said(app)
    field = next(each for each in app.text_input if each.label == "Words")
    field.set_value("").run()
    assert app.subheader[0].value == "6 pairs"
    assert "q" not in app.query_params


def test_nonsense_in_the_address_is_survived(app: AppTest, run_id: str):
    open_page(app, flags="perhaps", order="sideways", levels=["no such"], view="nowhere", run=["gone"], tags=["gone"])
    assert "is not there, or was removed" in said(app)
    assert "No pair fits this filter" in said(app)
    open_page(app, pair="nowhere")
    assert "not in this database" in said(app)


def test_a_pair_is_shown_whole_with_its_way_back_to_the_prompts(app: AppTest, app_database: Database, run_id: str):
    row = list_pairs(app_database.cursor(), Filter(), limit=1).iloc[0]
    open_page(app, pair=row.instruction_id)
    texts = [element.value for element in app.text]
    assert row.instruction in texts
    assert row.answer in texts
    labels = [each.label for each in app.button]
    assert any(row.field.split()[0] in label for label in labels)
    assert any("wrote the question" in label for label in labels)
    assert any("wrote the answer" in label for label in labels)
    assert len(app.code) >= 2
    assert "once the pairs are on the map" in said(app)


def test_the_next_pair_is_that_of_the_list_and_the_way_back_keeps_the_filter(
    app: AppTest, app_database: Database, run_id: str
):
    open_page(app, order="oldest", run=[run_id])
    listed = list(app.dataframe[0].value["Question"])
    first = app_database.cursor().execute("select instruction_id from instruction order by rowid").fetchall()[0][0]
    open_page(app, pair=first)
    assert "1 of 6" in said(app)
    button(app, "Next").click().run()
    assert not app.exception
    assert "2 of 6" in said(app)
    assert next(element.value for element in app.text)[:300] == listed[1]
    button(app, "All pairs").click().run()
    assert app.subheader[0].value == "6 pairs"
    assert address(app, "run") == [run_id]


def test_markup_and_endless_texts_are_shown_as_they_are(app: AppTest, app_database: Database, run_id: str):
    hostile = "<img src=x onerror=alert(1)> **bold** $x^2$ [a](http://example.com) :red[no]"
    cursor = app_database.cursor()
    first, second = ids(app_database)[:2]
    cursor.execute("update instruction set text = ? where instruction_id = ?", [hostile, first])
    cursor.execute("update answer set text = ? where instruction_id = ?", ["long!" * 20_000, first])
    cursor.execute("update instruction set text = '' where instruction_id = ?", [second])
    open_page(app, pair=first)
    assert [element.value for element in app.text][:2] == [hostile, "long!" * 20_000]
    assert not any("onerror" in element.value for element in app.markdown)
    assert "100,000 characters" in said(app)
    open_page(app, pair=second)
    assert "(empty)" in [element.value for element in app.text]


def test_pairs_are_tagged_and_the_tag_becomes_a_filter(app: AppTest, app_database: Database, run_id: str):
    first = Filter(instruction_ids=tuple(ids(app_database)[:1]))
    put_on(app_database.cursor(), first, "look again", tagged_at=datetime.now(UTC))
    open_page(app)
    app.selectbox(state.SAMPLES_TAG).set_value("look again")
    button(app, "Put on 6").click().run()
    assert not app.exception
    assert count_tags(app_database.cursor()).to_numpy().tolist() == [["look again", 6]]
    open_page(app, tags=["look again"])
    assert app.subheader[0].value == "6 pairs"
    app.selectbox(state.SAMPLES_TAG).set_value("look again")
    button(app, "Take off").click().run()
    assert count_tags(app_database.cursor()).empty
    assert "No pair fits this filter" in said(app)


def test_a_view_keeps_the_filter_under_an_address(app: AppTest, app_database: Database, run_id: str):
    open_page(app, answered="yes")
    name = next(each for each in app.text_input if each.label == "Name")
    name.set_value("answered ones")
    button(app, "Save view").click().run()
    assert not app.exception
    (listed,) = list_saved_views(app_database.cursor())
    view = find_saved_view(app_database.cursor(), listed.saved_view_id)
    assert view is not None
    assert view.filter_ == Filter(has_answer=True)
    assert address(app, "view") == [listed.saved_view_id]
    assert "answered" not in app.query_params


def test_what_a_view_means_beyond_the_widgets_is_kept(app: AppTest, app_database: Database, run_id: str):
    chosen = tuple(ids(app_database)[:2])
    view = new_view("two of them", Filter(instruction_ids=chosen), {}, datetime.now(UTC))
    save_view(app_database.cursor(), view)
    open_page(app, view=view.saved_view_id)
    assert app.subheader[0].value == "2 pairs"
    assert "2 chosen pairs" in said(app)
    button(app, "Leave the view").click().run()
    assert app.subheader[0].value == "6 pairs"


def test_an_outline_of_the_map_narrows_the_list_too(app: AppTest, app_database: Database, run_id: str):
    cursor = app_database.cursor()
    first, second = ids(app_database)[:2]
    coordinates = np.array([(0, 0), (9, 9)], np.float32)
    insert_projected_points(cursor, "p", instruction_ids=[first, second], coordinates=coordinates, placed_by="fit")
    open_page(app, outline=outline_text("p", ((-1.0, -1.0), (2.0, -1.0), (-1.0, 2.0))))
    assert app.subheader[0].value == "1 pair"
    button(app, "Without the outline").click().run()
    assert app.subheader[0].value == "6 pairs"
    assert "outline" not in app.query_params


def test_a_run_that_is_not_here_is_a_sentence(app: AppTest, run_id: str):
    open_page(app, run=["nosuchrun"])
    assert "No run of this database: nosuchrun." in said(app).replace("\\", "")


def read_pairs(database: Database) -> list[str]:
    """Let the encoder have read all pairs, as if the first one lay along the first axis and others farther off."""
    every = ids(database)
    vectors = np.zeros((len(every), 8), np.float32)
    angles = np.linspace(0, 1.2, len(every))
    vectors[:, 0], vectors[:, 1] = np.cos(angles), np.sin(angles)
    texts = [f"text {number}" for number in range(len(every))]
    cursor = database.cursor()
    insert_embeddings(cursor, encoder="all-MiniLM-L6-v2", texts=texts, vectors=vectors)
    content_of = {key: content_id(text) for key, text in zip(every, texts, strict=True)}
    link_instructions(cursor, encoder="all-MiniLM-L6-v2", content="instruction", content_of=content_of)
    return every


def embed_first_axis(encoder: str, text: str) -> np.ndarray:
    """Stand for the encoder: every text points along the first axis."""
    if text == "broken":
        raise EmbeddingError("The encoder cannot read.", "Try another.")
    return np.eye(8, dtype=np.float32)[0]


def search(app: AppTest, text: str) -> None:
    """Type what pairs are to mean, and wait until it was read."""
    next(each for each in app.text_input if each.label == "Meaning").set_value(text).run()
    searcher = open_workspace().searcher
    give_up = time.monotonic() + 30
    while searcher.is_running:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    app.run()
    assert not app.exception


def test_pairs_are_listed_by_what_they_mean(
    app: AppTest, app_database: Database, run_id: str, monkeypatch: pytest.MonkeyPatch
):
    every = read_pairs(app_database)
    texts = {
        row.instruction_id: row.instruction for row in list_pairs(app_database.cursor(), Filter(), limit=9).itertuples()
    }
    monkeypatch.setattr(open_workspace().searcher, "_embed", embed_first_axis)
    open_page(app)
    search(app, "light")
    shown = app.dataframe[0].value
    assert list(shown["Question"]) == [texts[key][:300] for key in every]
    assert shown["Nearness"].tolist() == pytest.approx(np.cos(np.linspace(0, 1.2, 6)), abs=1e-5)
    assert "1 to 6 of the 6 nearest in meaning, of 6." in said(app)
    assert address(app, "means") == ["light"]
    assert not any(each.label == "Order" for each in app.selectbox)
    open_page(app, pair=every[1])
    assert "2 of 6" in said(app)
    button(app, "Next").click().run()
    assert address(app, "pair") == [every[2]]


def test_what_was_not_read_is_counted_and_offered(
    app: AppTest, app_database: Database, run_id: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(open_workspace().searcher, "_embed", embed_first_axis)
    every = read_pairs(app_database)
    app_database.cursor().execute("delete from embedded_instruction where instruction_id = ?", [every[0]])
    open_page(app)
    search(app, "light")
    assert len(app.dataframe[0].value) == 5
    assert "1 pair is not read yet, and found by words alone." in said(app).replace("\\", "")
    assert button(app, "Read 1 text")


def test_a_search_by_meaning_that_fails_says_why(
    app: AppTest, app_database: Database, run_id: str, monkeypatch: pytest.MonkeyPatch
):
    read_pairs(app_database)
    monkeypatch.setattr(open_workspace().searcher, "_embed", embed_first_axis)
    open_page(app)
    search(app, "broken")
    assert "The encoder cannot read" in app.error[0].value.replace("\\", "")
    assert button(app, "Try again")
    next(each for each in app.text_input if each.label == "Meaning").set_value("").run()
    assert "means" not in app.query_params
    assert len(app.dataframe[0].value) == 6


def ask(app: AppTest, sql: str) -> AppTest:
    """Type a query and run it."""
    app.text_area[0].set_value(sql)
    button(app, "Run").click().run()
    assert not app.exception
    return app


def test_a_query_gives_its_rows(app: AppTest, app_database: Database, run_id: str):
    open_page(app, show="Query")
    ask(app, "select instruction_id, length(instruction) as characters from pair order by instruction_id")
    assert "6 rows" in said(app)
    assert list(app.dataframe[0].value["instruction_id"]) == sorted(ids(app_database))
    assert app.text_area[0].value.startswith("select instruction_id")


def test_more_rows_than_are_shown_are_told(app: AppTest, run_id: str):
    open_page(app, show="Query")
    ask(app, "select * from range(5000) t(i)")
    assert "The first 1,000 of more rows" in said(app).replace("\\", "")


def test_a_refused_query_is_a_sentence_and_changes_nothing(app: AppTest, app_database: Database, run_id: str):
    open_page(app, show="Query")
    for sql in ("delete from instruction", "with a as (delete from instruction returning *) from a", "from 'x.csv'"):
        ask(app, sql)
        assert app.error
        assert not [frame for frame in app.dataframe if "instruction_id" in frame.value.columns]
    assert len(ids(app_database)) == 6
    ask(app, "select nosuch from pair")
    assert "nosuch" in app.error[0].value
    assert any("^" in block.value for block in app.code)


def test_a_query_is_saved_and_removed(app: AppTest, app_database: Database, run_id: str):
    open_page(app, show="Query")
    ask(app, "select 42 as answer")
    next(each for each in app.text_input if each.label == "Name").set_value("the answer")
    button(app, "Save").click().run()
    assert not app.exception
    (query,) = list_saved_queries(app_database.cursor())
    assert (query.name, query.sql) == ("the answer", "select 42 as answer")
    button(app, "Remove query").click().run()
    assert list_saved_queries(app_database.cursor()) == ()


def test_a_saved_query_of_anybody_is_checked_like_any_other(app: AppTest, app_database: Database, run_id: str):
    save_query(app_database.cursor(), SavedQuery("trap", "drop table instruction", datetime.now(UTC)))
    open_page(app, show="Query")
    app.session_state[state.QUERY_ASKED] = "drop table instruction"
    app.run()
    assert "DROP is not run here" in app.error[0].value
    assert len(ids(app_database)) == 6


def test_the_tables_are_listed_with_their_columns(app: AppTest, run_id: str):
    open_page(app, show="Query")
    tables = next(each for each in app.selectbox if each.label == "Tables and views")
    assert tables.value == "pair"
    tables.set_value("run").run()
    columns = app.dataframe[0].value
    assert "is_demo" in list(columns["Column"])
    assert "shipped with the release, not made here" in list(columns["Note"])
