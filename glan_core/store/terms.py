"""Which words are typical of some questions?

A word is typical where a large share of the questions has it, and a larger one than elsewhere:

    score = share * ln(1 + share / overall share)

That is c-TF-IDF (BERTopic, arXiv 2203.05794) with the share of questions that hold a word as its frequency, so that
a question which repeats a word does not count twice. Words are runs of letters; scripts that do not part words by
spaces give whole phrases.
"""

import math
from collections.abc import Collection, Mapping
from typing import NamedTuple

import pandas as pd
import pyarrow.compute as pc

from glan_core.entities import Filter
from glan_core.store.database import Cursor
from glan_core.store.map_points import sample_rows
from glan_core.store.map_table import MapTable
from glan_core.store.map_texts import read_questions

MOST_READ = 2_000
"""Questions that are read of a selection, and of all: those with the smallest hash of their id."""
_LEAST_RATIO = 1.5  # of the share here to the share elsewhere: a word that all questions have says nothing
_FEWEST = 2  # questions that a word must be in
_WORDS = r"list_distinct(regexp_extract_all(lower(instruction.text), '\p{L}[\p{L}\p{M}\p{N}''’-]+'))"
_LONGEST = 30  # letters: longer ones are addresses and the like


class TypicalTerms(NamedTuple):
    """The words that tell some questions from all."""

    terms: pd.DataFrame
    """term, texts (of those read), share (0 to 1, of those read), overall_share (of those read of all), score."""
    read: int
    """So many questions were read ..."""
    total: int
    """... of so many."""


def typical_terms(
    cursor: Cursor,
    map_: MapTable,
    filter_: Filter,
    *,
    stop_words: Collection[str] = frozenset(),
    limit: int = 12,
) -> TypicalTerms:
    """Give the words that are typical of the questions of a filter against all on the map, the most typical first."""
    inside, total = sample_rows(cursor, map_, filter_, window=None, limit=MOST_READ)
    overall, _ = sample_rows(cursor, map_, Filter(), window=None, limit=MOST_READ)
    counted = _count_texts(cursor, {"inside": inside, "overall": overall}, stop_words)
    shares = pd.DataFrame({"inside": counted["inside"], "overall": counted["overall"]}, dtype="float64").fillna(0.0)
    terms = pd.DataFrame({"texts": shares["inside"].astype("int64")})
    terms["share"] = shares["inside"] / max(len(inside), 1)
    # of a word that none of all those read has, at most one in so many does
    terms["overall_share"] = shares["overall"].clip(lower=1.0) / max(len(overall), 1)
    terms["score"] = _score(terms["share"], terms["overall_share"])
    typical = terms[(terms["texts"] >= _FEWEST) & (terms["share"] >= _LEAST_RATIO * terms["overall_share"])]
    ordered = typical.rename_axis("term").reset_index().sort_values(["score", "term"], ascending=[False, True])
    return TypicalTerms(ordered.head(limit).reset_index(drop=True), len(inside), total)


def terms_of_classes(
    cursor: Cursor, classes: Mapping[str, pd.DataFrame], *, stop_words: Collection[str] = frozenset(), limit: int = 2
) -> dict[str, tuple[str, ...]]:
    """Give the words that are most typical of each class of questions against the mean of the others.

    The classes are rows of map_points.sample_rows, by name.
    """
    counted = _count_texts(cursor, classes, stop_words)
    sizes = {name: max(len(rows), 1) for name, rows in classes.items()}
    shares = pd.DataFrame({name: counts / sizes[name] for name, counts in counted.items()}).fillna(0.0)
    typical: dict[str, tuple[str, ...]] = {}
    for name in classes:
        others = shares.drop(columns=name)
        elsewhere = others.mean(axis=1) if len(others.columns) else pd.Series(0.0, index=shares.index)
        score = _score(shares[name], elsewhere.clip(lower=1.0 / sum(sizes.values())))
        is_here = counted[name].reindex(shares.index) >= _FEWEST
        fits = is_here & (shares[name] >= _LEAST_RATIO * elsewhere)
        best = score[fits].rename_axis("term").reset_index(name="score")
        ordered = best.sort_values(["score", "term"], ascending=[False, True])
        typical[name] = tuple(ordered["term"].head(limit))
    return typical


def _score(share: pd.Series, overall_share: pd.Series) -> pd.Series:
    return share * (1.0 + share / overall_share).map(math.log)


def _count_texts(
    cursor: Cursor, classes: Mapping[str, pd.DataFrame], stop_words: Collection[str]
) -> dict[str, pd.Series]:
    """Count the questions of each class that hold a word, by word."""
    if not classes:
        return {}
    read = read_questions(cursor, pd.concat(classes.values()), _WORDS)
    words = read["value"].combine_chunks()
    terms = pd.DataFrame(
        {
            "instruction_id": read["instruction_id"].take(pc.list_parent_indices(words)).to_pandas(),
            "term": pc.list_flatten(words).to_pandas(),
        }
    )
    terms = terms[~terms["term"].isin(stop_words) & (terms["term"].str.len() <= _LONGEST)]
    return {
        name: terms.loc[terms["instruction_id"].isin(rows["instruction_id"]), "term"].value_counts()
        for name, rows in classes.items()
    }
