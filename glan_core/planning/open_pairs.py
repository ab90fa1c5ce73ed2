"""Which pairs of a run that judges, compares or writes anew still lack something, and what is there already?

What is made of a pair has an id that follows from its texts, the prompt, the model and its parameters, so whoever reads
the pair can look for it. What is there is not asked for again.
"""

from collections.abc import Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from glan_core.entities import Instruction
from glan_core.generation_settings import GenerationSettings
from glan_core.judgements import ComparedAnswer, Comparison, JudgedPair
from glan_core.regenerations import RejectedPair
from glan_core.stages.answers import answer_id
from glan_core.stages.compare import comparison_id
from glan_core.stages.compared_answers import compared_answer_id
from glan_core.stages.judge import judgement_id
from glan_core.stages.regenerated_answers import regenerated_answer_id
from glan_core.stages.regenerated_instructions import regenerated_instruction_id
from glan_core.store.answers import list_known_answer_ids
from glan_core.store.comparisons import find_compared_answers, find_comparisons
from glan_core.store.database import Cursor
from glan_core.store.instructions import list_instructions
from glan_core.store.judgements import list_known_judgement_ids

MANY_PAIRS = 2_000
"""So many at once are looked through fast; a run that has calls under way looks through fewer, so as not to stand."""


class OpenJudgement(NamedTuple):
    """A pair without the scores of the judge."""

    pair: JudgedPair
    judgement_id: str

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Of what is asked for now."""
        return (self.judgement_id,)

    @property
    def known(self) -> tuple[()]:
        """What is there already of what was to be made of the pair."""
        return ()


class OpenComparison(NamedTuple):
    """A pair without the second model's answer, or without its comparison in one of both orders."""

    pair: JudgedPair
    answer_id: str
    """Of the second model's answer."""
    answer: ComparedAnswer | None
    missing: dict[str, bool]
    """By the id of each comparison that is to be made whether the answers are swapped in it."""
    compared: tuple[Comparison, ...]
    """Those that are there."""

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Of what is asked for now."""
        return (*self.missing, *((self.answer_id,) if self.answer is None else ()))

    @property
    def known(self) -> tuple[ComparedAnswer | Comparison, ...]:
        """What is there already of what was to be made of the pair."""
        return (*((self.answer,) if self.answer is not None else ()), *self.compared)


class OpenRegeneration(NamedTuple):
    """A rejected pair whose new question or new answer is not there."""

    pair: RejectedPair
    instruction_id: str
    """Of the new question."""
    answer_id: str
    """Of its answer."""
    instruction: Instruction | None
    """The new question, where it only lacks its answer."""

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Of what is asked for now."""
        wants_question = self.pair.wants_question and self.instruction is None
        return (self.instruction_id if wants_question else self.answer_id,)

    @property
    def known(self) -> tuple[Instruction, ...]:
        """What is there already of what was to be made of the pair."""
        return () if self.instruction is None else (self.instruction,)


OpenPair = OpenJudgement | OpenComparison | OpenRegeneration
T = TypeVar("T", bound=OpenPair)


class Found(NamedTuple, Generic[T]):
    """What is open among some pairs."""

    open: tuple[T, ...]
    items_reused: int
    """Rows that are there already, of all of the pairs."""


def find_open_judgements(
    cursor: Cursor, pairs: Iterable[JudgedPair], *, settings: GenerationSettings
) -> Found[OpenJudgement]:
    """Give the pairs that lack their scores."""
    wanted = {judgement_id(pair, settings=settings): pair for pair in pairs}
    known = list_known_judgement_ids(cursor, list(wanted))
    return Found(
        tuple(OpenJudgement(pair, item_id) for item_id, pair in wanted.items() if item_id not in known), len(known)
    )


def find_open_comparisons(
    cursor: Cursor, pairs: Iterable[JudgedPair], *, settings: GenerationSettings
) -> Found[OpenComparison]:
    """Give the pairs that lack the second model's answer or, where the settings compare, a comparison."""
    answer_ids = {pair: compared_answer_id(pair, settings=settings) for pair in pairs}
    answers = find_compared_answers(cursor, sorted(set(answer_ids.values())))
    orders = {pair: orders_of(pair, item_id, settings=settings) for pair, item_id in answer_ids.items()}
    compared = find_comparisons(cursor, [item_id for both in orders.values() for item_id in both])
    found, reused = [], 0
    for pair, item_id in answer_ids.items():
        each = OpenComparison(
            pair,
            item_id,
            answers.get(item_id),
            {order: is_swapped for order, is_swapped in orders[pair].items() if order not in compared},
            tuple(compared[order] for order in orders[pair] if order in compared),
        )
        reused += len(each.known)
        if each.item_ids:
            found.append(each)
    return Found(tuple(found), reused)


def orders_of(pair: JudgedPair, compared_answer: str, *, settings: GenerationSettings) -> dict[str, bool]:
    """Give, by the id of the comparison, whether the answers are swapped in it: the one order and the other.

    `compared_answer` is the id of the second model's answer. Where the settings do not compare there are none.
    """
    if "compare" not in settings.stages:
        return {}
    return {
        comparison_id(pair, compared_answer_id=compared_answer, is_swapped=is_swapped, settings=settings): is_swapped
        for is_swapped in (False, True)
    }


def find_open_regenerations(
    cursor: Cursor, pairs: Sequence[RejectedPair], *, settings: GenerationSettings, seed: int
) -> Found[OpenRegeneration]:
    """Give the rejected pairs that lack what is written in their place."""
    new = {regenerated_instruction_id(pair, settings=settings, seed=seed): pair for pair in pairs}
    answers = {
        new_id: answer_id(new_id, settings=settings) if pair.wants_question else regenerated_answer_id(new_id)
        for new_id, pair in new.items()
    }
    instructions = list_instructions(cursor, [new_id for new_id, pair in new.items() if pair.wants_question])
    answered = list_known_answer_ids(cursor, list(answers.values()))
    found = tuple(
        OpenRegeneration(pair, new_id, answers[new_id], instructions.get(new_id))
        for new_id, pair in new.items()
        if answers[new_id] not in answered or (pair.wants_question and new_id not in instructions)
    )
    return Found(found, len(instructions) + len(answered))
