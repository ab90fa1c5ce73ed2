"""Where does one set of pairs have more, and where the other?"""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from glan_core.figures.map_frame import Frame, add_cells, add_entries, add_hits, finish, grid, wrapped
from glan_core.figures.map_groups import Entry, mixed
from glan_core.figures.palette import SHADES

COLOURS = ("#d1661f", "#4269d0")
"""Of the first set and of the second: told apart by colour-blind eyes, on both grounds."""
SIDE = 48
"""Cells along each side: few enough that most hold some pairs of both sets."""
_FADED = 0.2


def difference_map(
    cells: pd.DataFrame, *, names: tuple[str, str], hits: pd.DataFrame, frame: Frame, side: int = SIDE
) -> go.Figure:
    """Draw cells (column, row, first, second, difference) by how much more of the first set lies in them.

    `first` and `second` count the pairs of each set; `difference` is the share of the first set less that of the
    second. A cell has the full colour of a set where the difference is the largest, and none where both have the same
    share, so that sets of different sizes can be compared.
    """
    panel = SHADES[frame.ground].panel
    difference = cells["difference"].to_numpy("float64")
    largest = float(np.abs(difference).max(initial=0.0)) or 1.0
    words = [wrapped(name, lines=1) for name in names]
    tooltips = [
        f"{words[0]}: {first:,}<br>{words[1]}: {second:,}"
        for first, second in zip(cells["first"], cells["second"], strict=True)
    ]
    figure = go.Figure()
    add_cells(
        figure,
        cells,
        difference / largest,
        side=side,
        frame=frame,
        text=grid(cells, tooltips, side=side, dtype="object", empty=""),
        zmin=-1,
        zmax=1,
        colorscale=[
            [0, COLOURS[1]],
            [0.499, mixed(panel, COLOURS[1], _FADED)],
            [0.5, mixed(panel, SHADES[frame.ground].faint_text, _FADED)],
            [0.501, mixed(panel, COLOURS[0], _FADED)],
            [1, COLOURS[0]],
        ],
        showscale=False,
        hovertemplate="%{text}<extra></extra>",
    )
    add_entries(figure, [Entry(f"More of {name}", colour) for name, colour in zip(names, COLOURS, strict=True)])
    add_hits(figure, hits, ground=frame.ground)
    return finish(figure, frame)
