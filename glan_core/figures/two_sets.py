"""How much of each field do two sets have, at equal n?"""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from glan_core.figures.icicle import escape
from glan_core.figures.palette import OTHER_COLOUR, SHADES, Ground

_ROW_PIXELS = 44
_LONGEST_NAME = 24


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
                (escape(_shortened(other_name)), [field.other for field in fields], OTHER_COLOUR),
            )
        ]
    )
    figure.update_layout(
        title={"text": f"Pairs of each field, of {n:,}", "x": 0, "y": 1, "yanchor": "top", "pad": {"t": 6}},
        title_font={"size": 14, "color": shades.text},
        barmode="group",
        bargap=0.3,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"},
        font={"family": "Inter, sans-serif", "size": 12, "color": shades.text},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 0, "r": 16, "t": 64, "b": 24},
        height=100 + _ROW_PIXELS * len(fields),
        xaxis={
            "rangemode": "tozero",
            "fixedrange": True,
            "gridcolor": shades.line,
            "zeroline": False,
            "tickfont": {"size": 11, "color": shades.faint_text},
        },
        yaxis={
            "tickvals": places,
            "ticktext": [escape(_shortened(field.field)) for field in fields],
            "autorange": "reversed",
            "fixedrange": True,
            "automargin": True,
            "ticklabelstandoff": 8,
            "showgrid": False,
            "zeroline": False,
        },
        hoverlabel={"bgcolor": shades.panel, "bordercolor": shades.line, "font": {"color": shades.text}},
    )
    return figure


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
