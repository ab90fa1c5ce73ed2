"""How does every pair get its place on the map?

Texts are embedded in batches, each kept as soon as it is done; then what is new is placed on the newest layout of that
encoder and content, batch by batch, and what is placed never moves. A new layout is made for the first pairs, when
somebody asks for it, and once by itself: when a sketch of fewer than 15 has become enough for a map.
"""

from collections.abc import Callable
from typing import NamedTuple

from glan_core.embedding.projection import LEAST_FOR_UMAP
from glan_core.encoder_choice import encoder_in_use
from glan_core.encoders import Content, Encoder
from glan_core.layouts import make_layout
from glan_core.standing_map import get_ready, place_on_map
from glan_core.store.database import Cursor, Database, explained_errors
from glan_core.store.projections import (
    Projection,
    count_points,
    count_unplaced_instructions,
    find_newest_projection,
)
from glan_core.store.vector_places import (
    VectorPlaces,
    copy_known_places,
    count_vectors,
    insert_vector_places,
    list_unplaced_numbers,
)
from glan_core.text_encoding import Compute, compute_here, key_of_environment
from glan_core.text_vectors import embed_instructions

BATCH = 10_000
"""Vectors that are placed at once; each batch is kept as it comes."""

Hear = Callable[[str, int, int], None]


class Placed(NamedTuple):
    """What one placement did."""

    embedded: int
    placed: int
    """Pairs that have a point now and had none before; on a new layout all that it holds."""
    is_new_layout: bool
    projection: Projection | None
    """The newest layout; None as long as there is nothing to place."""
    is_stopped: bool = False
    """Whether it was stopped before all were placed."""


def place_all(
    database: Database,
    *,
    encoder: Encoder | None = None,
    content: Content | None = None,
    compute: Compute = compute_here,
    arrange: Compute | None = None,
    find_key: Callable[[str], str] = key_of_environment,
    is_anew: bool = False,
    on_progress: Hear = lambda step, done, total: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Placed:
    """Embed and place every pair that the newest layout does not hold, or all of them on a new one (`is_anew`).

    Encoder and content are the chosen ones unless named. `compute` calls what embeds, `arrange` what lays out and
    places (by default the same), so that neither has to wait for the other. `on_progress` hears the step (`embedding`,
    `layout`, `ready` or `placing`), how many are done and how many there are; `is_stopped` is asked between batches,
    and True ends it there, though not in the middle of a layout. Raises EmbeddingError, EndpointError and StoreError.
    What was embedded and placed until then is kept, and the next call goes on from there.
    """
    arrange = arrange or compute
    cursor = database.cursor()
    with explained_errors(database.path):
        chosen = encoder_in_use(cursor)
        encoder, content = encoder or chosen.encoder, content or chosen.content
        name = encoder.encoder
        newest = find_newest_projection(cursor, encoder=name, content=content)
        waiting = count_unplaced_instructions(cursor, newest.projection_id if newest else None, content=content)
        if not waiting and not is_anew:
            return Placed(0, 0, False, newest)
        embedded = embed_instructions(
            database,
            encoder=encoder,
            content=content,
            compute=compute,
            find_key=find_key,
            on_progress=lambda done, total: on_progress("embedding", done, total),
            is_stopped=is_stopped,
        ).embedded
        if is_stopped():
            return Placed(embedded, 0, False, newest, is_stopped=True)
        vectors = count_vectors(cursor, encoder=name, content=content)
        if not vectors:
            return Placed(embedded, 0, False, newest)
        before = 0
        if newest is None or is_anew or _has_outgrown_sketch(newest, vectors):
            on_progress("layout", 0, 0)
            projection = make_layout(
                database,
                cursor,
                encoder=name,
                content=content,
                old=newest,
                compute=arrange,
                on_progress=lambda done, total: on_progress("layout", done, total),
            )
        else:
            projection = newest
            before = count_points(cursor, projection.projection_id)
        is_done = _place_rest(database, cursor, projection, arrange, on_progress, is_stopped)
        placed = count_points(cursor, projection.projection_id) - before
    return Placed(embedded, placed, projection is not newest, projection, is_stopped=not is_done)


def _has_outgrown_sketch(newest: Projection, vectors: int) -> bool:
    """Say whether a layout of a handful can become a map: of so few nobody knows yet what lies where."""
    return newest.method == "pca" and vectors >= LEAST_FOR_UMAP


def _place_rest(
    database: Database,
    cursor: Cursor,
    projection: Projection,
    arrange: Compute,
    on_progress: Hear,
    is_stopped: Callable[[], bool],
) -> bool:
    """Place each vector that has no place among the landmarks alone, so that no error adds up; say if all have one."""
    with database.writing:
        copy_known_places(cursor, projection)
    total = len(list_unplaced_numbers(cursor, projection))
    if total:
        on_progress("ready", 0, total)
        get_ready(cursor, projection, compute=arrange)
    done = 0
    while len(numbers := list_unplaced_numbers(cursor, projection, most=BATCH)):
        if is_stopped():
            return False
        on_progress("placing", done, total)
        places = place_on_map(cursor, projection, numbers, compute=arrange)
        with database.writing:
            insert_vector_places(
                cursor,
                projection,
                VectorPlaces(numbers, places.coordinates),
                distances=places.distances,
                placed_by="transform",
            )
        done += len(numbers)
    return True
