"""Which rules does a pair break that a program can see?

    truncated          a text reached its token limit, or its last words cannot be the end: "The causes are the"
    refusal            the model declined: "I'm sorry, but I can't help with that."
    empty              no letter, digit or formula: "...", or nothing at all
    wrong_language     the text is in another language than the run asked for
    repeats_question   the answer says little but the question again
    too_short          a question of one or two words: "Explain."
    too_long           a question of more than 1,500 words, or an answer of more than 8,000
    unbalanced_code    a block of code is opened with ``` and never closed
    leaked_prompt      words of the prompt or marks of a chat: "### Response:", "the key concepts above"

A flagged pair is kept: what a model said is paid for, and a person may think otherwise. An answer of one word may be
right, so no answer is too short; what it says is for judges.
"""

from collections import Counter
from collections.abc import Iterator

from glan_core.entities import Answer, Instruction, QualityFlag
from glan_core.quality.language import other_language_of
from glan_core.quality.refusals import is_refusal
from glan_core.quality.text_rules import (
    FEWEST_QUESTION_WORDS,
    MOST_ANSWER_WORDS,
    MOST_QUESTION_WORDS,
    breaks_off,
    count_words,
    has_open_code,
    is_empty,
    leaked_words,
)

RULES_VERSION = 2
"""Another one means other rules: pairs that were checked are checked again."""
# Share of common words: above this an answer adds hardly anything to its question.
_LEAST_REPETITION = 0.85
_MOST_LETTERS_PER_WORD = 20  # a text with longer ones, on average, is in a script that puts no spaces between words


def check_instruction(instruction: Instruction, *, finish_reason: str, language: str) -> tuple[QualityFlag, ...]:
    """List what is wrong with a question, given how its reply ended."""
    key, text = instruction.instruction_id, instruction.text
    if is_empty(text):
        return (QualityFlag(key, "empty", "The question is empty."),)
    flags = []
    if finish_reason == "length":
        flags.append(QualityFlag(key, "truncated", "The question was cut off."))
    elif breaks_off(text):
        flags.append(QualityFlag(key, "truncated", f"The question ends in: {text.rstrip()[-40:]}"))
    if _is_refusal(text, finish_reason):
        flags.append(QualityFlag(key, "refusal", text[:100]))
    if len(text) < 100 and (words := count_words(text)) < FEWEST_QUESTION_WORDS:
        flags.append(QualityFlag(key, "too_short", f"The question has {words} word{'s' * (words != 1)}."))
    flags.extend(_flags_of_any(key, text, language, name="question", most=MOST_QUESTION_WORDS))
    return tuple(flags)


def check_answer(
    answer: Answer, instruction: Instruction, *, finish_reason: str, language: str
) -> tuple[QualityFlag, ...]:
    """List what is wrong with an answer, given its question and how its reply ended."""
    key, text = answer.instruction_id, answer.text
    if is_empty(text):
        return (QualityFlag(key, "empty", "The answer is empty."),)
    flags = []
    if finish_reason == "length":
        flags.append(QualityFlag(key, "truncated", "The answer was cut off."))
    elif breaks_off(text):
        flags.append(QualityFlag(key, "truncated", f"The answer ends in: {text.rstrip()[-40:]}"))
    if _is_refusal(text, finish_reason):
        flags.append(QualityFlag(key, "refusal", text[:100]))
    if _repeats(text, instruction.text):
        flags.append(QualityFlag(key, "repeats_question"))
    flags.extend(_flags_of_any(key, text, language, name="answer", most=MOST_ANSWER_WORDS))
    return tuple(flags)


def _flags_of_any(key: str, text: str, language: str, *, name: str, most: int) -> Iterator[QualityFlag]:
    if len(text) > most and (words := count_words(text)) > most:
        yield QualityFlag(key, "too_long", f"The {name} has {words:,} words and more.")
    if has_open_code(text):
        yield QualityFlag(key, "unbalanced_code", f"A block of code in the {name} is not closed.")
    if leaked := leaked_words(text):
        yield QualityFlag(key, "leaked_prompt", f"The {name} says: {leaked[:80]}")
    yield from _language_flags(key, text, language)


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
