"""Which scores from 1 to 10 did pairs get?"""

from collections.abc import Mapping

import plotly.graph_objects as go

from glan_core.figures.chart_look import chart_look, number_axis
from glan_core.figures.palette import SHADES, Ground

_SCORES = range(1, 11)


def score_histogram(counts: Mapping[int, int], *, low: int, ground: Ground) -> go.Figure:
    """Draw how many pairs got each score, 1 to 10; those below `low` stand out."""
    shades = SHADES[ground]
    total = max(sum(counts.values()), 1)
    numbers = [counts.get(score, 0) for score in _SCORES]
    bars = go.Bar(
        x=list(_SCORES),
        y=[100 * number / total for number in numbers],
        marker={
            "color": [shades.accent if score < low else shades.faint_text for score in _SCORES],
            "line": {"width": 0},
        },
        customdata=[f"score {score}: {number:,}" for score, number in zip(_SCORES, numbers, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure = go.Figure([bars])
    figure.update_layout(
        height=240,
        margin={"l": 4, "r": 8, "t": 12, "b": 4},
        **chart_look(shades),
        xaxis={
            **number_axis(shades, "Score of the whole answer"),
            "showgrid": False,
            "range": [0.4, 10.6],
            "tickvals": list(_SCORES),
        },
        yaxis={**number_axis(shades), "ticksuffix": " %", "rangemode": "tozero"},
        bargap=0.12,
        showlegend=False,
        hovermode="closest",
        dragmode=False,
    )
    return figure
