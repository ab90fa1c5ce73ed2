"""Which pairs does a run of judging judge?

The pairs of a plan stand in an order that a seed draws, so a smaller number of them is the beginning of a larger one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from glan_core.entities import Filter
from glan_core.filter_json import filter_from_json, filter_to_json
from glan_core.judgements import JudgedPair
from glan_core.store.database import Cursor
from glan_core.store.judged_pairs import read_judged_pairs

_PAIRS_AT_ONCE = 200  # whose texts are held


class PairToJudge(NamedTuple):
    """A pair of a plan; its texts are in the database."""

    instruction_id: str
    answer_id: str
    text_digest: str


@dataclass(frozen=True, slots=True)
class Judging:
    """What a plan of judging has to say beside its request."""

    filter_: Filter
    """The pairs that were drawn from."""
    pairs: tuple[PairToJudge, ...]
    among: int
    """So many answered pairs fit the filter."""
    mean_characters: float
    """Of question and answer together."""

    def to_data(self) -> dict[str, Any]:
        """Give it as JSON-ready data."""
        return {
            "filter": filter_to_json(self.filter_),
            "pairs": [list(pair) for pair in self.pairs],
            "among": self.among,
            "mean_characters": self.mean_characters,
        }


def judging_from_data(data: dict[str, Any] | None) -> Judging | None:
    """Read back what Judging.to_data gave; None for a plan that judges nothing."""
    if data is None:
        return None
    pairs = tuple(PairToJudge(*pair) for pair in data["pairs"])
    return Judging(filter_from_json(data["filter"]), pairs, data["among"], data["mean_characters"])


def read_in_batches(
    cursor: Cursor, pairs: Sequence[PairToJudge], *, at_once: int = _PAIRS_AT_ONCE
) -> Iterator[tuple[JudgedPair, ...]]:
    """Give pairs with their texts as they are now, `at_once` at a time; one that is gone is left out."""
    rest = iter(pairs)
    while batch := tuple(islice(rest, at_once)):
        yield read_judged_pairs(cursor, [pair.answer_id for pair in batch])
