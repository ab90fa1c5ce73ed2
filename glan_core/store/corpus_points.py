"""Where do the rows of a corpus lie on a layout of the map, and which have no place there yet?

They are no pairs, so they stand in a table of their own: no count, filter or layout of pairs ever sees them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from glan_core.ids import content_id
from glan_core.store.batches import with_batch
from glan_core.store.corpora import list_corpora
from glan_core.store.database import Cursor, first_row
from glan_core.store.projections import Projection


class PlacedCorpus(NamedTuple):
    """A corpus on a layout of the map."""

    projection_id: str
    corpus_id: str
    name: str
    rows: int
    """Of the corpus."""
    points: int
    """Rows that have a place on the layout. They are only ever added, so this tells one state from another."""


class RowPlaces(NamedTuple):
    """Where rows of a corpus lie; all arrays are of shape (n,) or (n, 2)."""

    numbers: np.ndarray
    """int64, of corpus_row."""
    coordinates: np.ndarray
    """float32 of shape (n, 2)."""
    distances: np.ndarray
    """float32: of each vector from the nearest that the layout was fitted to, 1 - cosine; nan where nobody knows."""


def list_placed_corpora(cursor: Cursor, projection_id: str) -> tuple[PlacedCorpus, ...]:
    """List the corpora that are not removed, the newest first, with how many of their rows lie on a layout."""
    points = dict(
        cursor.execute(
            "select corpus_id, count(*) from corpus_point where projection_id = ? group by corpus_id", [projection_id]
        ).fetchall()
    )
    return tuple(
        PlacedCorpus(projection_id, each.corpus_id, each.name, each.rows, int(points.get(each.corpus_id, 0)))
        for each in list_corpora(cursor)
    )


def count_corpus_points(cursor: Cursor, projection_id: str, corpus_id: str) -> int:
    """Count the rows of a corpus that have a place on a layout."""
    row = first_row(
        cursor.execute(
            "select count(*) from corpus_point where projection_id = ? and corpus_id = ?", [projection_id, corpus_id]
        )
    )
    return int(row[0]) if row else 0


def list_unplaced_rows(cursor: Cursor, projection_id: str, corpus_id: str, *, limit: int | None = None) -> np.ndarray:
    """Give the numbers of rows without a place on a layout: int64, rising; with `limit`, of a random so many rows.

    The sample is that of the lowest ids, which are hashes: the same every time, and part of every larger one.
    """
    found = cursor.execute(
        """
        select number
        from (select number from corpus_row where corpus_id = $corpus_id order by corpus_row_id limit $limit)
        where number not in (
            select number
            from corpus_point
            where projection_id = $projection_id and corpus_id = $corpus_id
        )
        order by number
        """,
        {"corpus_id": corpus_id, "projection_id": projection_id, "limit": 2**62 if limit is None else limit},
    ).fetchnumpy()
    return np.asarray(found["number"], np.int64)


def find_places_of_texts(cursor: Cursor, projection: Projection, texts: Sequence[str]) -> RowPlaces:
    """Give the places of those texts that a pair on the layout has too; `numbers` are their places in `texts`."""
    batch = pa.table(
        {
            "place": pa.array(range(len(texts)), pa.int64()),
            "content_id": pa.array([content_id(text) for text in texts], pa.string()),
        }
    )
    with with_batch(cursor, batch):
        found = cursor.execute(
            """
            select
                batch.place,
                min_by(point.x, point.instruction_id) as x,
                min_by(point.y, point.instruction_id) as y,
                min_by(coalesce(point.distance, 'nan'), point.instruction_id) as distance
            from batch
            join embedding on embedding.content_id = batch.content_id
            join embedded_instruction as embedded
                on embedded.encoder = embedding.encoder and embedded.number = embedding.number
            join projected_point as point on point.instruction_id = embedded.instruction_id
            where embedding.encoder = $encoder
                and embedded.content = $content
                and point.projection_id = $projection_id
            group by batch.place
            order by batch.place
            """,
            {
                "encoder": projection.encoder,
                "content": projection.content,
                "projection_id": projection.projection_id,
            },
        ).fetchnumpy()
    return RowPlaces(
        np.asarray(found["place"], np.int64),
        np.column_stack([found["x"], found["y"]]).astype(np.float32),
        np.asarray(found["distance"], np.float32),
    )


def insert_corpus_points(cursor: Cursor, projection_id: str, corpus_id: str, places: RowPlaces) -> None:
    """Add points of rows that have none; those that are there never move. Call it with `Database.writing` held."""
    batch = pa.table(
        {
            "number": pa.array(places.numbers, pa.int64()),
            "x": pa.array(np.ascontiguousarray(places.coordinates[:, 0]), pa.float32()),
            "y": pa.array(np.ascontiguousarray(places.coordinates[:, 1]), pa.float32()),
            "distance": pa.array(places.distances, pa.float32(), mask=~np.isfinite(places.distances)),
        }
    )
    with with_batch(cursor, batch):
        cursor.execute(
            """
            insert into corpus_point (projection_id, corpus_id, number, x, y, distance)
            select $projection_id, $corpus_id, batch.number, batch.x, batch.y, batch.distance
            from batch
            where batch.number not in (
                select number
                from corpus_point
                where projection_id = $projection_id and corpus_id = $corpus_id
            )
            order by batch.number
            """,
            {"projection_id": projection_id, "corpus_id": corpus_id},
        )
