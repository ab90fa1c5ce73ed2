"""How near are pairs to what they were made from, and how near is a pair to each key concept?"""

import numpy as np
import plotly.graph_objects as go

from glan_core.figures.chart_look import chart_look, number_axis
from glan_core.figures.palette import SHADES, Ground

_WIDTH = 0.02


def cosine_histogram(
    own: np.ndarray,
    nearest: np.ndarray,
    *,
    threshold: float | None,
    ground: Ground,
    nearest_name: str = "Key concepts to their nearest pair",
) -> go.Figure:
    """Draw the shares of cosines in steps of 0.02: `own` of pairs to their concepts, `nearest` of concepts to pairs.

    Both of shape (n,) without nan; a line at the threshold.
    """
    shades = SHADES[ground]
    figure = go.Figure()
    low = min([0.0, *(float(np.floor(each.min() / _WIDTH) * _WIDTH) for each in (own, nearest) if len(each))])
    edges = np.arange(low, 1 + _WIDTH, _WIDTH)
    for name, cosines, colour in (
        ("Pairs to what they were made from", own, shades.faint_text),
        (nearest_name, nearest, shades.accent),
    ):
        counted, _ = np.histogram(cosines, bins=edges)
        figure.add_trace(
            go.Scatter(
                x=edges[:-1] + _WIDTH / 2,
                y=100 * counted / max(len(cosines), 1),
                name=name,
                mode="lines",
                line={"color": colour, "width": 2, "shape": "hvh"},
                fill="tozeroy",
                customdata=counted,
                hovertemplate="cosine %{x:.2f}: %{customdata:,}<extra></extra>",
            )
        )
    if threshold is not None:
        figure.add_vline(x=threshold, line={"color": shades.text, "width": 1.5, "dash": "dash"})
    figure.update_layout(
        height=230,
        margin={"l": 4, "r": 8, "t": 8, "b": 4},
        **chart_look(shades),
        xaxis={**number_axis(shades, "Cosine, 1: the same meaning"), "showgrid": False},
        yaxis={**number_axis(shades), "ticksuffix": " %", "rangemode": "tozero"},
        legend={"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
        hovermode="closest",
    )
    return figure
