"""Which rules does a pair break that a program can see?

    truncated          the answer or the question reached its token limit
    repeats_question   the answer says little but the question again
    refusal            the model declined to answer
    wrong_language     the text is in another language than the run asked for

A flagged pair is kept: what a model said is paid for, and a person may think otherwise.
"""

from collections import Counter

from glan_core.entities import Answer, Instruction, QualityFlag
from glan_core.quality.language import other_language_of
from glan_core.quality.refusals import is_refusal

# Share of common words: above this an answer adds hardly anything to its question.
_LEAST_REPETITION = 0.85
_MOST_LETTERS_PER_WORD = 20  # a text with longer ones, on average, is in a script that puts no spaces between words


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


def _language_flags(instruction_id: str, text: str, language: str) -> list[QualityFlag]:
    found = other_language_of(text, language)
    return [QualityFlag(instruction_id, "wrong_language", f"{found} instead of {language}")] if found else []


def _repeats(answer: str, question: str) -> bool:
    """Say whether two texts share nearly all their words (Dice coefficient of their words with repeats)."""
    first, second = _words(answer), _words(question)
    total = len(first) + len(second)
    if 2 * min(len(first), len(second)) < _LEAST_REPETITION * total:  # one is too long, whatever it says
        return False
    return 2 * (Counter(first) & Counter(second)).total() >= _LEAST_REPETITION * total


def _words(text: str) -> list[str]:
    words = text.casefold().split()
    return words if len(text) <= _MOST_LETTERS_PER_WORD * len(words) else list("".join(words))


def _is_refusal(text: str, finish_reason: str) -> bool:
    return finish_reason in ("refusal", "content_filter") or is_refusal(text)
