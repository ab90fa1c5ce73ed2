"""Which texts hold words of a benchmark's items?

A text holds an item if so many of the item's words stand in it one after the other: 13 as a rule (GPT-3, appendix C),
and for a shorter question all it has, if these are not too few. A run that many items share is their form and no sign.

    question  "A farmer has 12 cows and buys five more. How many cows does he have now?"
    found in  "... Suppose a farmer has 12 cows, and buys five more! How many cows does he have ..."
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from glan_core.quality.words import Runs, Words, read_words, run_hashes, whole_hashes

WORDS = 13
LEAST_WORDS = 6
MOST_ITEMS = 10
_U64 = np.uint64
_MOST_BITS = 27
_ITEMS_AT_ONCE = 20_000


class RunSettings(NamedTuple):
    """What counts as holding an item."""

    words: int = WORDS
    """So many in a row."""
    least_words: int = LEAST_WORDS
    """Of a question with fewer than `words` all of them count, but not fewer than these; below it only a question that
    is the same as a whole."""
    most_items: int = MOST_ITEMS
    """A run that more items than these share is left out: it is the form of the benchmark. 0: none is left out."""


def count_short_items(
    questions: Sequence[str],
    answers: Sequence[str],
    settings: RunSettings = RunSettings(),  # noqa: B008 - a tuple
) -> int:
    """Count the items that are found only where they are the whole question of a text: too short for any run."""
    short = 0
    for first in range(0, len(questions), _ITEMS_AT_ONCE):
        asked, said = (read_words(texts[first : first + _ITEMS_AT_ONCE]).counts for texts in (questions, answers))
        short += int(((asked < settings.least_words) & (said < settings.words)).sum())
    return short


class Held(NamedTuple):
    """Which texts of a batch hold which items; all arrays have shape (h,)."""

    texts: np.ndarray
    """int64: the place of the text in the batch."""
    items: np.ndarray
    """int64: the place of the item."""
    words: np.ndarray
    """int64: how many of its words stand in the text in a row, as far as their hashes say."""
    is_whole: np.ndarray
    """bool: the text is the question, no more and no less."""


class BenchmarkWords:
    """The runs of words of a benchmark, to be looked for in batches of texts."""

    def __init__(
        self,
        questions: Sequence[str],
        answers: Sequence[str],
        settings: RunSettings = RunSettings(),  # noqa: B008
    ) -> None:
        """`answers` are as many as `questions`; an empty one stands for none."""
        wholes, runs = [], _RunsByLength(settings)
        for first in range(0, len(questions), _ITEMS_AT_ONCE):
            last = first + _ITEMS_AT_ONCE
            asked = read_words(questions[first:last])
            wholes.append(whole_hashes(asked))
            runs.add_questions(asked, first)
            runs.add_answers(read_words(answers[first:last]), first)
        hashes = np.concatenate(wholes or [np.empty(0, _U64)])
        _, first_of, inverse = np.unique(hashes, return_index=True, return_inverse=True)
        speaks_for = np.where(hashes != 0, first_of[inverse], np.arange(len(hashes)))  # equal questions are one item
        is_first = speaks_for == np.arange(len(hashes))
        self._wholes = _Sought(hashes[is_first], np.flatnonzero(is_first))
        self._runs = runs.sought(speaks_for)

    def find(self, words: Words, *, is_question: bool) -> Held:
        """Give which texts of a batch hold an item, each with the item that it holds most of.

        Only a question can be the same as a whole.
        """
        held = [_same_text(words, self._wholes)] if is_question else []
        held += [_held_runs(run_hashes(words, length), sought, length) for length, sought in self._runs.items()]
        return _best(Held(*(np.concatenate(column) for column in zip(*held, strict=True))) if held else _nothing())


class _Sought:
    """Hashes that are looked for, each with an item; most others are told apart without a search."""

    def __init__(self, hashes: np.ndarray, items: np.ndarray) -> None:
        filled = hashes != 0
        order = np.argsort(hashes[filled], kind="stable")
        self.hashes, self.items = hashes[filled][order], items[filled][order]
        bits = min(max(int(len(self.hashes) * 16).bit_length(), 10), _MOST_BITS)
        self._shift = _U64(64 - bits)
        self._is_there = np.zeros(1 << bits, np.bool_)
        self._is_there[self.hashes >> self._shift] = True

    def find(self, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the places of the hashes that are sought, and the item of each; several where items share one."""
        places = np.flatnonzero(self._is_there[hashes >> self._shift])
        begins = np.searchsorted(self.hashes, hashes[places], side="left")
        ends = np.searchsorted(self.hashes, hashes[places], side="right")
        counts = ends - begins
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.repeat(places, counts), self.items[np.repeat(begins, counts) + within]


