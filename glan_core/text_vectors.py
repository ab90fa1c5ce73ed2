"""How does every text get its vector once?

In batches, each kept as soon as it is there, so that nothing is embedded twice however an embedding ends. Batches grow
until one takes some seconds: a quick encoder is asked less often, and a slow one loses little. Several may embed the
same texts at once: each batch is one's alone, and the others find it there.
"""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from glan_core.embedding.recall import LEAST_TEXTS
from glan_core.embedding.sentence_encoder import Precision, has_bfloat16, measure_bfloat16
from glan_core.encoders import BUILT_IN_ENCODER, Content, Encoder, EncoderRecall
from glan_core.ids import content_id
from glan_core.store.database import Cursor, Database, explained_errors
from glan_core.store.embeddings import insert_embeddings, link_instructions, list_unembedded_texts, list_vectors
from glan_core.store.encoders import (
    count_unread_texts,
    find_encoder_recall,
    insert_encoder_recall,
    list_names_to_read,
    list_unread_texts,
)
from glan_core.text_encoding import Compute, Means, compute_here, encode_texts, folder_of, key_of_environment

LEAST_RECALL = 0.98
"""With 16-bit numbers only if so many of the 10 nearest neighbours stay the same."""
_FIRST_BATCH = 256
_LARGEST_BATCH = 8_192
_BATCH_SECONDS = 2.0
_LEAST_TO_MEASURE = 1_000  # texts without a vector: for fewer, measuring would take as long as it saves
_MOST_MEASURED = 400
_PAIRS_AT_ONCE = 10_000

__all__ = [
    "Compute",
    "Embedded",
    "compute_here",
    "count_unread_names",
    "embed_instructions",
    "embed_missing",
    "embed_names",
    "precision_for",
    "vectors_of",
]


class Embedded(NamedTuple):
    """What one embedding did."""

    embedded: int
    """Different texts that got their vector now."""
    known: int
    """Pairs whose text had one, of another pair or from before."""
    seconds: float
    is_stopped: bool = False
    """Whether it was stopped before all were read."""

    @property
    def texts_per_second(self) -> float:
        """Give how fast it was; 0 if there was nothing to do."""
        return self.embedded / self.seconds if self.embedded and self.seconds else 0.0


class _Turn:
    """Whose turn it is to embed by one encoder for one database, and how many batches that has been."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.batches = 0


_TURNS: dict[tuple[Path, str], _Turn] = {}


def embed_missing(
    database: Database,
    texts: Sequence[str],
    *,
    encoder: Encoder = BUILT_IN_ENCODER,
    compute: Compute = compute_here,
    find_key: Callable[[str], str] = key_of_environment,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Embed those of the texts that have no vector yet, and give how many this call has embedded.

    `on_progress` hears how many are done and how many there are; `is_stopped` is asked between batches, and True ends
    it there. Raises EmbeddingError, EndpointError and StoreError; what was embedded until then is kept.
    """
    cursor = database.cursor()
    means = Means(compute, find_key)
    turn = _TURNS.setdefault((database.path.resolve(), encoder.encoder), _Turn())
    with explained_errors(database.path):
        seen = turn.batches
        missing = list_unembedded_texts(cursor, encoder=encoder.encoder, texts=texts)
        start, size, embedded = 0, _FIRST_BATCH, 0
        precision: Precision | None = None
        while start < len(missing) and not is_stopped():
            on_progress(start, len(missing))
            batch = missing[start : start + size]
            start += len(batch)
            with turn.lock:
                if turn.batches != seen:  # somebody else has embedded since
                    batch = list_unembedded_texts(cursor, encoder=encoder.encoder, texts=batch)
                if not batch:
                    continue
                precision = precision or precision_for(database, encoder=encoder, texts=missing, means=means)
                began = time.monotonic()
                vectors = encode_texts(encoder, batch, database=database.path, means=means, precision=precision)
                with database.writing:
                    insert_embeddings(cursor, encoder=encoder.encoder, texts=batch, vectors=vectors)
                turn.batches += 1
            seen += 1
            embedded += len(batch)
            if len(batch) >= size and time.monotonic() - began < _BATCH_SECONDS / 2:
                size = min(2 * size, _LARGEST_BATCH)
    return embedded


