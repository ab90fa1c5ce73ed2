"""Is a text that is read from right to left told from others, and set apart line by line?"""

import pytest

from pages.shared.reading_direction import is_right_to_left, isolated


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. \u0645\u0631\u062d\u0628\u0627 GLAN", True),
        ("\u05e9\u05dc\u05d5\u05dd", True),
        ("GLAN \u0645\u0631\u062d\u0628\u0627", False),
        ("12 + 30", False),
        ("", False),
    ],
)
def test_the_first_letter_tells_the_direction(text: str, expected: bool):
    assert is_right_to_left(text) is expected


def test_every_line_is_set_apart_and_empty_ones_stay_empty():
    assert isolated("\u05d0\n\n\u05d1") == "\u2067\u05d0\u2069\n\n\u2067\u05d1\u2069"
