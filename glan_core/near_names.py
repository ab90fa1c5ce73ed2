"""Which names that are there are spelled, or mean, nearly the same as a new one?

    index = NameIndex(list_known_names(cursor))
    index.find("Film studies", parent_id=screen_arts_id)
    # NearName(Film, spelled alike, 0.95), NearName(Film industry, spelled alike, 0.95)
    index.find("Pedagogics", parent_id=..., similarities=reader.similarities("Pedagogics", index.texts))

A hint for a person, not a verdict: Film and Film industry are near twins, and both belong there. Spelling is compared
at once, in about 1 ms among 20,000 names; meaning once somebody has vectors (name_meanings.py).
"""

import difflib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from glan_core.stages.taxonomy import plain_name
from glan_core.store.names import KnownName

MOST_NAMES = 5
SAME_MEANING = 0.7
"""From which cosine on two names mean nearly the same.

Of what stands side by side in the starter curriculum, and is meant to, it marks 5 of 326 pairs of nodes and 55 of 8,316
of subjects; of 43 pairs of synonyms it finds 23. docs/decisions.md has what was measured at other values.
"""
SAME_AS_A_SUBJECT = 0.8
"""The same for a node and a subject, which often shares words with what it is a part of: of 175 nodes in the starter
27 have a subject elsewhere at 0.7 (Film industry and Film Genre), and 5 at 0.8 (Clinical and Medical Physiology)."""
_SAME_LETTERS = 0.85
"""Which share of letters in common, in their order, makes a slip of another name; both begin with the same letter."""
_SAME_WORDS = 0.95
_EMPTY_WORDS = frozenset(("industry", "study", "science", "the", "of", "in", "introduction", "introductory", "to"))
_LETTERS = 32  # classes that letters fall into, so that most names are told apart without looking at their order
_MOST_SPELLINGS = 50_000  # kept, so that after an edit only what is new is taken apart


class NearName(NamedTuple):
    """A name that is there, and why it is nearly the same as the one asked about."""

    known: KnownName
    why: Literal["spelled alike", "means nearly the same"]
    similarity: float
    """Of letters from 0 to 1, or the cosine of the meanings."""
    is_sibling: bool
    """Whether the two would stand below the same."""

    @property
    def place_in_words(self) -> str:
        """Where it stands: `Academic Humanities › Screen arts`, or that it is a field."""
        return " › ".join(self.known.above) or "a field"


class _Spelling(NamedTuple):
    plain: str
    letters: tuple[int, ...]
    """How many letters of each class."""
    words: frozenset[str]


class NameIndex:
    """The names of a curriculum in a form that is quick to compare; made once for as long as none of them changes."""

    def __init__(self, known: Sequence[KnownName]) -> None:
        self._rows: dict[str, list[KnownName]] = defaultdict(list)
        self._level_of: dict[str, str] = {}
        for each in known:
            self._rows[each.name].append(each)
            self._level_of[each.node_id] = each.level
        self.texts = tuple(self._rows)
        """Every name once; vectors for `find` are to have the same order."""
        spellings = [_spelling(text) for text in self.texts]
        self._plain = [spelling.plain for spelling in spellings]
        self._first = np.array([ord(plain[0]) for plain in self._plain], np.int32)
        self._letters = np.array([spelling.letters for spelling in spellings], np.int16).reshape(-1, _LETTERS)
        self._lengths = np.array([len(plain) for plain in self._plain], np.int16)
        self._of_words: dict[frozenset[str], list[int]] = defaultdict(list)
        for place, spelling in enumerate(spellings):
            self._of_words[spelling.words].append(place)

    def find(
        self,
        name: str,
        *,
        parent_id: str | None,
        node_id: str | None = None,
        similarities: np.ndarray | None = None,
        limit: int = MOST_NAMES,
    ) -> tuple[NearName, ...]:
        """Give the nearest names, siblings first, then the most alike.

        `parent_id` is what the name would stand below, None for a field; `node_id` is what has it, or is to get it, and
        is left out. `similarities` are the cosines of the name to `texts` (float32 of shape (len(texts),)). A subject
        is compared with those of its discipline alone, as repeats across disciplines are meant (paper 2.2).
        """
        if not name.strip() or not self.texts:
            return ()
        found = dict(self._meaning_alike(similarities)) if similarities is not None else {}
        found |= dict(self._spelled_alike(_spelling(name)))
        is_subject = parent_id is not None and self._level_of.get(parent_id) == "discipline"
        near = [
            NearName(known, "spelled alike" if is_spelled else "means nearly the same", similarity, is_sibling)
            for place, (is_spelled, similarity) in found.items()
            for known in self._rows[self.texts[place]]
            if (is_sibling := known.parent_id == parent_id) or not is_subject
            if is_subject or is_spelled or known.level != "subject" or similarity >= SAME_AS_A_SUBJECT
            if known.node_id != node_id
        ]
        near.sort(key=lambda each: (not each.is_sibling, -each.similarity, len(each.known.above), each.known))
        return tuple(near[:limit])

    def _meaning_alike(self, similarities: np.ndarray) -> Iterator[tuple[int, tuple[bool, float]]]:
        for place in np.flatnonzero(similarities >= SAME_MEANING):
            yield int(place), (False, float(similarities[place]))

    def _spelled_alike(self, spelling: _Spelling) -> Iterator[tuple[int, tuple[bool, float]]]:
        """Give the places of names of nearly the same letters, and then of those of the same words."""
        plain = spelling.plain
        in_common = np.minimum(self._letters, np.array(spelling.letters, np.int16)).sum(axis=1)
        most = 2 * in_common / (self._lengths + len(plain))  # what the ratio can be at most
        matcher = difflib.SequenceMatcher(None, "", plain, autojunk=False)
        for place in map(int, np.flatnonzero((most >= _SAME_LETTERS) & (self._first == ord(plain[0])))):
            matcher.set_seq1(self._plain[place])
            ratio = matcher.ratio()
            if ratio >= _SAME_LETTERS:
                yield place, (True, ratio)
        for place in self._of_words.get(spelling.words, ()):
            yield place, (True, 1.0 if self._plain[place] == plain else _SAME_WORDS)


@lru_cache(_MOST_SPELLINGS)
def _spelling(name: str) -> _Spelling:
    """Take a name apart. Its words are those that say something, in the singular; all of them if none does."""
    plain = plain_name(name)
    letters = [0] * _LETTERS
    for letter in plain:
        letters[ord(letter) % _LETTERS] += 1
    words = frozenset(f"{word[:-2]}y" if word.endswith("ie") and len(word) > 4 else word for word in plain.split())
    return _Spelling(plain, tuple(letters), words - _EMPTY_WORDS or words)
