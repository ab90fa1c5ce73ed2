"""How much of each field do two sets have, at equal n?"""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from glan_core.figures.chart_look import chart_look, chart_title, name_axis, number_axis
from glan_core.figures.icicle import escape
from glan_core.figures.palette import OTHER_COLOUR, SHADES, Ground

_ROW_PIXELS = 44
_LONGEST_NAME, _LONGEST_IN_LEGEND = 24, 44  # the latter is what a phone has room for


class FieldShares(NamedTuple):
    """How many of n pairs lie in one field, of either set."""

    field: str
    own: float
    other: float


def two_sets(fields: Sequence[FieldShares], *, n: int, other_name: str, ground: Ground) -> go.Figure:
    """Draw two bars a field, the own set above the other one, first field on top."""
    shades = SHADES[ground]
    places = list(range(len(fields)))
    figure = go.Figure(
        [
            go.Bar(
                name=name,
                y=places,
                x=values,
                orientation="h",
                marker={"color": colour},
                customdata=[escape(field.field) for field in fields],
                hovertemplate="%{customdata}<br>%{x:,.1f}<extra>" + name + "</extra>",
            )
            for name, values, colour in (
                ("Your pairs", [field.own for field in fields], shades.accent),
                (escape(_shortened(other_name, _LONGEST_IN_LEGEND)), [field.other for field in fields], OTHER_COLOUR),
            )
        ]
    )
    figure.update_layout(
        title=chart_title(f"Pairs of each field, of {n:,}", shades),
        barmode="group",
        bargap=0.3,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"},
        **chart_look(shades),
        margin={"l": 0, "r": 16, "t": 64, "b": 24},
        height=100 + _ROW_PIXELS * len(fields),
        xaxis={**number_axis(shades), "rangemode": "tozero"},
        yaxis=name_axis(shades, [escape(_shortened(field.field)) for field in fields]),
    )
    return figure


def _shortened(name: str, longest: int = _LONGEST_NAME) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"
