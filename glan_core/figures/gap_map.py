"""Where on the map are key concepts that no pair is near to?"""

import pandas as pd
import plotly.graph_objects as go

from glan_core.figures.map_frame import Frame, add_hits, finish, wrapped
from glan_core.figures.palette import OTHER_COLOUR, SHADES

NO_GAPS = pd.DataFrame({name: [] for name in ("x", "y", "concept", "subject", "cosine")})
_LONG_TEXTS = 5_000  # above, tooltips of pairs hold one line: they are most of what is sent


def gap_map(points: pd.DataFrame, gaps: pd.DataFrame, *, hits: pd.DataFrame, frame: Frame) -> go.Figure:
    """Draw pairs (x, y, instruction) as pale points, and gaps (x, y, concept, subject, cosine) as hollow markers.

    `cosine` is that of the nearest pair; nan: there was none to compare with. `hits` (x, y, instruction) get a ring.
    """
    shades = SHADES[frame.ground]
    figure = go.Figure()
    lines = 1 if len(points) > _LONG_TEXTS else 3
    figure.add_trace(
        go.Scattergl(
            x=points["x"].to_numpy("float32"),
            y=points["y"].to_numpy("float32"),
            name="Pair",
            mode="markers",
            marker={"size": 3.6 if len(points) > 3_000 else 5, "color": OTHER_COLOUR, "opacity": 0.4},
            text=[wrapped(text, lines=lines) for text in points["instruction"]],
            hovertemplate="%{text}<extra></extra>",
            selected={"marker": {"opacity": 0.7}},
            unselected={"marker": {"opacity": 0.2}},
        )
    )
    if not gaps.empty:
        figure.add_trace(
            go.Scattergl(
                x=gaps["x"].to_numpy("float32"),
                y=gaps["y"].to_numpy("float32"),
                name="Key concept without a near pair",
                mode="markers",
                marker={
                    "symbol": "diamond-open",
                    "size": 9,
                    "color": shades.accent,
                    "line": {"width": 1.8, "color": shades.accent},
                },
                text=[
                    f"<b>{wrapped(concept, lines=2)}</b><br>{wrapped(subject, lines=1)}<br>{_nearness(cosine)}"
                    for concept, subject, cosine in gaps[["concept", "subject", "cosine"]].itertuples(index=False)
                ],
                hovertemplate="%{text}<extra></extra>",
                selected={"marker": {"opacity": 1}},
                unselected={"marker": {"opacity": 1}},
            )
        )
    add_hits(figure, hits, ground=frame.ground)
    return finish(figure, frame)


def _nearness(cosine: float) -> str:
    return "no pair to compare with" if cosine != cosine else f"nearest pair: cosine {cosine:.2f}"
