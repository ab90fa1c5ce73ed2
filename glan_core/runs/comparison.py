"""How do two runs differ: in what they were told, and in how varied what they made is?

Variety shrinks or grows with the number of texts, so it is only ever compared at the same number: the first of each
run in the order of their ids. An id is a hash, so that is a draw that nobody chose, and the same one every time.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from glan_core.store.database import Cursor
from glan_core.store.embeddings import list_unembedded_texts, list_vectors
from glan_core.store.instructions import count_instructions_of, list_instruction_texts

MOST_COMPARED = 1_000
"""Questions of each run: their neighbours are found in a moment."""
_WORD = re.compile(r"\w+")


class Difference(NamedTuple):
    """A setting that is not the same in two runs."""

    name: str
    """The way down to it, such as `answers, temperature`."""
    first: Any
    """None where the first run does not have it."""
    second: Any


class Variety(NamedTuple):
    """How varied the questions of one run are, of `n` of them."""

    distinct_2: float | None
    """Different pairs of neighbouring words by all such pairs, 0 to 1; None where no question has two words."""
    neighbour_distance: float | None
    """Mean cosine distance of a question to the one most like it among the n; None where vectors are missing."""
    without_vector: int
    """Of the n."""


class VarietyOfTwo(NamedTuple):
    """The same for two runs, of as many questions each."""

    n: int
    first: Variety
    second: Variety


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[Difference, ...]:
    """List the settings of two runs that are not the same, in the order of the first run."""
    of_first, of_second = _flat(first), _flat(second)
    names = dict.fromkeys([*of_first, *of_second])
    return tuple(
        Difference(name, of_first.get(name), of_second.get(name))
        for name in names
        if of_first.get(name) != of_second.get(name)
    )


def variety_of_two(cursor: Cursor, first_run_id: str, second_run_id: str, *, encoder: str) -> VarietyOfTwo:
    """Compare how varied the questions of two runs are, of as many each: all of the smaller run, or MOST_COMPARED.

    Distances take vectors of `encoder` that are there already; none is made.
    """
    made = [count_instructions_of(cursor, run_id) for run_id in (first_run_id, second_run_id)]
    n = min(*made, MOST_COMPARED)
    first, second = (
        _variety(cursor, list_instruction_texts(cursor, run_id, limit=n), encoder=encoder)
        for run_id in (first_run_id, second_run_id)
    )
    return VarietyOfTwo(n, first, second)


def distinct_pairs_of_words(texts: Sequence[str]) -> float | None:
    """Give the share of different pairs of neighbouring words (distinct-2, letter case aside); None without any."""
    pairs = [pair for text in texts for pair in itertools.pairwise(_WORD.findall(text.casefold()))]
    return len(set(pairs)) / len(pairs) if pairs else None


def mean_neighbour_distance(vectors: np.ndarray) -> float | None:
    """Give the mean cosine distance of a row to the nearest other one; None of fewer than two rows.

    `vectors`: float32 of shape (n, d), rows of unit length.
    """
    if len(vectors) < 2:
        return None
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -np.inf)
    return float(np.mean(1.0 - likeness.max(axis=1)))


def _variety(cursor: Cursor, texts: Sequence[str], *, encoder: str) -> Variety:
    missing = set(list_unembedded_texts(cursor, encoder=encoder, texts=texts))
    distance = (
        None if missing or not texts else mean_neighbour_distance(list_vectors(cursor, encoder=encoder, texts=texts))
    )
    return Variety(distinct_pairs_of_words(texts), distance, sum(text in missing for text in texts))


def _flat(data: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in data.items():
        name = f"{above}, {key}" if above else str(key)
        flat |= _flat(value, name) if isinstance(value, Mapping) else {name: value}
    return flat
