"""Where on a map that stands do new vectors belong?

The process that places has the map at hand or is handed it: its landmarks are read from the database, which takes a
second or two for 50,000, so nothing of it is kept in a file besides.
"""

import numpy as np

from glan_core.embedding.projection import Places
from glan_core.embedding.standing_maps import is_at_hand, place_on, take_to_hand
from glan_core.errors import EmbeddingError
from glan_core.store.database import Cursor
from glan_core.store.numbered_vectors import read_numbered_vectors
from glan_core.store.projections import Projection
from glan_core.store.vector_places import list_vector_places
from glan_core.text_encoding import Compute

_TRIES = 2


def place_on_map(cursor: Cursor, projection: Projection, numbers: np.ndarray, *, compute: Compute) -> Places:
    """Give places for the vectors with these numbers (int64 of shape (n,), rising, n >= 1); nothing is written.

    Raises EmbeddingError.
    """
    vectors = read_numbered_vectors(cursor, encoder=projection.encoder, numbers=numbers)
    return place_vectors(cursor, projection, vectors, compute=compute)


def place_vectors(cursor: Cursor, projection: Projection, vectors: np.ndarray, *, compute: Compute) -> Places:
    """Give places for vectors (float32 of shape (n, d), n >= 1), each as if it came alone; nothing is written.

    Raises EmbeddingError.
    """
    for _ in range(_TRIES):  # the process may have been replaced since it was handed the map
        get_ready(cursor, projection, compute=compute)
        places = compute(place_on, projection.projection_id, vectors)
        if places is not None:
            return places
    raise EmbeddingError("The process that places pairs lost the map twice.", "Try again.")


def get_ready(cursor: Cursor, projection: Projection, *, compute: Compute) -> None:
    """Hand a map to the process that places, unless it has it at hand; EmbeddingError if a vector is missing."""
    if compute(is_at_hand, projection.projection_id):
        return
    landmarks = list_vector_places(cursor, projection, placed_by="fit")
    if not len(landmarks.numbers):
        raise EmbeddingError("The layout of the map has no points that it was made of.", "Lay the map out anew.")
    vectors = read_numbered_vectors(cursor, encoder=projection.encoder, numbers=landmarks.numbers)
    compute(
        take_to_hand,
        projection.projection_id,
        vectors,
        landmarks.coordinates,
        method=projection.method,
        seed=projection.seed,
    )
