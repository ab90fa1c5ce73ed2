"""Does the Map page count what it shows, and keep what was drawn? Lassos are drawn by mouse in tests/browser."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from glan_core.encoders import EncoderChoice
from glan_core.entities import Filter, Window
from glan_core.figures.map_frame import Outline
from glan_core.judgements import Judgement
from glan_core.placer import Placer
from glan_core.store.database import Database
from glan_core.store.encoders import insert_encoder_choice
from glan_core.store.ingest import ingest
from glan_core.store.judgements import insert_judgements
from glan_core.store.pairs import list_pairs
from glan_core.store.projections import Projection, insert_projected_points, insert_projection
from glan_core.store.runs import list_runs, save_run
from glan_core.store.saved_views import find_saved_view, list_saved_views, new_view, save_view
from glan_core.store.tags import put_on
from pages.shared import state
from pages.shared.map_counts import CLOSENESS, JUDGED
from pages.shared.map_look import Look
from pages.shared.outline_address import outline_text
from pages.shared.workspace import open_workspace
from tests.embedding.test_neighbours import clustered
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs
from tests.small_pairs import answer, instruction, run
from tests.store.vectors import embed, link

PAGE = "pages/explore/map.py"
NOON = datetime(2024, 2, 20, 12, tzinfo=UTC)
LEFT_HALF = ((-0.5, -1.0), (1.5, -1.0), (1.5, 1.0), (-0.5, 1.0))


@pytest.fixture
def placed(app_database: Database, model_server: ModelServer, tmp_path: Path) -> list[str]:
    """The ids of four pairs that lie side by side on the map, one unit apart from 0 on."""
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=4)
    cursor = app_database.cursor()
    ids = sorted(list_pairs(cursor, Filter(), limit=9)["instruction_id"])
    place(app_database, ids)
    return ids


def place(database: Database, ids: list[str], projection_id: str = "row", *, content: str = "instruction") -> None:
    """Put pairs side by side on a layout of their own."""
    cursor = database.cursor()
    insert_projection(cursor, Projection(projection_id, "all-MiniLM-L6-v2", "pca", 1, NOON, content))
    coordinates = np.array([(n, 0.0) for n in range(len(ids))], np.float32)
    insert_projected_points(cursor, projection_id, instruction_ids=ids, coordinates=coordinates, placed_by="fit")


def open_page(app: AppTest, *, outline: Outline = (), address: dict[str, str] | None = None, **look: object) -> None:
    """Open the page at an address, with something drawn or zoomed into."""
    if look:
        app.session_state[state.MAP_LOOK] = Look(projection_id="row", **look)  # type: ignore[arg-type]
    app.run()
    for name, value in (address or {}).items():
        app.query_params[name] = value
    if outline:
        app.query_params["outline"] = outline_text("row", outline)
    app.switch_page(PAGE).run()
    assert not app.exception


def address(app: AppTest, name: str) -> str:
    """Give what a name stands for in the address; empty where it is not there."""
    value = app.query_params.get(name, "")
    return value if isinstance(value, str) else value[0]


def captions(app: AppTest) -> str:
    """Give all small print of the page."""
    return " ".join(caption.value for caption in app.caption).replace("\\", "")


def press(app: AppTest, label: str) -> None:
    """Press the button of that name."""
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def listed(app: AppTest) -> list[str]:
    """Give the ids of the rows that are listed."""
    return list(app.dataframe[-1].value["instruction_id"])


def test_without_pairs_the_page_says_where_to_make_some(app: AppTest) -> None:
    open_page(app)
    assert any("no pairs to draw yet" in text.value for text in app.markdown)


def test_a_pair_without_an_answer_does_not_wait_where_answers_are_read(
    app: AppTest, placed: list[str], app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursor = app_database.cursor()
    insert_encoder_choice(cursor, EncoderChoice("all-MiniLM-L6-v2", "answer"), chosen_at=NOON)
    place(app_database, placed, "answers", content="answer")
    ingest(cursor, [instruction("unanswered", run_id=list_runs(cursor)[0].run_id)])
    started: list[bool] = []
    monkeypatch.setattr(Placer, "start", lambda self, *, is_anew=False: started.append(is_anew))
    open_page(app)
    assert app.subheader[0].value == "4 pairs"
    assert not started
    ingest(cursor, [answer("unanswered", run_id=list_runs(cursor)[0].run_id)])
    app.run()
    assert started


def test_all_pairs_are_counted_and_listed(app: AppTest, placed: list[str]) -> None:
    open_page(app)
    assert app.subheader[0].value == "4 pairs"
    assert "All 4 pairs are shown." in captions(app)
    assert listed(app) == placed


def test_a_drawn_outline_narrows_panel_and_rows_to_what_lies_inside(app: AppTest, placed: list[str]) -> None:
    open_page(app, outline=LEFT_HALF)
    assert app.subheader[0].value == "2 selected"
    assert listed(app) == placed[:2]
    assert "All 4 pairs are shown." in captions(app)


def stroke() -> None:
    """A page with a button that draws along a line, and one that draws a box."""
    import streamlit as st

    from glan_core.entities import Filter
    from pages.shared import state
    from pages.shared.map_look import Look, read_look, select
    from pages.shared.outline_address import with_outline_of_address, write_outline

    look = Look(projection_id="row", outline=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), hides_others=True)
    if state.MAP_LOOK not in st.session_state:
        write_outline("row", look.outline, Filter())
    st.button("line", on_click=select, args=(look, ((0.0, 0.0), (2.0, 1.0))))
    st.button("box", on_click=select, args=(look, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))), kwargs={"tool": "select"})
    st.session_state.setdefault(state.MAP_LOOK, look)
    shown = read_look("row", with_outline_of_address(Filter()))
    st.text(f"{len(shown.outline)} corners, {shown.tool}, {'alone' if shown.hides_others else 'among others'}")


def test_a_stroke_along_a_line_selects_nothing_and_the_tool_stays() -> None:
    page = AppTest.from_function(stroke).run()
    assert page.text[0].value == "3 corners, lasso, alone"
    page.button[1].click().run()
    assert page.text[0].value == "3 corners, select, alone"
    page.button[0].click().run()
    assert page.text[0].value == "0 corners, lasso, among others"


def test_one_who_comes_back_finds_filter_and_outline_again(app: AppTest, placed: list[str]) -> None:
    open_page(app, outline=LEFT_HALF, address={"answered": "yes"})
    app.query_params.clear()
    app.switch_page("pages/explore/samples.py").run()
    assert "outline" not in app.query_params
    app.switch_page(PAGE).run()
    assert not app.exception
    assert app.subheader[0].value == "2 selected"
    assert address(app, "outline") == outline_text("row", LEFT_HALF)
    assert address(app, "answered") == "yes"
    press(app, "Show all pairs")
    assert app.subheader[0].value == "4 pairs"
    assert not any(name in app.query_params for name in ("outline", "answered"))
    assert len(placed) == 4


def test_a_link_to_a_run_is_not_narrowed_by_what_was_looked_at_before(
    app: AppTest, placed: list[str], app_database: Database
) -> None:
    open_page(app, outline=LEFT_HALF)
    app.query_params.clear()
    app.switch_page("pages/explore/samples.py").run()
    app.query_params["run"] = list_runs(app_database.cursor())[0].run_id
    app.switch_page(PAGE).run()
    assert app.subheader[0].value == "4 pairs"
    assert len(placed) == 4


def test_the_outline_of_a_view_can_be_cleared(app: AppTest, placed: list[str], app_database: Database) -> None:
    view = new_view("Left", Filter(projection_id="row", polygon=LEFT_HALF), {"projection_id": "row"}, NOON)
    save_view(app_database.cursor(), view)
    open_page(app, address={"view": view.saved_view_id})
    assert app.subheader[0].value == "2 selected"
    press(app, "Clear")
    assert app.subheader[0].value == "4 pairs"
    assert address(app, "outline") == "none"
    assert listed(app) == placed


def test_clear_forgets_the_outline(app: AppTest, placed: list[str]) -> None:
    open_page(app, outline=LEFT_HALF)
    press(app, "Clear")
    assert "outline" not in app.query_params
    assert app.subheader[0].value == "4 pairs"
    assert listed(app) == placed


def test_an_outline_around_nothing_says_so(app: AppTest, placed: list[str]) -> None:
    open_page(app, outline=((5.0, 5.0), (6.0, 5.0), (6.0, 6.0)))
    assert app.subheader[0].value == "0 selected"
    assert "No pair lies inside the outline." in captions(app)
    assert len(placed) == 4


def test_zooming_in_shows_the_outline_and_back_the_whole(app: AppTest, placed: list[str]) -> None:
    open_page(app, outline=LEFT_HALF)
    press(app, "Zoom in")
    assert "All 2 pairs in this part of the map are shown." in captions(app)
    assert app.subheader[0].value == "2 selected"
    press(app, "Clear")
    assert app.subheader[0].value == "2 in view"
    press(app, "Back")
    assert app.subheader[0].value == "4 pairs"
    assert len(placed) == 4


def test_the_whole_map_is_one_press_away_from_any_depth(app: AppTest, placed: list[str]) -> None:
    open_page(app, windows=(Window(-1, -1, 2.5, 1), Window(-1, -1, 0.5, 1)))
    assert app.subheader[0].value == "1 in view"
    press(app, "Whole map")
    assert app.subheader[0].value == "4 pairs"
    assert len(placed) == 4


def test_others_can_be_hidden(app: AppTest, placed: list[str]) -> None:
    open_page(app, outline=LEFT_HALF)
    app.toggle[0].set_value(True).run()
    assert not app.exception
    assert "2 pairs lie inside the outline; all others are hidden." in captions(app)
    assert listed(app) == placed[:2]


def test_the_outline_stays_when_the_map_is_drawn_another_way(
    app: AppTest, placed: list[str], app_database: Database
) -> None:
    save_run(app_database.cursor(), run("other"))
    open_page(app, outline=LEFT_HALF)
    for kind, title in (("density", "Field of most pairs in each cell"), ("difference", "Difference of the shares")):
        app.segmented_control(key=state.MAP_KIND).set_value(kind).run()
        assert not app.exception
        assert any(title in text.value for text in app.markdown)
        assert app.subheader[0].value == "2 selected"
        assert address(app, "outline") == outline_text("row", LEFT_HALF)
    assert len(placed) == 4


def test_one_run_has_no_other_to_differ_from(app: AppTest, placed: list[str]) -> None:
    open_page(app)
    assert app.segmented_control(key=state.MAP_KIND).options == ["Points", "Density", "Gaps"]
    assert len(placed) == 4


@pytest.mark.parametrize("by", ["sub_field", "discipline", "subject", "level", "run", "model", "status", "flagged"])
def test_pairs_can_be_coloured_by(app: AppTest, placed: list[str], by: str) -> None:
    open_page(app)
    app.selectbox(key=state.MAP_BY).set_value(by).run()
    assert not app.exception
    assert listed(app) == placed


def test_pairs_can_be_coloured_by_how_near_others_are(app: AppTest, placed: list[str], app_database: Database) -> None:
    cursor = app_database.cursor()
    embed(cursor, "all-MiniLM-L6-v2", clustered(len(placed)))
    link(cursor, "all-MiniLM-L6-v2", **{pair: number for number, pair in enumerate(placed[:3])})
    app.session_state[state.MAP_BY] = CLOSENESS
    open_page(app)
    assert any("compared with all others" in caption.value for caption in app.caption)
    while open_workspace().placer.is_comparing:
        time.sleep(0.02)
    app.run()
    assert not app.exception
    assert not any("compared with all others" in caption.value for caption in app.caption)
    traces = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    assert traces[-1]["name"] == "Not compared yet"
    assert sum(len(trace["text"]) for trace in traces) == len(placed)
    assert len(traces[-1]["text"]) == 1


def test_pairs_can_be_coloured_by_what_judges_gave_them(
    app: AppTest, placed: list[str], app_database: Database
) -> None:
    cursor = app_database.cursor()
    answers = dict(cursor.execute("select instruction_id, answer_id from answer").fetchall())
    insert_judgements(cursor, [judgement(placed[0], answers, 9), judgement(placed[1], answers, 2)])
    app.session_state[state.MAP_BY] = JUDGED
    open_page(app)
    traces = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    assert {trace["name"]: len(trace["text"]) for trace in traces} == {"Below 3": 1, "9 and 10": 1, "Not judged": 2}
    colours = {trace["name"]: trace["marker"]["color"] for trace in traces}
    assert len(set(colours.values())) == 3


def judgement(instruction_id: str, answers: dict[str, str], score: int) -> Judgement:
    """Make what a judge says of a pair."""
    return Judgement(
        judgement_id=f"of-{instruction_id}",
        instruction_id=instruction_id,
        answer_id=answers[instruction_id],
        model="judge",
        template_fingerprint="0123456789ab",
        score=score,
        helpfulness=score,
        relevance=score,
        accuracy=score,
        detail=score,
        reason="So it is.",
        run_id="judging",
        model_call_id="call",
        judged_at=NOON,
    )


def test_words_are_searched_for_and_the_rows_listed(app: AppTest, placed: list[str], app_database: Database) -> None:
    wanted = list_pairs(app_database.cursor(), Filter(instruction_ids=(placed[2],)), limit=1)["instruction"][0]
    open_page(app)
    app.segmented_control(key=state.MAP_SEARCH_BY).set_value("words").run()
    app.text_input(key=state.MAP_SEARCH).set_value(wanted).run()
    assert not app.exception
    assert placed[2] in listed(app)
    assert "ringed on the map" in captions(app)
    press(app, "Clear the search")
    assert listed(app) == placed


def test_a_word_that_no_pair_holds_is_a_sentence(app: AppTest, placed: list[str]) -> None:
    open_page(app)
    app.segmented_control(key=state.MAP_SEARCH_BY).set_value("words").run()
    app.text_input(key=state.MAP_SEARCH).set_value("zyzzyva").run()
    assert not app.exception
    assert "No pair of this filter." in captions(app)
    assert len(placed) == 4


def test_a_run_in_the_address_narrows_the_map_and_an_unknown_one_is_a_sentence(
    app: AppTest, placed: list[str], app_database: Database
) -> None:
    run_id = str(list_pairs(app_database.cursor(), Filter(), limit=1)["run_id"][0])
    app.run()
    app.query_params["run"] = run_id
    app.switch_page(PAGE).run()
    assert app.subheader[0].value == "4 pairs"
    app.query_params["run"] = "nosuchrun"
    app.run()
    assert not app.exception
    assert any("No run of this database: nosuchrun." in warning.value.replace("\\", "") for warning in app.warning)
    assert any("No pair on the map fits this filter." in info.value for info in app.info)
    next(button for button in app.button if button.label == "Show all pairs").click().run()
    assert app.subheader[0].value == "4 pairs"
    assert "run" not in app.query_params


def test_a_saved_view_brings_filter_outline_window_and_colours_back(
    app: AppTest, placed: list[str], app_database: Database
) -> None:
    shown = {
        "projection_id": "row",
        "windows": [[-1.0, -1.0, 2.5, 1.0]],
        "hides_others": True,
        state.MAP_BY: "level",
    }
    view = new_view("Left", Filter(projection_id="row", polygon=LEFT_HALF), shown, NOON)
    save_view(app_database.cursor(), view)
    app.run()
    app.query_params["view"] = view.saved_view_id
    app.switch_page(PAGE).run()
    assert not app.exception
    assert app.subheader[0].value == "2 selected"
    assert app.selectbox(key=state.MAP_BY).value == "level"
    look = app.session_state[state.MAP_LOOK]
    assert (look.windows, look.hides_others) == ((Window(-1.0, -1.0, 2.5, 1.0),), True)
    assert listed(app) == placed[:2]


def test_a_view_of_another_layout_means_the_same_pairs(app: AppTest, placed: list[str], app_database: Database) -> None:
    outline = ((-0.5, -1.0), (0.5, -1.0), (0.5, 1.0), (-0.5, 1.0))
    shown = {"projection_id": "row", "windows": [[-1.0, -1.0, 0.5, 1.0]]}
    view = new_view("One", Filter(projection_id="row", polygon=outline), shown, NOON)
    save_view(app_database.cursor(), view)
    cursor = app_database.cursor()
    insert_projection(cursor, Projection("later", "all-MiniLM-L6-v2", "pca", 1, datetime(2024, 3, 1, tzinfo=UTC)))
    coordinates = np.array([(9.0 - n, 5.0) for n in range(4)], np.float32)
    insert_projected_points(cursor, "later", instruction_ids=placed, coordinates=coordinates, placed_by="fit")
    app.run()
    app.query_params["view"] = view.saved_view_id
    app.switch_page(PAGE).run()
    assert not app.exception
    assert listed(app) == placed[:1]
    look = app.session_state[state.MAP_LOOK]
    assert look.windows == ()
    assert app.subheader[0].value == "1 pair"  # of the filter, not selected: its outline cannot be drawn here


def test_a_view_that_is_not_there_is_a_sentence(app: AppTest, placed: list[str]) -> None:
    app.run()
    app.query_params["view"] = "nosuchview"
    app.switch_page(PAGE).run()
    assert not app.exception
    assert any("is not there" in warning.value for warning in app.warning)
    assert app.subheader[0].value == f"{len(placed)} pairs"


def test_export_gets_the_selection_as_a_view(app: AppTest, placed: list[str], app_database: Database) -> None:
    open_page(app, outline=LEFT_HALF)
    press(app, "Export")
    (passing,) = app_database.cursor().execute("select saved_view_id from saved_view").fetchall()
    view = find_saved_view(app_database.cursor(), passing[0])
    assert view is not None
    assert view.filter_ == Filter(projection_id="row", polygon=LEFT_HALF)
    assert list_saved_views(app_database.cursor()) == ()  # nobody saved it
    assert list(list_pairs(app_database.cursor(), view.filter_, limit=9)["instruction_id"].sort_values()) == placed[:2]
    app.query_params["view"] = passing[0]
    app.switch_page("pages/curate/export.py").run()
    assert not app.exception
    assert app.metric[0].value == "2"


def test_review_gets_the_selection_as_a_view(app: AppTest, placed: list[str], app_database: Database) -> None:
    open_page(app, outline=LEFT_HALF)
    next(button for button in app.button if button.label == "Review").click().run()
    (passing,) = app_database.cursor().execute("select saved_view_id from saved_view").fetchall()
    view = find_saved_view(app_database.cursor(), passing[0])
    assert view is not None
    assert view.filter_ == Filter(projection_id="row", polygon=LEFT_HALF)
    assert address(app, "view") == passing[0]
    assert app.title[0].value == "Review"
    assert len(placed) == 4


def test_a_filter_that_nothing_fits_is_a_sentence(app: AppTest, placed: list[str]) -> None:
    open_page(app, address={"tags": "good"})
    assert any("No pair on the map fits this filter." in info.value for info in app.info)
    press(app, "Show all pairs")
    assert app.subheader[0].value == "4 pairs"
    assert len(placed) == 4


def test_tags_narrow_the_map(app: AppTest, placed: list[str], app_database: Database) -> None:
    put_on(app_database.cursor(), Filter(instruction_ids=(placed[1],)), "good", tagged_at=NOON)
    open_page(app, address={"tags": "good"})
    assert app.subheader[0].value == "1 pair"
    assert listed(app) == [placed[1]]
    assert "The one pair is shown." in captions(app)


def test_rows_come_in_pages(app: AppTest, placed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.shared.map_rows.ROWS", 3)
    open_page(app)
    assert "Rows 1 to 3 of 4." in captions(app)
    press(app, "Next")
    assert "Rows 4 to 4 of 4." in captions(app)
    assert listed(app) == placed[3:]
    assert next(button for button in app.button if button.label == "Next").disabled
    press(app, "Previous")
    assert listed(app) == placed[:3]
