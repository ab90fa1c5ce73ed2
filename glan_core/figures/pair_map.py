"""Where does each pair lie among all the others?"""

import pandas as pd
import plotly.graph_objects as go

from glan_core.figures.icicle import escape
from glan_core.figures.palette import OTHER_COLOUR, SHADES, Ground, colours_of

_MARGIN = 0.04  # of the range, so that no point sits on the edge
_SMALL_SET = 200  # up to here points are drawn large
_WRAP = 60


def pair_map(
    points: pd.DataFrame, *, fields: tuple[str, ...], polygon: tuple[tuple[float, float], ...], ground: Ground
) -> go.Figure:
    """Draw points (instruction_id, x, y, instruction, field, discipline, subject) in the colours of their fields.

    `fields` gives the order of the colours; `polygon` is drawn as the current selection. Units of the axes mean
    nothing: near points say similar things.
    """
    shades = SHADES[ground]
    colours = colours_of(fields)
    figure = go.Figure()
    size = 11 if len(points) <= _SMALL_SET else 5
    for field in [*fields, *sorted(set(points["field"]) - set(fields))]:
        own = points[points["field"] == field]
        if own.empty:
            continue
        figure.add_trace(
            go.Scattergl(
                x=own["x"],
                y=own["y"],
                name=escape(field),
                mode="markers",
                marker={
                    "size": size,
                    "color": colours.get(field, OTHER_COLOUR),
                    "opacity": 0.85,
                    "line": {"width": 1, "color": shades.background},
                },
                customdata=own["instruction_id"],
                text=[_hover(row.instruction, row.discipline, row.subject) for row in own.itertuples()],
                hovertemplate="%{text}<extra></extra>",
                selected={"marker": {"opacity": 0.95}},
                unselected={"marker": {"opacity": 0.25}},
            )
        )
    if polygon:
        path = "M " + " L ".join(f"{x:.6g},{y:.6g}" for x, y in polygon) + " Z"
        figure.add_shape(
            type="path",
            path=path,
            line={"color": shades.accent, "width": 1.5, "dash": "dot"},
            fillcolor=shades.accent,
            opacity=0.18,
        )
    axis = {"visible": False, "zeroline": False, "showgrid": False}
    figure.update_layout(
        title={
            "text": f"{len(points):,} pairs by meaning: near is alike",
            "x": 0.01,
            "xanchor": "left",
            "font": {"size": 14},
        },
        xaxis={**axis, "range": _range(points["x"])},
        yaxis={**axis, "range": _range(points["y"])},
        showlegend=True,
        dragmode="lasso",
        height=620,
        margin={"l": 8, "r": 8, "t": 42, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor=shades.panel,
        font={"family": "Inter, sans-serif", "color": shades.text, "size": 12},
        legend={"orientation": "h", "y": -0.02, "yanchor": "top", "itemsizing": "constant", "title": None},
        hoverlabel={
            "bgcolor": shades.background,
            "font": {"color": shades.text, "family": "Inter, sans-serif"},
            "align": "left",
        },
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": shades.faint_text, "activecolor": shades.accent},
        newselection={"line": {"color": shades.accent, "width": 1.5}},
        uirevision="map",
    )
    return figure


def _range(values: pd.Series) -> list[float]:
    low, high = float(values.min()), float(values.max())
    span = (high - low) or 1.0
    return [low - _MARGIN * span, high + _MARGIN * span]


def _hover(instruction: str, discipline: str, subject: str) -> str:
    lines = [escape(instruction[start : start + _WRAP]) for start in range(0, len(instruction), _WRAP)][:4]
    return "<br>".join([*lines, f"<b>{escape(discipline)}</b>: {escape(subject)}"])
