"""Which key concepts of a syllabus were drawn together, and which never met?

A square with a row and a column for each key concept, in teaching order. Class sessions are what the axes name: at the
60 to 150 key concepts of a syllabus there is no room for the names of these, so they come where the pointer is.
"""

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from glan_core.figures.icicle import escape
from glan_core.figures.palette import SHADES, Ground, Shades

_ROW_PIXELS = 10
_ROW_PIXELS_OF_MANY = 7
_MANY = 80
_SHORTEST = 320
_LONGEST_TITLE = 17
_TITLE_PIXELS = 132
_LINE = 44  # letters a line of the tooltip, which has to fit on a phone
_MOST_NUMBERS = 15  # what a phone has room for above the square


class TaughtConcept(NamedTuple):
    """One key concept at its place."""

    key_concept_id: str
    name: str
    position: int
    """From 1, in its class session."""
    class_session: str
    """Its title."""
    class_session_position: int
    """From 1."""


class _Block(NamedTuple):
    """The rows of one class session."""

    position: int
    title: str
    start: int
    end: int


def co_draw(taught: Sequence[TaughtConcept], together: pd.DataFrame, *, ground: Ground) -> go.Figure:
    """Draw how often two key concepts met (first_id, second_id, instructions); the diagonal is for one alone.

    `taught` comes in teaching order. Key concepts of `together` that are not in it are left out.
    """
    shades = SHADES[ground]
    numbers = _square(taught, together)
    on_diagonal = np.eye(len(taught), dtype=bool)
    names = [_tooltip(concept) for concept in taught]
    most = int(numbers.max(initial=0))
    gap = 1 if len(taught) <= _MANY else 0  # on a phone the squares of many are hardly wider than a gap
    figure = go.Figure(
        [
            go.Heatmap(
                x=names,
                y=names,
                z=np.where(on_diagonal, np.nan, numbers),
                hovertemplate="%{y}<br>%{x}<br><b>Drawn together: %{z}</b><extra></extra>",
                **_shared(gap=gap),
            ),
            go.Heatmap(
                x=names,
                y=names,
                z=np.where(on_diagonal, numbers, np.nan),
                hovertemplate="%{y}<br><b>Drawn alone: %{z}</b><extra></extra>",
                **_shared(gap=gap),
            ),
        ]
    )
    blocks = list(_blocks(taught))
    _mark_sessions(figure, blocks, width=1 + gap, shades=shades)
    rows = len(taught) * (_ROW_PIXELS if len(taught) <= _MANY else _ROW_PIXELS_OF_MANY)
    axis = {"type": "category", "showticklabels": False, "ticks": "", "showgrid": False, "zeroline": False}
    figure.update_layout(
        title={
            "text": "Instructions drawn, number",
            "subtitle": {
                "text": "From two key concepts; on the diagonal from one alone",
                "font": {"size": 12, "color": shades.faint_text},
            },
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 6},
        },
        title_font={"size": 14, "color": shades.text},
        font={"family": "Inter, sans-serif", "size": 11, "color": shades.text},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor=shades.fill[0],
        margin={"l": _TITLE_PIXELS, "r": 2, "t": 76, "b": 56},
        height=max(rows, _SHORTEST) + 132,
        dragmode=False,
        xaxis=axis,
        yaxis={**axis, "autorange": "reversed"},
        coloraxis=_colours(most, shades=shades),
        hoverlabel={"bgcolor": shades.panel, "bordercolor": shades.line, "font": {"color": shades.text}},
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": shades.faint_text, "activecolor": shades.accent},
    )
    return figure


def _square(taught: Sequence[TaughtConcept], together: pd.DataFrame) -> np.ndarray:
    places = {concept.key_concept_id: place for place, concept in enumerate(taught)}
    numbers = np.zeros((len(taught), len(taught)))
    rows: Iterator[Any] = together.itertuples()
    for row in rows:
        if row.first_id in places and row.second_id in places:
            first, second = places[row.first_id], places[row.second_id]
            numbers[first, second] = numbers[second, first] = row.instructions
    return numbers


def _tooltip(concept: TaughtConcept) -> str:
    """Give name and place; the place keeps two key concepts of one name apart."""
    lines = textwrap.wrap(f"{concept.class_session_position}.{concept.position} {concept.name}", _LINE)
    return "<br>".join(escape(line) for line in lines)


def _shared(*, gap: int) -> dict[str, object]:
    return {"coloraxis": "coloraxis", "hoverongaps": False, "xgap": gap, "ygap": gap}


def _blocks(taught: Sequence[TaughtConcept]) -> Iterator[_Block]:
    start = 0
    for place, concept in enumerate(taught, start=1):
        if place == len(taught) or taught[place].class_session_position != concept.class_session_position:
            yield _Block(concept.class_session_position, concept.class_session, start, place)
            start = place


def _mark_sessions(figure: go.Figure, blocks: Sequence[_Block], *, width: int, shades: Shades) -> None:
    """Name the class sessions, numbers above and titles at the left, and let the ground show between them."""
    step = math.ceil(len(blocks) / _MOST_NUMBERS)
    font = {"size": 11, "color": shades.faint_text}
    for place, block in enumerate(blocks):
        middle = (block.start + block.end - 1) / 2
        if place % step == 0:
            number = {"text": str(block.position), "x": middle, "y": 1, "yref": "paper", "yanchor": "bottom"}
            figure.add_annotation(number, showarrow=False, font=font)
        title = {"text": _title(block), "y": middle, "x": 0, "xref": "paper", "xanchor": "right", "xshift": -4}
        figure.add_annotation(title, showarrow=False, font=font)
        if place:
            line = {"color": shades.background, "width": width}
            edge = block.start - 0.5
            figure.add_shape(type="line", x0=edge, x1=edge, y0=0, y1=1, yref="paper", line=line)
            figure.add_shape(type="line", y0=edge, y1=edge, x0=0, x1=1, xref="paper", line=line)


def _title(block: _Block) -> str:
    title = block.title
    short = title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip()}…"
    return f"{escape(short)} {block.position}"


def _colours(most: int, *, shades: Shades) -> dict[str, object]:
    """Give a scale on which nothing looks like nothing, and once is plain to see."""
    once = 0.5 / most if most else 1.0
    marks = sorted({0, *(round(most * share) for share in (0.25, 0.5, 0.75)), most} if most > 4 else range(most + 1))
    return {
        "cmin": 0,
        "cmax": most or 1,
        "colorscale": [
            [0, shades.fill[0]],
            [once, shades.fill[0]],
            [once, shades.fill[1]],
            [1, shades.fill[2] if most != 1 else shades.fill[1]],
        ],
        "colorbar": {
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
            "tickvals": marks,
            "ticktext": [f"{mark:,}" for mark in marks],
            "tickfont": {"size": 11, "color": shades.faint_text},
        },
    }
