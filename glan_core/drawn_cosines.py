"""How near are pairs to the key concepts that they were made from, and how are many vectors read in parts?"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from glan_core.insight.concept_gaps import Calibration, best_of_each, calibrate, paired_cosines
from glan_core.store.concept_vectors import list_drawn_links
from glan_core.store.database import Cursor
from glan_core.store.numbered_vectors import read_numbered_vectors

PAIRS_AT_ONCE = 50_000
_SEED = 0
_TRIES = 20
"""Draws of a key concept of another discipline: enough even where one discipline has most of them."""


class DrawnCosines:
    """The cosine of each pair to the nearest of the key concepts that it was drawn from, batch by batch.

    Beside it, what chance gives: its cosine to one key concept of another discipline.
    """

    def __init__(
        self, cursor: Cursor, *, encoder: str, content: str, concepts: pd.DataFrame, vectors: np.ndarray
    ) -> None:
        """`concepts` are rows of store.concept_vectors.list_concept_vectors; `vectors` theirs, float32 (c, d)."""
        links = list_drawn_links(cursor, encoder=encoder, content=content)
        drawn_from = pd.Index(concepts["key_concept_id"]).get_indexer(links["key_concept_id"])
        self._links = links.assign(concept=drawn_from)[drawn_from >= 0]
        self._vectors = vectors
        self._others = _of_other_disciplines(concepts["discipline_id"])
        self._found: list[np.ndarray] = []
        self._by_chance: list[np.ndarray] = []

    @property
    def numbers(self) -> np.ndarray:
        """Give the numbers of the vectors of all these pairs: int64, rising, each once."""
        numbers: np.ndarray = self._links["number"].unique().astype(np.int64)
        return numbers

    def add(self, numbers: np.ndarray, vectors: np.ndarray) -> None:
        """Take in the pairs whose vectors, float32 (n, d), have these numbers, int64 (n,), rising."""
        of_links = self._links["number"].to_numpy("int64")
        links = self._links.iloc[slice(*np.searchsorted(of_links, [numbers[0], numbers[-1] + 1]))]
        links = links[links["number"].isin(numbers)]
        if links.empty:  # none of their key concepts was read
            return
        concepts = links["concept"].to_numpy("int64")
        right = vectors[np.searchsorted(numbers, links["number"].to_numpy("int64"))]
        self._found.append(
            best_of_each(paired_cosines(self._vectors[concepts], right), links["pair"].to_numpy("int64"))
        )
        firsts = np.flatnonzero(~links["pair"].duplicated().to_numpy())
        others = self._others[concepts[firsts]]
        there = others >= 0
        self._by_chance.append(paired_cosines(self._vectors[others[there]], right[firsts[there]]))

    def calibration(self) -> Calibration:
        """Give what has been found so far."""
        found, by_chance = (np.concatenate([np.empty(0, np.float32), *each]) for each in (self._found, self._by_chance))
        return calibrate(found, by_chance=by_chance)


def _of_other_disciplines(discipline_ids: pd.Series) -> np.ndarray:
    """Give for each key concept another one at random, of another discipline: its row, int64; -1 if there is none."""
    disciplines = discipline_ids.factorize()[0]
    rng = np.random.default_rng(_SEED)
    others = np.full(len(disciplines), -1, np.int64)
    for _ in range(_TRIES):
        wanting = np.flatnonzero(others < 0)
        drawn = rng.integers(0, len(disciplines), len(wanting)) if len(wanting) else wanting
        differs = disciplines[drawn] != disciplines[wanting]
        others[wanting[differs]] = drawn[differs]
    return others


def batches_of(numbers: np.ndarray, *, size: int = PAIRS_AT_ONCE) -> Iterator[slice]:
    """Give parts of rising numbers, of about this size each; equal numbers are in the same part."""
    start = 0
    while start < len(numbers):
        last = numbers[min(start + size, len(numbers)) - 1]
        end = int(np.searchsorted(numbers, last, side="right"))
        yield slice(start, end)
        start = end


def vectors_in_order(cursor: Cursor, *, encoder: str, numbers: np.ndarray) -> np.ndarray:
    """Give the vectors with these numbers, in any order and with repeats: float32 of shape (len(numbers), d)."""
    read, rows = np.unique(numbers, return_inverse=True)
    return read_numbered_vectors(cursor, encoder=encoder, numbers=read)[rows]
