"""Which key concepts without a near pair stand on the map, and where?"""

import numpy as np
import pandas as pd
import streamlit as st

from glan_core.concept_gap_report import scoped, under
from glan_core.figures.gap_map import NO_GAPS
from glan_core.store.map_points import MOST_POINTS
from glan_core.store.projections import Projection
from pages.shared import state
from pages.shared.formats import count
from pages.shared.gap_finding import open_gap_finder, show_finding
from pages.shared.map_look import Look

__all__ = ["NO_GAPS", "gaps_on_map"]


def gaps_on_map(projection: Projection, look: Look) -> pd.DataFrame:
    """Give the gaps (x, y, concept, subject, cosine) below the nodes of the filter, and say how many they are.

    As long as they are not found, an offer to find them stands in their place.
    """
    finder = open_gap_finder()
    show_finding(finder)
    report, placed = finder.report, finder.placed
    is_there = (
        report is not None
        and placed is not None
        and (report.encoder, report.content) == (projection.encoder, projection.content)
        and placed.projection_id == projection.projection_id
    )
    if not finder.is_running and not (is_there and finder.is_current()):
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(
                "Something has changed since the gaps were found." if is_there else "The gaps are not found yet.",
                width="stretch",
                help="Key concepts are read, compared with all pairs and placed on the map, in the background.",
            )
            st.button(
                "Find them anew" if is_there else "Find the gaps",
                key="map-gaps",
                on_click=finder.start,
                kwargs={"places": True},
                type="primary",
                icon=":material/play_arrow:",
            )
    if not is_there or report is None or placed is None:
        return NO_GAPS
    held = report.calibration.threshold
    threshold = st.session_state.get(state.GAPS_THRESHOLD, None if held is None else round(max(held, 0.0), 3))
    found = scoped(under(report.concepts, "within", threshold), look.filter_.taxonomy_node_ids)
    numbers = found["number"].to_numpy("int64")
    found = found[np.isin(numbers, placed.numbers)].head(MOST_POINTS)
    rows = np.searchsorted(placed.numbers, found["number"].to_numpy("int64"))
    x, y = placed.coordinates[rows].T if len(rows) else (np.empty(0), np.empty(0))
    near = (
        "no pair to compare with"
        if threshold is None
        else f"no pair of their subject with a cosine of {threshold:.3f} or more"
    )
    st.caption(
        f"{count(len(found))} of {count(len(scoped(report.concepts, look.filter_.taxonomy_node_ids)))} key concepts "
        f"have {near}. The line is drawn on Coverage, under By meaning."
    )
    return pd.DataFrame(
        {"x": x, "y": y, "concept": found["concept"], "subject": found["subject"], "cosine": found["within"]}
    ).reset_index(drop=True)
