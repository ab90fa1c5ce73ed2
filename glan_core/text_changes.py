"""What did somebody change in a text? Pieces of both, in order, each one kept, removed or added.

>>> text_changes("What is a lens?", "What is a thin lens?")
(Change(kind='kept', text='What is a '), Change(kind='added', text='thin '), Change(kind='kept', text='lens?'))
"""

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

_WORDS = re.compile(
    r"\s+|[^\W_]+\s*|[\W_]\s*"
)  # with the space behind them: else nearly every second piece is the same
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_MOST_WORDS = 3_000
"""Longer texts are compared line by line: words would take seconds."""


class Change(NamedTuple):
    """A piece of text that stands in both, or in one of the two."""

    kind: Literal["kept", "removed", "added"]
    text: str


def text_changes(before: str, after: str) -> tuple[Change, ...]:
    """Give the pieces: kept and removed ones make up `before`, kept and added ones `after`."""
    pieces = [_WORDS.findall(text) for text in (before, after)]
    is_long = max(map(len, pieces)) > _MOST_WORDS
    if is_long:
        pieces = [_LINES.findall(text) for text in (before, after)]
    old, new = pieces
    changes: list[Change] = []
    for _, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=is_long).get_opcodes():
        left, right = "".join(old[old_start:old_end]), "".join(new[new_start:new_end])
        if left == right:
            changes.append(Change("kept", left))
            continue
        changes += [Change("removed", left)] if left else []
        changes += [Change("added", right)] if right else []
    return tuple(changes)
