"""What do all maps have in common: the window, the outline, labels, hits and the legend?

The title stands beside the figure, on the page: on a touch screen plotly's buttons are always there, and lie upon
whatever is drawn at the top. The strip above the plot is theirs.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from glan_core.entities import Window
from glan_core.figures.icicle import escape
from glan_core.figures.map_groups import Entry
from glan_core.figures.palette import SHADES, Ground, channels
from glan_core.map_labels import FONT_PIXELS, Label

Outline = tuple[tuple[float, float], ...]
"""Corners (x, y) of a drawn selection; empty for none."""

_MARGIN = 0.03  # of the range, so that no point sits on the edge
_SMALLEST_SPAN = 1e-6
STRIP_PIXELS = 34
"""Above the plot, for plotly's buttons."""
LEGEND_PIXELS = 76
"""Below the plot: three lines; the rest of a longer legend is scrolled to."""
SIDE_PIXELS = 4
_WRAP = 60


class Frame(NamedTuple):
    """What stands around the pairs of a map."""

    window: Window
    ground: Ground
    height: int
    """How tall the figure is, in pixels, with its legend."""
    labels: tuple[Label, ...] = ()
    outline: Outline = ()
    tool: Literal["lasso", "select"] = "lasso"
    """What a drag of the mouse draws: an outline, or a box."""


def window_around(left: float, bottom: float, right: float, top: float) -> Window:
    """Give the window that shows a part of a layout with a little room around it."""
    x_room, y_room = (_MARGIN * (high - low) or 1.0 for low, high in ((left, right), (bottom, top)))
    return Window(left - x_room, bottom - y_room, right + x_room, top + y_room)


def box_of(outline: Outline) -> Window:
    """Give the window that an outline fills."""
    xs, ys = zip(*outline, strict=True)
    return Window(min(xs), min(ys), max(max(xs), min(xs) + _SMALLEST_SPAN), max(max(ys), min(ys) + _SMALLEST_SPAN))


def add_hits(figure: go.Figure, hits: pd.DataFrame, *, ground: Ground) -> None:
    """Put a ring around points (x, y, instruction): what a search has found."""
    if hits.empty:
        return
    shades = SHADES[ground]
    figure.add_trace(
        go.Scattergl(
            x=hits["x"].to_numpy("float32"),
            y=hits["y"].to_numpy("float32"),
            name="Found",
            mode="markers",
            marker={
                "symbol": "circle-open",
                "size": 14,
                "color": shades.text,
                "line": {"width": 2.5, "color": shades.text},
            },
            text=[wrapped(text) for text in hits["instruction"]],
            hovertemplate="%{text}<extra></extra>",
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
            legendrank=1,
        )
    )


def add_cells(
    figure: go.Figure, cells: pd.DataFrame, values: np.ndarray, *, side: int, frame: Frame, **looks: Any
) -> None:
    """Add cells (column, row) with their values, of side x side that fill the frame's window.

    Columns count from the left of the window, rows from its bottom. `looks` are plotly's settings.
    """
    window = frame.window
    dx, dy = (window.right - window.left) / side, (window.top - window.bottom) / side
    figure.add_trace(
        go.Heatmap(
            z=grid(cells, values, side=side, dtype="float32", empty=np.nan),
            x0=window.left + dx / 2,  # the middle of the first cell
            dx=dx,
            y0=window.bottom + dy / 2,
            dy=dy,
            hoverongaps=False,
            **looks,
        )
    )


def grid(cells: pd.DataFrame, values: Any, *, side: int, dtype: str, empty: Any) -> np.ndarray:
    """Give values of cells (column, row) as an array of shape (side, side), row by row."""
    full = np.full((side, side), empty, dtype=dtype)
    full[cells["row"].to_numpy("int64"), cells["column"].to_numpy("int64")] = values
    return full


def add_entries(figure: go.Figure, entries: Sequence[Entry]) -> None:
    """Add lines to the legend that no points stand for."""
    for entry in entries:
        mark = {"color": entry.colour, "symbol": "square"}
        figure.add_trace(go.Scatter(x=[None], y=[None], mode="markers", marker=mark, name=wrapped(entry.name, lines=1)))


def finish(figure: go.Figure, frame: Frame, *, has_legend: bool = True) -> go.Figure:
    """Add outline, labels and the look to a figure that holds its pairs; gives the figure."""
    shades = SHADES[frame.ground]
    axis: dict[str, Any] = {"visible": False, "zeroline": False, "showgrid": False}
    figure.update_layout(
        shapes=[_drawn(frame.outline, shades.text)] if frame.outline else [],
        annotations=[
            {
                "x": label.x,
                "y": label.y,
                "text": escape(label.text),
                "showarrow": False,
                "font": {"size": FONT_PIXELS, "color": shades.text, "weight": 600},
                "bgcolor": shades.background,
                "opacity": 0.86,
                "borderpad": 2,
            }
            for label in frame.labels
        ],
        xaxis={**axis, "range": [frame.window.left, frame.window.right]},
        yaxis={**axis, "range": [frame.window.bottom, frame.window.top]},
        showlegend=has_legend,
        dragmode=frame.tool,
        hovermode="closest",
        height=frame.height,
        margin={"l": SIDE_PIXELS, "r": SIDE_PIXELS, "t": STRIP_PIXELS, "b": LEGEND_PIXELS, "autoexpand": False},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor=shades.panel,
        font={"family": "Inter, sans-serif", "color": shades.text, "size": 12},
        legend={
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 0,
            "yanchor": "top",
            "itemsizing": "constant",
            "maxheight": LEGEND_PIXELS - 4,
            "bgcolor": "rgba(0,0,0,0)",
            "itemclick": False,  # hidden points would still be counted and selected
            "itemdoubleclick": False,
        },
        hoverlabel={
            "bgcolor": shades.background,
            "bordercolor": shades.line,
            "font": {"color": shades.text, "family": "Inter, sans-serif"},
            "align": "left",
        },
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": shades.faint_text, "activecolor": shades.accent},
        newselection={"line": {"color": shades.accent, "width": 1.5}},
    )
    return figure


def colour_bar(title: str, *, ground: Ground, **marks: Any) -> dict[str, Any]:
    """Give a bar below the plot, in the place of the legend; `marks` are plotly's settings of its marks."""
    return {
        "orientation": "h",
        "title": {"text": title, "side": "top", "font": {"size": 12}},
        "thickness": 10,
        "len": 0.6,
        "lenmode": "fraction",
        "x": 0,
        "xanchor": "left",
        "y": -0.01,
        "yanchor": "top",
        "outlinewidth": 0,
        "tickfont": {"size": 11, "color": SHADES[ground].faint_text},
        **marks,
    }


def wrapped(text: str, *, lines: int = 3) -> str:
    """Give a text in lines for a tooltip, letter by letter, cut after `lines`."""
    cut = [text[start : start + _WRAP] for start in range(0, len(text), _WRAP)]
    if len(cut) > lines:
        cut = [*cut[: lines - 1], f"{cut[lines - 1][:-1]}…"]
    return "<br>".join(escape(line) for line in cut)


def _drawn(outline: Outline, colour: str) -> dict[str, Any]:
    path = "M " + " L ".join(f"{x:.6g},{y:.6g}" for x, y in outline) + " Z"
    red, green, blue = (int(channel) for channel in channels(colour))
    return {
        "type": "path",
        "path": path,
        "line": {"color": colour, "width": 2, "dash": "dot"},
        "fillcolor": f"rgba({red},{green},{blue},0.06)",
        "layer": "above",
    }
