"""Where do the rows of another corpus lie among the pairs?"""

import pandas as pd
import plotly.graph_objects as go

from glan_core.figures.difference_map import COLOURS
from glan_core.figures.map_frame import Frame, add_hits, finish, wrapped

_SIZES = ((400, 8.0), (2_000, 6.0), (6_000, 4.5))
"""Up to how many points are how large, in pixels."""
_SMALLEST = 3.2
_LONG_TEXTS = 5_000  # above, tooltips hold one line: they are most of what is sent


def corpus_map(
    points: pd.DataFrame, rows: pd.DataFrame, *, names: tuple[str, str], hits: pd.DataFrame, frame: Frame
) -> go.Figure:
    """Draw pairs and rows of a corpus (both x, y, instruction) in the two colours that their difference has too.

    The set of more points lies below, so that the smaller one is seen. `hits` (x, y, instruction) get a ring.
    """
    figure = go.Figure()
    number = len(points) + len(rows)
    size = next((size for most, size in _SIZES if number <= most), _SMALLEST)
    lines = 1 if number > _LONG_TEXTS else 3
    sets = sorted(zip((points, rows), names, COLOURS, (1, 2), strict=True), key=lambda each: -len(each[0]))
    for drawn, name, colour, rank in sets:
        figure.add_trace(
            go.Scattergl(
                x=drawn["x"].to_numpy("float32"),
                y=drawn["y"].to_numpy("float32"),
                name=wrapped(name, lines=1),
                mode="markers",
                marker={"size": size, "color": colour, "opacity": 0.6},
                text=[wrapped(text, lines=lines) for text in drawn["instruction"]],
                hovertemplate=f"%{{text}}<extra>{wrapped(name, lines=1)}</extra>",
                legendrank=1_000 + rank,
                selected={"marker": {"opacity": 0.85}},
                unselected={"marker": {"opacity": 0.25}},
            )
        )
    add_hits(figure, hits, ground=frame.ground)
    return finish(figure, frame)
