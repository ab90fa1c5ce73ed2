"""Does the Coverage page tell of a corpus what it fills and lacks, alone and beside the own pairs?"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from glan_core.corpora.importing import import_corpus, remove_corpus
from glan_core.store import corpus_places
from glan_core.store.concept_vectors import list_concept_vectors
from glan_core.store.corpora import Corpus
from glan_core.store.corpus_places import Places, replace_places
from glan_core.store.database import Cursor, Database
from glan_core.store.embeddings import insert_embeddings
from glan_core.store.encoders import list_names_to_read
from glan_core.store.taxonomy_nodes import list_taxonomy_nodes
from pages.shared import corpus_coverage_heat_map
from pages.shared.corpus_working import open_corpus_worker
from tests.corpus_files.files import alpaca, write
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs
from tests.store.vectors import link

PAGE = "pages/explore/coverage.py"
ENCODER = "all-MiniLM-L6-v2"
ROWS = ("row one", "row two", "row three", "row <b>four</b>")
EAST, NORTH = np.eye(2, 384, dtype=np.float32)


def place(database: Database, corpus: Corpus, *names: str) -> None:
    """Place the rows of a corpus in the disciplines with these names, the last row with little confidence."""
    nodes = {node.name: node for node in list_taxonomy_nodes(database.cursor()) if node.level == "discipline"}
    places = Places(
        np.arange(1, len(names) + 1),
        [nodes[name].taxonomy_node_id for name in names],
        np.ones(len(names), np.float32),
        np.array([0.9] * (len(names) - 1) + [0.2], np.float32),
    )
    replace_places(
        database.cursor(), corpus.corpus_id, encoder=ENCODER, content="instruction", places=places, reference="then"
    )


@pytest.fixture
def corpus(app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path) -> Corpus:
    """Four rows, three in Physics and one in Law, and two own pairs; what they teach lies in the east, but for one.

    One key concept of Physics lies in the north, as no row does, but both own pairs.
    """
    cursor = app_database.cursor()
    cursor.execute(
        "update taxonomy_node set status = 'removed' where level = 'discipline' and name not in ('Physics', 'Law')"
    )
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=2)
    made = import_corpus(
        app_database, write(tmp_path / "o.jsonl", alpaca([(text, "So.") for text in ROWS])), name="*Other* set"
    ).corpus
    ids = [key for (key,) in cursor.execute("select instruction_id from instruction order by 1").fetchall()]
    names = list_names_to_read(cursor)
    far = list_concept_vectors(cursor, encoder=ENCODER).query("discipline == 'Physics'").iloc[0]["concept"]
    texts = ["own", *names, *ROWS]
    vectors = np.tile(EAST, (len(texts), 1))
    vectors[0] = vectors[texts.index(far)] = NORTH
    insert_embeddings(cursor, encoder=ENCODER, texts=texts, vectors=vectors)
    link(cursor, ENCODER, **dict.fromkeys(ids, 0))
    place(app_database, made, "Physics", "Physics", "Physics", "Law")
    return made


def open_page(app: AppTest, **address: str) -> AppTest:
    """Open the page at an address, once what it waits for is done."""
    app.run()
    for name, value in address.items():
        app.query_params[name] = value
    app.switch_page(PAGE).run()
    work_ends(app)
    return app


def work_ends(app: AppTest) -> None:
    """Wait until nothing is done in the background any more, and draw the page anew."""
    open_corpus_worker().wait(120)
    app.run()
    assert not app.exception


def said(app: AppTest) -> str:
    """Give everything that the page says."""
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.success)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def button(app: AppTest, key: str) -> Any:
    """Give the button with a key."""
    return next(each for each in app.button if each.key == key)


def metrics(app: AppTest) -> dict[str, tuple[str, str]]:
    """Give the cards by label: the number, and what stands below it."""
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


def test_without_a_corpus_there_is_nothing_to_choose(app: AppTest):
    open_page(app)
    assert not any(each.key == "of" for each in app.selectbox)


def test_the_own_pairs_come_first_and_a_corpus_is_one_choice(app: AppTest, corpus: Corpus):
    open_page(app)
    assert app.selectbox(key="of").options == ["Your pairs", "*Other* set"]
    assert "Concepts never used" in metrics(app)
    app.selectbox(key="of").set_value("*Other* set").run()
    work_ends(app)
    assert metrics(app)["Disciplines with a row"] == ("100%", "2 of 2")
    assert "4 of 4 placed rows count" in said(app)
    assert "this is not measured for them: subjects and their levels, class sessions" in said(app)


def test_every_node_says_what_either_side_lacks(app: AppTest, corpus: Corpus):
    open_page(app, of="*Other* set")
    table = app.dataframe[0].value.set_index("name")
    assert table["rows"].to_dict() == {"Physics": 3, "Law": 1}
    assert table["percent"].to_dict() == {"Physics": 75, "Law": 25}
    # Both own pairs are nearest to what lies in the north: a key concept of Physics. At n = 2: 1.5 and 0.5 of theirs.
    assert table["they_lack"].to_dict() == {"Physics": 0.5, "Law": 0}
    assert table["you_lack"].to_dict() == {"Physics": 0, "Law": 0.5}
    app.segmented_control(key="beside").set_value("beside").run()
    table = app.dataframe[0].value.set_index("name")
    assert table["rows_at_n"].to_dict() == {"Physics": 1.5, "Law": 0.5}
    assert metrics(app)["Compared at"] == ("n = 2", "of each")
    assert metrics(app)["Disciplines it reaches"] == ("1.5", "you 1.0")


def test_own_pairs_that_nobody_read_are_no_zeros(app: AppTest, app_database: Database, corpus: Corpus):
    app_database.cursor().execute("delete from embedded_instruction")
    open_page(app, of="*Other* set")
    assert "2 pairs of yours are not read yet" in said(app)
    assert any(each.label == "Read 2 texts" for each in app.button)
    assert metrics(app)["Gini"][1] == "over 2 disciplines"
    shown = list(app.dataframe[0].proto.column_order)
    assert not {"own_percent", "they_lack", "you_lack"} & set(shown)
    assert "rows" in shown
    assert "what either side lacks is not known" in said(app)
    app.segmented_control(key="beside").set_value("beside").run()
    assert not app.exception
    assert "No pair of yours counts here" in said(app)
    assert not app.dataframe


def test_confidence_narrows_what_counts(app: AppTest, corpus: Corpus):
    open_page(app, of="*Other* set")
    app.slider(key="coverage_confidence").set_value(0.5).run()
    assert not app.exception
    assert "3 of 4 placed rows count" in said(app)
    assert app.dataframe[0].value.set_index("name")["rows"].to_dict() == {"Physics": 3, "Law": 0}
    app.slider(key="coverage_confidence").set_value(1.0).run()
    assert not app.exception
    assert "0 of 4 placed rows count" in said(app)
    assert metrics(app)["Gini"][0] == "–"


@pytest.mark.parametrize("beside", ["Its rows", "Beside yours, at equal n"])
@pytest.mark.parametrize("level", ["Field", "Sub-field", "Discipline"])
def test_balance_and_heat_map_are_drawn_for_each_level(app: AppTest, corpus: Corpus, beside: str, level: str):
    open_page(app, of="*Other* set", beside=beside, corpus_by=level, corpus_part="Balance")
    assert len(app.get("plotly_chart")) == 1
    table = app.dataframe[0].value
    assert table["Of"].tolist() == ["Its rows", "Your pairs"] * 3
    open_page(app, of="*Other* set", beside=beside, corpus_by=level, corpus_part="Heat map")
    assert len(app.get("plotly_chart")) == 1


def test_bands_of_confidence_are_counted_once_until_places_change(
    app: AppTest, app_database: Database, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
):
    counted: list[str] = []

    def count_by_band(cursor: Cursor, corpus_id: str, **by: Any) -> pd.DataFrame:
        counted.append(corpus_id)
        return corpus_places.count_by_band(cursor, corpus_id, **by)

    monkeypatch.setattr(corpus_coverage_heat_map, "count_by_band", count_by_band)
    open_page(app, of="*Other* set", corpus_part="Heat map")
    app.segmented_control(key="corpus_by").set_value("field").run()
    app.run()
    assert not app.exception
    assert len(counted) == 1
    place(app_database, corpus, "Physics", "Law", "Law", "Law")
    work_ends(app)
    assert len(counted) == 2


def test_what_no_row_means_is_listed_with_evidence_and_planned(app: AppTest, corpus: Corpus):
    open_page(app, of="*Other* set", corpus_part="By meaning")
    button(app, "corpus-gaps-compare").click().run()
    work_ends(app)
    app.slider(key="corpus_gaps_threshold").set_value(0.5).run()
    assert "have no near pair of yours" in said(app)
    assert button(app, "corpus-gaps-plan").disabled
    assert not button(app, "corpus-gaps-plan-all").disabled
    which = next(each for each in app.segmented_control if each.key == "corpus_gaps_lacking-False")
    which.set_value("theirs").run()
    assert "**1** of" in said(app)
    assert "have no near row" in said(app)
    table = next(each.value for each in app.dataframe if "theirs" in each.value)
    assert (table["theirs"].tolist(), table["own"].tolist()) == ([0.0], [1.0])
    assert table["row"].iloc[0] in ROWS
    assert table["pair"].iloc[0]
    assert not any((each.key or "").startswith("corpus-gaps-plan") for each in app.button)
    which.set_value("own").run()
    app.number_input(key="corpus-gaps-each").set_value(2).run()
    button(app, "corpus-gaps-plan-all").click().run()
    assert not app.exception
    assert app.title[0].value == "New run"
    assert "gaps**" in said(app)


def test_beside_each_other_the_own_gaps_are_told_apart(app: AppTest, corpus: Corpus):
    open_page(app, of="*Other* set", beside="Beside yours, at equal n", corpus_part="By meaning")
    button(app, "corpus-gaps-compare").click().run()
    work_ends(app)
    app.slider(key="corpus_gaps_threshold").set_value(0.5).run()
    assert "have a near row, but no near pair of yours" in said(app)
    which = next(each for each in app.segmented_control if each.key == "corpus_gaps_lacking-True")
    which.set_value("only_theirs").run()
    assert "**1** of" in said(app)
    which.set_value("both").run()
    assert "There is none at this threshold" in said(app)
    assert not any(each.key == "corpus-gaps-plan" for each in app.button)


def test_after_a_change_it_is_offered_to_compare_anew(app: AppTest, app_database: Database, corpus: Corpus):
    open_page(app, of="*Other* set", corpus_part="By meaning")
    button(app, "corpus-gaps-compare").click().run()
    work_ends(app)
    assert not any(each.key == "corpus-gaps-compare" for each in app.button)
    place(app_database, corpus, "Physics", "Law", "Law", "Law")
    work_ends(app)
    assert "Something has changed since" in said(app)
    assert button(app, "corpus-gaps-compare").label == "Compare anew"


def test_all_that_you_lack_is_one_click(app: AppTest, app_database: Database, corpus: Corpus):
    place(app_database, corpus, "Law", "Law", "Law", "Law")
    open_page(app, of="*Other* set")
    assert button(app, "corpus-plan-these").disabled
    assert button(app, "corpus-plan-lacking").label == "All 1 that you lack: 2 pairs"
    button(app, "corpus-plan-lacking").click().run()
    assert not app.exception
    assert app.title[0].value == "New run"


def test_rows_without_places_lead_to_the_page_that_places_them(app: AppTest, app_database: Database, corpus: Corpus):
    app_database.cursor().execute("delete from corpus_place")
    open_page(app, of="*Other* set")
    assert "have no place in the taxonomy yet" in said(app)
    button(app, "coverage-place").click().run()
    assert not app.exception
    assert app.title[0].value == "Other corpora"


def test_a_corpus_that_is_not_there_shows_the_own_pairs(app: AppTest, corpus: Corpus):
    open_page(app, of="<b>gone</b>")
    assert "Concepts never used" in metrics(app)
    assert "is not here. These are your own pairs" in said(app)
    assert "<b>" not in said(app)
    app.selectbox(key="of").set_value("*Other* set").run()
    work_ends(app)
    assert "is not here" not in said(app)


def test_a_corpus_that_was_removed_leads_to_where_it_is_put_back(app: AppTest, app_database: Database, corpus: Corpus):
    remove_corpus(app_database.cursor(), corpus)
    open_page(app, of="*Other* set")
    assert "was removed. These are your own pairs" in said(app)
    button(app, "coverage-missing").click().run()
    assert not app.exception
    assert app.title[0].value == "Other corpora"


def test_the_open_tab_stays_open_of_other_pairs(app: AppTest, corpus: Corpus):
    open_page(app, part="Balance")
    app.selectbox(key="of").set_value("*Other* set").run()
    work_ends(app)
    assert app.session_state["corpus_part"] == "Balance"


def test_a_link_to_a_corpus_opens_the_tab_that_it_names_as_the_own_pairs_call_it(app: AppTest, corpus: Corpus):
    open_page(app, of="*Other* set", part="Balance")
    work_ends(app)
    assert app.session_state["corpus_part"] == "Balance"


def test_names_of_corpora_are_shown_as_they_are(app: AppTest, app_database: Database, corpus: Corpus):
    app_database.cursor().execute("update corpus set name = '<b>Your</b> $x$'")
    app_database.cursor().execute("delete from corpus_place")
    open_page(app, of="<b>Your</b> $x$")
    assert "<b>" not in said(app)
