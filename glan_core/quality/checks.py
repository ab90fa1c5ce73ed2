"""Which rules does a pair break that a program can see?

    truncated          the answer or the question reached its token limit
    repeats_question   the answer says little but the question again
    refusal            the model declined to answer
    wrong_language     the text is in another language than the run asked for

A flagged pair is kept: what a model said is paid for, and a person may think otherwise.
"""

import re
from collections import Counter
from functools import cache
from typing import Any

from glan_core.entities import Answer, Instruction, QualityFlag

_REFUSAL = re.compile(
    r"^(i(['’]m| am) (sorry|unable)|i (can(no|['’])t|cannot) (help|assist|answer|provide|comply)|as an ai\b)",
    re.IGNORECASE,
)
# Below this many letters a language cannot be told; formulas and code score below the certainty (tried: 0.06 to 0.4),
# plain sentences above it (tried: 0.83 to 1.0).
_LEAST_LETTERS = 40
_LEAST_CERTAINTY = 0.8
# Share of common words: above this an answer adds hardly anything to its question.
_LEAST_REPETITION = 0.85


def check_instruction(instruction: Instruction, *, finish_reason: str, language: str) -> tuple[QualityFlag, ...]:
    """List what is wrong with a question, given how its reply ended."""
    flags = []
    if finish_reason == "length":
        flags.append(QualityFlag(instruction.instruction_id, "truncated", "The question was cut off."))
    if _is_refusal(instruction.text, finish_reason):
        flags.append(QualityFlag(instruction.instruction_id, "refusal", instruction.text[:100]))
    flags.extend(_language_flags(instruction.instruction_id, instruction.text, language))
    return tuple(flags)


def check_answer(
    answer: Answer, instruction: Instruction, *, finish_reason: str, language: str
) -> tuple[QualityFlag, ...]:
    """List what is wrong with an answer, given its question and how its reply ended."""
    flags = []
    if finish_reason == "length":
        flags.append(QualityFlag(answer.instruction_id, "truncated", "The answer was cut off."))
    if _is_refusal(answer.text, finish_reason):
        flags.append(QualityFlag(answer.instruction_id, "refusal", answer.text[:100]))
    if _repeats(answer.text, instruction.text):
        flags.append(QualityFlag(answer.instruction_id, "repeats_question"))
    flags.extend(_language_flags(answer.instruction_id, answer.text, language))
    return tuple(flags)


def language_of(text: str) -> tuple[str, float]:
    """Give the likeliest language (two letters) of a text and its probability, 0 to 1."""
    language, certainty = _identifier().classify(text)
    return str(language), float(certainty)


def _language_flags(instruction_id: str, text: str, language: str) -> list[QualityFlag]:
    if sum(letter.isalpha() for letter in text) < _LEAST_LETTERS:
        return []
    found, certainty = language_of(text)
    if found == language or certainty < _LEAST_CERTAINTY:
        return []
    return [QualityFlag(instruction_id, "wrong_language", f"{found} instead of {language}")]


def _repeats(answer: str, question: str) -> bool:
    """Say whether two texts share nearly all their words (Dice coefficient of their words with repeats)."""
    first, second = Counter(answer.casefold().split()), Counter(question.casefold().split())
    return 2 * (first & second).total() >= _LEAST_REPETITION * (first.total() + second.total())


def _is_refusal(text: str, finish_reason: str) -> bool:
    return finish_reason in ("refusal", "content_filter") or _REFUSAL.search(text) is not None


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # takes half a second to load

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
