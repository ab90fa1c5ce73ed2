"""Does the map say how well its layout fits, and lay out anew only when it is told to?"""

from datetime import UTC, datetime

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from glan_core.store.projections import LayoutFigures, Projection
from pages.shared import placement_view


def _view() -> None:
    from types import SimpleNamespace

    import streamlit as st

    from pages.shared import placement_view

    started = st.session_state.setdefault("started", [])
    placer = SimpleNamespace(
        is_running=st.session_state.get("is_running", False),
        is_stopping=st.session_state.get("is_stopping", False),
        was_stopped=st.session_state.get("was_stopped", False),
        step="placing",
        done=3,
        total=4,
        error=None,
        stop=lambda: started.append("stop"),
        start=lambda is_anew=False: started.append(is_anew),
        get_ready=lambda: started.append("ready"),
    )
    placement_view.show_layout(placer, None, st.session_state["projection"])
    if st.session_state["unplaced"]:
        placement_view.show_placement(
            placer, st.session_state["unplaced"], starts_unasked=st.session_state.get("was_stopped", False)
        )


@pytest.fixture(autouse=True)
def given_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the figures from the test, not from a database."""
    monkeypatch.setattr(placement_view, "layout_figures", lambda cursor, projection_id: st.session_state["figures"])


def opened(figures: LayoutFigures, *, landmarks: int, unplaced: int = 0, **placer: bool) -> AppTest:
    """Open the view of a layout that was made of so many, with a placer in that state."""
    app = AppTest.from_function(_view)
    for name, value in placer.items():
        app.session_state[name] = value
    app.session_state["figures"] = figures
    app.session_state["unplaced"] = unplaced
    made = datetime(2024, 2, 20, 12, tzinfo=UTC)
    app.session_state["projection"] = Projection("map", "e", "umap", 1, made, "instruction", landmarks)
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    """Give all that is said."""
    return " ".join(each.value.replace("\\", "") for each in (*app.markdown, *app.caption))


def test_a_layout_that_was_outgrown_says_so_and_is_made_anew_on_request():
    app = opened(LayoutFigures(500, 400, 0.4, 0.3), landmarks=100)
    assert "it would be made of 500 pairs, this one of 100" in said(app)
    assert "80 % of the pairs were placed after" in said(app)
    assert app.session_state["started"] == []
    app.button[0].click().run()
    assert app.session_state["started"] == [True]


def test_a_layout_that_fits_needs_no_new_one():
    assert "No new layout is needed" in said(opened(LayoutFigures(105, 5, 0.2, 0.3), landmarks=100))


def test_pairs_without_a_place_are_counted_and_the_process_gets_ready_meanwhile():
    app = opened(LayoutFigures(100, 0, None, None), landmarks=100, unplaced=3_000)
    assert "Not yet placed: **3,000** pairs" in said(app)
    assert app.session_state["started"] == ["ready"]
    app.button[1].click().run()
    assert False in app.session_state["started"]


def test_a_placement_can_be_stopped_and_is_not_started_again_unasked():
    app = opened(LayoutFigures(100, 0, None, None), landmarks=100, unplaced=3, is_running=True)
    assert "Finding their places (3 of 4)" in app.get("progress")[0].proto.text
    button = next(each for each in app.button if each.label == "Stop")
    button.click().run()
    assert app.session_state["started"] == ["stop"]
    app = opened(LayoutFigures(100, 0, None, None), landmarks=100, unplaced=3, is_running=True, is_stopping=True)
    assert next(each for each in app.button if each.label == "Stop").disabled
    app = opened(LayoutFigures(100, 0, None, None), landmarks=100, unplaced=3, was_stopped=True)
    assert "Stopped; what was read and placed is kept." in said(app)
    assert app.session_state["started"] == ["ready"]
