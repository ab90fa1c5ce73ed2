"""How is a text shown in the direction it is read in?

A page runs from left to right. A text that begins with Arabic, Hebrew or Persian is set apart line by line, so that a
Latin word or a number within it keeps its place.
"""

import unicodedata

import streamlit as st

_ISOLATE, _END = "\u2067", "\u2069"
_RIGHT_TO_LEFT = ("R", "AL")


def show_in_its_direction(text: str) -> None:
    """Show a text as it is: from right to left if its first letter is so."""
    is_mirrored = is_right_to_left(text)
    st.text(isolated(text) if is_mirrored else text, text_alignment="right" if is_mirrored else "left")


def is_right_to_left(text: str) -> bool:
    """Say whether the first letter that has a direction goes from right to left."""
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind in _RIGHT_TO_LEFT for kind in kinds if kind in ("L", *_RIGHT_TO_LEFT)), False)


def isolated(text: str) -> str:
    """Set every line of a text apart, to be read from right to left."""
    return "\n".join(f"{_ISOLATE}{line}{_END}" if line else "" for line in text.split("\n"))
