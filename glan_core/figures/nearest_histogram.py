"""How near is each pair to the one nearest to it? Counted already, so that no vector has to be there."""

import itertools
from collections.abc import Sequence

import plotly.graph_objects as go

from glan_core.figures.chart_look import chart_look, number_axis
from glan_core.figures.palette import SHADES, Ground


def nearest_histogram(edges: Sequence[float], counts: Sequence[int], *, near: float, ground: Ground) -> go.Figure:
    """Draw how many pairs there are between each two edges of their nearest cosines; those from `near` on stand out.

    `edges` has one more than `counts`, and `near` is one of them or lies within a bar, which then stands out whole.
    """
    shades = SHADES[ground]
    middles = [(low + high) / 2 for low, high in itertools.pairwise(edges)]
    total = max(sum(counts), 1)
    bars = go.Bar(
        x=middles,
        y=[100 * number / total for number in counts],
        width=[high - low for low, high in itertools.pairwise(edges)],
        marker={
            "color": [shades.accent if high > near else shades.faint_text for high in edges[1:]],
            "line": {"width": 0},
        },
        customdata=[f"{low:.2f} to {high:.2f}: {n:,}" for low, high, n in zip(edges, edges[1:], counts, strict=False)],
        hovertemplate="cosine %{customdata}<extra></extra>",
    )
    figure = go.Figure([bars])
    figure.add_vline(x=near, line={"color": shades.text, "width": 1.5, "dash": "dash"})
    figure.update_layout(
        height=260,
        margin={"l": 4, "r": 8, "t": 32, "b": 4},
        **chart_look(shades),
        xaxis={
            **number_axis(shades, "Cosine to the nearest pair, 1: the same meaning"),
            "showgrid": False,
            "range": [min([0.5, *(low for low, n in zip(edges, counts, strict=False) if n)]), 1.0],
        },
        yaxis={
            **number_axis(shades, f"Share of {total:,}"),
            "ticksuffix": " %",
            "rangemode": "tozero",
        },
        bargap=0.04,
        showlegend=False,
        hovermode="closest",
        dragmode=False,
    )
    return figure
