"""On which ground are figures drawn, and how do they enter a page?

Figures bring their own colours (glan_core/figures/palette.py), so Streamlit's chart theme is left out. The mode bar
keeps what a reader needs: save as a picture, and where there are axes also zoom, pan and the selections.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import streamlit as st

from glan_core.figures.palette import Ground

_CONFIG = {
    "displaylogo": False,
    "scrollZoom": False,
    "modeBarButtonsToRemove": [
        "autoScale2d",
        "zoomIn2d",
        "zoomOut2d",
        "hoverClosestCartesian",
        "hoverCompareCartesian",
        "toggleSpikelines",
    ],
    "toImageButtonOptions": {"format": "png", "scale": 2},
}


TOOLS = 16
"""Pixels of room (st.space) over a table for its buttons, which float above its right edge and would catch taps."""


def ground() -> Ground:
    """Give the ground that this visitor sees."""
    return "dark" if st.context.theme.type == "dark" else "light"


def show_figure(
    figure: Any,
    *,
    key: str,
    alt: str,
    on_select: Literal["ignore", "rerun"] | Callable[[], None] = "ignore",
    selection_mode: Sequence[Literal["points", "box", "lasso"]] = ("points",),
    config: dict[str, Any] | None = None,
) -> Any:
    """Draw a plotly figure; gives its selection where `on_select` asks for one. `config` adds to plotly's settings."""
    return st.plotly_chart(
        figure,
        key=key,
        alt=alt,
        theme=None,
        on_select=on_select,
        selection_mode=selection_mode,
        config=_CONFIG | (config or {}),
    )
