"""In which numbers do two sets differ, by how much, and is it more than chance?"""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from glan_core.figures.chart_look import chart_look, chart_title, name_axis, number_axis
from glan_core.figures.icicle import escape
from glan_core.figures.palette import SHADES, Ground

_ROW_PIXELS = 30
_LONGEST_NAME = 22


class SetDifference(NamedTuple):
    """By how much one number differs, in percent of that of the second set."""

    label: str
    percent: float
    lower: float
    upper: float
    """Between these lie 90 %."""
    is_clear: bool
    """Whether 0 lies outside."""


def set_differences(differences: Sequence[SetDifference], *, first: str, second: str, ground: Ground) -> go.Figure:
    """Draw a point with its interval for each number, the first on top; those beyond chance stand out."""
    shades = SHADES[ground]
    places = list(range(len(differences)))
    traces = []
    for is_clear, colour, name in ((True, shades.accent, "Beyond chance"), (False, shades.faint_text, "Within chance")):
        rows = [(place, each) for place, each in zip(places, differences, strict=True) if each.is_clear == is_clear]
        traces.append(
            go.Scatter(
                name=name,
                x=[each.percent for _, each in rows],
                y=[place for place, _ in rows],
                mode="markers",
                marker={"color": colour, "size": 9},
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": [each.upper - each.percent for _, each in rows],
                    "arrayminus": [each.percent - each.lower for _, each in rows],
                    "color": colour,
                    "thickness": 1.5,
                    "width": 4,
                },
                customdata=[
                    f"{escape(each.label)}: {each.percent:+.1f} % ({each.lower:+.1f} to {each.upper:+.1f})"
                    for _, each in rows
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    figure = go.Figure(traces)
    figure.add_vline(x=0, line={"color": shades.text, "width": 1, "dash": "dash"})
    figure.update_layout(
        title=chart_title(f"{escape(_shortened(first))} less {escape(_shortened(second))}", shades),
        height=110 + _ROW_PIXELS * len(differences),
        margin={"l": 0, "r": 16, "t": 64, "b": 8},
        **chart_look(shades),
        xaxis={**number_axis(shades, "% of the second set's number"), "ticksuffix": " %"},
        yaxis=name_axis(shades, [escape(each.label) for each in differences]),
        legend={"orientation": "h", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"},
        dragmode=False,
        hovermode="closest",
    )
    return figure


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
