"""How many pairs lie where, and of which group are most of them?

Counts of 256 x 256 cells stand below a small sample of points, so that what is sent does not grow with the number of
pairs. Colours stand on a logarithmic scale: the fullest cell of a million pairs holds thousands of times the emptiest.
Cells come as rows of a frame: column from the left of the frame's window, row from its bottom, both from 0.
"""

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from glan_core.figures.map_frame import Frame, add_cells, add_entries, add_hits, colour_bar, finish, grid, wrapped
from glan_core.figures.map_groups import Colours, mixed
from glan_core.figures.palette import SHADES

SIDE = 256
"""Cells along each side."""
_PALEST = 0.3  # where on the ramp a cell of one pair stands: an empty one has the colour of the panel
_STEPS = 12
_FADED = 0.38  # how much of a group's colour a cell of one pair has


def density_map(
    cells: pd.DataFrame, sample: pd.DataFrame, *, hits: pd.DataFrame, frame: Frame, side: int = SIDE
) -> go.Figure:
    """Draw cells (column, row, pairs) by their count, and points (x, y, instruction) of a sample above them."""
    figure = go.Figure()
    most = _most(cells)
    add_cells(
        figure,
        cells,
        cells["pairs"].to_numpy(),
        side=side,
        frame=frame,
        zmin=0,
        zmax=most,
        colorscale=_logarithmic(most, SHADES[frame.ground].fill),
        hovertemplate="%{z:,} pairs in this cell<extra></extra>",
        colorbar=colour_bar("Pairs in a cell", ground=frame.ground, tickvals=_marks(most), tickformat=","),
    )
    _add_sample(figure, sample, frame=frame)
    add_hits(figure, hits, ground=frame.ground)
    return finish(figure, frame, has_legend=False)


def branch_density_map(
    cells: pd.DataFrame,
    sample: pd.DataFrame,
    *,
    colours: Colours,
    hits: pd.DataFrame,
    frame: Frame,
    side: int = SIDE,
) -> go.Figure:
    """Draw cells (column, row, pairs, group) in the colour of the group that most of their pairs have.

    The more pairs, the fuller the colour. `group` is a key of `colours`.
    """
    figure = go.Figure()
    panel = SHADES[frame.ground].panel
    most = _most(cells)
    pairs = cells["pairs"].to_numpy("float64")
    fullness = np.log(pairs) / math.log(most) if most > 1 else np.ones(len(cells))
    place_of = {key: place for place, key in enumerate(colours.of_group)}
    places = cells["group"].map(place_of).to_numpy("float64")
    groups = max(len(place_of), 1)
    scale: list[list[object]] = []
    for place, colour in enumerate(colours.of_group.values()):
        scale += [[place / groups, mixed(panel, colour, _FADED)], [(place + 1) / groups, colour]]
    add_cells(
        figure,
        cells,
        # A group owns the colours between its number and the next; the very ends belong to its neighbours too.
        places + 0.02 + 0.96 * fullness,
        side=side,
        frame=frame,
        customdata=grid(cells, pairs, side=side, dtype="uint16" if most < 2**16 else "uint32", empty=0),
        zmin=0,
        zmax=groups,
        colorscale=scale or [[0, panel], [1, panel]],
        showscale=False,
        hovertemplate="%{customdata:,} pairs in this cell<extra></extra>",
    )
    present = {colours.entry_of[key] for key in cells["group"].unique()}
    add_entries(figure, [entry for number, entry in enumerate(colours.entries) if number in present])
    _add_sample(figure, sample, frame=frame)
    add_hits(figure, hits, ground=frame.ground)
    return finish(figure, frame)


def _most(cells: pd.DataFrame) -> int:
    return int(cells["pairs"].max()) if len(cells) else 1


def _add_sample(figure: go.Figure, sample: pd.DataFrame, *, frame: Frame) -> None:
    if sample.empty:
        return
    figure.add_trace(
        go.Scattergl(
            x=sample["x"].to_numpy("float32"),
            y=sample["y"].to_numpy("float32"),
            mode="markers",
            marker={"size": 3, "color": SHADES[frame.ground].text, "opacity": 0.3},
            text=[wrapped(text, lines=1) for text in sample["instruction"]],
            hovertemplate="%{text}<extra></extra>",
            showlegend=False,
            unselected={"marker": {"opacity": 0.12}},
        )
    )


def _logarithmic(most: int, ramp: tuple[str, str, str]) -> list[list[object]]:
    """Give a colour scale from 0 to `most` whose colours follow the logarithm of the count."""
    if most <= 1:
        return [[0, _on_ramp(1.0, ramp)], [1, _on_ramp(1.0, ramp)]]
    shares = [step / _STEPS for step in range(_STEPS + 1)]
    colours = [_on_ramp(_PALEST + (1 - _PALEST) * share, ramp) for share in shares]
    places = [math.exp(share * math.log(most)) / most for share in shares]
    places[-1] = 1.0
    return [[0, colours[0]], *([place, colour] for place, colour in zip(places, colours, strict=True))]


def _on_ramp(share: float, ramp: tuple[str, str, str]) -> str:
    low, middle, high = ramp
    return mixed(low, middle, share * 2) if share < 0.5 else mixed(middle, high, share * 2 - 1)


def _marks(most: int) -> list[int]:
    """Give the counts that the bar names, evenly: its places are counts, only its colours are logarithmic."""
    return sorted({1, round(most / 4) or 1, round(most / 2) or 1, most})
