"""Does a search on the map that failed say so, and can it be tried again?"""

import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from glan_core.encoder_choice import add_encoder
from glan_core.store.database import Database
from glan_core.text_vectors import embed_instructions
from pages.shared import state
from pages.shared.workspace import open_workspace
from tests.embeddings_server import Answer, serving
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs


def search() -> None:
    """Show nothing but the field and what was found."""
    from datetime import UTC, datetime

    import streamlit as st

    from glan_core.entities import Filter
    from glan_core.store.projections import Projection
    from pages.shared.map_search import find, show_search
    from pages.shared.workspace import open_workspace

    show_search()
    workspace = open_workspace()
    projection = Projection("p", "m", "pca", 1, datetime(2024, 2, 20, tzinfo=UTC))
    found = find(workspace, workspace.cursor(), projection, Filter())
    if found:
        st.write(f"{len(found.instruction_ids)} pairs")


def run_until_read(shown: AppTest) -> None:
    """Draw the page, and again when the text was read."""
    shown.run()
    give_up = time.monotonic() + 60
    while open_workspace().searcher.is_running:
        assert time.monotonic() < give_up
        time.sleep(0.02)
    shown.run()
    assert not shown.exception


def test_a_search_that_failed_can_be_tried_again(
    app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path
) -> None:
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=4)
    shown = AppTest.from_function(search, default_timeout=60)
    shown.session_state[state.MAP_SEARCH] = "water"
    with serving() as server:
        encoder = add_encoder(app_database, kind="endpoint", model="m", base_url=server.base_url)
        embed_instructions(app_database, encoder=encoder)
        server.script = lambda _: Answer(401, {"error": {}})
        run_until_read(shown)
        assert any("refused the key" in error.value for error in shown.error)
        asked = len(server.requests)
        run_until_read(shown)
        assert len(server.requests) == asked
        server.script = lambda _: None
        next(each for each in shown.button if each.label == "Try again").click()
        run_until_read(shown)
    assert not shown.error
    assert [each.value for each in shown.markdown] == ["4 pairs"]
