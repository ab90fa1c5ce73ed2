"""Which pairs come near to a benchmark's questions in meaning, and what would another threshold find?

Every pair that the encoder in use has read is compared with every item; the nearest one counts. A paraphrase shares no
run of words with its item, so this is how it is found; how near is near enough, the curve of thresholds tells.
"""

from collections.abc import Callable

import numpy as np

from glan_core.checking.steps import ROWS_AT_ONCE, Progress, Write, check_id, go_through, never, no_progress
from glan_core.encoder_choice import encoder_in_use
from glan_core.errors import SettingsError
from glan_core.store.benchmarks import Benchmark, list_items
from glan_core.store.contamination import (
    ContaminatedText,
    CurvePoint,
    find_curve,
    forget_hits,
    insert_hits,
    replace_curve,
    settle_contaminated,
)
from glan_core.store.database import Cursor, Database, explained_errors
from glan_core.store.numbered_vectors import count_linked, read_numbered_vectors
from glan_core.store.quality_checks import QualityCheck, Stretch, find_check, read_vector_numbers
from glan_core.text_encoding import Compute, compute_here, key_of_environment
from glan_core.text_vectors import vectors_of

SIMILARITY = 0.9
"""The cosine from which a pair is flagged, unless somebody says otherwise."""
CURVE = tuple(round(0.5 + step / 100, 2) for step in range(51))
"""The cosines for which the curve tells how many pairs would count."""
_CELLS_AT_ONCE = 16_000_000  # cosines: 64 MB


def check_meaning(
    database: Database,
    benchmark: Benchmark,
    similarity: float = SIMILARITY,
    *,
    compute: Compute = compute_here,
    find_key: Callable[[str], str] = key_of_environment,
    is_anew: bool = False,
    rows_at_once: int = ROWS_AT_ONCE,
    on_progress: Progress = no_progress,
    is_stopped: Callable[[], bool] = never,
) -> QualityCheck:
    """Hold the pairs that the encoder in use has read against a benchmark by meaning, and flag the near ones.

    `similarity` is the cosine from which one is near, 0.5 to 1. Raises SettingsError for another one, EmbeddingError
    and EndpointError where the items cannot be read, and StoreError.
    """
    if not CURVE[0] <= similarity <= 1:
        raise SettingsError(f"A threshold of {similarity:g} cannot be used.", f"Choose from {CURVE[0]:g} to 1.")
    with explained_errors(database.path):
        encoder, content = encoder_in_use(database.cursor())
        linked = count_linked(database.cursor(), encoder=encoder.encoder, content=content)
        items = list_items(database.cursor(), benchmark.benchmark_id)
    asked = vectors_of(database, [item.question for item in items], encoder=encoder, compute=compute, find_key=find_key)
    asked = np.ascontiguousarray(asked.T)

    def look(cursor: Cursor, stretch: Stretch) -> Write:
        ids, numbers = read_vector_numbers(cursor, *stretch.questions, encoder=encoder.encoder, content=content)
        distinct, place = np.unique(numbers, return_inverse=True)
        vectors = read_numbered_vectors(cursor, encoder=encoder.encoder, numbers=distinct)
        nearest, cosines = _nearest(vectors, asked)
        nearest, cosines = nearest[place], cosines[place]
        hits = [
            ContaminatedText(ids[row], "meaning", content, items[nearest[row]].number, 0, round(float(cosines[row]), 6))
            for row in np.flatnonzero(cosines >= np.float32(similarity) - np.float32(1e-6)).tolist()
        ]

        def write(cursor: Cursor) -> int:
            insert_hits(cursor, benchmark.benchmark_id, hits)
            _add_to_curve(cursor, benchmark.benchmark_id, cosines, encoder=encoder.encoder, content=content)
            if hits:
                settle_contaminated(cursor)
            return len(hits)

        return write

    def begin(cursor: Cursor) -> None:
        forget_hits(cursor, benchmark.benchmark_id, ("meaning",))
        replace_curve(cursor, benchmark.benchmark_id, (), encoder=encoder.encoder, content=content)
        settle_contaminated(cursor)

    return go_through(
        database,
        "contamination",
        {"similarity": similarity, "encoder": encoder.encoder, "content": content, "read": linked},
        look,
        about=f"meaning {benchmark.benchmark_id}",
        begin=begin,
        is_anew=is_anew,
        rows_at_once=rows_at_once,
        on_progress=on_progress,
        is_stopped=is_stopped,
    )


def find_meaning_check(cursor: Cursor, benchmark_id: str) -> QualityCheck | None:
    """Give how far pairs were held against a benchmark by meaning; None if they never were."""
    return find_check(cursor, check_id("contamination", f"meaning {benchmark_id}"))


def _nearest(vectors: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the nearest column of `asked` for each row of `vectors`: int64 and its cosine, float32, of shape (n,)."""
    nearest = np.zeros(len(vectors), np.int64)
    cosines = np.zeros(len(vectors), np.float32)
    rows = max(1, _CELLS_AT_ONCE // max(asked.shape[1], 1))
    for first in range(0, len(vectors), rows):
        among = vectors[first : first + rows] @ asked
        best = among.argmax(axis=1)
        nearest[first : first + rows] = best
        cosines[first : first + rows] = among[np.arange(len(best)), best]
    return nearest, cosines


def _add_to_curve(cursor: Cursor, benchmark_id: str, cosines: np.ndarray, *, encoder: str, content: str) -> None:
    known = find_curve(cursor, benchmark_id)
    before = {point.similarity: point.pairs for point in known.points} if known else {}
    points = [CurvePoint(at, before.get(at, 0) + int((cosines >= np.float32(at) - 1e-6).sum())) for at in CURVE]
    replace_curve(cursor, benchmark_id, points, encoder=encoder, content=content)
