"""Every planted case is found in ten thousand clean rows, and hardly anything else."""

import random

import pytest

from glan_core.quality.benchmark_words import BenchmarkWords, RunSettings
from glan_core.quality.words import read_words

_VOCABULARY = [
    f"{first}{second}{third}" for first in "bdfgklmnprst" for second in "aeiou" for third in ("n", "r", "st")
]
SUM = "A farmer has 12 cows and buys five more. How many cows does he have now?"


def _sentence(generator: random.Random, words: int) -> str:
    return " ".join(generator.choice(_VOCABULARY) for _ in range(words)).capitalize() + "?"


def _found(texts: list[str], items: list[str], *, answers: list[str] | None = None, **settings: int) -> list[tuple]:
    benchmark = BenchmarkWords(items, answers or [""] * len(items), RunSettings(**settings))
    held = benchmark.find(read_words(texts), is_question=True)
    return [tuple(value.item() for value in row) for row in zip(*held, strict=True)]


def _repunctuated(text: str) -> str:
    return f"«{text.replace(' ', ',  ', 3).rstrip('?')}» …!"


def test_planted_cases_are_found_in_ten_thousand_clean_rows():
    generator = random.Random(3)
    items = [_sentence(generator, generator.randrange(8, 60)) for _ in range(500)]
    clean = [_sentence(generator, generator.randrange(10, 80)) for _ in range(10_000)]
    long = [number for number, item in enumerate(items) if len(item.split()) >= 13]
    planted: dict[str, list[tuple[int, str]]] = {
        "exact": [(number, items[number]) for number in range(100)],
        "re-cased": [(number, items[number].upper()) for number in range(100, 200)],
        "re-punctuated": [(number, _repunctuated(items[number])) for number in range(200, 300)],
        "inside": [],
    }
    for number in long[:100]:
        words = items[number].split()
        start = generator.randrange(len(words) - 12)
        run = " ".join(words[start : start + 13])
        planted["inside"].append((number, f"{_sentence(generator, 30)} {run} {_sentence(generator, 30)}"))
    texts = [*clean, *(text for rows in planted.values() for _, text in rows)]
    found = {text: item for text, item, _, _ in _found(texts, items)}
    start = len(clean)
    for name, rows in planted.items():
        recalled = sum(found.get(start + place) == number for place, (number, _) in enumerate(rows))
        assert recalled == len(rows), f"{recalled} of {len(rows)} {name} were found"
        start += len(rows)
    false = sum(text < len(clean) for text in found)
    assert 400 / (400 + false) >= 0.99


def test_the_same_question_is_told_from_one_inside_other_text():
    assert _found([SUM.lower(), f"Well: {SUM} Say why.", "A farmer has 12 cows."], [SUM]) == [
        (0, 0, 16, True),
        (1, 0, 16, False),
    ]


@pytest.mark.parametrize(
    ("words", "settings", "is_found"),
    [(13, {}, True), (12, {}, False), (12, {"words": 12}, True), (8, {"words": 8}, True), (7, {"words": 8}, False)],
)
def test_so_many_words_in_a_row_count(words: int, settings: dict[str, int], is_found: bool):
    part = " ".join(SUM.split()[2 : 2 + words])
    assert bool(_found([f"Once more, {part}, or was it?"], [SUM], **settings)) is is_found


def test_a_short_question_counts_as_a_whole():
    short, shorter = "What is the capital of France?", "Who wrote Hamlet?"
    texts = [f"Tell me: {short} Quickly.", f"Tell me: {shorter} Quickly.", shorter, "what is the capital of"]
    assert [(text, item) for text, item, _, _ in _found(texts, [short, shorter])] == [(0, 0), (2, 1)]
    assert [text for text, *_ in _found(texts, [short, shorter], least_words=3)] == [0, 1, 2]


def test_a_run_that_many_items_share_is_their_form():
    form = "Read the passage below and choose the one answer that fits it best of all:"
    items = [f"{form} number {number}" for number in range(11)]
    text = f"{form} what do you think of it?"
    assert _found([text], items) == []
    assert len(_found([text], items, most_items=0)) == 1
    assert len(_found([text], items[:10])) == 1
    assert len(_found([text], [items[0]] * 30)) == 1


def test_a_long_answer_counts_and_a_short_one_does_not():
    solution = "He starts with twelve, gets five more, so in the end there are seventeen cows on the farm."
    assert _found([f"Note: {solution}"], ["How many?"], answers=[solution]) == [(0, 0, 18, False)]
    assert _found(["The answer is seventeen cows."], ["How many?"], answers=["seventeen cows"]) == []


def test_an_answer_is_never_the_same_as_a_whole():
    held = BenchmarkWords(["Who wrote Hamlet?"], [""]).find(read_words(["Who wrote Hamlet?"]), is_question=False)
    assert len(held.texts) == 0


def test_a_text_counts_once_with_the_item_it_holds_most_of():
    other = "A farmer has 12 cows and buys five more. How many cows would he sell?"
    assert _found([SUM, f"{SUM} {other}"], [other, SUM]) == [(0, 1, 16, True), (1, 1, 16, False)]


def test_scripts_without_spaces_are_compared_letter_by_letter():
    item = "光がガラスの中では空気の中よりもゆっくり進むのはなぜですか。"
    assert [text for text, *_ in _found([f"次の問いに答えよ:{item}", "光とは何ですか。"], [item])] == [0]


def test_a_benchmark_without_items_and_a_batch_without_texts_give_nothing():
    assert _found(["a b c"], []) == []
    assert _found([], [SUM]) == []
    assert _found(["", "?"], ["", "!"]) == []
