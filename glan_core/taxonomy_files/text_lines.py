"""What is a line of a text file?

What an editor shows as one. str.splitlines knows more line breaks than editors do, and would count differently.
"""

import re

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


def lines_of(text: str) -> list[str]:
    """Give the lines without their ends."""
    return _LINE_BREAK.split(text)


def one_line(text: str) -> str:
    """Give a text with spaces for its line breaks."""
    return " ".join(text.splitlines())
