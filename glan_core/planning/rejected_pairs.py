"""Which rejected pairs does a run write anew, and what was said of each when it was planned?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from glan_core.entities import Filter
from glan_core.filter_json import filter_from_json, filter_to_json
from glan_core.regenerations import RejectedPair
from glan_core.store.database import Cursor
from glan_core.store.instructions import list_instructions
from glan_core.store.regenerations import read_answers_of

_PAIRS_AT_ONCE = 200  # whose texts are held


class PairToRegenerate(NamedTuple):
    """A pair of a plan; its texts are in the database."""

    instruction_id: str
    reasons: tuple[str, ...]
    comments: tuple[str, ...]
    wants_question: bool


@dataclass(frozen=True, slots=True)
class Regenerating:
    """What a plan that writes rejected pairs anew has to say beside its request."""

    filter_: Filter
    """The pairs that were drawn from."""
    pairs: tuple[PairToRegenerate, ...]
    among: int
    """So many rejected pairs fit the filter."""
    mean_characters: float
    """Of question and answer together."""

    @property
    def questions(self) -> int:
        """How many get another question, and not only another answer."""
        return sum(pair.wants_question for pair in self.pairs)

    def to_data(self) -> dict[str, Any]:
        """Give it as JSON-ready data."""
        return {
            "filter": filter_to_json(self.filter_),
            "pairs": [[pair[0], list(pair[1]), list(pair[2]), pair[3]] for pair in self.pairs],
            "among": self.among,
            "mean_characters": self.mean_characters,
        }


def regenerating_from_data(data: dict[str, Any] | None) -> Regenerating | None:
    """Read back what Regenerating.to_data gave; None for a plan that writes nothing anew."""
    if data is None:
        return None
    pairs = tuple(PairToRegenerate(pair[0], tuple(pair[1]), tuple(pair[2]), pair[3]) for pair in data["pairs"])
    return Regenerating(filter_from_json(data["filter"]), pairs, data["among"], data["mean_characters"])


def read_rejected_pairs(
    cursor: Cursor, pairs: Sequence[PairToRegenerate], *, at_once: int = _PAIRS_AT_ONCE
) -> Iterator[tuple[RejectedPair, ...]]:
    """Give pairs with their texts as they are now, `at_once` at a time; what is rejected no more is left out."""
    rest = iter(pairs)
    while batch := tuple(islice(rest, at_once)):
        ids = [pair.instruction_id for pair in batch]
        instructions, answers = list_instructions(cursor, ids), read_answers_of(cursor, ids)
        found = []
        for pair in batch:
            instruction, answer = instructions.get(pair.instruction_id), answers.get(pair.instruction_id)
            if instruction is None or instruction.status != "rejected" or (answer is None and not pair.wants_question):
                continue
            found.append(RejectedPair(instruction, answer, pair.reasons, pair.comments, pair.wants_question))
        yield tuple(found)
