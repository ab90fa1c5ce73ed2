"""How does every instruction get its place on the map?

Texts are embedded in batches, each kept as soon as it is done; then what is new is placed on the newest layout, whose
points never move. A first layout, or one that a small set has outgrown, is made anew: as long as the whole takes
seconds, a map that fits is worth more than one that stands still.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from glan_core import ids
from glan_core.embedding.encoder import ENCODER
from glan_core.embedding.projection import SEED, lay_out, place
from glan_core.errors import EmbeddingError, GlanError
from glan_core.store.database import Cursor, Database, explained_errors, transaction
from glan_core.store.embeddings import list_unplaced_instructions, list_vectors
from glan_core.store.projections import (
    PlacedInstruction,
    Projection,
    find_newest_projection,
    insert_projected_points,
    insert_projection,
    list_placed_instructions,
)
from glan_core.text_vectors import Compute, compute_here, embed_missing

# A set is laid out anew when it has doubled since, as long as the layout was made of fewer points than this; a fit of
# 2,000 takes about 3 s on two cores, and one of 20,000 about 15 s, which is as many as one is made of.
_LARGEST_RELAYOUT = 2_000
_LARGEST_FIT = 20_000


class Placed(NamedTuple):
    """What one placement did."""

    embedded: int
    placed: int
    is_new_layout: bool


def place_all(
    database: Database,
    *,
    compute: Compute = compute_here,
    on_progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> Placed:
    """Embed and place every instruction that the newest layout does not hold.

    `on_progress` hears the step (`embedding` or `layout`), how many are done and how many there are. Raises
    EmbeddingError and StoreError; what was embedded until then is kept.
    """
    cursor = database.cursor()
    with explained_errors(database.path):
        projection = find_newest_projection(cursor)
        unplaced = list_unplaced_instructions(cursor, projection.projection_id if projection else None)
        if not unplaced:
            return Placed(0, 0, False)
        embedded = embed_missing(
            database,
            list(unplaced.values()),
            compute=compute,
            on_progress=lambda done, total: on_progress("embedding", done, total),
        )
        on_progress("layout", 0, len(unplaced))
        points = list_placed_instructions(cursor, projection.projection_id) if projection else []
        fitted = [point for point in points if point.placed_by == "fit"]
        if projection is None or _has_outgrown(len(fitted), len(points) + len(unplaced)):
            _lay_out_anew(cursor, unplaced | {point.instruction_id: point.text for point in points}, compute)
            return Placed(embedded, len(unplaced), True)
        _place_among(cursor, projection, fitted, unplaced, compute)
        return Placed(embedded, len(unplaced), False)


def _has_outgrown(fitted: int, total: int) -> bool:
    return fitted < _LARGEST_RELAYOUT and total >= 2 * fitted


def _lay_out_anew(cursor: Cursor, texts: dict[str, str], compute: Compute) -> None:
    """Make a new layout of a sample that the ids decide, and place the rest in it."""
    ordered = sorted(texts)  # ids are hashes, so the first of them are a sample without a bias
    fitted, rest = ordered[:_LARGEST_FIT], ordered[_LARGEST_FIT:]
    vectors = list_vectors(cursor, encoder=ENCODER, texts=[texts[i] for i in ordered])
    layout = compute(lay_out, vectors[: len(fitted)], seed=SEED)
    now = datetime.now(UTC)
    projection = Projection(
        ids.stable_id("projection", ENCODER, layout.method, SEED, now.isoformat()), ENCODER, layout.method, SEED, now
    )
    places = [(fitted, layout.coordinates, "fit")]
    if rest:
        added = compute(
            place,
            vectors[len(fitted) :],
            among=vectors[: len(fitted)],
            coordinates=layout.coordinates,
            method=layout.method,
            seed=SEED,
        )
        places.append((rest, added, "transform"))
    with transaction(cursor):
        insert_projection(cursor, projection)
        for instruction_ids, coordinates, placed_by in places:
            insert_projected_points(
                cursor,
                projection.projection_id,
                instruction_ids=instruction_ids,
                coordinates=coordinates,
                placed_by=placed_by,
            )


def _place_among(
    cursor: Cursor, projection: Projection, fitted: list[PlacedInstruction], unplaced: dict[str, str], compute: Compute
) -> None:
    """Place new instructions among the points of the fit; those placed since do not count, so no error adds up."""
    places = compute(
        place,
        list_vectors(cursor, encoder=projection.encoder, texts=list(unplaced.values())),
        among=list_vectors(cursor, encoder=projection.encoder, texts=[point.text for point in fitted]),
        coordinates=np.array([(point.x, point.y) for point in fitted], dtype=np.float32),
        method=projection.method,
        seed=projection.seed,
    )
    insert_projected_points(
        cursor,
        projection.projection_id,
        instruction_ids=list(unplaced),
        coordinates=places,
        placed_by="transform",
    )


class Placer:
    """Places instructions in a thread of its own; pages start it and ask how far it is."""

    def __init__(self, database: Database, compute: Compute) -> None:
        self._database = database
        self._compute = compute
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.step = ""
        """`embedding` or `layout` while it works."""
        self.done = 0
        self.total = 0
        self.error: GlanError | None = None
        """Why the last placement ended early."""

    @property
    def is_running(self) -> bool:
        """Say whether a placement is under way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin to place what has no place yet; does nothing while one is under way."""
        with self._lock:
            if self.is_running:
                return
            self.step, self.done, self.total, self.error = "embedding", 0, 0, None
            self._thread = threading.Thread(target=self._run, name="placer", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            place_all(self._database, compute=self._compute, on_progress=self._hear)
        except GlanError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence would be started for ever
            self.error = EmbeddingError(f"Placing ended on {type(error).__name__}: {error}", "Try again.")

    def _hear(self, step: str, done: int, total: int) -> None:
        self.step, self.done, self.total = step, done, total
