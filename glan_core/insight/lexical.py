"""How much do texts repeat one another in their words?

A word is a run of letters or digits, in small or capital letters; 1.10 and 1,000 are one. Texts are taken in
alphabetical order, so that the order in which they come changes nothing.
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

OPENING_WORDS = 4
LONG_RUN = 8
_WORD = re.compile(r"\d+(?:[.,]\d+)+|\w+")


class Repeated(NamedTuple):
    """Words that several texts share."""

    words: str
    texts: int
    """In how many of the texts they stand."""


class Templates(NamedTuple):
    """How many texts look like others."""

    opening_share: float
    """Of the texts, 0 to 1, how many begin with the same four words as another one."""
    run_share: float
    """Of the texts, 0 to 1, how many hold eight words in a row that another one holds too."""
    openings: tuple[Repeated, ...]
    """The most common openings, most first."""
    runs: tuple[Repeated, ...]
    """The most common runs, most first, each text counted once."""


def compression_ratio(texts: Iterable[str]) -> float | None:
    """Give the bytes of texts by those that zlib makes of them, higher where they repeat more.

    Below 1 for one short text, to which zlib adds more than it saves; None without a letter. zlib looks back 32 KB, and
    texts come in alphabetical order: it sees what begins alike.
    """
    joined = "\n".join(sorted(texts)).encode()
    return len(joined) / len(zlib.compress(joined, 9)) if joined.strip() else None


def distinct_n(texts: Iterable[str], n: int) -> float | None:
    """Give the share of different runs of n words among all such runs, 0 to 1; None where no text has as many."""
    different: set[tuple[str, ...]] = set()
    total = 0
    for text in texts:
        runs = list(_runs(_words(text), n))
        different.update(runs)
        total += len(runs)
    return len(different) / total if total else None


def templates(texts: Sequence[str], *, most: int = 10) -> Templates:
    """Find what texts share: how they begin, and runs of words; `most` of each are given with their words."""
    openings: Counter[tuple[str, ...]] = Counter()
    runs: Counter[tuple[str, ...]] = Counter()
    found = []
    for text in texts:
        words = _words(text)
        opening, held = tuple(words[:OPENING_WORDS]), set(_runs(words, LONG_RUN))
        if opening:
            openings[opening] += 1
        runs.update(held)
        found.append((opening, held))
    number = max(len(texts), 1)
    return Templates(
        sum(openings[opening] > 1 for opening, _ in found) / number,
        sum(any(runs[run] > 1 for run in held) for _, held in found) / number,
        _most_common(openings, most),
        _most_common(_apart(runs), most),
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: list[str], n: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(n)), strict=False)


def _apart(runs: Counter[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    """Leave out runs that only go on from a run that is as common: a shared sentence is told once."""
    repeated = sorted(((run, number) for run, number in runs.items() if number > 1), key=lambda item: (-item[1], item))
    seen: set[tuple[tuple[str, ...], int]] = set()
    kept: Counter[tuple[str, ...]] = Counter()
    for run, number in repeated:
        parts = {(part, number) for part in _runs(list(run), LONG_RUN // 2)}
        if not parts & seen:
            kept[run] = number
        seen |= parts
    return kept


def _most_common(counts: Counter[tuple[str, ...]], most: int) -> tuple[Repeated, ...]:
    repeated = [(words, number) for words, number in counts.items() if number > 1]
    repeated.sort(key=lambda item: (-item[1], item[0]))
    return tuple(Repeated(" ".join(words), number) for words, number in repeated[:most])
