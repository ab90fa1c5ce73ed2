"""Where does each pair lie among all the others?"""

import pandas as pd
import plotly.graph_objects as go

from glan_core.figures.map_frame import Frame, add_hits, finish, wrapped
from glan_core.figures.map_groups import Colours
from glan_core.figures.palette import SHADES

_SIZES = ((200, 11.0), (1_000, 8.0), (3_000, 6.0), (8_000, 4.5))
"""Up to how many points are how large, in pixels."""
_SMALLEST = 3.2
_EDGED = 3_000  # up to here points have an edge in the colour of the ground, which parts them
_LONG_TEXTS = 5_000  # above, tooltips hold one line: they are most of what is sent


def pair_map(points: pd.DataFrame, *, colours: Colours, hits: pd.DataFrame, frame: Frame) -> go.Figure:
    """Draw points (x, y, group, instruction, place) in the colours of their groups.

    `group` is a key of `colours`; `place` says in words where a pair stands in the taxonomy. `hits` (x, y,
    instruction) get a ring. Units of the axes mean nothing: near points say similar things.
    """
    figure = go.Figure()
    size = next((size for most, size in _SIZES if len(points) <= most), _SMALLEST)
    edge = {"width": 1, "color": SHADES[frame.ground].background} if len(points) <= _EDGED else {"width": 0}
    entry_of = points["group"].map(colours.entry_of)
    for number, entry in enumerate(colours.entries):
        own = points[entry_of == number]
        if own.empty:
            continue
        # The legend takes the colour of the first point: that is to be the entry's own.
        own = own.iloc[(own["group"].map(colours.of_group) != entry.colour).argsort(kind="stable")]
        shades = list(own["group"].map(colours.of_group))
        figure.add_trace(
            go.Scattergl(
                x=own["x"].to_numpy("float32"),
                y=own["y"].to_numpy("float32"),
                name=wrapped(entry.name, lines=1),
                mode="markers",
                marker={
                    "size": size,
                    "color": shades[0] if len(set(shades)) == 1 else shades,
                    "opacity": 0.85,
                    "line": edge,
                },
                text=_tooltips(own, is_short=len(points) > _LONG_TEXTS),
                hovertemplate="%{text}<extra></extra>",
                selected={"marker": {"opacity": 0.95}},
                unselected={"marker": {"opacity": 0.3}},
            )
        )
    add_hits(figure, hits, ground=frame.ground)
    return finish(figure, frame)


def _tooltips(points: pd.DataFrame, *, is_short: bool) -> list[str]:
    if is_short:
        return [wrapped(text, lines=1) for text in points["instruction"]]
    return [
        f"{wrapped(text)}<br><b>{wrapped(place, lines=1)}</b>"
        for text, place in zip(points["instruction"], points["place"], strict=True)
    ]
