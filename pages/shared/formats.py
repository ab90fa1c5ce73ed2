"""How are numbers, money and times written?"""

from collections.abc import Callable
from datetime import UTC, datetime

from glan_core.amounts import Range

_SECONDS = {"s": 1, "min": 60, "h": 3600}


def count(number: int) -> str:
    """Write a whole number with thousands separators."""
    return f"{number:,}"


def count_of(number: int, noun: str) -> str:
    """Write a number with its regular noun: `1 call`, `2 calls`."""
    return f"{count(number)} {noun}" if number == 1 else f"{count(number)} {noun}s"


def short_count(number: float) -> str:
    """Write a number in three digits at most: `850`, `12 k`, `1.3 M`."""
    if number < 1000:
        return f"{number:.0f}"
    size, letter = (1e6, "M") if number >= 999_500 else (1e3, "k")
    return f"{number / size:.0f} {letter}" if number >= 10 * size else f"{number / size:.1f} {letter}"


def between(numbers: Range, written: Callable[[float], str]) -> str:
    """Write a range from its low to its high end, a unit that both have only once: `4–9 min`, `$2–5`.

    Times get the unit of the high end: `1.1–9 min`, and not `69 s – 9 min`.
    """
    low, high = written(numbers.p10), written(numbers.p90)
    units = [each.rpartition(" ")[2] for each in (low, high)]
    if units[0] != units[1] and set(units) <= _SECONDS.keys():
        low = f"{numbers.p10 / _SECONDS[units[1]]:.1f} {units[1]}"
    if low == high:
        return low
    if low.startswith("$") and high.startswith("$"):
        return f"{low}–{high[1:]}"
    number, _, unit = low.partition(" ")
    return f"{number}–{high}" if unit and high.endswith(f" {unit}") else f"{low} – {high}"


def money(dollars: float | None) -> str:
    """Write US dollars; an unknown price is said to be unknown, never zero."""
    if dollars is None:
        return "unknown"
    if dollars == 0:
        return "$0"
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4f}"


def ago(moment: datetime, *, now: datetime | None = None) -> str:
    """Write how long ago a moment was: `just now`, `3 min ago`, `5 h ago`, `2 days ago`."""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    if seconds < 86_400:
        return f"{seconds // 3600:.0f} h ago"
    days = seconds // 86_400
    return f"{days:.0f} day{'s' if days > 1 else ''} ago"


def duration(seconds: float) -> str:
    """Write a duration: `8 s`, `4 min`, `2.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def two_digits(number: float | None) -> str:
    """Write a number with two digits behind the point, and a dash where there is none."""
    return "–" if number is None else f"{number:.2f}"


def shortened(text: str, length: int) -> str:
    """Give at most `length` characters, the last one an ellipsis where something is left out."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
