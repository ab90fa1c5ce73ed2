"""Which key concepts does no pair mean, which pairs lie elsewhere, and how well do nodes keep together?

For the vectors of one encoder that stand for one content of pairs, in batches, so that a million pairs need no more
memory than fifty thousand. The cosines mean different things for each encoder; so they are held against those of pairs
and the concepts that these were made from.
"""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from glan_core.drawn_cosines import PAIRS_AT_ONCE, DrawnCosines, batches_of, vectors_in_order
from glan_core.encoders import Content
from glan_core.insight.concept_gaps import Calibration, ConceptComparison, gap_sizes, ranked
from glan_core.insight.node_meanings import NodeComparison, centroids_of
from glan_core.store.concept_vectors import (
    count_unread_pairs,
    list_concept_vectors,
    list_pair_vectors,
    meanings_stamp,
)
from glan_core.store.database import Cursor
from glan_core.store.numbered_vectors import read_numbered_vectors

LEVELS = ("field", "sub_field", "discipline", "subject")
_PARENT_OF = {"field": None, "sub_field": "field", "discipline": "sub_field", "subject": "discipline"}
CLEAR = 0.1
"""A pair is clearly elsewhere if another subject's concept is so much nearer. Names are short, and a lesser lead says
little: of questions that were written to a concept none has it, of those of the demo corpus every fourth."""
_PAIRS_AT_ONCE = PAIRS_AT_ONCE
_PLACES = [f"{level}{end}" for level in LEVELS for end in ("", "_id")]


class GapReport(NamedTuple):
    """What was found in a set of pairs."""

    encoder: str
    content: Content
    stamp: str
    """As `meanings_stamp`: another one after every change that would give another report."""
    concepts: pd.DataFrame
    """A row for each key concept that was read: key_concept_id, concept, class_session, name and id of each of LEVELS,
    drawn (pairs that were drawn from it), number (of its vector), within and anywhere (the cosine of the nearest pair
    of its own subject and of any; nan: there is none), nearest_within and nearest_anywhere (their ids; empty: none)."""
    elsewhere: pd.DataFrame
    """The pairs nearer to a concept of another subject than to any of their own, the most so first: instruction_id,
    name and id of each of LEVELS; concept, other_discipline and other_subject of the nearest; its cosine, own_cosine of
    the nearest of the own subject; is_other_discipline; and is_clear, that the difference is CLEAR or more."""
    nodes: pd.DataFrame
    """Nodes with key concepts: node_id, name, parent (its name), level, concepts, pairs, cohesion (nan: no pairs)."""
    overlaps: pd.DataFrame
    """Siblings: level, one_id, other_id, one and other (their names), parent, share, pairs; the most first."""
    calibration: Calibration
    pairs: int
    """Those that were compared."""
    placed_pairs: int
    """Those of them whose subject has key concepts."""
    unread_concepts: int
    unread_pairs: int
    seconds: float


class _Tree(NamedTuple):
    """The nodes of one level, numbered in the order of their names."""

    level: str
    nodes: pd.DataFrame
    """By number: node_id, name, parent."""
    of_subject: np.ndarray
    """int64: the number of the node above each subject, by the subject's number."""
    compared: NodeComparison