class _RunsByLength:
    """Gathers the runs of items by how long they are."""

    def __init__(self, settings: RunSettings) -> None:
        self._settings = settings
        self._hashes: dict[int, list[np.ndarray]] = {}
        self._items: dict[int, list[np.ndarray]] = {}

    def add_questions(self, words: Words, first: int) -> None:
        """Add all runs of long questions, and short ones as they are."""
        self.add_answers(words, first)
        for length in range(self._settings.least_words, self._settings.words):
            self._add(length, run_hashes(words, length), np.flatnonzero(words.counts == length), first)

    def add_answers(self, words: Words, first: int) -> None:
        """Add the runs of answers that are long enough: a short one is said by many."""
        length = self._settings.words
        self._add(length, run_hashes(words, length), np.flatnonzero(words.counts >= length), first)

    def sought(self, speaks_for: np.ndarray) -> dict[int, _Sought]:
        """Give by length what is looked for; `speaks_for` names for each item the first one that is equal."""
        return {
            length: self._without_forms(np.concatenate(hashes), speaks_for[np.concatenate(self._items[length])])
            for length, hashes in self._hashes.items()
        }

    def _add(self, length: int, runs: Runs, texts: np.ndarray, first: int) -> None:
        kept = np.isin(runs.texts, texts)
        if kept.any():
            self._hashes.setdefault(length, []).append(runs.hashes[kept])
            self._items.setdefault(length, []).append(runs.texts[kept] + first)

    def _without_forms(self, hashes: np.ndarray, items: np.ndarray) -> _Sought:
        order = np.lexsort((items, hashes))
        hashes, items = hashes[order], items[order]
        is_new = np.ones(len(hashes), np.bool_)
        is_new[1:] = (hashes[1:] != hashes[:-1]) | (items[1:] != items[:-1])
        hashes, items = hashes[is_new], items[is_new]
        most = self._settings.most_items
        if most:
            _, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
            hashes, items = hashes[counts[inverse] <= most], items[counts[inverse] <= most]
        return _Sought(hashes, items)


def _same_text(words: Words, sought: _Sought) -> Held:
    texts, items = sought.find(whole_hashes(words))
    return Held(texts, items, words.counts[texts], np.ones(len(texts), np.bool_))


def _held_runs(runs: Runs, sought: _Sought, length: int) -> Held:
    """Give for each text and item the longest row of runs that follow one another."""
    found, items = sought.find(runs.hashes)
    texts, places = runs.texts[found], runs.places[found]
    order = np.lexsort((places, items, texts))
    texts, items, places = texts[order], items[order], places[order]
    if not len(texts):
        return _nothing()
    goes_on = (texts[1:] == texts[:-1]) & (items[1:] == items[:-1]) & (places[1:] - places[:-1] <= 1)
    begins = np.flatnonzero(np.concatenate([[True], ~goes_on]))
    ends = np.append(begins[1:], len(texts)) - 1
    words = places[ends] - places[begins] + length
    return Held(texts[begins], items[begins], words, np.zeros(len(begins), np.bool_))


def _best(held: Held) -> Held:
    """Give for each text the item it holds most of: the same text first, then most words, then the first item."""
    order = np.lexsort((held.items, -held.words, ~held.is_whole, held.texts))
    texts = held.texts[order]
    first = np.concatenate([[True], texts[1:] != texts[:-1]]) if len(texts) else np.empty(0, np.bool_)
    return Held(*(column[order][first] for column in held))


def _nothing() -> Held:
    none = np.empty(0, np.int64)
    return Held(none, none, none, np.empty(0, np.bool_))
