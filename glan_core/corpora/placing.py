"""Where in the taxonomy does each row of a corpus belong, and how far can that be trusted?

Rows are compared with the disciplines' subjects and key concepts, not with own pairs: so own pairs can be placed in the
same way, which tells how often it is right, and keeps a comparison fair.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from glan_core.encoder_choice import encoder_in_use
from glan_core.encoders import Content, Encoder
from glan_core.errors import EmbeddingError
from glan_core.ids import stable_id
from glan_core.insight.nearest_disciplines import (
    SHARPNESS,
    Accuracy,
    accuracy_of,
    fit_sharpness,
    nearest_disciplines,
    reference_of,
)
from glan_core.insight.node_meanings import centroids_of
from glan_core.store.corpora import Corpus
from glan_core.store.corpus_places import (
    OwnVectors,
    Places,
    list_own_vectors,
    list_row_numbers,
    list_row_texts,
    list_taught_names,
    replace_places,
)
from glan_core.store.database import Cursor, Database, explained_errors
from glan_core.store.embeddings import list_vectors
from glan_core.store.numbered_vectors import read_numbered_vectors
from glan_core.text_encoding import Compute, compute_here, key_of_environment
from glan_core.text_vectors import embed_missing, vectors_of

LEAST_TO_FIT = 100
"""Own pairs: with fewer, confidence is as on the demo corpus."""
_MOST_TO_FIT = 5_000
_ROWS_AT_ONCE = 5_000


class Reference(NamedTuple):
    """What texts are compared with."""

    discipline_ids: tuple[str, ...]
    vectors: np.ndarray
    """float32 of shape (k, d), of unit length."""
    sharpness: float
    """Of the confidence; see insight/nearest_disciplines.py."""
    accuracy: Accuracy
    """Of own pairs placed in the same way; of at most 5,000, evenly spread."""
    stamp: str
    """Another one after every change of what disciplines teach, or of the sharpness."""


class Placed(NamedTuple):
    """What one placing did."""

    corpus: Corpus
    encoder: str
    content: Content
    placed: int
    """Rows that have a place now; fewer than the corpus has if only some were asked for."""
    embedded: int
    """Texts that were read for it."""
    median_confidence: float
    """nan where nothing was placed."""
    accuracy: Accuracy
    """Of own pairs placed in the same way."""
    seconds: float
    is_stopped: bool = False
    """Whether it was stopped: then nothing was placed, and earlier places are as they were."""


def place_corpus(
    database: Database,
    corpus: Corpus,
    *,
    rows: int | None = None,
    encoder: Encoder | None = None,
    content: Content | None = None,
    compute: Compute = compute_here,
    find_key: Callable[[str], str] = key_of_environment,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    on_names: Callable[[int, int], None] = lambda done, total: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Placed:
    """Give every row of a corpus, or a random `rows` of them, its nearest discipline; earlier places are replaced.

    Encoder and content are those of the map unless named. `on_progress` hears how many rows are read and how many there
    are, and `on_names` the same of the names that they are compared with; `is_stopped` is asked between batches of
    texts, and True ends it there without new places. Raises EmbeddingError, EndpointError and StoreError; texts that
    were read until then are not read again.
    """
    began = time.monotonic()
    cursor = database.cursor()
    with explained_errors(database.path):
        chosen = encoder_in_use(cursor)
        encoder, content = encoder or chosen.encoder, content or chosen.content
        names = [each.name for each in list_taught_names(cursor)]
        embed_missing(
            database,
            names,
            encoder=encoder,
            compute=compute,
            find_key=find_key,
            on_progress=on_names,
            is_stopped=is_stopped,
        )
        if is_stopped():
            return _stopped(corpus, encoder, content, embedded=0, began=began)
        reference = reference_for(database, encoder, content, compute=compute, find_key=find_key)
        numbers = list_row_numbers(cursor, corpus.corpus_id, limit=rows)
        nearest, similarities, confidences = [], [], []
        embedded = 0
        for start in range(0, len(numbers), _ROWS_AT_ONCE):
            texts = list_row_texts(
                cursor, corpus.corpus_id, content=content, numbers=numbers[start : start + _ROWS_AT_ONCE]
            )
            embedded += embed_missing(
                database,
                texts,
                encoder=encoder,
                compute=compute,
                find_key=find_key,
                on_progress=lambda done, _, start=start: on_progress(start + done, len(numbers)),  # type: ignore[misc]
                is_stopped=is_stopped,
            )
            if is_stopped():
                return _stopped(corpus, encoder, content, embedded=embedded, began=began)
            vectors = list_vectors(cursor, encoder=encoder.encoder, texts=texts)
            found = nearest_disciplines(vectors, reference.vectors, sharpness=reference.sharpness)
            nearest.append(found.disciplines)
            similarities.append(found.similarities)
            confidences.append(found.confidences)
        on_progress(len(numbers), len(numbers))
        ids = [reference.discipline_ids[place] for part in nearest for place in part.tolist()]
        places = Places(numbers, ids, np.concatenate(similarities), np.concatenate(confidences))
        with database.writing:
            replace_places(
                cursor,
                corpus.corpus_id,
                encoder=encoder.encoder,
                content=content,
                places=places,
                reference=reference.stamp,
            )
    return Placed(
        corpus,
        encoder.encoder,
        content,
        len(numbers),
        embedded,
        float(np.median(places.confidences)),
        reference.accuracy,
        time.monotonic() - began,
    )


def _stopped(corpus: Corpus, encoder: Encoder, content: Content, *, embedded: int, began: float) -> Placed:
    nothing = Accuracy(0, np.nan, np.nan)
    seconds = time.monotonic() - began
    return Placed(corpus, encoder.encoder, content, 0, embedded, np.nan, nothing, seconds, is_stopped=True)


def reference_for(
    database: Database,
    encoder: Encoder,
    content: Content,
    *,
    compute: Compute = compute_here,
    find_key: Callable[[str], str] = key_of_environment,
) -> Reference:
    """Read the names of all subjects and key concepts, and fit the confidence to own pairs that have been read.

    Raises EmbeddingError where the taxonomy has no discipline, and as `embed_missing`.
    """
    cursor = database.cursor()
    taught = list_taught_names(cursor)
    if not taught:
        raise EmbeddingError(
            "The taxonomy has no disciplines that rows could be compared with.",
            "Add some first: glan_core taxonomy add",
        )
    ids = tuple(sorted({each.discipline_id for each in taught}))
    number_of = {discipline_id: number for number, discipline_id in enumerate(ids)}
    names = [each.name for each in taught]
    vectors = vectors_of(database, names, encoder=encoder, compute=compute, find_key=find_key)
    nodes = np.array([number_of[each.discipline_id] for each in taught])
    is_concept = np.array([each.is_key_concept for each in taught])
    parts = [centroids_of(vectors[mask], nodes[mask], count=len(ids)) for mask in (~is_concept, is_concept)]
    reference = reference_of(*parts)
    own = list_own_vectors(cursor, encoder=encoder.encoder, content=content)
    own_vectors, own_nodes = _known_texts(cursor, own, number_of, encoder=encoder.encoder)
    accuracy = accuracy_of(own_vectors, own_nodes, reference)
    sharpness = fit_sharpness(own_vectors, own_nodes, reference) if len(own_vectors) >= LEAST_TO_FIT else SHARPNESS
    stamp = stable_id("reference", round(sharpness, 6), taught)
    return Reference(ids, reference, sharpness, accuracy, stamp)


def _known_texts(
    cursor: Cursor, own: OwnVectors, number_of: dict[str, int], *, encoder: str
) -> tuple[np.ndarray, np.ndarray]:
    """Give the vectors and the disciplines of own pairs whose discipline can be found, evenly spread over all."""
    nodes = np.array([number_of.get(discipline_id, -1) for discipline_id in own.discipline_ids], np.int64)
    there = np.flatnonzero(nodes >= 0)
    there = there[:: max(1, -(-len(there) // _MOST_TO_FIT))]
    distinct, place = np.unique(own.numbers[there], return_inverse=True)
    return read_numbered_vectors(cursor, encoder=encoder, numbers=distinct)[place], nodes[there]
