"""How many pairs lie where a row and a column meet?"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from glan_core.figures.icicle import escape, ink
from glan_core.figures.palette import SHADES, Ground

ROW_PIXELS = 26
_HEAD_PIXELS = 84
_LONGEST_NAME, _LONGEST_ON_A_PHONE = 30, 20


class HeatCell(NamedTuple):
    """One cell."""

    number: int | None
    """None: there is nothing that could hold pairs, and the cell stays empty."""
    detail: str
    """A line for the tooltip."""


class HeatRow(NamedTuple):
    """One row, with a cell for each column."""

    name: str
    cells: tuple[HeatCell, ...]


def heat_map(
    rows: Sequence[HeatRow],
    columns: Sequence[str],
    *,
    title: str,
    most: int | None = None,
    narrow: bool = False,
    ground: Ground,
) -> go.Figure:
    """Draw counts on a logarithmic scale from 0 to `most` (the largest one otherwise), each written into its cell."""
    shades = SHADES[ground]
    numbers = [cell.number for row in rows for cell in row.cells if cell.number is not None]
    top = math.log10(1 + (most if most is not None else max(numbers, default=0))) or 1.0
    levels = [[None if cell.number is None else math.log10(1 + cell.number) for cell in row.cells] for row in rows]
    places = [(across, down) for down, row in enumerate(rows) for across in range(len(row.cells))]
    figure = go.Figure(
        go.Heatmap(
            z=levels,
            zmin=0,
            zmax=top,
            colorscale=[[0, shades.fill[0]], [0.5, shades.fill[1]], [1, shades.fill[2]]],
            showscale=False,
            xgap=2,
            ygap=2,
            hoverongaps=False,
            customdata=[[[escape(row.name), escape(cell.detail)] for cell in row.cells] for row in rows],
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[across for across, _ in places],
            y=[down for _, down in places],
            mode="text",
            text=[_written(rows[down].cells[across].number) for across, down in places],
            textfont={
                "size": 12,
                "color": [
                    shades.faint_text if (level := levels[down][across]) is None else ink(level / top, shades)
                    for across, down in places
                ],
            },
            hoverinfo="skip",
        )
    )
    figure.update_layout(
        title={"text": title, "x": 0, "y": 1, "yanchor": "top", "pad": {"t": 6}},
        title_font={"size": 14, "color": shades.text},
        height=_HEAD_PIXELS + ROW_PIXELS * len(rows),
        margin={"l": 0, "r": 0, "t": 64, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "Inter, sans-serif", "size": 12, "color": shades.text},
        showlegend=False,
        dragmode=False,
        xaxis={
            "side": "top",
            "ticks": "",
            "tickvals": list(range(len(columns))),
            "ticktext": [escape(column) for column in columns],
            "range": [-0.5, len(columns) - 0.5],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "tickangle": 0,
            "tickfont": {"size": 10 if narrow else 11, "color": shades.faint_text},
        },
        yaxis={
            "tickvals": list(range(len(rows))),
            "ticktext": [
                escape(_shortened(row.name, _LONGEST_ON_A_PHONE if narrow else _LONGEST_NAME)) for row in rows
            ],
            "range": [len(rows) - 0.5, -0.5],
            "fixedrange": True,
            "automargin": True,
            "ticks": "",
            "ticklabelstandoff": 8,
            "showgrid": False,
            "zeroline": False,
        },
        hoverlabel={"bgcolor": shades.panel, "bordercolor": shades.line, "font": {"color": shades.text}},
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": shades.faint_text, "activecolor": shades.accent},
    )
    return figure


def _written(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _shortened(name: str, longest: int) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"
