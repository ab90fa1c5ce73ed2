"""Which texts have a vector, and where do they lie on the map?"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor


class Projection(NamedTuple):
    """One layout of the map."""

    projection_id: str
    encoder: str
    method: str
    """`pca` or `umap`."""
    seed: int
    created_at: datetime


class Vectors(NamedTuple):
    """Instructions with the vectors of their texts, row by row."""

    instruction_ids: tuple[str, ...]
    vectors: np.ndarray
    """float32, one row of unit length an instruction."""


def insert_embeddings(cursor: Cursor, *, encoder: str, content_ids: Sequence[str], vectors: np.ndarray) -> None:
    """Add vectors (float32, one row a content id); known contents stay as they are."""
    batch = pa.table(
        {
            "content_id": pa.array(content_ids, pa.string()),
            "vector": pa.FixedSizeListArray.from_arrays(
                pa.array(np.ascontiguousarray(vectors, dtype=np.float32).ravel()), vectors.shape[1]
            ),
        }
    )
    cursor.register("batch", batch)
    try:
        cursor.execute(
            """
            insert into embedding (content_id, encoder, vector)
            select content_id, ?, vector::float[]
            from batch
            on conflict do nothing
            """,
            [encoder],
        )
    finally:
        cursor.unregister("batch")


def list_unembedded_instructions(cursor: Cursor, *, encoder: str, content_ids: dict[str, str]) -> tuple[str, ...]:
    """List those instruction ids of `content_ids` (content id by instruction id) whose content has no vector yet."""
    known = {
        content_id
        for (content_id,) in cursor.execute(
            """
            select content_id
            from embedding
            where encoder = ?
                and content_id in (select unnest(?::varchar[]))
            """,
            [encoder, list(content_ids.values())],
        ).fetchall()
    }
    return tuple(instruction_id for instruction_id, content_id in content_ids.items() if content_id not in known)


def list_vectors(cursor: Cursor, *, encoder: str, content_ids: dict[str, str]) -> Vectors:
    """Give the vectors of these instructions (content id by instruction id), sorted by instruction id."""
    rows = cursor.execute(
        """
        select content_id, vector
        from embedding
        where encoder = ?
            and content_id in (select unnest(?::varchar[]))
        """,
        [encoder, list(content_ids.values())],
    ).fetchnumpy()
    vector_of = dict(zip(rows["content_id"], rows["vector"], strict=True))
    kept = sorted(instruction_id for instruction_id, content_id in content_ids.items() if content_id in vector_of)
    if not kept:
        return Vectors((), np.empty((0, 0), np.float32))
    return Vectors(
        tuple(kept), np.stack([np.asarray(vector_of[content_ids[key]], dtype=np.float32) for key in kept])
    )


def list_unplaced_instructions(cursor: Cursor, projection_id: str | None) -> dict[str, str]:
    """Give the texts, by instruction id, of all instructions that a projection does not hold; all for None."""
    return dict(
        cursor.execute(
            """
            select instruction_id, text
            from instruction
            where instruction_id not in (
                select instruction_id
                from projected_point
                where projection_id is not distinct from ?
            )
            order by instruction_id
            """,
            [projection_id],
        ).fetchall()
    )


def count_unplaced_instructions(cursor: Cursor, projection_id: str | None) -> int:
    """Count the instructions that a projection does not hold; all for None."""
    row = cursor.execute(
        """
        select count(*)
        from instruction
        where instruction_id not in (
            select instruction_id
            from projected_point
            where projection_id is not distinct from ?
        )
        """,
        [projection_id],
    ).fetchone()
    return int(row[0]) if row else 0


def list_placed_instructions(cursor: Cursor, projection_id: str) -> dict[str, tuple[str, float, float]]:
    """Give text and place, by instruction id, of every point of a projection."""
    rows = cursor.execute(
        """
        select point.instruction_id, instruction.text, point.x, point.y
        from projected_point as point
        join instruction on instruction.instruction_id = point.instruction_id
        where point.projection_id = ?
        order by point.instruction_id
        """,
        [projection_id],
    ).fetchall()
    return {instruction_id: (text, x, y) for instruction_id, text, x, y in rows}


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


def find_newest_projection(cursor: Cursor) -> Projection | None:
    """Give the layout that was made last."""
    row = cursor.execute(
        """
        select projection_id, encoder, method, seed, created_at
        from projection
        order by created_at desc, projection_id
        limit 1
        """
    ).fetchone()
    return Projection(*row) if row else None