def report_gaps(
    cursor: Cursor,
    *,
    encoder: str,
    content: Content,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> GapReport:
    """Compare all pairs with all key concepts that the encoder has read.

    `on_progress` hears how many pairs are done and how many there are. Raises EmbeddingError if a vector is missing.
    """
    began = time.monotonic()
    stamp = meanings_stamp(cursor, encoder=encoder, content=content)
    every = list_concept_vectors(cursor, encoder=encoder)
    concepts = every[every["number"] >= 0].reset_index(drop=True)
    comparison = _Comparison(cursor, encoder, content, concepts)
    comparison.run(on_progress)
    return GapReport(
        encoder,
        content,
        stamp,
        comparison.named_concepts(),
        comparison.named_elsewhere(),
        _nodes(comparison.trees, concepts),
        _overlaps(comparison.trees),
        comparison.drawn.calibration(),
        pairs=len(comparison.pairs),
        placed_pairs=int(comparison.pairs["subject_id"].isin(concepts["subject_id"]).sum()),
        unread_concepts=len(every) - len(concepts),
        unread_pairs=count_unread_pairs(cursor, encoder=encoder, content=content),
        seconds=time.monotonic() - began,
    )


def scoped(rows: pd.DataFrame, node_ids: Sequence[str]) -> pd.DataFrame:
    """Give the rows of `concepts` or `elsewhere` at or below these nodes or subjects; all without any."""
    if not node_ids:
        return rows
    below: pd.DataFrame = rows[rows[[f"{level}_id" for level in LEVELS]].isin(list(node_ids)).any(axis=1)]
    return below.reset_index(drop=True)


def under(concepts: pd.DataFrame, by: str, threshold: float | None) -> pd.DataFrame:
    """Give the key concepts whose nearest pair, `within` or `anywhere`, is below a cosine, the largest gap first.

    With their `gap` from 0 to 1. What has no pair to be compared with is below every threshold, and alone below None.
    """
    cosines = concepts[by].to_numpy("float64")
    is_under = np.isnan(cosines) | (cosines < (-np.inf if threshold is None else threshold))
    order = ranked(np.nan_to_num(cosines, nan=-np.inf), np.nan_to_num(concepts["anywhere"].to_numpy(), nan=-np.inf))
    found: pd.DataFrame = concepts.iloc[order[is_under[order]]]
    gaps = gap_sizes(np.nan_to_num(found[by].to_numpy("float64"), nan=-np.inf))
    return found.assign(gap=gaps).reset_index(drop=True)


class _Comparison:
    """One comparison of all pairs, batch by batch. Concepts, pairs and subjects are numbered by their rows."""

    def __init__(self, cursor: Cursor, encoder: str, content: Content, concepts: pd.DataFrame) -> None:
        self._cursor = cursor
        self._encoder = encoder
        self._concepts = concepts
        self.pairs = list_pair_vectors(cursor, encoder=encoder, content=content)
        subject_ids = pd.Index(pd.concat([concepts["subject_id"], self.pairs["subject_id"]]).unique())
        self._groups = subject_ids.get_indexer(self.pairs["subject_id"])
        self._vectors = vectors_in_order(cursor, encoder=encoder, numbers=concepts["number"].to_numpy("int64"))
        self._compared = ConceptComparison(self._vectors, subject_ids.get_indexer(concepts["subject_id"]))
        self.trees = _trees(concepts, self._vectors, subject_ids)
        self.drawn = DrawnCosines(cursor, encoder=encoder, content=content, concepts=concepts, vectors=self._vectors)
        self._elsewhere: list[pd.DataFrame] = []

    def run(self, on_progress: Callable[[int, int], None]) -> None:
        """Compare all batches."""
        for batch in batches_of(self.pairs["number"].to_numpy("int64"), size=_PAIRS_AT_ONCE):
            on_progress(batch.start, len(self.pairs))
            self._take(np.arange(batch.start, batch.stop))
        on_progress(len(self.pairs), len(self.pairs))

    def _take(self, keys: np.ndarray) -> None:
        numbers, rows = np.unique(self.pairs["number"].to_numpy("int64")[keys], return_inverse=True)
        read = read_numbered_vectors(self._cursor, encoder=self._encoder, numbers=numbers)
        vectors = read if len(read) == len(rows) else read[rows]
        found = self._compared.add(vectors, keys, self._groups[keys])
        for tree in self.trees:
            tree.compared.add(vectors, tree.of_subject[self._groups[keys]])
        away = np.flatnonzero(found.is_elsewhere)
        columns = {
            "pair": keys[away],
            "concept": found.concepts[away],
            "cosine": found.cosines[away].astype("float64"),
            "own_cosine": found.own_cosines[away].astype("float64"),
        }
        self._elsewhere.append(pd.DataFrame(columns))
        self.drawn.add(numbers, read)

    def named_concepts(self) -> pd.DataFrame:
        """Give the concepts with their nearest pairs."""
        ids = np.append(self.pairs["instruction_id"].to_numpy(object), "")  # the key -1 names the last one
        found = self._concepts.copy()
        for name, nearest in (("within", self._compared.within), ("anywhere", self._compared.anywhere)):
            found[name] = np.where(np.isfinite(nearest.cosines), nearest.cosines, np.nan)
            found[f"nearest_{name}"] = ids[nearest.keys]
        return found

    def named_elsewhere(self) -> pd.DataFrame:
        """Give the pairs that are nearer to a concept of another subject, with the names of both."""
        empty = pd.DataFrame({"pair": [], "concept": [], "cosine": [], "own_cosine": []})
        found = pd.concat(self._elsewhere or [empty], ignore_index=True)
        pairs = self.pairs.iloc[found["pair"].to_numpy("int64")]
        near = self._concepts.iloc[found["concept"].to_numpy("int64")]
        own = self._concepts.drop_duplicates("subject_id").set_index("subject_id", drop=False).loc[pairs["subject_id"]]
        named = pd.DataFrame(
            {
                "instruction_id": pairs["instruction_id"].to_numpy(),
                **{column: own[column].to_numpy() for column in _PLACES},
                "concept": near["concept"].to_numpy(),
                "other_discipline": near["discipline"].to_numpy(),
                "other_subject": near["subject"].to_numpy(),
                "cosine": found["cosine"].to_numpy("float64"),
                "own_cosine": found["own_cosine"].to_numpy("float64"),
                "is_other_discipline": own["discipline_id"].to_numpy() != near["discipline_id"].to_numpy(),
            }
        )
        named["is_clear"] = named["cosine"] - named["own_cosine"] >= CLEAR
        order = np.lexsort((named["instruction_id"].to_numpy(str), named["own_cosine"] - named["cosine"]))
        return named.iloc[order].reset_index(drop=True)


def _trees(concepts: pd.DataFrame, vectors: np.ndarray, subject_ids: pd.Index) -> list[_Tree]:
    places = concepts.drop_duplicates("subject_id")[_PLACES]
    trees = []
    for level in LEVELS:
        parent = _PARENT_OF[level]
        nodes = places.drop_duplicates(f"{level}_id")
        node_ids = pd.Index(nodes[f"{level}_id"])
        parents = nodes[f"{parent}_id"].factorize()[0] if parent else np.zeros(len(nodes), np.int64)
        of_subject = np.full(len(subject_ids), -1, np.int64)
        of_subject[subject_ids.get_indexer(pd.Index(places["subject_id"]))] = node_ids.get_indexer(
            pd.Index(places[f"{level}_id"])
        )
        centroids = centroids_of(vectors, node_ids.get_indexer(concepts[f"{level}_id"]), count=len(nodes))
        table = pd.DataFrame(
            {
                "node_id": nodes[f"{level}_id"].to_numpy(),
                "name": nodes[level].to_numpy(),
                "parent": nodes[parent].to_numpy() if parent else "",
            }
        )
        trees.append(_Tree(level, table, of_subject, NodeComparison(centroids, parents)))
    return trees


def _nodes(trees: list[_Tree], concepts: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(
        [
            tree.nodes.assign(
                level=tree.level,
                concepts=concepts[f"{tree.level}_id"].value_counts().reindex(tree.nodes["node_id"]).to_numpy("int64"),
                pairs=tree.compared.pairs,
                cohesion=tree.compared.cohesions(),
            )
            for tree in trees
        ],
        ignore_index=True,
    )


def _overlaps(trees: list[_Tree]) -> pd.DataFrame:
    tables = []
    for tree in trees:
        found = tree.compared.overlaps()
        one = tree.nodes.iloc[[each.one for each in found]]
        other = tree.nodes.iloc[[each.other for each in found]]
        columns = {
            "level": tree.level,
            "one_id": one["node_id"].to_numpy(),
            "other_id": other["node_id"].to_numpy(),
            "one": one["name"].to_numpy(),
            "other": other["name"].to_numpy(),
            "parent": one["parent"].to_numpy(),
            "share": np.array([each.share for each in found], float),
            "pairs": np.array([each.pairs for each in found], int),
        }
        tables.append(pd.DataFrame(columns, index=range(len(found))))
    return pd.concat(tables, ignore_index=True)
