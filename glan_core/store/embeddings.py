"""Which texts have a vector, and where do they lie on the map?"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from glan_core.errors import EmbeddingError
from glan_core.ids import content_id
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor, first_row


class Projection(NamedTuple):
    """One layout of the map."""

    projection_id: str
    encoder: str
    method: str
    """`pca` or `umap`."""
    seed: int
    created_at: datetime


class PlacedInstruction(NamedTuple):
    """One point of a layout with the text it stands for."""

    instruction_id: str
    text: str
    x: float
    y: float
    placed_by: str
    """`fit` or `transform`."""


def insert_embeddings(cursor: Cursor, *, encoder: str, texts: Sequence[str], vectors: np.ndarray) -> None:
    """Add the vectors of texts (float32 of shape (len(texts), d)); known texts stay as they are."""
    vector_of = {content_id(text): vector for text, vector in zip(texts, vectors, strict=True)}
    insert_batch(
        cursor,
        "embedding",
        [{"content_id": key, "encoder": encoder, "vector": vector} for key, vector in vector_of.items()],
    )


def list_unembedded_texts(cursor: Cursor, *, encoder: str, texts: Sequence[str]) -> list[str]:
    """List those of the texts that have no vector yet, each once, in their order."""
    by_content = {content_id(text): text for text in texts}
    rows = cursor.execute(
        "select content_id from embedding where encoder = ? and content_id in (select unnest(?::varchar[]))",
        [encoder, list(by_content)],
    ).fetchall()
    known = {key for (key,) in rows}
    return [text for key, text in by_content.items() if key not in known]


def list_vectors(cursor: Cursor, *, encoder: str, texts: Sequence[str]) -> np.ndarray:
    """Give the vectors of texts, row by row (float32 of shape (len(texts), d)); EmbeddingError if one is missing."""
    contents = [content_id(text) for text in texts]
    rows = cursor.execute(
        "select content_id, vector from embedding where encoder = ? and content_id in (select unnest(?::varchar[]))",
        [encoder, list(set(contents))],
    ).fetchnumpy()
    vector_of = dict(zip(rows["content_id"], rows["vector"], strict=True))
    missing = [key for key in contents if key not in vector_of]
    if missing:
        raise EmbeddingError(f"{len(missing)} texts have no vector of {encoder}.", "Embed them first.")
    return np.stack([np.asarray(vector_of[key], dtype=np.float32) for key in contents])


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
    row = first_row(
        cursor.execute(
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
        )
    )
    return int(row[0]) if row else 0


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
    row = first_row(
        cursor.execute(
            """
        select projection_id, encoder, method, seed, created_at
        from projection
        order by created_at desc, projection_id
        limit 1
        """
        )
    )
    return Projection(*row) if row else None
