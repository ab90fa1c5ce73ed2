"""What is written anew of a pair that reviewers rejected?

A rejection with a reason about the question asks for another question over the same key concepts, and for its answer;
any other one for another answer to the same question. Either way a pair of its own comes of it, and the rejected one
stays as it is.
"""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from glan_core.entities import Instruction

REGENERATING_STAGES = ("regenerated_instructions", "regenerated_answers")
"""What a run that writes rejected pairs anew may do besides answering its new questions."""
QUESTION_REASONS = ("unclear", "off_topic", "too_easy")
"""Reasons of a rejection that are about the question; all others are about its answer."""
REASON_SENTENCES = {
    "wrong_answer": "The answer is wrong.",
    "incomplete": "The answer leaves out a part of what was asked.",
    "unclear": "The question can be read in more than one way, or lacks what it takes to answer it.",
    "off_topic": "It is not about what it was to be about.",
    "too_easy": "It is too easy for students of this course.",
    "formatting": "Its form is bad: broken code, formulas or lists, or text that does not belong there.",
}
"""What a model is told of each reason."""


class RejectedPair(NamedTuple):
    """A rejected pair with its texts as they are now, and what reviewers said of it."""

    instruction: Instruction
    answer: str | None
    """None: it was never answered."""
    reasons: tuple[str, ...]
    comments: tuple[str, ...]
    wants_question: bool
    """Whether another question is asked for, and not only another answer."""

    @property
    def feedback(self) -> list[str]:
        """What a model is told about it, a sentence or a comment each; empty where nobody said why."""
        told = (
            reason for reason in self.reasons if not self.wants_question or reason in (*QUESTION_REASONS, "formatting")
        )
        return [*(REASON_SENTENCES[reason] for reason in told), *self.comments]

    @property
    def digest(self) -> str:
        """16 hexadecimal digits that change with its texts and with what was said of it."""
        parts = (self.instruction.text, self.answer or "", *self.feedback)
        return hashlib.sha256("\x1f".join(parts).encode(errors="replace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Regeneration:
    """Which rejected pair an instruction was written for."""

    instruction_id: str
    """The new one."""
    rejected_id: str
    """The instruction of the rejected pair."""


def wants_question(reasons: tuple[str, ...], *, has_answer: bool) -> bool:
    """Say whether a rejection asks for another question: by its reasons, or as there is nothing else to reject."""
    return not has_answer or not set(QUESTION_REASONS).isdisjoint(reasons)
