"""How does a text stand in a card as it is, with nothing in it taken for markup?"""

from collections.abc import Iterable


def cell(text: str) -> str:
    """Give one line of text as it is: neither a border of the table nor markup."""
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]<>#|~$" else letter for letter in line(text))


def line(text: str | Iterable[str]) -> str:
    """Give a text on one line."""
    return " ".join("".join(text).split())
