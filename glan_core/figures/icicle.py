"""What does a branch of the taxonomy hold, level by level?

An icicle: each node stands right of its parent and is as tall as what lies below it, so that its colour is free to
show a count. Meant for a root and two levels; a click on a node makes it the next root.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from glan_core.figures.palette import SHADES, Ground, Shades, channels, contrast

_ROW_PIXELS = 21  # the least height at which plotly does not hide a name of 11 pixels
_SHORTEST = 300
_LONGEST_NAME = 34
_LEGIBLE = 4.5  # the contrast that WCAG 2.2 (AA) asks of small text


class IcicleNode(NamedTuple):
    """One cell."""

    node_id: str
    parent_id: str
    """Empty for the root."""
    name: str
    detail: str
    """A line for the tooltip, such as the level."""
    number: float | None
    """What its colour shows; None leaves it grey."""
    shown: str
    """The number in words, for the tooltip."""


def icicle(nodes: Sequence[IcicleNode], *, title: str, is_share: bool, ground: Ground) -> go.Figure:
    """Draw nodes, root first, coloured by their number.

    Counts stand on a logarithmic scale, shares on a linear one from 0 to 1, where everything above counts as 1.
    """
    shades = SHADES[ground]
    leaves = len(nodes) - len({node.parent_id for node in nodes if node.parent_id})
    most = max((node.number for node in nodes[1:] if node.number is not None), default=0)
    top = 1.0 if is_share else math.log10(1 + most) or 1
    cells = [_colour(node.number, is_share=is_share) for node in nodes]
    scale = [[0, shades.fill[0]], [0.5, shades.fill[1]], [1, shades.fill[2]]]
    figure = go.Figure(
        go.Icicle(
            ids=[node.node_id for node in nodes],
            parents=[node.parent_id for node in nodes],
            labels=[escape(_shortened(node.name)) for node in nodes],
            customdata=[[escape(node.name), escape(node.detail), escape(node.shown)] for node in nodes],
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
            texttemplate="%{label}",
            textposition="top left",
            sort=False,
            textfont={"color": [shades.text if cell is None else ink(cell / top, shades) for cell in cells]},
            tiling={"orientation": "h", "pad": 1},
            pathbar={"visible": False},
            root={"color": shades.panel},
            marker={
                "colors": cells,
                "cmin": 0,
                "cmax": top,
                "colorscale": scale,
                "line": {"color": shades.background, "width": 1},
                "colorbar": _colour_bar(most, is_share=is_share, faint_text=shades.faint_text),
            },
        )
    )
    height = max(leaves * _ROW_PIXELS, _SHORTEST) + 100
    figure.update_layout(
        title={
            "text": title,
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 6},
        },
        title_font={"size": 14, "color": shades.text},
        font={"family": "Inter, sans-serif", "size": 11, "color": shades.text},
        paper_bgcolor="rgba(0,0,0,0)",
        margin={"l": 0, "r": 0, "t": 36, "b": 60},
        height=height,
        hoverlabel={"bgcolor": shades.panel, "bordercolor": shades.line, "font": {"color": shades.text}},
    )
    return figure


def escape(text: str) -> str:
    """Give text so that plotly shows it letter by letter: no markup, no formulas."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("$", "&#36;")


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"


def _colour(number: float | None, *, is_share: bool) -> float | None:
    if number is None:
        return None
    return min(number, 1.0) if is_share else math.log10(1 + number)


def ink(share: float, shades: Shades) -> str:
    """Give the colour in which a name is read best on a cell whose colour stands at `share` of the scale."""
    low, middle, high = (channels(colour) for colour in shades.fill)
    share = min(max(share, 0.0), 1.0)
    start, end, part = (low, middle, share * 2) if share < 0.5 else (middle, high, share * 2 - 1)
    ground = tuple(first + (last - first) * part for first, last in zip(start, end, strict=True))
    inks = (shades.text, shades.background, "#000000", "#ffffff")  # of the last two one is always legible
    return next(ink for ink in inks if contrast(channels(ink), ground) >= _LEGIBLE)


def _colour_bar(most: float, *, is_share: bool, faint_text: str) -> dict[str, object]:
    """Give a bar below the figure: marked in percent, or with counts although its scale is logarithmic."""
    if is_share:
        marks: list[float] = [0, 0.25, 0.5, 0.75, 1]
        places, labels = marks, [f"{mark:.0%}" for mark in marks]
    else:
        powers = (10**power for power in range(12))
        marks = [0, *(power for power in powers if 1.5 * power < most), *([most] if most else [])]
        places, labels = [math.log10(1 + mark) for mark in marks], [f"{mark:,.0f}" for mark in marks]
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
        "ypad": 10,
        "xpad": 8,
        "len": 0.6,
        "thickness": 10,
        "outlinewidth": 0,
        "tickvals": places,
        "ticktext": labels,
        "tickfont": {"size": 11, "color": faint_text},
    }
