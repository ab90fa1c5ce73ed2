"""Do key concepts without a near pair stand on the map as hollow markers?"""

import time

import numpy as np
from streamlit.testing.v1 import AppTest

from glan_core.encoder_choice import add_encoder, use_encoder
from glan_core.placement import place_all
from glan_core.store.database import Database
from glan_core.text_encoding import Means
from pages.shared import state
from pages.shared.gap_finding import open_gap_finder
from tests.embeddings_server import EmbeddingsServer, serving
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs

PAGE = "pages/explore/map.py"


def test_the_map_finds_gaps_when_asked_and_draws_them_hollow(
    app: AppTest, app_database: Database, model_server: ModelServer, tmp_path
) -> None:
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=4)
    with serving() as server:
        use_encoder(app_database, added(app_database, server), "instruction")
        place_all(app_database)
        app.session_state[state.MAP_KIND] = "gaps"
        app.run()
        app.switch_page(PAGE).run()
        assert not app.exception
        button = next(each for each in app.button if each.label == "Find the gaps")
        assert [trace["name"] for trace in figure(app)["data"]] == ["Pair"]
        button.click()
        app.run()
        assert not app.exception
        deadline = time.monotonic() + 120
        while open_gap_finder().is_running:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert open_gap_finder().error is None
    app.run()
    assert not app.exception
    _, gaps = figure(app)["data"]
    report, placed = open_gap_finder().report, open_gap_finder().placed
    assert report is not None
    assert placed is not None
    alone = report.concepts[report.concepts["within"].isna()]
    assert gaps["marker"]["symbol"] == "diamond-open"
    assert len(alone) > 0
    assert f"{len(alone):,} of {len(report.concepts):,} key concepts" in " ".join(each.value for each in app.caption)
    assert len(placed.numbers) == report.concepts["number"].nunique()
    assert np.isfinite(placed.coordinates).all()
    assert not any(each.label.startswith("Find") for each in app.button)


def added(database: Database, server: EmbeddingsServer):
    """Give an encoder at the server."""
    return add_encoder(database, kind="endpoint", model="m", base_url=server.base_url, means=Means())


def figure(app: AppTest) -> dict:
    """Give the map that is drawn."""
    import json

    return json.loads(app.get("plotly_chart")[0].proto.spec)
