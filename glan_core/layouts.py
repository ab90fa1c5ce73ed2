"""How is a new layout of the map made?

Of at most 50,000 vectors, a share of each discipline. Where there is an older layout the new one begins from it and is
turned towards it, so that what one knew lies about where it was.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from glan_core import ids
from glan_core.embedding.alignment import turn_towards
from glan_core.embedding.landmarks import MOST_LANDMARKS, choose_landmarks
from glan_core.embedding.projection import LEAST_FOR_UMAP, SEED, lay_out
from glan_core.errors import EmbeddingError
from glan_core.standing_map import place_on_map
from glan_core.store.database import Cursor, Database, transaction
from glan_core.store.numbered_vectors import read_numbered_vectors
from glan_core.store.projections import Projection, insert_projection
from glan_core.store.vector_places import VectorPlaces, insert_vector_places, list_candidates, list_vector_places
from glan_core.text_encoding import Compute


def make_layout(
    database: Database,
    cursor: Cursor,
    *,
    encoder: str,
    content: str,
    old: Projection | None,
    compute: Compute,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    most: int = MOST_LANDMARKS,
) -> Projection:
    """Lay out the vectors of an encoder for a content, and give the new projection with its landmarks as points.

    `on_progress` hears how many rounds are done and how many there are. Raises EmbeddingError if there are no vectors;
    until the layout is there, nothing is written.
    """
    candidates = list_candidates(cursor, encoder=encoder, content=content)
    if not len(candidates.numbers):
        raise EmbeddingError("There is nothing to lay out yet.", "Embed the pairs first.")
    numbers = candidates.numbers[choose_landmarks(candidates.keys, candidates.branches, most=most)]
    vectors = read_numbered_vectors(cursor, encoder=encoder, numbers=numbers)
    known = list_vector_places(cursor, old) if old else None
    start = _start(cursor, old, known, numbers, compute) if old and known else None
    layout = compute(lay_out, vectors, seed=SEED, start=start, on_progress=on_progress)
    coordinates = _turned(layout.coordinates, numbers, known) if known else layout.coordinates
    now = datetime.now(UTC)
    projection = Projection(
        ids.stable_id("projection", encoder, content, layout.method, SEED, now.isoformat()),
        encoder,
        layout.method,
        SEED,
        now,
        content,
        len(numbers),
        old.projection_id if old else None,
    )
    with database.writing, transaction(cursor):
        insert_projection(cursor, projection)
        insert_vector_places(
            cursor, projection, VectorPlaces(numbers, coordinates), distances=layout.distances, placed_by="fit"
        )
    return projection


def _start(
    cursor: Cursor, old: Projection, known: VectorPlaces, numbers: np.ndarray, compute: Compute
) -> np.ndarray | None:
    """Give where landmarks lie, or would lie, on the old layout; None if that was made of a handful."""
    if old.method != "umap" or len(numbers) < LEAST_FOR_UMAP:
        return None
    start = np.empty((len(numbers), 2), np.float32)
    is_known = np.isin(numbers, known.numbers)
    start[is_known] = known.coordinates[np.searchsorted(known.numbers, numbers[is_known])]
    if not is_known.all():
        start[~is_known] = place_on_map(cursor, old, numbers[~is_known], compute=compute).coordinates
    return start


def _turned(coordinates: np.ndarray, numbers: np.ndarray, known: VectorPlaces) -> np.ndarray:
    """Turn a layout of vectors towards where they lay before."""
    common = np.flatnonzero(np.isin(numbers, known.numbers))
    return turn_towards(
        coordinates, common=common, old=known.coordinates[np.searchsorted(known.numbers, numbers[common])]
    )
