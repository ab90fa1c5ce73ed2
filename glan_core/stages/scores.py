"""Which score from 1 to 10 did a judge mean?"""

import re
from typing import Any, NamedTuple

from glan_core.errors import ReplyError
from glan_core.judgements import HIGHEST_SCORE, LOWEST_SCORE

SCORE: dict[str, Any] = {"type": "integer", "enum": list(range(LOWEST_SCORE, HIGHEST_SCORE + 1))}
"""The JSON schema of one."""
_NUMBER = re.compile(r"\s*(-?\d+(?:[.,]\d+)?)\s*(?:(?:/|out of|of)\s*10)?\s*")


class ReadScore(NamedTuple):
    """A score, and what was not taken as it stood."""

    score: int
    left_out: str
    """A sentence; empty where nothing was."""


def read_score(item: dict[str, Any], name: str, *, model_call_id: str) -> ReadScore:
    """Give a score of a JSON object: 8, 8.0, "8" or "8/10"; one between two whole numbers is rounded, which is said.

    Raises ReplyError: `wrong_shape` where there is none, `out_of_range` where it is not from 1 to 10.
    """
    value = item.get(name)
    if isinstance(value, str) and (match := _NUMBER.fullmatch(value)):
        value = float(match[1].replace(",", "."))
    if not isinstance(value, int | float) or isinstance(value, bool) or value != value:
        raise ReplyError(f"The reply holds no number {name!r}.", kind="wrong_shape", model_call_id=model_call_id)
    if not LOWEST_SCORE <= value <= HIGHEST_SCORE:
        raise ReplyError(
            f"The {name} of {value:g} is not from {LOWEST_SCORE} to {HIGHEST_SCORE}.",
            kind="out_of_range",
            model_call_id=model_call_id,
        )
    rounded = round(value)
    return ReadScore(rounded, "" if rounded == value else f"The {name} of {value:g} was taken as {rounded}.")
