"""Do rows of an imported corpus come onto the map, and is it said how many lie in the selection?"""

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from glan_core.corpora.importing import import_corpus
from glan_core.corpora.map_placer import CorpusPlacer
from glan_core.store.corpora import Corpus
from glan_core.store.corpus_points import RowPlaces, count_corpus_points, insert_corpus_points
from glan_core.store.database import Database
from pages.shared import map_corpus, state
from pages.shared.map_corpus import open_corpus_placer
from tests.corpus_files.files import alpaca, write
from tests.pages.test_map import LEFT_HALF, captions, open_page, placed, press  # noqa: F401 - a fixture

ROWS = [(f"Row {number} of another project?", "An answer.") for number in range(6)]


@pytest.fixture
def corpus(app_database: Database, tmp_path: Path) -> Corpus:
    """A corpus of six rows, none of which is on the map."""
    return import_corpus(app_database, write(tmp_path / "other_set.jsonl", alpaca(ROWS))).corpus


@pytest.fixture
def beside(app_database: Database, corpus: Corpus, placed: list[str]) -> Corpus:  # noqa: F811
    """The same, with four rows beside the four pairs and one far off."""
    places = RowPlaces(
        np.array([1, 2, 3, 4, 5]),
        np.array([(0, 0), (0, 0.1), (3, 0), (3, 0.1), (90, 90)], np.float32),
        np.zeros(5, np.float32),
    )
    insert_corpus_points(app_database.cursor(), "row", corpus.corpus_id, places)
    return corpus


def traces(app: AppTest) -> list[dict]:
    """Give what the map draws."""
    return json.loads(app.get("plotly_chart")[0].proto.spec)["data"]


def test_without_a_corpus_the_map_offers_none(app: AppTest, placed: list[str]) -> None:  # noqa: F811
    open_page(app)
    assert "Corpus" not in app.segmented_control(key=state.MAP_KIND).options


def test_rows_are_drawn_beside_the_pairs_and_counted(app: AppTest, beside: Corpus) -> None:
    app.session_state[state.MAP_KIND] = "corpus"
    open_page(app)
    assert [(trace["name"], len(trace["text"])) for trace in traces(app)] == [("Pairs", 4), ("other_set", 4)]
    said = captions(app)
    assert (
        "All 4 pairs are shown. Rows of other_set: 4. 1 beyond the edge of the map. 5 of its 6 rows have a place."
        in said
    )
    assert "5 rows of other_set on the map." in said
    assert app.subheader[0].value == "4 pairs"
    assert [button.label for button in app.button if button.label.startswith("Place")] == ["Place all"]


def test_an_outline_says_how_many_rows_lie_inside_and_lists_them(app: AppTest, beside: Corpus) -> None:
    app.session_state[state.MAP_KIND] = "corpus"
    open_page(app, outline=LEFT_HALF)
    assert app.subheader[0].value == "2 selected"
    assert "2 rows of other_set inside as well." in captions(app)
    assert app.dataframe[-1].value["number"].tolist() == [1, 2]
    assert app.dataframe[-1].value["instruction"].tolist() == [ROWS[0][0], ROWS[1][0]]


def test_pairs_are_held_against_a_corpus_although_there_is_one_run(app: AppTest, beside: Corpus) -> None:
    open_page(app)
    app.segmented_control(key=state.MAP_KIND).set_value("difference").run()
    assert not app.exception
    first = next(each for each in app.selectbox if each.label == "More of")
    second = next(each for each in app.selectbox if each.label == "Less of")
    assert first.value == ""
    assert second.options == ["against other_set"]
    assert "Counted: 4 pairs and 5 rows of other_set." in captions(app)
    assert [trace["name"] for trace in traces(app)[1:3]] == ["More of all pairs", "More of other_set"]
    first.set_value(first.options[1]).run()
    assert not app.exception
    assert "Counted: 4 pairs" in captions(app)


def test_rows_are_placed_at_a_press(
    app: AppTest,
    placed: list[str],  # noqa: F811
    corpus: Corpus,
    app_database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[tuple[str, int | None]] = []
    monkeypatch.setattr(CorpusPlacer, "start", lambda self, corpus, rows=None: started.append((corpus.name, rows)))
    monkeypatch.setattr(map_corpus, "SAMPLE", 4)
    app.session_state[state.MAP_KIND] = "corpus"
    open_page(app)
    assert any("**0** of 6 rows" in text.value for text in app.markdown)
    press(app, "Place 4 at random")
    press(app, "Place all")
    assert started == [("other_set", 4), ("other_set", None)]
    assert count_corpus_points(app_database.cursor(), "row", corpus.corpus_id) == 0


def test_a_placing_is_watched_and_stopped(app: AppTest, beside: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CorpusPlacer, "is_running", property(lambda self: True))
    placer = open_corpus_placer()
    placer.corpus, placer.step, placer.done, placer.total = beside, "reading", 2, 6
    app.session_state[state.MAP_KIND] = "corpus"
    open_page(app)
    assert "Reading its rows (2 of 6)" in app.get("progress")[0].proto.text
    press(app, "Stop")
    assert placer.is_stopping
    assert next(button for button in app.button if button.label == "Stop").disabled
