"""Where do vectors lie on a layout of the map, and which have no place there yet?

Instructions with the same vector lie in the same place, so vectors are placed by their numbers, and each instruction
that one stands for gets its point.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, first_row
from glan_core.store.projections import Projection


class Candidates(NamedTuple):
    """The vectors that a layout could be fitted to, by number; all arrays have shape (n,)."""

    numbers: np.ndarray
    """int64, rising."""
    keys: np.ndarray
    """uint64: hashes of ids, which decide where not all are taken."""
    branches: np.ndarray
    """The id of the discipline, as text; empty where there is none."""


class VectorPlaces(NamedTuple):
    """Where vectors lie on a layout."""

    numbers: np.ndarray
    """int64 of shape (n,), rising."""
    coordinates: np.ndarray
    """float32 of shape (n, 2)."""


def count_vectors(cursor: Cursor, *, encoder: str, content: str) -> int:
    """Count the vectors that stand for a content of instructions, each once."""
    row = first_row(
        cursor.execute(
            "select count(distinct number) from embedded_instruction where encoder = ? and content = ?",
            [encoder, content],
        )
    )
    return int(row[0]) if row else 0


def list_unplaced_numbers(cursor: Cursor, projection: Projection, *, most: int | None = None) -> np.ndarray:
    """Give the vectors that stand for instructions without a place: numbers, int64, rising; the first `most`."""
    numbers = cursor.execute(
        """
        select distinct number
        from embedded_instruction as embedded
        where encoder = $encoder
            and content = $content
            and not exists (
                from projected_point as point
                where point.projection_id = $projection_id and point.instruction_id = embedded.instruction_id
            )
        order by number
        limit $most
        """,
        {
            "encoder": projection.encoder,
            "content": projection.content,
            "projection_id": projection.projection_id,
            "most": most,
        },
    ).fetchnumpy()["number"]
    return np.asarray(numbers, np.int64)


def list_candidates(cursor: Cursor, *, encoder: str, content: str) -> Candidates:
    """Give the vectors that stand for instructions, each once, with what decides between them."""
    rows = cursor.execute(
        """
        with candidate as (
            select
                embedded.number,
                md5_number_lower(embedded.instruction_id) as key,
                coalesce(subject.discipline_id, '') as branch
            from embedded_instruction as embedded
            left join instruction on instruction.instruction_id = embedded.instruction_id
            left join syllabus on syllabus.syllabus_id = instruction.syllabus_id
            left join subject on subject.subject_id = syllabus.subject_id
            where embedded.encoder = ? and embedded.content = ?
        )
        select number, min(key) as key, min_by(branch, key) as branch
        from candidate
        group by number
        order by number
        """,
        [encoder, content],
    ).fetchnumpy()
    return Candidates(
        np.asarray(rows["number"], np.int64), np.asarray(rows["key"], np.uint64), np.asarray(rows["branch"]).astype(str)
    )


def list_vector_places(cursor: Cursor, projection: Projection, *, placed_by: str | None = None) -> VectorPlaces:
    """Give where the vectors of a layout lie: those placed by `fit` or `transform`, or all."""
    rows = cursor.execute(
        """
        select embedded.number, min_by(point.x, point.instruction_id) as x, min_by(point.y, point.instruction_id) as y
        from projected_point as point
        join embedded_instruction as embedded on embedded.instruction_id = point.instruction_id
        where point.projection_id = $projection_id
            and embedded.encoder = $encoder
            and embedded.content = $content
            and ($placed_by is null or point.placed_by = $placed_by)
        group by embedded.number
        order by embedded.number
        """,
        {
            "projection_id": projection.projection_id,
            "encoder": projection.encoder,
            "content": projection.content,
            "placed_by": placed_by,
        },
    ).fetchnumpy()
    coordinates = np.column_stack([rows["x"], rows["y"]]).astype(np.float32)
    return VectorPlaces(np.asarray(rows["number"], np.int64), coordinates)


def insert_vector_places(
    cursor: Cursor, projection: Projection, places: VectorPlaces, *, distances: np.ndarray, placed_by: str
) -> None:
    """Add a point for each instruction that one of the vectors stands for, unless it has one.

    `distances` are float32 of shape (n,): of each vector from the nearest other that the layout was fitted to.
    """
    batch = pa.table(
        {
            "number": pa.array(places.numbers, pa.int64()),
            "x": pa.array(np.ascontiguousarray(places.coordinates[:, 0])),
            "y": pa.array(np.ascontiguousarray(places.coordinates[:, 1])),
            "distance": pa.array(distances, pa.float32()),
        }
    )
    with with_batch(cursor, batch):
        cursor.execute(
            """
            insert into projected_point (projection_id, instruction_id, x, y, placed_by, distance)
            select ?, embedded.instruction_id, batch.x, batch.y, ?, batch.distance
            from batch
            join embedded_instruction as embedded on embedded.number = batch.number
            where embedded.encoder = ? and embedded.content = ?
            order by embedded.instruction_id
            on conflict do nothing
            """,
            [projection.projection_id, placed_by, projection.encoder, projection.content],
        )


def copy_known_places(cursor: Cursor, projection: Projection) -> int:
    """Give instructions whose vector lies on a layout already, for another one, the same place; say how many."""
    row = first_row(
        cursor.execute(
            """
            insert into projected_point (projection_id, instruction_id, x, y, placed_by, distance)
            select $projection_id, embedded.instruction_id, known.x, known.y, known.placed_by, known.distance
            from embedded_instruction as embedded
            join (
                select
                    placed.number,
                    min_by(point.x, point.instruction_id) as x,
                    min_by(point.y, point.instruction_id) as y,
                    min_by(point.placed_by, point.instruction_id) as placed_by,
                    min_by(point.distance, point.instruction_id) as distance
                from projected_point as point
                join embedded_instruction as placed on placed.instruction_id = point.instruction_id
                where point.projection_id = $projection_id
                    and placed.encoder = $encoder
                    and placed.content = $content
                group by placed.number
            ) as known on known.number = embedded.number
            where embedded.encoder = $encoder and embedded.content = $content
            on conflict do nothing
            """,
            {
                "projection_id": projection.projection_id,
                "encoder": projection.encoder,
                "content": projection.content,
            },
        )
    )
    return int(row[0]) if row else 0
