"""What does a corpus have of each discipline, and what does it lack beside one's own set at equal n?

Both are placed by meaning, in the same way. Equal n is the size of the smaller one: counts of the larger are scaled,
and the disciplines that it would reach are worked out exactly (rarefaction), so that no sample has to be drawn.
"""

import shlex
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from glan_core.corpora.placing import reference_for
from glan_core.encoder_choice import ChosenEncoder, encoder_in_use
from glan_core.encoders import Content
from glan_core.errors import EmbeddingError
from glan_core.insight.equal_n import expected_reached
from glan_core.insight.nearest_disciplines import Accuracy, nearest_disciplines
from glan_core.store.concept_vectors import meanings_stamp
from glan_core.store.corpora import Corpus
from glan_core.store.corpus_places import (
    count_placed_by_discipline,
    count_places,
    find_reference,
    list_own_vectors,
)
from glan_core.store.database import Database, explained_errors
from glan_core.store.numbered_vectors import read_numbered_vectors
from glan_core.text_encoding import Compute, compute_here, key_of_environment

_VECTORS_AT_ONCE = 50_000


class OwnPlaces(NamedTuple):
    """Where own pairs belong by meaning, found in the way in which rows of a corpus are placed."""

    encoder: str
    content: Content
    stamp: str
    """As `store.concept_vectors.meanings_stamp`: another one after every change that would give other places."""
    discipline_ids: tuple[str, ...]
    disciplines: np.ndarray
    """int64 of shape (n,): for each pair that was read, its nearest discipline, by its number in discipline_ids."""
    confidences: np.ndarray
    """float32 of shape (n,), 0 to 1."""
    accuracy: Accuracy
    """How often that is the discipline that they were made for."""
    reference: str
    """As `corpora.placing.Reference.stamp`: what they were compared with."""

    def counts(self, least_confidence: float) -> dict[str, int]:
        """Count the pairs of each discipline that are placed with this confidence."""
        sure = self.disciplines[self.confidences >= least_confidence]
        counts = np.bincount(sure, minlength=len(self.discipline_ids))
        return dict(zip(self.discipline_ids, counts.tolist(), strict=True))


class CorpusComparison(NamedTuple):
    """A corpus beside one's own set."""

    corpus: Corpus
    encoder: str
    content: Content
    least_confidence: float
    own_pairs: int
    """Own pairs that the encoder has read and that are placed with this confidence."""
    placed_rows: int
    """Rows of the corpus that have a place, of any confidence."""
    rows: int
    """Those of at least this confidence, which are compared."""
    n: int
    """How many of both are compared: the smaller of the two."""
    own_reached: float
    """Disciplines that n own pairs reach on average."""
    corpus_reached: float
    """Disciplines that n rows reach on average."""
    accuracy: Accuracy
    """Of own pairs placed in this way."""
    disciplines: pd.DataFrame
    """discipline_id, field_id, field, sub_field_id, sub_field, discipline, own_pairs, rows, mean_confidence, own_at_n,
    rows_at_n, lacks: how many more of n are own ones; what the corpus lacks most comes first."""
    is_outdated: bool = False
    """Whether its rows were placed by another taxonomy, or confidence, than own pairs: that is no fair comparison."""

    def fields(self) -> pd.DataFrame:
        """Give the same by field: field, own_pairs, rows, own_at_n, rows_at_n, lacks."""
        numbers = ["own_pairs", "rows", "own_at_n", "rows_at_n", "lacks"]
        summed = self.disciplines.groupby("field", as_index=False, sort=True)[numbers].sum()
        return summed.sort_values(["lacks", "field"], ascending=[False, True], ignore_index=True)


def place_own(
    database: Database,
    *,
    chosen: ChosenEncoder | None = None,
    compute: Compute = compute_here,
    find_key: Callable[[str], str] = key_of_environment,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> OwnPlaces:
    """Place the own pairs that the encoder has read; pairs of one text share a vector and count each.

    `on_progress` hears how many texts are placed and how many there are. Raises as `reference_for`.
    """
    cursor = database.cursor()
    with explained_errors(database.path):
        encoder, content = chosen or encoder_in_use(cursor)
        reference = reference_for(database, encoder, content, compute=compute, find_key=find_key)
        stamp = meanings_stamp(cursor, encoder=encoder.encoder, content=content)
        own = list_own_vectors(cursor, encoder=encoder.encoder, content=content)
        numbers, places = np.unique(own.numbers, return_inverse=True)
        disciplines, confidences = np.empty(len(numbers), np.int64), np.empty(len(numbers), np.float32)
        for start in range(0, len(numbers), _VECTORS_AT_ONCE):
            on_progress(start, len(numbers))
            part = slice(start, start + _VECTORS_AT_ONCE)
            vectors = read_numbered_vectors(cursor, encoder=encoder.encoder, numbers=numbers[part])
            found = nearest_disciplines(vectors, reference.vectors, sharpness=reference.sharpness)
            disciplines[part], confidences[part] = found.disciplines, found.confidences
    return OwnPlaces(
        encoder.encoder,
        content,
        stamp,
        reference.discipline_ids,
        disciplines[places],
        confidences[places],
        reference.accuracy,
        reference.stamp,
    )


def compare_corpus(
    database: Database,
    corpus: Corpus,
    *,
    chosen: ChosenEncoder | None = None,
    least_confidence: float = 0.0,
    own: OwnPlaces | None = None,
    compute: Compute = compute_here,
) -> CorpusComparison:
    """Compare a placed corpus with the own pairs that the encoder has read, by default that of the map.

    `own` are the places of these, found now if not given. Raises EmbeddingError if the corpus has no places by the
    encoder, and StoreError.
    """
    cursor = database.cursor()
    with explained_errors(database.path):
        encoder, content = chosen or encoder_in_use(cursor)
        placed = count_places(cursor, corpus.corpus_id, encoder=encoder.encoder, content=content)
        if not placed:
            raise EmbeddingError(
                f"The rows of {corpus.name!r} have no places by {encoder.encoder} yet.",
                f"Place them first: python -m glan_core corpora place {shlex.quote(corpus.name)}",
            )
        own = own or place_own(database, chosen=ChosenEncoder(encoder, content), compute=compute)
        counts = count_placed_by_discipline(
            cursor, corpus.corpus_id, encoder=encoder.encoder, content=content, least_confidence=least_confidence
        )
        reference = find_reference(cursor, corpus.corpus_id, encoder=encoder.encoder, content=content)
    own_counts = own.counts(least_confidence)
    counts["own_pairs"] = [own_counts.get(discipline_id, 0) for discipline_id in counts["discipline_id"]]
    own_total, total = int(counts["own_pairs"].sum()), int(counts["rows"].sum())
    n = min(own_total, total)
    counts["own_at_n"] = counts["own_pairs"] * (n / own_total if own_total else 0.0)
    counts["rows_at_n"] = counts["rows"] * (n / total if total else 0.0)
    counts["lacks"] = counts["own_at_n"] - counts["rows_at_n"]
    return CorpusComparison(
        corpus,
        encoder.encoder,
        content,
        least_confidence,
        own_total,
        placed,
        total,
        n,
        expected_reached(counts["own_pairs"].to_numpy(), n),
        expected_reached(counts["rows"].to_numpy(), n),
        own.accuracy,
        counts.sort_values(["lacks", "discipline_id"], ascending=[False, True], ignore_index=True),
        is_outdated=reference != own.reference,
    )
