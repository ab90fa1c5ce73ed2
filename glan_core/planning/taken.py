"""Which combinations have other seeds taken, and which of them does a seed have to know of?

A seed repeats its sequence of draws for ever, so that the same command finds its replies again. What others had drawn
when it first drew counts as use, and it goes on evenly where that ends; what they draw later it only leaves out, and
so it does with what trials have drawn at any time: a run draws with a trial what it would have drawn without.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from glan_core.planning.plan_request import FIRST_TRIAL_SEED
from glan_core.store.database import Cursor
from glan_core.store.instructions import find_first_draws, list_taken_combinations

_NOTHING: Mapping[str, frozenset[int]] = {}


class Taken(NamedTuple):
    """Combinations that other seeds use, as codes by syllabus id."""

    before: Mapping[str, frozenset[int]]
    """There when this seed first drew from the syllabus."""
    since: Mapping[str, frozenset[int]]
    """Drawn since, drawn for a trial, or being made just now."""

    def all_of(self, syllabus_id: str) -> frozenset[int]:
        """Give both."""
        return self.before.get(syllabus_id, frozenset()) | self.since.get(syllabus_id, frozenset())


def find_taken(
    cursor: Cursor, syllabus_ids: Sequence[str], *, seed: int, also_taken: Mapping[str, frozenset[int]] = _NOTHING
) -> Taken:
    """Give what seeds other than this one have taken; `also_taken` is what runs at work are about to make."""
    first_draws = find_first_draws(cursor, syllabus_ids, seed=seed)
    since = list_taken_combinations(cursor, list(first_draws), other_than_seed=seed, since=first_draws)
    trials = list_taken_combinations(cursor, syllabus_ids, other_than_seed=seed, from_seed=FIRST_TRIAL_SEED)
    at_work = {syllabus_id: also_taken[syllabus_id] for syllabus_id in also_taken.keys() & set(syllabus_ids)}
    for left_out in (trials, at_work):
        for syllabus_id, codes in left_out.items():
            since[syllabus_id] = since.get(syllabus_id, frozenset()) | codes
    everything = list_taken_combinations(cursor, syllabus_ids, other_than_seed=seed)
    before = {syllabus_id: drawn - since.get(syllabus_id, frozenset()) for syllabus_id, drawn in everything.items()}
    return Taken(before, since)
