"""How did a number grow as rows came, and where does it go from there?"""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from glan_core.figures.chart_look import chart_look, number_axis
from glan_core.figures.icicle import escape
from glan_core.figures.palette import SHADES, Ground


class Ahead(NamedTuple):
    """What the law says beyond the last point."""

    rows: int
    value: float
    lower: float
    upper: float
    """Between these with 90 % of the bootstrap."""


def growth_curve(
    measured: tuple[Sequence[int], Sequence[float]],
    law: tuple[Sequence[float], Sequence[float]],
    ahead: Ahead,
    *,
    name: str,
    ground: Ground,
) -> go.Figure:
    """Draw measured points, the fitted law through and beyond them, and the interval at its end.

    `measured` and `law` are rows and values, rising; `name` says what is counted.
    """
    shades = SHADES[ground]
    traces = [
        go.Scatter(
            x=list(law[0]),
            y=list(law[1]),
            mode="lines",
            name="Fitted curve",
            line={"color": shades.faint_text, "width": 1.5, "dash": "dash"},
            hoverinfo="skip",
        ),
        go.Scatter(
            x=list(measured[0]),
            y=list(measured[1]),
            mode="markers",
            name="Measured",
            marker={"color": shades.accent, "size": 8},
            hovertemplate="%{x:,} pairs: %{y:,.1f}<extra></extra>",
        ),
        go.Scatter(
            x=[ahead.rows],
            y=[ahead.value],
            mode="markers",
            name="Expected (90 %)",
            marker={"color": shades.text, "size": 8, "symbol": "circle-open", "line": {"width": 2}},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [ahead.upper - ahead.value],
                "arrayminus": [ahead.value - ahead.lower],
                "color": shades.text,
                "thickness": 1.5,
                "width": 5,
            },
            hovertemplate=f"%{{x:,}} pairs: %{{y:,.1f}} ({ahead.lower:,.1f} to {ahead.upper:,.1f})<extra></extra>",
        ),
    ]
    layout = {
        "height": 340,
        "margin": {"l": 0, "r": 16, "t": 40, "b": 8},
        **chart_look(shades),
        "xaxis": {**number_axis(shades, "Pairs"), "rangemode": "tozero", "tickformat": ","},
        "yaxis": {**number_axis(shades, escape(name)), "rangemode": "tozero", "tickformat": ","},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
        "dragmode": False,
    }
    return go.Figure(traces, layout=layout)
