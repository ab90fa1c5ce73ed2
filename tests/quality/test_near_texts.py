"""Texts that share most of their words are found, whatever their order in the set, and others are not."""

import itertools
import random

import numpy as np
import pytest

from glan_core.quality.near_texts import TextSketches, similarities, sketch
from glan_core.quality.words import normalised, read_words


def _index(one: str, other: str) -> float:
    first, second = ({*itertools.pairwise(words)} for words in (normalised(one).split(), normalised(other).split()))
    return len(first & second) / len(first | second)


def _sketched(*batches: list[str]) -> TextSketches:
    sketches = TextSketches()
    for texts in batches:
        sketches.add(sketch(texts))
    return sketches


def _text(generator: random.Random, words: int) -> str:
    return " ".join(f"w{generator.randrange(5_000)}" for _ in range(words))


def test_the_index_is_that_of_pairs_of_words():
    texts = ["a b c d e", "a b c d f", "x y z", "a", "a!", "A B, C D E."]
    words = read_words(texts)
    one, other = np.array([0, 0, 3, 0, 0]), np.array([1, 2, 4, 5, 3])
    assert similarities(words, one, other).tolist() == pytest.approx([3 / 5, 0, 1, 1, 0])
    assert similarities(words, one[:0], other[:0]).tolist() == []


def test_any_two_texts_have_the_index_that_their_sets_have():
    generator = random.Random(1)
    texts = [" ".join(generator.choice("abcdef") for _ in range(generator.randrange(2, 12))) for _ in range(60)]
    one, other = np.array([n for n in range(60) for _ in range(60)]), np.tile(np.arange(60), 60)
    found = similarities(read_words(texts), one, other)
    assert found.tolist() == pytest.approx([_index(texts[a], texts[b]) for a, b in zip(one, other, strict=True)])


def test_near_texts_are_candidates_and_strangers_are_not():
    generator = random.Random(2)
    strangers = [_text(generator, 40) for _ in range(2_000)]
    changed = []
    for text in strangers[:300]:
        words = text.split()
        words[generator.randrange(40)] = "other"
        changed.append(" ".join(words))
    found = _sketched(strangers[:1_000], strangers[1_000:], changed).candidates(0.8)
    pairs = set(zip(found.one.tolist(), found.other.tolist(), strict=True))
    planted = {(number, 2_000 + number) for number in range(300)}
    assert len(planted & pairs) == 300
    assert len(pairs - planted) <= 3


def test_of_equal_texts_the_first_stands_for_all():
    texts = ["a b c d e f g h i j k l", "a b c d e f g h i j k m", "A, b c d e f g h i j k l!", "", "a b", "?"]
    sketches = _sketched(texts)
    equal = sketches.equal()
    assert (equal.one.tolist(), equal.other.tolist()) == ([0], [2])
    found = sketches.candidates(0.8)
    assert (found.one.tolist(), found.other.tolist()) == ([0], [1])


def test_nothing_is_found_in_nothing():
    for batches in ((), ([],), ([""],)):
        sketches = _sketched(*batches)
        assert len(sketches.equal().one) == 0
        assert len(sketches.candidates(0.8).one) == 0


def test_many_texts_that_are_nearly_the_same_stay_linked():
    body = " ".join(f"w{number}" for number in range(60))
    texts = [f"{body} n{number}" for number in range(200)]
    found = _sketched(texts).candidates(0.8)
    group = list(range(200))

    def root(number: int) -> int:
        while group[number] != number:
            number = group[number]
        return number

    for one, other in zip(found.one.tolist(), found.other.tolist(), strict=True):
        group[root(other)] = root(one)
    assert len({root(number) for number in range(200)}) == 1
    assert len(found.one) < 200 * 199 / 2
