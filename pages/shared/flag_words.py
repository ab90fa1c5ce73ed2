"""What does each quality flag of a pair say, in words?"""

from collections.abc import Iterable

_WORDS = {
    "truncated": "cut off",
    "refusal": "refused",
    "wrong_language": "in another language",
    "repeats_question": "repeats the question",
}


def flag_words(kinds: Iterable[str]) -> str:
    """Name flags, as QualityFlag.kind has them, one after the other; one that is not known here as it stands."""
    return ", ".join(_WORDS.get(kind, kind.replace("_", " ")) for kind in kinds)


def listed_flag_words(kinds: object) -> str:
    """Name the flags of a cell of a table that lists them as `refusal, truncated`; empty where there are none."""
    return flag_words(kinds.split(", ")) if isinstance(kinds, str) else ""
