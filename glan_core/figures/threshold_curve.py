"""How many would count from which threshold on?"""

from collections.abc import Sequence

import plotly.graph_objects as go

from glan_core.figures.chart_look import chart_look, number_axis
from glan_core.figures.palette import SHADES, Ground


def threshold_curve(
    thresholds: Sequence[float], counts: Sequence[int], *, chosen: float, name: str, ground: Ground
) -> go.Figure:
    """Draw counts by threshold, rising, with a line at the chosen one; `name` says what is counted."""
    shades = SHADES[ground]
    figure = go.Figure(
        go.Scatter(
            x=list(thresholds),
            y=list(counts),
            mode="lines+markers",
            line={"color": shades.accent, "width": 2, "shape": "hv"},
            marker={"color": shades.accent, "size": 4},
            hovertemplate=f"from %{{x:.2f}} on: %{{y:,}} {name}<extra></extra>",
        )
    )
    figure.add_vline(x=chosen, line={"color": shades.faint_text, "width": 1, "dash": "dash"})
    figure.update_layout(
        height=240,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        **chart_look(shades),
        showlegend=False,
        xaxis=number_axis(shades, "Cosine from which a pair counts"),
        yaxis={**number_axis(shades, name.capitalize()), "rangemode": "tozero"},
    )
    return figure
