"""Do pieces make up both texts, and do they show no more than what was changed?"""

import time

from hypothesis import given
from hypothesis import strategies as st

from glan_core.text_changes import Change, text_changes

texts = st.text(st.sampled_from("ab c\n.é🙂"), max_size=60)


@given(texts, texts)
def test_the_pieces_make_up_both_texts(before: str, after: str):
    changes = text_changes(before, after)
    assert "".join(change.text for change in changes if change.kind != "added") == before
    assert "".join(change.text for change in changes if change.kind != "removed") == after


@given(texts)
def test_of_equal_texts_nothing_is_changed(text: str):
    assert {change.kind for change in text_changes(text, text)} <= {"kept"}


def test_a_word_is_shown_whole():
    assert text_changes("What is a lens?", "What is a lense?") == (
        Change("kept", "What is a "),
        Change("removed", "lens"),
        Change("added", "lense"),
        Change("kept", "?"),
    )


def test_markup_is_text_as_any_other():
    assert text_changes("<b>x</b>", "<b>y</b>") == (
        Change("kept", "<b>"),
        Change("removed", "x"),
        Change("added", "y"),
        Change("kept", "</b>"),
    )


def test_long_texts_are_compared_by_lines_in_little_time():
    lines = [f"line {number} of many words, of which none is the same {number}\n" for number in range(20_000)]
    began = time.monotonic()
    changes = text_changes("".join(lines), "".join([*lines[:10_000], "new\n", *lines[10_000:]]))
    assert time.monotonic() - began < 10
    assert [change for change in changes if change.kind != "kept"] == [Change("added", "new\n")]
