"""How are two texts shown side by side, with what they share or where they differ marked?"""

from collections.abc import Sequence

import streamlit as st

from glan_core.quality.differences import MOST_WORDS, Piece
from pages.shared.feedback import plain
from pages.shared.formats import count


def show_marked(pieces: Sequence[Piece], *, colour: str = "orange") -> None:
    """Show a text with its marked pieces on a coloured ground; nothing in it is taken for markup."""
    st.markdown(marked_words(pieces, colour=colour) or ":gray[(empty)]")


def marked_words(pieces: Sequence[Piece], *, colour: str = "orange") -> str:
    """Give a text as Markdown, marked pieces on a coloured ground."""
    words = []
    for piece in pieces:
        if piece.text.isspace():
            words.append("  \n")
        else:
            text = plain(piece.text)
            words.append(f":{colour}-background[{text}]" if piece.is_marked else text)
    return " ".join(words)


def show_cut() -> None:
    """Say that only the beginning of two long texts was compared."""
    st.caption(f"Only their first {count(MOST_WORDS)} words are compared here.")
