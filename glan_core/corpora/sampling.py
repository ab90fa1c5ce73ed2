"""Which rows of a corpus stand for it where it is measured at equal n?"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from glan_core.encoder_choice import ChosenEncoder
from glan_core.store.corpora import Corpus
from glan_core.store.corpus_places import list_row_numbers, list_row_texts
from glan_core.store.database import Database, explained_errors
from glan_core.text_encoding import Compute, compute_here, key_of_environment
from glan_core.text_vectors import vectors_of


class CorpusSample(NamedTuple):
    """Rows of a corpus in the order of the file."""

    numbers: np.ndarray
    """int64 of shape (n,), of corpus_row."""
    texts: tuple[str, ...]
    """What the encoder reads of each: instruction, answer, or both."""
    vectors: np.ndarray
    """float32 of shape (n, d), of unit length."""


def sample_corpus(
    database: Database,
    corpus: Corpus,
    chosen: ChosenEncoder,
    *,
    n: int,
    compute: Compute = compute_here,
    find_key: Callable[[str], str] = key_of_environment,
) -> CorpusSample:
    """Give n rows at random, or all where there are fewer, with their vectors; what has none is read now.

    They are the rows with the lowest ids, which are hashes: the same every time, and part of every larger sample.
    Raises as `text_vectors.embed_missing`.
    """
    cursor = database.cursor()
    with explained_errors(database.path):
        numbers = list_row_numbers(cursor, corpus.corpus_id, limit=n)
        texts = list_row_texts(cursor, corpus.corpus_id, content=chosen.content, numbers=numbers)
    vectors = vectors_of(database, texts, encoder=chosen.encoder, compute=compute, find_key=find_key)
    return CorpusSample(numbers, tuple(texts), vectors)
