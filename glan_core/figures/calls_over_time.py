"""How many calls were under way at once, and when did some have to be sent again?"""

from datetime import datetime, timedelta

import pandas as pd
import plotly.graph_objects as go

from glan_core.figures.chart_look import chart_look, chart_title
from glan_core.figures.palette import FIELD_COLOURS, SHADES, Ground

SENT_AGAIN_COLOUR, LOST_COLOUR = FIELD_COLOURS[1], FIELD_COLOURS[2]


def calls_over_time(
    intervals: pd.DataFrame, *, began_at: datetime, interval_seconds: float, ground: Ground
) -> go.Figure:
    """Draw calls under way as an area, and below it on the same time what was sent again and what was lost as bars.

    `intervals` has seconds (the begin of each, from `began_at` on), under_way, ended, sent_again and lost. Times are
    UTC.
    """
    shades = SHADES[ground]
    began = began_at.replace(tzinfo=None)  # plotly knows no zones; began_at comes in UTC
    middles = [began + timedelta(seconds=float(second) + interval_seconds / 2) for second in intervals["seconds"]]
    faint = {"size": 11, "color": shades.faint_text}
    vertical = {"rangemode": "tozero", "zeroline": False, "gridcolor": shades.line, "tickfont": faint, "nticks": 5}
    layout = {
        "title": chart_title(f"Calls under way, mean of each {_seconds(interval_seconds)}", shades),
        "barmode": "stack",
        "bargap": 0,
        "height": 340,
        "margin": {"l": 0, "r": 8, "t": 40, "b": 8},
        **chart_look(shades),
        "xaxis": {"anchor": "y2", "showgrid": False, "zeroline": False, "tickfont": faint, "fixedrange": True},
        "yaxis": {**vertical, "domain": [0.36, 1], "fixedrange": True, "automargin": True},
        "yaxis2": {**vertical, "domain": [0, 0.26], "fixedrange": True, "automargin": True, "nticks": 3},
        "legend": {"orientation": "h", "y": -0.12, "yanchor": "top", "x": 0},
        "dragmode": False,
    }
    under_way = go.Scatter(
        x=middles,
        y=intervals["under_way"],
        mode="lines",
        line={"color": shades.accent, "width": 1.5, "shape": "hvh"},
        fill="tozeroy",
        fillcolor=_faint(shades.accent),
        name="Calls under way",
        customdata=intervals["ended"],
        hovertemplate="%{x|%H:%M:%S}<br>%{y:.1f} under way<br>%{customdata:,} ended<extra></extra>",
    )
    bars = [
        _bars(middles, intervals["sent_again"], "Sent again", SENT_AGAIN_COLOUR),
        _bars(middles, intervals["lost"], "Lost", LOST_COLOUR),
    ]
    return go.Figure([under_way, *bars], layout=layout)  # at once: update_layout would cost a page 20 ms more


def _bars(middles: list[datetime], numbers: pd.Series, name: str, colour: str) -> go.Bar:
    return go.Bar(
        x=middles,
        y=numbers,
        name=name,
        yaxis="y2",
        marker={"color": colour, "line": {"width": 0}},
        hovertemplate=f"%{{x|%H:%M:%S}}<br>%{{y:,}} {name.lower()}<extra></extra>",
    )


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"


def _seconds(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:,.0f} s"
