"""Which pairs mean what a text says, and which hold its words?

By meaning, the vector of the text is compared with all that stand for the pairs; by text, every word has to occur in
the question or the answer, in upper or lower case. Both take a Filter, and give the same hits in the same order as
long as the data is the same.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from glan_core.entities import Filter
from glan_core.errors import EmbeddingError, SettingsError
from glan_core.held_vectors import HeldVectors
from glan_core.store.database import Cursor
from glan_core.store.searches import find_by_words, list_instructions_of, list_numbers_of

NOT_READ_HINT = "Run: python -m glan_core embed"
# So many of the nearest vectors are looked up at first: that is quicker than to find out all that a filter leaves, and
# enough where it leaves a hundredth of a million.
_AT_FIRST, _AT_FIRST_FILTERED = 100, 5_000


class Hit(NamedTuple):
    """An instruction that was found."""

    instruction_id: str
    score: float
    """By meaning the cosine, -1 to 1; by text the share of the words that the question itself holds, 0 to 1."""
    words: tuple[str, ...] = ()
    """By text: the words that the question holds. The others are in its answer."""


def words_of(text: str) -> tuple[str, ...]:
    """Give the words to look for, each once, as it is written first; SettingsError if there is none."""
    words: dict[str, str] = {}
    for word in text.split():
        words.setdefault(word.casefold(), word)
    if not words:
        raise SettingsError("There is nothing to search for: the text is empty.", "Give some words.")
    return tuple(words.values())


def search_by_text(cursor: Cursor, text: str, *, filter_: Filter | None = None, limit: int) -> tuple[Hit, ...]:
    """Give the pairs that hold every word of a text; first those with most of them in the question, then by id.

    Raises SettingsError for a text without words.
    """
    words = words_of(text)
    found = find_by_words(cursor, filter_ or Filter(), words, limit=limit)
    rows = zip(found["instruction_id"], found["in_question"], strict=True)
    return tuple(Hit(key, len(in_question) / len(words), tuple(in_question)) for key, in_question in rows)


def search_by_meaning(
    cursor: Cursor, held: HeldVectors, query: np.ndarray, *, filter_: Filter | None = None, limit: int
) -> tuple[Hit, ...]:
    """Give the pairs whose vectors are nearest to one, float32 of shape (d,) and of unit length: nearest first.

    Of equally near ones the smaller id comes first. Raises EmbeddingError if there are no vectors.
    """
    refresh(cursor, held)
    filter_ = filter_ or Filter()
    near = held.nearest(query, wanted=max(2 * limit, _AT_FIRST if filter_ == Filter() else _AT_FIRST_FILTERED))
    hits = instructions_near(cursor, held, near.similarity_of, filter_)
    if len(hits) < limit and len(near.numbers) < len(held.numbers):
        allowed = list_numbers_of(cursor, filter_, encoder=held.encoder, content=held.content)
        near = held.nearest(query, wanted=limit, numbers=allowed)
        hits = instructions_near(cursor, held, near.similarity_of, filter_)
    return hits[:limit]


def refresh(cursor: Cursor, held: HeldVectors) -> None:
    """Read the vectors that have arrived; EmbeddingError if there are none at all."""
    held.refresh(cursor)
    if not len(held.numbers):
        raise EmbeddingError(f"{held.encoder} has read no {_TEXTS[held.content]} yet.", NOT_READ_HINT)


def instructions_near(
    cursor: Cursor, held: HeldVectors, similarity_of: Mapping[int, float], filter_: Filter
) -> tuple[Hit, ...]:
    """Give the pairs of a filter that some vectors stand for, by the number of each and its cosine; nearest first."""
    numbers = np.array(list(similarity_of), np.int64)
    found = list_instructions_of(cursor, filter_, encoder=held.encoder, content=held.content, numbers=numbers)
    # Six digits are more than an encoder means, and what differs beyond them is told apart by id.
    hits = [
        Hit(key, round(similarity_of[number], 6))
        for key, number in zip(found["instruction_id"], found["number"], strict=True)
    ]
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.instruction_id)))


_TEXTS = {"instruction": "questions", "answer": "answers", "both": "pairs"}
