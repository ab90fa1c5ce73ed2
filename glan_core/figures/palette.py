"""Which colour stands for what, on light ground and on dark?

Text, lines and grounds are those of .streamlit/config.toml; a test compares them.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Ground = Literal["light", "dark"]

# Observable's ten-colour scheme without its blue twin and grey: told apart on both grounds and by colour-blind eyes.
FIELD_COLOURS = ("#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#ff8ab7", "#a463f2", "#9c6b4e")
OTHER_COLOUR = "#9498a0"


class Shades(NamedTuple):
    """The colours of one ground."""

    background: str
    panel: str
    text: str
    faint_text: str
    line: str
    accent: str
    fill: tuple[str, str, str]
    """From empty to full."""


SHADES: dict[Ground, Shades] = {
    "light": Shades(
        "#fcfcfa", "#f3f2ee", "#1d2026", "#62666f", "#e2e0d9", "#2f4fb5", ("#ecebe4", "#9db4e8", "#2f4fb5")
    ),
    "dark": Shades("#14161a", "#1c1f25", "#e7e5df", "#a3a8b2", "#2e323a", "#8da4f2", ("#23272f", "#3d539c", "#8da4f2")),
}


def channels(colour: str) -> tuple[float, ...]:
    """Give red, green and blue, 0 to 255, of a colour written as #rrggbb."""
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def contrast(one: Sequence[float], other: Sequence[float]) -> float:
    """Give the contrast of two colours by their channels, from 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Sequence[float]) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def colours_of(names: Sequence[str]) -> dict[str, str]:
    """Give each name its colour by its place; names beyond the eighth share a grey."""
    return {
        name: FIELD_COLOURS[place] if place < len(FIELD_COLOURS) else OTHER_COLOUR for place, name in enumerate(names)
    }
