"""Does the panel of gaps say what is missing, work beside the page, and hand key concepts to New run?"""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from glan_core.encoder_choice import add_encoder, encoder_in_use, use_encoder
from glan_core.store.concept_vectors import count_unread_concepts, list_concept_vectors
from glan_core.store.database import Database
from glan_core.store.embeddings import insert_embeddings
from pages.shared import state
from pages.shared.gap_finding import open_gap_finder
from tests.embeddings_server import EmbeddingsServer, serving
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs
from tests.store.vectors import embed, link

ENCODER = "all-MiniLM-L6-v2"


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    """A server of embeddings."""
    with serving() as made:
        yield made


def panel() -> None:
    """Show nothing but the panel."""
    from pages.shared.gaps_view import show_gaps
    from pages.shared.workspace import open_workspace

    show_gaps(open_workspace())


def wait() -> None:
    """Wait until nothing is compared any more."""
    deadline = time.monotonic() + 120
    while open_gap_finder().is_running:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert open_gap_finder().error is None


def shown_texts(shown: AppTest) -> str:
    """Give everything that the panel says."""
    assert not shown.exception
    return " ".join(each.value for kind in ("markdown", "caption", "success", "info") for each in shown.get(kind))


@pytest.fixture
def read(app_database: Database, model_server: ModelServer, tmp_path: Path) -> str:
    """Four pairs and all key concepts with vectors; gives the id of the one key concept that no pair is near to."""
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=4)
    cursor = app_database.cursor()
    concepts = list_concept_vectors(cursor, encoder=ENCODER)
    ids = [key for (key,) in cursor.execute("select instruction_id from instruction order by 1").fetchall()]
    subjects = {key for (key,) in cursor.execute("select distinct subject_id from pair").fetchall()}
    embed(cursor, ENCODER, np.eye(1, 384, dtype=np.float32))
    link(cursor, ENCODER, **dict.fromkeys(ids, 0))
    far = concepts[concepts["subject_id"].isin(subjects)].iloc[0]
    names = concepts["concept"].unique().tolist()
    vectors = np.zeros((len(names), 384), np.float32)
    vectors[:, 0] = 1
    vectors[names.index(far["concept"])] = np.eye(2, 384, dtype=np.float32)[1]
    insert_embeddings(cursor, encoder=ENCODER, texts=names, vectors=vectors)
    others = concepts[~concepts["subject_id"].isin(subjects)]["subject_id"].unique().tolist()
    cursor.execute("update subject set status = 'removed' where subject_id in (select unnest(?::varchar[]))", [others])
    return str(far["key_concept_id"])


def test_nothing_is_read_unasked_and_the_page_says_how_much_it_is(app: AppTest, app_database: Database) -> None:
    shown = AppTest.from_function(panel, default_timeout=60).run()
    unread = count_unread_concepts(app_database.cursor(), encoder=ENCODER)
    assert unread > 5_000
    assert f"**{unread:,}** key concepts" in shown_texts(shown)
    assert [button.label for button in shown.button] == ["Read the key concepts"]
    assert not open_gap_finder().is_running


def test_while_names_are_read_the_page_goes_on_and_tells_how_far_it_is(
    app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path, server: EmbeddingsServer
) -> None:
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=3)
    use_encoder(
        app_database, add_encoder(app_database, kind="endpoint", model="m", base_url=server.base_url), "instruction"
    )
    opened = threading.Event()

    def script(_: object) -> None:
        opened.wait(60)

    server.script = script
    shown = AppTest.from_function(panel, default_timeout=60).run()
    next(button for button in shown.button if button.label == "Read the key concepts").click()
    shown.run()
    assert not shown.exception
    assert open_gap_finder().is_running
    assert [button.label for button in shown.button] == ["Stop"]
    opened.set()
    wait()
    assert (
        count_unread_concepts(app_database.cursor(), encoder=encoder_in_use(app_database.cursor()).encoder.encoder) == 0
    )
    shown.run()
    assert "key concepts have no near pair" in shown_texts(shown)
    assert not any("Read" in button.label for button in shown.button)


def test_the_far_concept_is_listed_with_its_evidence_and_goes_to_new_run(app: AppTest, read: str) -> None:
    shown = AppTest.from_function(panel, default_timeout=60).run()
    wait()
    shown.run()
    shown.slider[0].set_value(0.5)
    shown.run()
    assert "**1** of" in shown_texts(shown)
    table = next(each.value for each in shown.dataframe if "nearest" in each.value)
    assert table["within"].tolist() == [0.0]
    assert table["nearest"].iloc[0]
    plan = next(button for button in shown.button if button.label.startswith("Plan for all"))
    assert not plan.disabled
    assert next(button for button in shown.button if button.label.startswith("Plan for these")).disabled
    plan.click()
    shown.run()
    assert shown.session_state[state.GOING_TO] == ("pages/generate/new_run.py", {"gaps": f"{read}:1"})


def test_with_none_under_the_threshold_the_page_says_so(app: AppTest, read: str) -> None:
    shown = AppTest.from_function(panel, default_timeout=60).run()
    wait()
    shown.run()
    shown.slider[0].set_value(0.0)
    shown.run()
    assert "Every key concept has a near pair" in shown_texts(shown)
    assert not any(button.label.startswith("Plan") for button in shown.button)


def test_after_a_change_the_old_numbers_stand_until_they_are_counted_anew(
    app: AppTest, app_database: Database, read: str
) -> None:
    shown = AppTest.from_function(panel, default_timeout=60).run()
    wait()
    app_database.cursor().execute("update run set is_removed = true")
    shown.run()
    assert "Something has changed" in shown_texts(shown)
    next(button for button in shown.button if button.label == "Compare anew").click()
    shown.run()
    wait()
    shown.run()
    assert "Something has changed" not in shown_texts(shown)
    report = open_gap_finder().report
    assert report is not None
    assert report.pairs == 0
