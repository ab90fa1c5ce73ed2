"""Which labels fit on a map without covering one another?

Boxes are laid out in pixels of a window that is `width` by `height` of them large, so what fits depends on the window:
zooming in makes room for more.
"""

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from glan_core.entities import Window

MOST_LABELS = 25
FONT_PIXELS = 11
LINE_PIXELS = FONT_PIXELS + 9  # with the ground of the label and a gap around it
_LETTER_PIXELS = 6.4  # Inter at 11 pixels; a generous mean, as a label that is too wide is worse than one left out
_PADDING_PIXELS = 10
_LONGEST = 28


class Label(NamedTuple):
    """A name at the middle of what it names."""

    text: str
    x: float
    y: float
    weight: float
    """How much it stands for: of two labels that would cover one another, the heavier one stays."""


def place_labels(
    labels: Iterable[Label], *, window: Window, width: float, height: float, most: int = MOST_LABELS
) -> tuple[Label, ...]:
    """Give the labels that can stand in a window of `width` by `height` pixels, heaviest first, cut to a line.

    A label near an edge moves inwards until it is seen whole. A text is named once only. The same labels give the same
    result, in whatever order they come.
    """
    across, up = window.right - window.left, window.top - window.bottom
    if across <= 0 or up <= 0:
        return ()
    placed: list[Label] = []
    boxes: list[Window] = []
    seen: set[str] = set()
    for label in sorted(labels, key=lambda label: (-label.weight, label.text, label.x, label.y)):
        inside = window.left <= label.x <= window.right and window.bottom <= label.y <= window.top
        if len(placed) == most or not inside or label.text in seen:
            continue
        text = shortened(label.text)
        half_width, half_height = pixels(text) / 2, LINE_PIXELS / 2
        if 2 * half_width > width or 2 * half_height > height:
            continue
        x = min(max((label.x - window.left) / across * width, half_width), width - half_width)
        y = min(max((label.y - window.bottom) / up * height, half_height), height - half_height)
        box = Window(x - half_width, y - half_height, x + half_width, y + half_height)
        if any(_cover(box, other) for other in boxes):
            continue
        boxes.append(box)
        seen.add(label.text)
        placed.append(label._replace(text=text, x=window.left + x / width * across, y=window.bottom + y / height * up))
    return tuple(placed)


def shortened(text: str) -> str:
    """Give a text of at most 28 letters on one line, the last one an ellipsis where something is left out."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def pixels(text: str) -> float:
    """Estimate how wide a label is, its ground included; wide scripts take twice the room."""
    letters = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return letters * _LETTER_PIXELS + _PADDING_PIXELS


def _cover(first: Window, second: Window) -> bool:
    return (
        first.left < second.right
        and second.left < first.right
        and first.bottom < second.top
        and second.bottom < first.top
    )
