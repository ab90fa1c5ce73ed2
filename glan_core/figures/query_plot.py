"""What do the rows of a query look like, one column against another?"""

from typing import Literal

import pandas as pd
import plotly.graph_objects as go

from glan_core.figures.chart_look import chart_look, number_axis
from glan_core.figures.palette import SHADES, Ground

Kind = Literal["bars", "line", "points"]
_LONGEST_NAME = 40


def query_plot(frame: pd.DataFrame, *, x: str, y: str, kind: Kind, ground: Ground) -> go.Figure:
    """Draw a column of numbers, `y`, over another one, as bars, a line or points; bars keep the order of the rows."""
    shades = SHADES[ground]
    across = frame[x] if _is_number(frame[x]) else _shortened(frame[x])
    up = frame[y].astype("float64")
    beside = {**number_axis(shades, _escaped(x)), "fixedrange": False}
    layout = {
        "title": {"text": "", "x": 0},
        "height": 420,
        "margin": {"l": 0, "r": 8, "t": 16, "b": 8},
        **chart_look(shades),
        "xaxis": {**beside, "showgrid": kind == "points"},
        "yaxis": {**number_axis(shades, _escaped(y)), "fixedrange": False, "rangemode": "tozero"},
        "showlegend": False,
    }
    if kind == "bars":
        layout["xaxis"] = {**beside, "showgrid": False, "type": "category"}
        trace: go.Bar | go.Scatter = go.Bar(
            x=across.astype(str), y=up, marker={"color": shades.accent, "line": {"width": 0}}
        )
    else:
        trace = go.Scatter(
            x=across,
            y=up,
            mode="markers" if kind == "points" else "lines+markers",
            marker={"color": shades.accent, "size": 6, "opacity": 0.65 if kind == "points" else 1},
            line={"color": shades.accent, "width": 1.5},
        )
    trace.hovertemplate = "%{x}<br>%{y:,}<extra></extra>"
    return go.Figure([trace], layout=layout)


def plottable(frame: pd.DataFrame) -> tuple[str, ...]:
    """Give the columns of numbers, which can be drawn upwards."""
    return tuple(str(name) for name in frame.columns if _is_number(frame[name]))


def _is_number(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column))


def _shortened(column: pd.Series) -> pd.Series:
    texts = ["–" if value is None else _escaped(str(value)) for value in column]
    return pd.Series([text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…" for text in texts])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
