"""Which words does a text have, whatever its case and its punctuation, and which runs of words?

    "What's the CAPITAL of 日本?"    whats the capital of 日 本

Letters are compared without case, apostrophes are left out, and whatever is neither letter nor digit parts two words.
Letters of scripts without spaces are a word each. Many texts are read at once as arrays of 64-bit hashes, as taking
them word by word would take Python minutes for a million; whoever finds equal hashes compares the words themselves.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_APOSTROPHES = "'’ʼ`´‘"
_APART = re.compile(r"[\W_]+")
# Han, kana, Thai, Lao, Myanmar and Khmer are written without spaces.
_UNSPACED = re.compile(r"([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")
_DROPPED = re.compile(f"[{_APOSTROPHES}]")
_PLAIN = bytes(
    ord(chr(code).lower()) if chr(code).isalnum() and code < 128 else 32 if code < 128 else code for code in range(256)
)
_SPACE = 32
_LONGEST_WORD = 256  # bytes whose place counts in a hash, a power of 2; what lies beyond them counts all the same
_LETTERS_AT_ONCE = 500_000  # as arrays of numbers they stay in the processor's cache, which is three times as fast
_U64 = np.uint64
_FACTOR = 0x9E3779B97F4A7C15
_RUN_FACTOR = 0xD1342543DE82EF95
_MASK = (1 << 64) - 1


class Words(NamedTuple):
    """The words of some texts, one text after the other."""

    hashes: np.ndarray
    """uint64 of shape (w,): one for each word."""
    starts: np.ndarray
    """int64 of shape (n + 1,): where the words of each text begin, and at last w."""

    @property
    def counts(self) -> np.ndarray:
        """Give how many words each text has: int64 of shape (n,)."""
        counts: np.ndarray = np.diff(self.starts)
        return counts


class Runs(NamedTuple):
    """Runs of words that follow one another in one text."""

    hashes: np.ndarray
    """uint64 of shape (r,)."""
    texts: np.ndarray
    """int64 of shape (r,): of which text each is, rising."""
    places: np.ndarray
    """int64 of shape (r,): the number of its first word, counted through all texts."""


def normalised(text: str) -> str:
    """Give the words of a text with one space between."""
    return " ".join(_reduced(text).decode().split())


def read_words(texts: Sequence[str]) -> Words:
    """Hash the words of some texts."""
    hashes: list[np.ndarray] = []
    counts: list[np.ndarray] = []
    block: list[bytes] = []
    letters = 0
    for text in texts:
        block.append(_reduced(text))
        letters += len(block[-1])
        if letters >= _LETTERS_AT_ONCE:
            hashes.append(_hashed(block, counts))
            block, letters = [], 0
    hashes.append(_hashed(block, counts))
    return Words(np.concatenate(hashes), np.concatenate([[0], *counts]).cumsum().astype(np.int64))


def whole_hashes(words: Words) -> np.ndarray:
    """Give one hash for each text as a whole: uint64 of shape (n,); 0 for a text without words."""
    hashes = np.zeros(len(words.starts) - 1, _U64)
    filled = np.flatnonzero(words.counts)
    if len(filled):
        begins = words.starts[:-1][filled]
        within = np.arange(len(words.hashes)) - np.repeat(begins, words.counts[filled])
        hashes[filled] = _mixed(np.add.reduceat(words.hashes * _powers(int(within.max()) + 1)[within], begins))
    return hashes


def run_hashes(words: Words, length: int) -> Runs:
    """Give all runs of `length` words; a text with fewer has none."""
    if len(words.hashes) < length:
        return Runs(np.empty(0, _U64), np.empty(0, np.int64), np.empty(0, np.int64))
    texts = np.repeat(np.arange(len(words.starts) - 1), words.counts)
    hashes = _joined(words.hashes, length)
    places = np.flatnonzero(texts[: len(hashes)] == texts[length - 1 :])
    return Runs(_mixed(hashes[places]), texts[places], places)


def shared_run(text: str, item: str, *, least: int) -> tuple[int, int]:
    """Give where in the words of `item` its longest run of words begins that `text` holds too, and how many they are.

    Both are normalised. (0, 0) where none has `least` words, or all of an item that has fewer.
    """
    words, held = item.split(), f" {text} "
    length = min(least, len(words))
    best = (0, 0)
    start = 0
    while length and start + length <= len(words):
        end = start + length
        while end <= len(words) and f" {' '.join(words[start:end])} " in held:
            end += 1
        if end - 1 - start >= max(length, best[1] + 1):
            best = (start, end - 1 - start)
        start += 1
    return best


def _reduced(text: str) -> bytes:
    """Give a text in small letters, with spaces for all that parts words."""
    if text.isascii():
        return text.encode().translate(_PLAIN, b"'`")
    whole = unicodedata.normalize("NFKC", text).casefold()
    return _UNSPACED.sub(r" \1 ", _APART.sub(" ", _DROPPED.sub("", whole))).encode("utf-8", "replace")


def _hashed(parts: Sequence[bytes], counts: list[np.ndarray]) -> np.ndarray:
    """Give the hashes of all words of some reduced texts, and add to `counts` how many each text has."""
    letters = np.frombuffer(b" ".join((*parts, b"")), np.uint8)
    is_word = letters != _SPACE
    edges = np.flatnonzero(np.diff(is_word, prepend=False, append=False))
    first, last = edges[0::2], edges[1::2]
    text_ends = np.cumsum([len(part) + 1 for part in parts])
    counts.append(np.diff(np.searchsorted(first, text_ends), prepend=0))
    if not len(first):
        return np.empty(0, _U64)
    used = letters[is_word]
    lengths = last - first
    begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    within = (np.arange(len(used)) - np.repeat(begins, lengths)) & (_LONGEST_WORD - 1)
    return _mixed(np.add.reduceat(_LETTER_HASHES[used] * _POWERS[within], begins))


def _joined(hashes: np.ndarray, length: int) -> np.ndarray:
    """Give a hash of every `length` neighbours: sums of products, put together from runs of 1, 2, 4, 8 ..."""
    total = np.zeros(len(hashes) - length + 1, _U64)
    block, size, shift = hashes, 1, 0
    while size <= length:
        if length & size:
            total += block[shift : shift + len(total)] * _U64(pow(_RUN_FACTOR, shift, 1 << 64))
            shift += size
        block = block[: max(len(block) - size, 0)] + block[size:] * _U64(pow(_RUN_FACTOR, size, 1 << 64))
        size *= 2
    return total


def _mixed(hashes: np.ndarray) -> np.ndarray:
    """Spread what differs in a few bits over all of them (splitmix64)."""
    mixed: np.ndarray = hashes ^ (hashes >> _U64(30))
    mixed *= _U64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> _U64(27)
    mixed *= _U64(0x94D049BB133111EB)
    mixed ^= mixed >> _U64(31)
    return mixed


def _powers(number: int, factor: int = _FACTOR) -> np.ndarray:
    powers = np.full(number, factor, _U64)
    powers[:1] = 1
    return np.multiply.accumulate(powers)


_POWERS = _powers(_LONGEST_WORD)
_LETTER_HASHES = _mixed(np.arange(1, 257, dtype=_U64) * _U64(_FACTOR))
