"""Which layouts of the map are there, and where does each pair lie on them?

A point belongs to a layout and never moves: a new layout is a new projection.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from glan_core.encoders import BUILT_IN_ENCODER, EncoderChoice
from glan_core.ids import stable_id
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor, first_row
from glan_core.store.encoders import find_encoder_choice


class Projection(NamedTuple):
    """One layout of the map."""

    projection_id: str
    encoder: str
    method: str
    """`pca` or `umap`."""
    seed: int
    created_at: datetime
    content: str = "instruction"
    """Which text of a pair its points stand for: `instruction`, `answer` or `both`."""
    landmarks: int = 0
    """Vectors that it was fitted to."""
    aligned_to: str | None = None
    """The projection that it was turned towards."""


class PlacedInstruction(NamedTuple):
    """One point of a layout with the text it stands for."""

    instruction_id: str
    text: str
    x: float
    y: float
    placed_by: str
    """`fit` or `transform`."""


class LayoutFigures(NamedTuple):
    """How well a layout fits what lies on it."""

    points: int
    placed_later: int
    """Points placed among those that the layout was fitted to."""
    median_distance: float | None
    """Of the points placed later from the nearest that it was fitted to, 1 - cosine."""
    fit_distance: float | None
    """Below it lie 95 % of the points that it was fitted to, from their own nearest."""


def insert_projection(cursor: Cursor, projection: Projection) -> None:
    """Add a layout, still without points."""
    insert_batch(cursor, "projection", [projection._asdict()])


def insert_projected_points(
    cursor: Cursor,
    projection_id: str,
    *,
    instruction_ids: Sequence[str],
    coordinates: np.ndarray,
    placed_by: str,
) -> None:
    """Add points (float32 of shape (n, 2)) to a layout; points that are there already never move."""
    insert_batch(
        cursor,
        "projected_point",
        [
            {
                "projection_id": projection_id,
                "instruction_id": instruction_id,
                "x": float(x),
                "y": float(y),
                "placed_by": placed_by,
            }
            for instruction_id, (x, y) in zip(instruction_ids, coordinates, strict=True)
        ],
    )


def find_newest_projection(
    cursor: Cursor, *, encoder: str | None = None, content: str | None = None
) -> Projection | None:
    """Give the layout that was made last of what an encoder makes of a content: by default those that were chosen."""
    if encoder is None or content is None:
        chosen = find_encoder_choice(cursor) or EncoderChoice(BUILT_IN_ENCODER.encoder, "instruction")
        encoder, content = encoder or chosen.encoder, content or chosen.content
    row = first_row(
        cursor.execute(
            """
        select projection_id, encoder, method, seed, created_at, content, landmarks, aligned_to
        from projection
        where encoder = ? and content = ?
        order by created_at desc, projection_id
        limit 1
        """,
            [encoder, content],
        )
    )
    return Projection(*row) if row else None


def list_placed_instructions(cursor: Cursor, projection_id: str) -> list[PlacedInstruction]:
    """List the points of a layout by instruction id."""
    rows = cursor.execute(
        """
        select point.instruction_id, instruction.text, point.x, point.y, point.placed_by
        from projected_point as point
        join instruction on instruction.instruction_id = point.instruction_id
        where point.projection_id = ?
        order by point.instruction_id
        """,
        [projection_id],
    ).fetchall()
    return [PlacedInstruction(*row) for row in rows]


def count_unplaced_instructions(cursor: Cursor, projection_id: str | None, *, content: str = "instruction") -> int:
    """Count the instructions that a projection does not hold; all for None.

    For a content other than `instruction`, those without an answer do not count: there is nothing to read.
    """
    row = first_row(
        cursor.execute(
            """
        select count(*)
        from instruction
        where instruction_id not in (
                select instruction_id
                from projected_point
                where projection_id is not distinct from $projection_id
            )
            and ($content = 'instruction' or instruction_id in (select instruction_id from answer))
        """,
            {"projection_id": projection_id, "content": content},
        )
    )
    return int(row[0]) if row else 0


def placement_stamp(cursor: Cursor, projection_id: str | None) -> str:
    """Give a word that is another one as soon as pairs were made, answered or placed; quick at any size."""
    row = first_row(
        cursor.execute(
            """
        select
            (select max(created_at) from glan_database),
            (select count(*) from instruction),
            (select count(*) from answer),
            (select count(*) from projected_point where projection_id is not distinct from ?)
        """,
            [projection_id],
        )
    )
    return stable_id("placement", str(row))


def layout_figures(cursor: Cursor, projection_id: str) -> LayoutFigures:
    """Say how many points of a layout were placed later, and how far off they are."""
    row = first_row(
        cursor.execute(
            """
        select
            count(*),
            count(*) filter (placed_by = 'transform'),
            median(distance) filter (placed_by = 'transform'),
            quantile_cont(distance, 0.95) filter (placed_by = 'fit')
        from projected_point
        where projection_id = ?
        """,
            [projection_id],
        )
    )
    return LayoutFigures(*row) if row else LayoutFigures(0, 0, None, None)


def count_points(cursor: Cursor, projection_id: str) -> int:
    """Count the pairs that have a place on a layout."""
    row = first_row(cursor.execute("select count(*) from projected_point where projection_id = ?", [projection_id]))
    return int(row[0]) if row else 0
