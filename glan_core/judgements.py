"""What does a judge say of answers?

A judge is a model that scores an answer from 1 to 10, for its helpfulness, relevance, accuracy and detail, and as a
whole, as the paper has it. It reads one pair, or the answers of two models to the same instruction, once in each order.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

LOWEST_SCORE, HIGHEST_SCORE = 1, 10
ASPECTS = ("helpfulness", "relevance", "accuracy", "detail")
"""What an answer is scored for besides as a whole."""
JUDGING_STAGES = ("compared_answers", "judge", "compare")
"""What a run of judging may do: answers of a second model, judgements of pairs, comparisons of both models' answers."""


class JudgedPair(NamedTuple):
    """A pair as a judge reads it."""

    instruction_id: str
    answer_id: str
    instruction: str
    answer: str

    @property
    def text_digest(self) -> str:
        """16 hexadecimal digits that change with either text: what was said of another wording is no judgement of it.

        The database works out the same (schema.sql, digest_of_edited).
        """
        return hashlib.sha256(f"{self.instruction}\x1f{self.answer}".encode(errors="replace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one judge said of one pair; scores are whole numbers from LOWEST_SCORE to HIGHEST_SCORE."""

    judgement_id: str
    instruction_id: str
    answer_id: str
    model: str
    """The judge."""
    template_fingerprint: str
    """Of the prompt that asked for it."""
    score: int
    """As a whole."""
    helpfulness: int
    relevance: int
    accuracy: int
    detail: int
    reason: str
    run_id: str
    model_call_id: str
    judged_at: datetime
    text_digest: str = ""
    """JudgedPair.text_digest of what the judge read; journals of before do not tell."""


@dataclass(frozen=True, slots=True)
class ComparedAnswer:
    """What a second model said to an instruction; never part of a pair, so it is in no export."""

    compared_answer_id: str
    instruction_id: str
    text: str
    model: str
    run_id: str
    model_call_id: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one judge said of two answers to one instruction, shown in one of both orders."""

    comparison_id: str
    instruction_id: str
    answer_id: str
    """Of the pair."""
    compared_answer_id: str
    model: str
    """The judge."""
    template_fingerprint: str
    is_swapped: bool
    """Whether the answer of the pair was shown second."""
    score: int
    """Of the pair's answer, whichever place it was shown in."""
    compared_score: int
    """Of the other model's."""
    reason: str
    run_id: str
    model_call_id: str
    judged_at: datetime
    text_digest: str = ""
    """JudgedPair.text_digest of what the judge read; journals of before do not tell."""
