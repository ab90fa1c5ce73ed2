"""How are key concepts compared with pairs for all pages of this server, and how far is it?"""

import streamlit as st

from glan_core.gap_finder import GapFinder, Step
from pages.shared.feedback import show_error
from pages.shared.formats import count
from pages.shared.keys import find_key
from pages.shared.workspace import open_workspace

_STEPS: dict[Step, str] = {
    "": "Getting ready",
    "names": "Reading the names of subjects and key concepts",
    "pairs": "Reading pairs",
    "comparing": "Comparing pairs with key concepts",
    "placing": "Finding places on the map",
}


@st.cache_resource(show_spinner=False)
def open_gap_finder() -> GapFinder:
    """Give the one that compares in the background, the same for all pages of this server."""
    workspace = open_workspace()
    return GapFinder(workspace.database, workspace.worker.compute, workspace.placer.arrange, find_key=find_key)


def show_finding(finder: GapFinder) -> None:
    """Say why the last comparison ended early, or how far this one is; the page is drawn anew at its end."""
    if finder.error is not None:
        show_error(finder.error)
    if finder.is_running:
        _watch(finder)


@st.fragment(run_every=1.0)
def _watch(finder: GapFinder) -> None:
    if not finder.is_running:
        st.rerun()
    done, total = finder.done, finder.total
    step = "Stopping after what is under way" if finder.is_stopping else _STEPS[finder.step]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(
            min(done / total, 1.0) if total else 0.0,
            text=f"{step}{f' ({count(done)} of {count(total)})' if total else ''} ...",
            width="stretch",
        )
        st.button(
            "Stop",
            icon=":material/stop:",
            key="gaps-stop",
            disabled=finder.is_stopping,
            on_click=finder.stop,
            help="Ends after what is under way. What was read is kept.",
        )
