"""What does an actor have to know of the pairs that a run judges, compares or writes anew?

Their texts as they are now, and what is there already of what the run makes of them. Each is a row of a part (see
ray_parts.py):

    question  pair                                           known
    k2f...    {"judged":["k2f...","p4w...","Why?","As."]}                                             scores to come
    k2f...    {"judged":["k2f...","p4w...","Why?","As."]}    {"kind":"ComparedAnswer","value":{...}}  one to compare
    m8c...    {"rejected":{"reasons":["too_easy"],...}}                                               one to write anew

Pairs of one question stand one after another where they share a second model's answer, and belong in the same part:
whoever has asked for it has it for all of them.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from glan_core.entities import Instruction
from glan_core.judgements import JudgedPair
from glan_core.planning.judged_pairs import PairToJudge, read_in_batches
from glan_core.planning.open_pairs import (
    MANY_PAIRS,
    Found,
    OpenComparison,
    OpenJudgement,
    OpenPair,
    OpenRegeneration,
    find_open_comparisons,
    find_open_judgements,
    find_open_regenerations,
)
from glan_core.planning.plan import Plan
from glan_core.planning.rejected_pairs import read_rejected_pairs
from glan_core.regenerations import RejectedPair
from glan_core.runs.journal_lines import entity_of, line_of
from glan_core.store.database import Cursor


def has_pairs(plan: Plan) -> bool:
    """Say whether a plan is about pairs that are there, and not about questions to be asked."""
    return plan.judging is not None or plan.regenerating is not None


def pair_rows(
    plan: Plan, cursor: Cursor, *, only: frozenset[str] | None, on_reused: Callable[[int], None]
) -> Iterator[dict[str, Any]]:
    """Give the pairs of a plan that lack something, of which with `only` something has one of these ids.

    `on_reused` is told of items that are there already, but for those in a row: whoever gets that counts them.
    """
    for found in _found(plan, cursor):
        on_reused(found.items_reused)
        for each in found.open:
            if only is None or not only.isdisjoint(each.item_ids):
                yield _row(each)
                on_reused(-len(each.known))


def pair_of(text: str) -> JudgedPair | RejectedPair:
    """Read the pair of a row."""
    data = json.loads(text)
    if "judged" in data:
        return JudgedPair(*data["judged"])
    rejected = data["rejected"]
    instruction = entity_of("Instruction", rejected["instruction"], {})
    assert isinstance(instruction, Instruction)
    reasons, comments = tuple(rejected["reasons"]), tuple(rejected["comments"])
    return RejectedPair(instruction, rejected["answer"], reasons, comments, rejected["wants_question"])


def _found(
    plan: Plan, cursor: Cursor
) -> Iterator[Found[OpenJudgement] | Found[OpenComparison] | Found[OpenRegeneration]]:
    settings, seed = plan.request.settings, plan.request.seed
    if plan.regenerating is not None:
        for rejected in read_rejected_pairs(cursor, plan.regenerating.pairs, at_once=MANY_PAIRS):
            yield find_open_regenerations(cursor, rejected, settings=settings, seed=seed)
    elif plan.judging is not None and "judge" in plan.request.stages:
        for judged in read_in_batches(cursor, plan.judging.pairs, at_once=MANY_PAIRS):
            yield find_open_judgements(cursor, judged, settings=settings)
    elif plan.judging is not None:
        for judged in read_in_batches(cursor, _side_by_side(plan.judging.pairs), at_once=MANY_PAIRS):
            yield find_open_comparisons(cursor, judged, settings=settings)


def _side_by_side(pairs: Sequence[PairToJudge]) -> list[PairToJudge]:
    first: dict[str, int] = {}
    for place, pair in enumerate(pairs):
        first.setdefault(pair.instruction_id, place)
    return sorted(pairs, key=lambda pair: first[pair.instruction_id])


def _row(each: OpenPair) -> dict[str, Any]:
    data: dict[str, Any]
    if isinstance(each, OpenRegeneration):
        question, data = each.pair.instruction.instruction_id, {"rejected": _rejected_data(each.pair)}
    else:
        question, data = each.pair.instruction_id, {"judged": list(each.pair)}
    known = b"".join(line_of(entity) for entity in each.known).decode()
    return {"question": question, "pair": json.dumps(data, ensure_ascii=False), "known": known or None}


def _rejected_data(pair: RejectedPair) -> dict[str, Any]:
    return {**pair._asdict(), "instruction": json.loads(line_of(pair.instruction))["value"]}
