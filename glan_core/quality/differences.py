"""In which words do two texts differ, and which do they share?

one     "Why does light bend in glass?"     marked: glass
other   "Why does light bend in water?"     marked: water
"""

import difflib
import re
from typing import NamedTuple

from glan_core.quality.words import normalised

MOST_WORDS = 1_500
"""Of longer texts only the first words are compared."""
_WORDS = re.compile(r"\S+|\n+")


class Piece(NamedTuple):
    """Some words of a text that follow one another, as they stand there."""

    text: str
    is_marked: bool


class Marked(NamedTuple):
    """Two texts, piece by piece."""

    one: tuple[Piece, ...]
    other: tuple[Piece, ...]
    is_whole: bool
    """Whether they are there as a whole; False where words beyond MOST_WORDS were left out."""


def mark_differences(one: str, other: str) -> Marked:
    """Mark the words that only one of two texts has at its place, whatever their case and punctuation."""
    return _marked(one, other, least=1, marks_shared=False)


def mark_shared(one: str, other: str, *, least: int) -> Marked:
    """Mark the runs of at least `least` words that two texts share, whatever their case and punctuation."""
    return _marked(one, other, least=least, marks_shared=True)


def _marked(one: str, other: str, *, least: int, marks_shared: bool) -> Marked:
    first, second = _WORDS.findall(one), _WORDS.findall(other)
    is_whole = max(len(first), len(second)) <= MOST_WORDS
    first, second = first[:MOST_WORDS], second[:MOST_WORDS]
    keys = [[normalised(word) for word in words] for words in (first, second)]
    there = [[place for place, key in enumerate(side) if key] for side in keys]  # a word of nothing but signs is none
    matcher = difflib.SequenceMatcher(
        None, [keys[0][place] for place in there[0]], [keys[1][place] for place in there[1]], autojunk=False
    )
    shared: tuple[set[int], set[int]] = (set(), set())
    for block in matcher.get_matching_blocks():
        if block.size >= least:
            shared[0].update(there[0][block.a : block.a + block.size])
            shared[1].update(there[1][block.b : block.b + block.size])
    sides = []
    for words, side, places, found in zip((first, second), keys, there, shared, strict=True):
        known = set(places)
        marks = [bool(key) and place in known and ((place in found) == marks_shared) for place, key in enumerate(side)]
        sides.append(_pieces(words, marks))
    return Marked(sides[0], sides[1], is_whole)


def _pieces(words: list[str], marks: list[bool]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for word, is_marked in zip(words, marks, strict=True):
        if pieces and pieces[-1].is_marked == is_marked and "\n" not in (word[0], pieces[-1].text[-1]):
            pieces[-1] = Piece(f"{pieces[-1].text} {word}", is_marked)
        else:
            pieces.append(Piece(word, is_marked))
    return tuple(pieces)
