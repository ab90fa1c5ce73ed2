"""Does the Map page show every pair once, and say what is missing? Lassos are drawn in tests/browser."""

import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from glan_core.placement import place_all
from glan_core.store.database import Database
from glan_core.store.projections import find_newest_projection, list_placed_instructions
from pages.shared import state
from pages.shared.workspace import open_workspace
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs

PAGE = "pages/explore/map.py"


def test_without_pairs_the_page_says_where_to_make_some(app: AppTest) -> None:
    app.run()
    app.switch_page(PAGE).run()
    assert not app.exception
    assert any("no pairs to draw yet" in text.value for text in app.markdown)


def test_new_pairs_are_placed_without_being_asked_for(
    app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path
) -> None:
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=5)
    app.run()
    app.switch_page(PAGE).run()
    assert not app.exception
    placer = open_workspace().placer
    deadline = time.monotonic() + 120
    while placer.is_running:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert placer.error is None
    projection = find_newest_projection(app_database.cursor())
    assert projection is not None
    assert len(list_placed_instructions(app_database.cursor(), projection.projection_id)) == 5


def test_a_drawn_outline_narrows_the_rows_to_those_inside(
    app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path
) -> None:
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=4)
    place_all(app_database)
    projection = find_newest_projection(app_database.cursor())
    assert projection is not None
    points = list_placed_instructions(app_database.cursor(), projection.projection_id)
    chosen = points[0]
    near = 1e-4
    corners = [(-near, -near), (near, -near), (near, near), (-near, near)]
    outline = tuple((chosen.x + dx, chosen.y + dy) for dx, dy in corners)
    app.session_state[state.MAP_POLYGON] = (projection.projection_id, outline)
    app.run()
    app.switch_page(PAGE).run()
    assert not app.exception
    assert app.subheader[0].value == "1 selected"
    assert list(app.dataframe[-1].value["instruction_id"]) == [chosen.instruction_id]


def test_a_run_in_the_address_narrows_the_map_and_an_unknown_one_is_a_sentence(
    app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path
) -> None:
    run_id = make_pairs(app_database, tmp_path / "runs", model_server, instructions=3)
    place_all(app_database)
    app.run()
    app.query_params["run"] = run_id
    app.switch_page(PAGE).run()
    assert app.subheader[0].value == "3 pairs"
    app.query_params["run"] = "nosuchrun"
    app.run()
    assert not app.exception
    assert any("No pair of this run" in info.value for info in app.info)
