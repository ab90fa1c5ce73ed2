"""Can an encoder be added, chosen and set to work where the map is shown?"""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from glan_core import text_vectors
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.encoder_choice import encoder_in_use
from glan_core.errors import EmbeddingError
from glan_core.store.database import Database
from glan_core.store.encoders import count_unread_texts, list_names_to_read
from pages.shared.encoder_view import open_embedder
from tests.embeddings_server import Answer, EmbeddingsServer, serving
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    """A server of embeddings."""
    with serving() as made:
        yield made


def panel() -> None:
    """Show nothing but the panel."""
    from pages.shared.encoder_view import show_encoder_choice
    from pages.shared.workspace import open_workspace

    show_encoder_choice(open_workspace())


def button(shown: AppTest, label: str):
    """Find a button by what stands on it."""
    return next(each for each in shown.button if each.label == label)


def wait_for_embedder(*, has_error: bool = False) -> None:
    """Wait until it has ended, without an error unless one is expected."""
    deadline = time.monotonic() + 60
    while open_embedder().is_running:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert (open_embedder().error is not None) == has_error


def plain_again(text: str) -> str:
    """Take out what keeps text from being taken for markup."""
    return text.replace("\\", "").replace("\u2060", "")


def fill(shown: AppTest, server: EmbeddingsServer, *, has_error: bool = False) -> None:
    """Write an endpoint into the form, press the button, and wait until it was tried."""
    next(each for each in shown.get("button_group") if each.label == "Where is it?").set_value("endpoint")
    shown.run()
    for field in shown.text_input:
        if field.label in ("Model", "Address"):
            field.set_value("m" if field.label == "Model" else server.base_url)
    button(shown, "Add and use it").click()
    shown.run()
    wait_for_embedder(has_error=has_error)
    shown.run()


def test_an_endpoint_is_added_chosen_and_reads_what_is_missing(
    app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path, server: EmbeddingsServer
) -> None:
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=4)
    shown = AppTest.from_function(panel, default_timeout=60).run()
    assert not shown.exception
    assert any("**4** texts are not read" in text.value for text in shown.markdown)
    fill(shown, server)
    assert not shown.exception
    chosen = encoder_in_use(app_database.cursor())
    assert (chosen.encoder.encoder, chosen.content) == ("m", "instruction")
    assert shown.selectbox[0].value == "m"
    assert [plain_again(each.value) for each in shown.success] == ["m works, and is in use."]
    assert any(server.base_url in plain_again(text.value) for text in shown.caption if "sent to" in text.value)
    button(shown, "Send 4 texts").click()
    shown.run()
    wait_for_embedder()
    assert count_unread_texts(app_database.cursor(), encoder="m", content="instruction") == 0
    shown.run()
    assert any("Every text is read" in text.value for text in shown.markdown)


def test_reading_can_be_stopped_and_what_was_read_is_kept(
    app: AppTest,
    app_database: Database,
    model_server: ModelServer,
    tmp_path: Path,
    server: EmbeddingsServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text_vectors, "_FIRST_BATCH", 1)
    monkeypatch.setattr(text_vectors, "_LARGEST_BATCH", 1)
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=4)
    shown = AppTest.from_function(panel, default_timeout=60).run()
    fill(shown, server)
    is_asked, is_released = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        is_asked.set()
        assert is_released.wait(60)

    server.script = hold
    try:
        button(shown, "Send 4 texts").click()
        shown.run()
        assert is_asked.wait(60)
        button(shown, "Stop").click()
        shown.run()
        assert button(shown, "Stop").disabled
    finally:
        is_released.set()
    wait_for_embedder()
    shown.run()
    assert not shown.exception
    assert [each.value for each in shown.info] == ["Stopped. Read until then, and kept: 1 text."]
    assert count_unread_texts(app_database.cursor(), encoder="m", content="instruction") == 3
    assert button(shown, "Send 3 texts")


def test_names_and_key_concepts_are_read_at_a_press(
    app: AppTest, app_database: Database, server: EmbeddingsServer
) -> None:
    shown = AppTest.from_function(panel, default_timeout=60).run()
    number = len(list_names_to_read(app_database.cursor()))
    assert button(shown, f"Read names and key concepts ({number:,})")
    fill(shown, server)
    button(shown, f"Send names and key concepts ({number:,})").click()
    shown.run()
    wait_for_embedder()
    shown.run()
    assert not shown.exception
    assert sorted(server.texts[1:]) == sorted(list_names_to_read(app_database.cursor()))
    assert not any("names" in each.label for each in shown.button)


def test_one_that_gives_no_vectors_is_said_and_not_kept(
    app: AppTest, app_database: Database, server: EmbeddingsServer
) -> None:
    server.script = lambda _: Answer(200, b"<html>")
    shown = AppTest.from_function(panel, default_timeout=60).run()
    fill(shown, server, has_error=True)
    assert any("no list of vectors" in error.value for error in shown.error)
    assert encoder_in_use(app_database.cursor()).encoder.kind == "built_in"


def test_a_model_is_downloaded_beside_the_page_and_a_silent_hub_is_a_sentence(
    app: AppTest, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_asked, is_released = threading.Event(), threading.Event()

    def compute(self: EmbeddingWorker, function: Any, *arguments: Any, **options: Any) -> Any:
        is_asked.set()
        assert is_released.wait(60)
        raise EmbeddingError("The hub of models did not answer.", "Add its folder.")

    monkeypatch.setattr(EmbeddingWorker, "compute", compute)
    shown = AppTest.from_function(panel, default_timeout=60).run()
    next(each for each in shown.get("button_group") if each.label == "Where is it?").set_value("name")
    shown.run()
    next(each for each in shown.text_input if each.label == "Model on the hub").set_value("nobody/nothing")
    try:
        button(shown, "Add and use it").click()
        shown.run()
        assert not shown.exception
        assert is_asked.wait(60)
        shown.run()
        assert "Downloading the model" in shown.get("progress")[0].proto.text
        assert button(shown, "Add and use it").disabled
    finally:
        is_released.set()
    wait_for_embedder(has_error=True)
    shown.run()
    assert shown.error[0].value.startswith("**The hub of models did not answer")
    assert encoder_in_use(app_database.cursor()).encoder.kind == "built_in"
