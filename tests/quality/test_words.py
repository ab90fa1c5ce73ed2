"""Words are the same whatever their case and punctuation, and runs of them are found by their hashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.quality.words import normalised, read_words, run_hashes, shared_run, whole_hashes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What's the CAPITAL of France?", "whats the capital of france"),
        ("What’s  the capital\nof France", "whats the capital of france"),
        ("2+2 = 4; x_1!", "2 2 4 x 1"),
        ("Straße — ÄRGER…", "strasse ärger"),
        ("日本の首都", "日 本 の 首 都"),
        ("ﬁne ½", "fine 1 2"),
        ("", ""),
        (" ?! ", ""),
        ("\ud800x", "x"),
        ("مرحبا، بالعالم", "مرحبا بالعالم"),
    ],
)
def test_case_and_punctuation_are_left_out(text: str, words: str):
    assert normalised(text) == words


def test_ascii_and_other_texts_are_read_alike():
    assert normalised("Don't stop, it's 5 o'clock.") == normalised("Don’t stop — it’s 5 o’clock.")


@given(st.lists(st.text(st.sampled_from("ab B,.é日 \n'")), max_size=8))
def test_equal_words_have_equal_hashes_and_others_other_ones(texts: list[str]):
    words = read_words(texts)
    assert words.counts.tolist() == [len(normalised(text).split()) for text in texts]
    wholes = whole_hashes(words).tolist()
    for one, first in zip(texts, wholes, strict=True):
        for other, second in zip(texts, wholes, strict=True):
            assert (first == second) == (normalised(one) == normalised(other))


@given(st.lists(st.lists(st.sampled_from(["a", "bb", "ccc"]), max_size=9), max_size=5), st.integers(1, 6))
def test_runs_are_those_of_one_text_and_equal_where_their_words_are(texts: list[list[str]], length: int):
    words = read_words([" ".join(text) for text in texts])
    runs = run_hashes(words, length)
    expected = [
        (number, tuple(text[start : start + length]))
        for number, text in enumerate(texts)
        for start in range(len(text) - length + 1)
    ]
    assert runs.texts.tolist() == [number for number, _ in expected]
    by_hash = dict(zip(runs.hashes.tolist(), [run for _, run in expected], strict=True))
    assert len(by_hash) == len({run for _, run in expected})
    for key, (_, run) in zip(runs.hashes.tolist(), expected, strict=True):
        assert by_hash[key] == run


def test_no_text_and_texts_without_words_have_no_runs():
    for texts in ([], [""], ["", "?!"]):
        words = read_words(texts)
        assert (len(words.hashes), len(words.starts)) == (0, len(texts) + 1)
        assert len(run_hashes(words, 3).hashes) == 0
        assert whole_hashes(words).tolist() == [0] * len(texts)


@pytest.mark.parametrize(
    ("text", "item", "least", "found"),
    [
        ("so a b c d e it is", "x a b c d e y", 3, (1, 5)),
        ("a b x b c d", "a b c d", 3, (1, 3)),
        ("a b c", "a b c d", 4, (0, 0)),
        ("x a b y", "a b", 5, (0, 2)),
        ("ab cd", "b c", 2, (0, 0)),
        ("a b", "", 3, (0, 0)),
    ],
)
def test_the_longest_run_that_two_texts_share_is_given(text: str, item: str, least: int, found: tuple[int, int]):
    assert shared_run(text, item, least=least) == found
