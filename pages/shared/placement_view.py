"""How is it shown that pairs are on their way to the map, and that a new layout would be worth it?"""

import streamlit as st

from glan_core.layout_advice import advise
from glan_core.placer import Placer
from glan_core.store.database import Cursor
from glan_core.store.neighbourhoods import count_without_neighbourhood
from glan_core.store.projections import Projection
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count
from pages.shared.map_counts import layout_figures

_STEPS = {
    "embedding": "Reading what they mean",
    "layout": "Laying out the map, which takes up to a minute for 50,000 pairs",
    "ready": "Getting ready",
    "placing": "Finding their places",
}


def show_placement(placer: Placer, unplaced: int, *, starts_unasked: bool) -> None:
    """Say how many pairs have no place yet, start to place them (or offer to), and show how far that is."""
    if not placer.is_running and placer.error is None and not placer.was_stopped and starts_unasked and unplaced:
        placer.start()
    if not placer.is_running:
        placer.get_ready()
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            stopped = "Stopped; what was read and placed is kept. " if placer.was_stopped else ""
            st.markdown(f"{stopped}Not yet placed: **{count(unplaced)}** pairs.", width="stretch")
            st.button("Place them", on_click=placer.start, type="primary", icon=":material/add_location_alt:")
        return

    @st.fragment(run_every=1.0)
    def watch() -> None:
        if not placer.is_running:
            st.rerun()
        done = f" ({count(placer.done)} of {count(placer.total)})" if placer.total else ""
        what = f"Not yet placed: {count(unplaced)} pairs. " if unplaced else ""
        step = f"{_STEPS[placer.step]}{done} ... The first time takes up to a minute longer."
        if placer.is_stopping:
            step = f"Stopping after {'this layout' if placer.step == 'layout' else 'those under way'} ..."
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(
                min(placer.done / placer.total, 1.0) if placer.total else 0.0, text=f"{what}{step}", width="stretch"
            )
            st.button(
                "Stop",
                icon=":material/stop:",
                key="placement-stop",
                disabled=placer.is_stopping,
                on_click=placer.stop,
                help="Ends after those under way. What was read and placed is kept.",
            )

    watch()


def show_comparison(placer: Placer, cursor: Cursor, *, encoder: str, content: str) -> None:
    """Let pairs that were not compared with all others yet be compared, and say so until that is done."""
    if placer.background_error is not None:
        show_error(placer.background_error)
        return
    if not placer.is_comparing:
        if not count_without_neighbourhood(cursor, encoder=encoder, content=content):
            return
        placer.compare()

    @st.fragment(run_every=1.0)
    def watch() -> None:
        if not placer.is_comparing:
            st.rerun()
        st.caption(":material/hourglass_top: Each pair is compared with all others; colours follow.")

    watch()


def show_layout(placer: Placer, cursor: Cursor, projection: Projection) -> None:
    """Say how well the layout fits what lies on it, and offer a new one; press on it where that is worth it."""
    advice = advise(layout_figures(cursor, projection.projection_id), landmarks=projection.landmarks)
    if placer.is_running:
        return
    label = "A new layout is worth it" if advice.is_worth_it else "Layout"
    with st.popover(label, icon=":material/grain:", type="primary" if advice.is_worth_it else "secondary"):
        st.markdown(plain(advice.sentence))
        if advice.details:
            st.caption(plain(advice.details))
        st.caption(
            "A new layout gives every pair a new place, near its old one where it can. Outlines drawn on this one end."
        )
        st.button(
            "Lay out anew",
            on_click=placer.start,
            kwargs={"is_anew": True},
            type="primary" if advice.is_worth_it else "secondary",
            icon=":material/refresh:",
        )
