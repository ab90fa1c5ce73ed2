"""How do the rows of a corpus get their places on the map that stands?

As new pairs do: each is placed among the landmarks alone, so that no pair moves for it. A row that says what a pair
says lies where that pair lies.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from glan_core.encoder_choice import encoder_in_use
from glan_core.encoders import Content, Encoder
from glan_core.errors import EmbeddingError
from glan_core.standing_map import get_ready, place_vectors
from glan_core.store.corpora import Corpus
from glan_core.store.corpus_places import list_row_texts
from glan_core.store.corpus_points import (
    RowPlaces,
    count_corpus_points,
    find_places_of_texts,
    insert_corpus_points,
    list_unplaced_rows,
)
from glan_core.store.database import Cursor, Database, explained_errors
from glan_core.store.embeddings import list_vectors
from glan_core.store.projections import Projection, find_newest_projection
from glan_core.text_encoding import Compute, compute_here, key_of_environment
from glan_core.text_vectors import embed_missing

_ROWS_AT_ONCE = 2_000
"""Rows that are read and placed together; each such batch is kept as it comes."""

Hear = Callable[[str, int, int], None]


class PlacedOnMap(NamedTuple):
    """What one placing did."""

    corpus: Corpus
    projection: Projection
    placed: int
    """Rows that got a place now."""
    points: int
    """Rows that have one."""
    embedded: int
    """Texts that were read for it."""
    seconds: float
    is_stopped: bool = False
    """Whether it was stopped before all had a place."""


def place_corpus_on_map(
    database: Database,
    corpus: Corpus,
    *,
    rows: int | None = None,
    encoder: Encoder | None = None,
    content: Content | None = None,
    compute: Compute = compute_here,
    arrange: Compute | None = None,
    find_key: Callable[[str], str] = key_of_environment,
    on_progress: Hear = lambda step, done, total: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> PlacedOnMap:
    """Place every row of a corpus that has no place on the newest map, or only those of a random `rows` of them.

    Encoder and content are those of the map unless named. `compute` calls what embeds, `arrange` what places (by
    default the same). `on_progress` hears the step (`reading` or `placing`), how many rows are done and how many there
    are; `is_stopped` is asked between batches. Raises EmbeddingError, also where there is no map yet, EndpointError and
    StoreError; what was read and placed until then is kept.
    """
    began = time.monotonic()
    cursor = database.cursor()
    with explained_errors(database.path):
        chosen = encoder_in_use(cursor)
        encoder, content = encoder or chosen.encoder, content or chosen.content
        projection = projection_to_place_on(cursor, encoder=encoder.encoder, content=content)
        numbers = list_unplaced_rows(cursor, projection.projection_id, corpus.corpus_id, limit=rows)
        if len(numbers):
            get_ready(cursor, projection, compute=arrange or compute)
        done = embedded = 0
        while done < len(numbers) and not is_stopped():
            batch = numbers[done : done + _ROWS_AT_ONCE]
            on_progress("reading", done, len(numbers))
            texts = list_row_texts(cursor, corpus.corpus_id, content=content, numbers=batch)
            places = _known_and_rest(cursor, projection, batch, texts)
            embedded += embed_missing(
                database,
                [texts[place] for place in places.rest],
                encoder=encoder,
                compute=compute,
                find_key=find_key,
                on_progress=lambda read, _, done=done: on_progress("reading", done + read, len(numbers)),  # type: ignore[misc]
                is_stopped=is_stopped,
            )
            if is_stopped():
                break
            on_progress("placing", done, len(numbers))
            found = _placed(cursor, projection, batch, texts, places, arrange or compute)
            with database.writing:
                insert_corpus_points(cursor, projection.projection_id, corpus.corpus_id, found)
            done += len(batch)
        on_progress("placing", done, len(numbers))
        points = count_corpus_points(cursor, projection.projection_id, corpus.corpus_id)
    return PlacedOnMap(
        corpus, projection, done, points, embedded, time.monotonic() - began, is_stopped=done < len(numbers)
    )


def projection_to_place_on(cursor: Cursor, *, encoder: str, content: str) -> Projection:
    """Give the newest layout of an encoder and content; EmbeddingError where there is none."""
    projection = find_newest_projection(cursor, encoder=encoder, content=content)
    if projection is None:
        raise EmbeddingError(
            "There is no map yet that rows could be placed on.", "Place the pairs first: glan_core project"
        )
    return projection


class _Known(NamedTuple):
    """Which texts of a batch lie where a pair lies, and which are left."""

    known: RowPlaces
    rest: list[int]
    """Places in the batch."""


def _known_and_rest(cursor: Cursor, projection: Projection, batch: np.ndarray, texts: list[str]) -> _Known:
    found = find_places_of_texts(cursor, projection, texts)
    rest = np.setdiff1d(np.arange(len(texts)), found.numbers)
    return _Known(found._replace(numbers=batch[found.numbers]), rest.tolist())


def _placed(
    cursor: Cursor, projection: Projection, batch: np.ndarray, texts: list[str], places: _Known, arrange: Compute
) -> RowPlaces:
    """Give the places of a whole batch."""
    known, rest = places
    if not rest:
        return known
    vectors = list_vectors(cursor, encoder=projection.encoder, texts=[texts[place] for place in rest])
    new = place_vectors(cursor, projection, vectors, compute=arrange)
    return RowPlaces(
        np.concatenate([known.numbers, batch[rest]]),
        np.concatenate([known.coordinates, new.coordinates.astype(np.float32)]),
        np.concatenate([known.distances, new.distances.astype(np.float32)]),
    )
