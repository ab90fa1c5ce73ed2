"""How is it shown that pairs are on their way to the map?"""

import streamlit as st

from glan_core.placement import Placer
from pages.shared.formats import count

_STEPS = {"embedding": "Reading what the questions mean", "layout": "Finding their places"}


def show_placement(placer: Placer, unplaced: int, *, starts_unasked: bool) -> None:
    """Say how many pairs have no place yet, start to place them (or offer to), and show how far that is."""
    if not placer.is_running and placer.error is None and starts_unasked:
        placer.start()
    if not placer.is_running:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(f"**{count(unplaced)} pairs** are not on the map yet.", width="stretch")
            st.button("Place them", on_click=placer.start, type="primary", icon=":material/add_location_alt:")
        return

    @st.fragment(run_every=1.0)
    def watch() -> None:
        if not placer.is_running:
            st.rerun()
        done = f" ({count(placer.done)} of {count(placer.total)})" if placer.total else ""
        st.progress(
            placer.done / placer.total if placer.total else 0.0,
            text=f"Placing {count(unplaced)} new pairs: {_STEPS[placer.step]}{done}. The first time takes a minute.",
        )

    watch()
