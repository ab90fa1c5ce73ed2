"""What do the rows of a query look like, one column against another?"""

from typing import Literal

import pandas as pd
import plotly.graph_objects as go

from glan_core.figures.palette import SHADES, Ground

Kind = Literal["bars", "line", "points"]
_LONGEST_NAME = 40


def query_plot(frame: pd.DataFrame, *, x: str, y: str, kind: Kind, ground: Ground) -> go.Figure:
    """Draw a column of numbers, `y`, over another one, as bars, a line or points; bars keep the order of the rows."""
    shades = SHADES[ground]
    faint = {"size": 11, "color": shades.faint_text}
    across = frame[x] if _is_number(frame[x]) else _shortened(frame[x])
    up = frame[y].astype("float64")
    axis = {"gridcolor": shades.line, "zeroline": False, "tickfont": faint, "automargin": True}
    layout = {
        "title": {"text": "", "x": 0},
        "height": 420,
        "margin": {"l": 0, "r": 8, "t": 16, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "Inter, sans-serif", "size": 12, "color": shades.text},
        "xaxis": {**axis, "showgrid": kind == "points", "title": {"text": _escaped(x), "font": faint}},
        "yaxis": {**axis, "rangemode": "tozero", "title": {"text": _escaped(y), "font": faint}},
        "hoverlabel": {"bgcolor": shades.panel, "bordercolor": shades.line, "font": {"color": shades.text}},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": shades.faint_text, "activecolor": shades.accent},
        "showlegend": False,
    }
    if kind == "bars":
        layout["xaxis"] = {**axis, "showgrid": False, "type": "category", "title": {"text": _escaped(x), "font": faint}}
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
