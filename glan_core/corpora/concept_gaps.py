"""Which key concepts is no row of a corpus near to, which no own pair, and which neither?

Rows are compared as own pairs are, by the vectors of one encoder; what counts as near is told by own pairs and the key
concepts that these were made from. At equal n both sides are the same number, those with the lowest ids, which are
hashes: of more texts the nearest is nearer for their number alone.
"""

import shlex
import time
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from glan_core.drawn_cosines import DrawnCosines, batches_of, vectors_in_order
from glan_core.encoder_choice import ChosenEncoder, encoder_in_use
from glan_core.encoders import Content
from glan_core.errors import EmbeddingError
from glan_core.ids import stable_id
from glan_core.insight.concept_gaps import Calibration, ConceptComparison, gap_sizes, ranked
from glan_core.store.concept_vectors import list_concept_vectors, list_pair_vectors, meanings_stamp
from glan_core.store.corpora import Corpus
from glan_core.store.corpus_places import list_by_row_id, list_places, list_row_texts, places_stamp
from glan_core.store.database import Cursor, Database, explained_errors
from glan_core.store.embeddings import list_vectors
from glan_core.store.numbered_vectors import read_numbered_vectors

Among = Literal["anywhere", "discipline"]
"""Where a near text is looked for: anywhere, or among rows placed in the concept's discipline and pairs made for it."""
Lacking = Literal["theirs", "own", "only_theirs", "only_own", "both"]
"""Which side has no near text: theirs or the own one, whatever the other has; one of them alone; or neither."""
_ROWS_AT_ONCE = 5_000


class CorpusGaps(NamedTuple):
    """What was found for a corpus."""

    corpus: Corpus
    encoder: str
    content: Content
    stamp: str
    """As `corpus_gaps_stamp`: another one after every change that would give other gaps."""
    is_equal: bool
    """Whether as many own pairs as rows were compared; otherwise all of both."""
    concepts: pd.DataFrame
    """The columns of store.concept_vectors.list_concept_vectors; and for each of Among the cosine of the nearest text,
    theirs_anywhere and own_anywhere (nan: there is none), and which one it is, row_anywhere (a number; -1: none) and
    pair_anywhere (an id; empty: none)."""
    calibration: Calibration
    """Of all own pairs that the encoder has read."""
    rows: int
    """Those that were compared."""
    placed_rows: int
    pairs: int
    """Own ones that were compared."""
    own_pairs: int
    """Own ones that the encoder has read."""
    unread_concepts: int
    seconds: float


