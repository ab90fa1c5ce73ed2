"""In which language is a text, as far as one can tell?

Of a long text the end is looked at, as models that lose a language lose it on the way; and where that is a formula
or a name, the beginning.
"""

import tempfile
from functools import cache
from typing import Any

from glan_core.errors import DiskError

# Below this many letters a language cannot be told; formulas and code score below the certainty (tried: 0.06 to 0.4),
# plain sentences above it (tried: 0.83 to 1.0).
_LEAST_LETTERS = 40
_LEAST_CERTAINTY = 0.8
# The classifier runs on the event loop: 0.26 ms for a whole answer of 2,400 letters, 0.06 ms for this much of it.
_SAMPLE_CHARACTERS = 200
# Common English words that hardly occur elsewhere. Plain English has more of them than the share below, other languages
# fewer even where they quote English; they spare nine texts in ten the classifier, which takes six times as long.
_ENGLISH_WORDS = frozenset(
    (
        *(
            "the",
            "of",
            "and",
            "that",
            "with",
            "this",
            "which",
            "from",
            "these",
            "those",
            "how",
            "what",
            "when",
            "where",
        ),
        *(
            "why",
            "there",
            "their",
            "they",
            "you",
            "your",
            "into",
            "between",
            "are",
            "is",
            "be",
            "by",
            "for",
            "it",
            "its",
        ),
        *("not", "each", "than", "has", "have", "would", "should"),
    )
)
_LEAST_ENGLISH = 0.15
_NO_LANGUAGE = "zxx"
# Taken for each other, or told apart by a border rather than by their words.
_KIN = (
    *({"no", "nn", "da"}, {"bs", "hr", "sr"}, {"id", "ms"}, {"zh", "wuu", "yue"}, {"ar", "ary", "arz"}),
    *({"uz", "uzs"}, {"ku", "sdh"}, {"el", "grc"}, {"he", "hbo"}, {"ht", "gcf", "gcr"}, {"en", "pcm"}, {"lv", "ltg"}),
)


def other_language_of(text: str, language: str) -> str:
    """Give the language of a text (a code) if it is surely another one than `language`, or an empty text."""
    for part in _samples(text):
        if language == "en" and _is_english(part):
            return ""
        if sum(letter.isalpha() for letter in part) >= _LEAST_LETTERS:
            found, certainty = language_of(part)
            if certainty >= _LEAST_CERTAINTY:
                return "" if _may_pass(found, language) else found
    return ""


def language_of(text: str) -> tuple[str, float]:
    """Give the likeliest language of a text (a code) and its probability, 0 to 1."""
    language, certainty = _identifier().classify(text)
    return str(language), float(certainty)


def prepare() -> None:
    """Load what it takes to tell languages, once per process and for half a second; DiskError if that fails."""
    _identifier()


def _may_pass(found: str, language: str) -> bool:
    return found in (language, _NO_LANGUAGE) or any({found, language} <= kin for kin in _KIN)


def _samples(text: str) -> tuple[str, ...]:
    # Other scripts take two or three bytes a letter, and are told by fewer.
    length = _SAMPLE_CHARACTERS if text[-_SAMPLE_CHARACTERS:].isascii() else _SAMPLE_CHARACTERS // 2
    return (text,) if len(text) <= length else (text[-length:], text[:length])


def _is_english(text: str) -> bool:
    words = text.lower().split()
    return sum(word in _ENGLISH_WORDS for word in words) >= _LEAST_ENGLISH * len(words)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # takes half a second to load

    try:
        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)  # unpacks itself into a temporary file
    except OSError as error:
        raise DiskError(
            f"The language check cannot unpack its model: {error}.",
            f"It takes 70 MB of {tempfile.gettempdir()} for a moment: make room there, or set TMPDIR.",
        ) from error
