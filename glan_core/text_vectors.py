"""How does every text get its vector once?

In batches, each kept as soon as it is there, so that nothing is embedded twice however an embedding ends.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np

from glan_core.embedding.encoder import BATCH, ENCODER, encode
from glan_core.store.database import Database, explained_errors
from glan_core.store.embeddings import insert_embeddings, list_unembedded_texts, list_vectors

T = TypeVar("T")


class Compute(Protocol):
    """Something that calls a function, here or in another process."""

    def __call__(self, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Give what the function gives."""
        ...


def compute_here(function: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Call a function in this process."""
    return function(*arguments, **options)


def embed_missing(
    database: Database,
    texts: Sequence[str],
    *,
    compute: Compute = compute_here,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Embed those of the texts that have no vector yet, and give how many they were.

    `on_progress` hears how many are done and how many there are. Raises EmbeddingError and StoreError; what was
    embedded until then is kept.
    """
    cursor = database.cursor()
    with explained_errors(database.path):
        missing = list_unembedded_texts(cursor, encoder=ENCODER, texts=texts)
        for start in range(0, len(missing), BATCH):
            on_progress(start, len(missing))
            batch = missing[start : start + BATCH]
            vectors = compute(encode, batch)
            with database.writing:
                insert_embeddings(cursor, encoder=ENCODER, texts=batch, vectors=vectors)
    return len(missing)


def vectors_of(database: Database, texts: Sequence[str], *, compute: Compute = compute_here) -> np.ndarray:
    """Give the vectors of texts, float32 of shape (len(texts), dimensions); raises as `embed_missing`."""
    embed_missing(database, texts, compute=compute)
    with explained_errors(database.path):
        return list_vectors(database.cursor(), encoder=ENCODER, texts=texts)