def find_corpus_gaps(
    database: Database,
    corpus: Corpus,
    *,
    chosen: ChosenEncoder | None = None,
    is_equal: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> CorpusGaps:
    """Compare the placed rows of a corpus, and own pairs, with all key concepts that the encoder has read.

    `on_progress` hears how many texts are done and how many there are. Raises EmbeddingError if the corpus has no
    places by the encoder, by default that of the map, or if no key concept was read.
    """
    began = time.monotonic()
    cursor = database.cursor()
    with explained_errors(database.path):
        encoder, content = chosen or encoder_in_use(cursor)
        name = encoder.encoder
        stamp = corpus_gaps_stamp(cursor, corpus, encoder=name, content=content)
        every = list_concept_vectors(cursor, encoder=name)
        concepts = every[every["number"] >= 0].reset_index(drop=True)
        places = list_places(cursor, corpus.corpus_id, encoder=name, content=content)
        _check(corpus, name, concepts, places)
        pairs = list_pair_vectors(cursor, encoder=name, content=content)
        n = min(len(places), len(pairs)) if is_equal else max(len(places), len(pairs))
        compared = _Comparison(cursor, corpus, name, content, concepts)
        rows = compared.lowest_rows(places, n)
        own = pairs.loc[pairs["instruction_id"].sort_values().index[:n].sort_values()]
        total = len(rows) + len(own)
        compared.take_rows(rows, lambda done: on_progress(done, total))
        compared.take_pairs(own, lambda done: on_progress(len(rows) + done, total))
        on_progress(total, total)
        return CorpusGaps(
            corpus,
            name,
            content,
            stamp,
            is_equal,
            compared.found,
            compared.calibration(),
            rows=len(rows),
            placed_rows=len(places),
            pairs=len(own),
            own_pairs=len(pairs),
            unread_concepts=len(every) - len(concepts),
            seconds=time.monotonic() - began,
        )


def corpus_gaps_stamp(cursor: Cursor, corpus: Corpus, *, encoder: str, content: Content) -> str:
    """Give a mark that changes with all that rows, pairs and key concepts are compared by."""
    return stable_id(
        "corpus gaps",
        places_stamp(cursor, corpus.corpus_id, encoder=encoder, content=content),
        meanings_stamp(cursor, encoder=encoder, content=content),
    )


def lacked(concepts: pd.DataFrame, lacking: Lacking, among: Among, threshold: float | None) -> pd.DataFrame:
    """Give the key concepts that one side or both lack, the largest gap first, with their `gap` from 0 to 1.

    A side lacks one where its nearest text is below the threshold, a cosine, or where it has no text to compare with;
    without a threshold the latter alone. The gap is that of the side that lacks it, of both the smaller one.
    """
    line = -np.inf if threshold is None else threshold
    theirs, own = (
        np.nan_to_num(concepts[f"{side}_{among}"].to_numpy("float64"), nan=-np.inf) for side in ("theirs", "own")
    )
    no_theirs, no_own = (np.isneginf(each) | (each < line) for each in (theirs, own))
    mask, nearest, otherwise = {
        "theirs": (no_theirs, theirs, own),
        "own": (no_own, own, theirs),
        "only_theirs": (no_theirs & ~no_own, theirs, own),
        "only_own": (no_own & ~no_theirs, own, theirs),
        "both": (no_theirs & no_own, np.maximum(theirs, own), own),
    }[lacking]
    order = ranked(nearest, otherwise)
    chosen = order[mask[order]]
    found: pd.DataFrame = concepts.iloc[chosen]
    return found.assign(gap=gap_sizes(nearest[chosen])).reset_index(drop=True)


class _Comparison:
    """Key concepts and what is nearest to each, of either side."""

    def __init__(self, cursor: Cursor, corpus: Corpus, encoder: str, content: Content, concepts: pd.DataFrame) -> None:
        self._cursor, self._corpus, self._encoder, self._content = cursor, corpus, encoder, content
        self._concepts = concepts
        self.found = concepts.copy()
        self._vectors = vectors_in_order(cursor, encoder=encoder, numbers=concepts["number"].to_numpy("int64"))
        self._disciplines = pd.Index(concepts["discipline_id"].unique())

    def lowest_rows(self, places: pd.DataFrame, n: int) -> pd.DataFrame:
        """Give the n places whose rows have the lowest ids, in the order of the file; all where there are no more."""
        if n >= len(places):
            return places
        by_id = list_by_row_id(self._cursor, self._corpus.corpus_id, places["number"].to_numpy("int64"))
        return places[places["number"].isin(by_id[:n])]

    def take_rows(self, places: pd.DataFrame, hear: Callable[[int], None]) -> None:
        """Compare the rows with these places."""
        compared, groups = self._side(places["discipline_id"])
        numbers = places["number"].to_numpy("int64")
        for start in range(0, len(numbers), _ROWS_AT_ONCE):
            hear(start)
            keys = np.arange(start, min(start + _ROWS_AT_ONCE, len(numbers)))
            texts = list_row_texts(self._cursor, self._corpus.corpus_id, content=self._content, numbers=numbers[keys])
            compared.add(list_vectors(self._cursor, encoder=self._encoder, texts=texts), keys, groups[keys])
        self._name("theirs", "row", compared, np.append(numbers, -1))

    def take_pairs(self, pairs: pd.DataFrame, hear: Callable[[int], None]) -> None:
        """Compare these own pairs, rows of store.concept_vectors.list_pair_vectors."""
        of_subject = self._concepts.drop_duplicates("subject_id").set_index("subject_id")["discipline_id"]
        compared, groups = self._side(pairs["subject_id"].map(of_subject))
        numbers = pairs["number"].to_numpy("int64")
        for part in batches_of(numbers):
            hear(part.start)
            vectors = vectors_in_order(self._cursor, encoder=self._encoder, numbers=numbers[part])
            compared.add(vectors, np.arange(part.start, part.stop), groups[part])
        self._name("own", "pair", compared, np.append(pairs["instruction_id"].to_numpy(object), ""))

    def calibration(self) -> Calibration:
        """Say how near own pairs are to what they were made from."""
        drawn = DrawnCosines(
            self._cursor,
            encoder=self._encoder,
            content=self._content,
            concepts=self._concepts,
            vectors=self._vectors,
        )
        numbers = drawn.numbers
        for part in batches_of(numbers):
            drawn.add(numbers[part], read_numbered_vectors(self._cursor, encoder=self._encoder, numbers=numbers[part]))
        return drawn.calibration()

    def _side(self, discipline_ids: pd.Series) -> tuple[ConceptComparison, np.ndarray]:
        groups = self._disciplines.get_indexer(pd.Index(self._concepts["discipline_id"]))
        return ConceptComparison(self._vectors, groups), self._disciplines.get_indexer(pd.Index(discipline_ids))

    def _name(self, side: str, text: str, compared: ConceptComparison, keys: np.ndarray) -> None:
        for among, nearest in (("anywhere", compared.anywhere), ("discipline", compared.within)):
            self.found[f"{side}_{among}"] = np.where(np.isfinite(nearest.cosines), nearest.cosines, np.nan)
            self.found[f"{text}_{among}"] = keys[nearest.keys]


def _check(corpus: Corpus, encoder: str, concepts: pd.DataFrame, places: pd.DataFrame) -> None:
    if places.empty:
        raise EmbeddingError(
            f"The rows of {corpus.name!r} have no places by {encoder} yet.",
            f"Place them first: python -m glan_core corpora place {shlex.quote(corpus.name)}",
        )
    if concepts.empty:
        raise EmbeddingError(f"{encoder} has not read the key concepts yet.", "Run: python -m glan_core embed --names")
