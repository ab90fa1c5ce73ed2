"""How unevenly are pairs spread over nodes? The share of pairs that the poorest share of nodes has."""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from glan_core.figures.chart_look import chart_look, chart_title, number_axis
from glan_core.figures.icicle import escape
from glan_core.figures.palette import SHADES, Ground

_DASHES = ("dot", "dash", "dashdot")


class Curve(NamedTuple):
    """A Lorenz curve by its corners; both shares from 0 to 1, rising."""

    name: str
    nodes: Sequence[float]
    pairs: Sequence[float]


def lorenz(chosen: Curve, others: Sequence[Curve], *, ground: Ground) -> go.Figure:
    """Draw the chosen curve in the accent colour, the others thin, and the diagonal where all nodes have the same."""
    shades = SHADES[ground]
    shares = {"range": [0, 100], "dtick": 25, "ticksuffix": " %"}
    traces = [
        go.Scatter(
            x=[0, 100],
            y=[0, 100],
            mode="lines",
            name="All nodes the same",
            line={"color": shades.faint_text, "width": 1},
            opacity=0.6,
            hoverinfo="skip",
        )
    ]
    for place, curve in enumerate(others):
        dash = _DASHES[place % len(_DASHES)]
        traces.append(_line(curve, {"color": shades.faint_text, "width": 1.3, "dash": dash}))
    traces.append(_line(chosen, {"color": shades.accent, "width": 2.5}))
    layout = {
        "title": chart_title("Share of all pairs, poorest nodes first", shades),
        "height": 400,
        "margin": {"l": 0, "r": 24, "t": 40, "b": 8},
        **chart_look(shades),
        "xaxis": {**number_axis(shades, "Nodes"), **shares},
        "yaxis": {
            **number_axis(shades, "Pairs"),
            **shares,
            "ticktext": ["25 %", "50 %", "75 %", "100 %"],
            "tickvals": [25, 50, 75, 100],  # both zeros would lie over each other where the axes meet
        },
        "legend": {"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0, "entrywidth": 130},
        "dragmode": False,
    }
    return go.Figure(traces, layout=layout)


def _line(curve: Curve, line: dict[str, object]) -> go.Scatter:
    return go.Scatter(
        x=[100 * share for share in curve.nodes],
        y=[100 * share for share in curve.pairs],
        mode="lines",
        name=escape(curve.name),
        line=line,
        hovertemplate="the poorest %{x:.0f} % have %{y:.1f} % of the pairs<extra></extra>",
    )
