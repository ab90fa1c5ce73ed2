"""What two texts share and where they differ is marked, and nothing of them is lost."""

from hypothesis import given
from hypothesis import strategies as st

from glan_core.quality.differences import MOST_WORDS, Piece, mark_differences, mark_shared


def test_words_that_differ_are_marked_on_both_sides():
    marked = mark_differences("Why does light bend in glass?", "Why does LIGHT bend, in water or ice?")
    assert marked.one == (Piece("Why does light bend in", False), Piece("glass?", True))
    assert marked.other == (Piece("Why does LIGHT bend, in", False), Piece("water or ice?", True))


def test_only_long_runs_count_as_shared():
    marked = mark_shared("so: a b c d, e and f g", "x a b c d e y f g", least=4)
    assert marked.one == (Piece("so:", False), Piece("a b c d, e", True), Piece("and f g", False))
    assert marked.other == (Piece("x", False), Piece("a b c d e", True), Piece("y f g", False))


def test_lines_stay_lines_and_signs_alone_are_not_marked():
    marked = mark_differences("a\n\n- b", "a\nb c")
    assert [piece.text for piece in marked.one] == ["a", "\n\n", "- b"]
    assert not any(piece.is_marked for piece in marked.one)
    assert [piece.text for piece in marked.other if piece.is_marked] == ["c"]


def test_very_long_texts_are_compared_at_their_beginning():
    marked = mark_differences("a " * (MOST_WORDS + 5), "a " * 10)
    assert not marked.is_whole
    assert sum(len(piece.text.split()) for piece in marked.one) == MOST_WORDS


@given(st.text(st.sampled_from("ab.\n ")), st.text(st.sampled_from("ab.\n ")))
def test_no_word_is_lost(one: str, other: str):
    marked = mark_differences(one, other)
    for text, pieces in ((one, marked.one), (other, marked.other)):
        assert " ".join(piece.text for piece in pieces).split() == text.split()