def vectors_of(
    database: Database,
    texts: Sequence[str],
    *,
    encoder: Encoder = BUILT_IN_ENCODER,
    compute: Compute = compute_here,
    find_key: Callable[[str], str] = key_of_environment,
) -> np.ndarray:
    """Give the vectors of texts, float32 of shape (len(texts), dimensions); raises as `embed_missing`."""
    embed_missing(database, texts, encoder=encoder, compute=compute, find_key=find_key)
    with explained_errors(database.path):
        return list_vectors(database.cursor(), encoder=encoder.encoder, texts=texts)


def embed_instructions(
    database: Database,
    *,
    encoder: Encoder = BUILT_IN_ENCODER,
    content: Content = "instruction",
    compute: Compute = compute_here,
    find_key: Callable[[str], str] = key_of_environment,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Embedded:
    """Let an encoder read the instruction, the answer or both of every pair that it has not read as that.

    `both` is the instruction, a blank line, and the answer, as one text. `on_progress` hears how many pairs are done
    and how many there are; `is_stopped` and what is raised: as for `embed_missing`.
    """
    began = time.monotonic()
    cursor = database.cursor()
    name = encoder.encoder
    with explained_errors(database.path):
        total = count_unread_texts(cursor, encoder=name, content=content)
        done, embedded, after, stopped = 0, 0, "", False
        while unread := list_unread_texts(cursor, encoder=name, content=content, after=after, limit=_PAIRS_AT_ONCE):
            so_far = done
            embedded += embed_missing(
                database,
                list(unread.values()),
                encoder=encoder,
                compute=compute,
                find_key=find_key,
                on_progress=lambda read, _, so_far=so_far: on_progress(so_far + read, total),  # type: ignore[misc]
                is_stopped=is_stopped,
            )
            content_of = {instruction_id: content_id(text) for instruction_id, text in unread.items()}
            with database.writing:
                link_instructions(cursor, encoder=name, content=content, content_of=content_of)
            if stopped := is_stopped():
                left = set(list_unembedded_texts(cursor, encoder=name, texts=list(unread.values())))
                done += sum(text not in left for text in unread.values())
                break
            done += len(unread)
            after = max(unread)
        on_progress(done, max(done, total))
    return Embedded(embedded, done - embedded, time.monotonic() - began, stopped and done < total)


def embed_names(
    database: Database,
    *,
    encoder: Encoder = BUILT_IN_ENCODER,
    compute: Compute = compute_here,
    find_key: Callable[[str], str] = key_of_environment,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Embedded:
    """Let an encoder read the names of all nodes, subjects and key concepts: they lie in the space of the pairs then.

    `known` counts names here. `is_stopped` and what is raised: as for `embed_missing`.
    """
    began = time.monotonic()
    cursor = database.cursor()
    with explained_errors(database.path):
        names = list_names_to_read(cursor)
    embedded = embed_missing(
        database,
        names,
        encoder=encoder,
        compute=compute,
        find_key=find_key,
        on_progress=on_progress,
        is_stopped=is_stopped,
    )
    with explained_errors(database.path):
        left = len(list_unembedded_texts(cursor, encoder=encoder.encoder, texts=names)) if is_stopped() else 0
    return Embedded(embedded, len(names) - left - embedded, time.monotonic() - began, left > 0)


def count_unread_names(cursor: Cursor, *, encoder: str) -> int:
    """Count the names of nodes, subjects and key concepts that an encoder has not read, each once."""
    return len(list_unembedded_texts(cursor, encoder=encoder, texts=list_names_to_read(cursor)))


def precision_for(database: Database, *, encoder: Encoder, texts: Sequence[str], means: Means) -> Precision:
    """Choose 16-bit numbers where this processor has them and they keep the neighbours of texts that are to be read."""
    if encoder.kind in ("static", "endpoint") or not has_bfloat16():
        return "float32"
    cursor = database.cursor()
    measured = find_encoder_recall(cursor, encoder.encoder)
    if measured is None:
        if len(texts) < max(_LEAST_TO_MEASURE, LEAST_TEXTS):
            return "float32"
        sample = texts[:: len(texts) // _MOST_MEASURED][:_MOST_MEASURED]
        recall = means.compute(measure_bfloat16, folder_of(encoder, means=means), sample)
        measured = EncoderRecall(recall, len(sample), datetime.now(UTC))
        with database.writing:
            insert_encoder_recall(cursor, encoder.encoder, measured)
    return "bfloat16" if measured.recall >= LEAST_RECALL else "float32"
