"""Which share of each field's disciplines has at least one pair?"""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from glan_core.figures.chart_look import chart_look, chart_title, name_axis
from glan_core.figures.icicle import escape
from glan_core.figures.palette import SHADES, Ground, colours_of

_ROW_PIXELS = 26
_LONGEST_NAME = 24


class FieldCoverage(NamedTuple):
    """How far one field is covered."""

    field: str
    disciplines: int
    covered: int
    """Disciplines with at least one pair."""


def field_coverage(fields: Sequence[FieldCoverage], *, ground: Ground) -> go.Figure:
    """Draw one bar a field, first field on top; its colour is the field's own on every page."""
    shades = SHADES[ground]
    names = [escape(_shortened(field.field)) for field in fields]
    places = list(range(len(fields)))
    shares = [100 * field.covered / field.disciplines if field.disciplines else 0.0 for field in fields]
    colours = colours_of([field.field for field in fields])
    figure = go.Figure(
        [
            go.Bar(
                y=places,
                x=[100] * len(fields),
                orientation="h",
                marker={"color": shades.panel},
                hoverinfo="skip",
            ),
            go.Bar(
                y=places,
                x=shares,
                orientation="h",
                marker={"color": [colours[field.field] for field in fields]},
                customdata=[[escape(field.field), field.covered, field.disciplines] for field in fields],
                hovertemplate="%{customdata[0]}<br>%{customdata[1]} of %{customdata[2]} disciplines<extra></extra>",
            ),
        ]
    )
    for place, field in zip(places, fields, strict=True):
        figure.add_annotation(
            x=1,
            xref="paper",
            xshift=8,
            y=place,
            text=f"{field.covered} of {field.disciplines}",
            showarrow=False,
            xanchor="left",
            font={"size": 12, "color": shades.faint_text},
        )
    figure.update_layout(
        title=chart_title("Disciplines with at least one pair, % of each field", shades),
        barmode="overlay",
        bargap=0.35,
        showlegend=False,
        **chart_look(shades),
        margin={"l": 0, "r": 64, "t": 36, "b": 24},
        height=60 + _ROW_PIXELS * len(fields),
        xaxis={
            "range": [0, 100],
            "fixedrange": True,
            "ticksuffix": " %",
            "dtick": 50,
            "showgrid": False,
            "zeroline": False,
            "tickfont": {"size": 11, "color": shades.faint_text},
        },
        yaxis=name_axis(shades, names),
    )
    return figure


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"
