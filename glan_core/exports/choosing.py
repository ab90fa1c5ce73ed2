"""Which pairs does an export take, and how many does each rule leave out?

The rules in their order, each pair counted for the first that leaves it out: an answer is missing; the gates; another
pair asks the same or nearly the same; a question is held out for testing and this one is too close to it; the balance;
a quota. The test set is held out before the balance, so that it is the same however training is balanced.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from glan_core.encoder_choice import encoder_in_use
from glan_core.errors import ExportError
from glan_core.exports.allowances import capped, spread_evenly
from glan_core.exports.request import ExportRequest, check_request
from glan_core.gates import count_left_out, gated
from glan_core.near_duplicates import near_duplicates
from glan_core.store.database import Cursor
from glan_core.store.export_choice import (
    Taken,
    arrange,
    count_by_node,
    count_reasons,
    leave_out_below,
    leave_out_beyond,
    leave_out_equal,
    leave_out_grouped,
    list_candidates,
    make_candidates,
)
from glan_core.store.export_test_set import (
    count_without_neighbours,
    count_without_vector,
    hold_out,
    leave_out_shared_draws,
    leave_out_shared_text,
    leave_out_vectors,
    list_vectors_of,
)
from glan_core.store.numbered_vectors import read_numbered_vectors

REASONS = {
    "unanswered": "without an answer",
    "demo": "demo pairs",
    "duplicate": "asking the same as another one",
    "near_duplicate": "asking nearly the same as another one",
    "test_combination": "drawn from the same key concepts as a held-out question",
    "test_sessions": "drawn from the same two class sessions as a held-out question",
    "test_text": "in the same words as a held-out question",
    "test_meaning": "meaning nearly the same as a held-out question",
    "balance": "beyond the balance",
    "quota": "beyond a quota",
}
"""What is said of each reason; a gate that is not here is said by its name."""
_VECTORS_AT_ONCE = 8_192


class Choice(NamedTuple):
    """What an export takes."""

    taken: Taken
    left_out_for: dict[str, int]
    """By reason, in the order of the rules; no reason without a pair."""
    short_disciplines: int
    """Disciplines that could not give as many test questions as were asked for."""
    without_vector: int | None
    """Pairs that were compared by their words alone, as no encoder has read them; None where meaning was not asked."""
    without_neighbours: int | None = None
    """Pairs that were not held against the others by meaning, as the neighbour graph does not hold them yet; None where
    near duplicates stay."""

    @property
    def pairs(self) -> int:
        """Give how many pairs are written in all."""
        return self.taken.train + self.taken.test


class _NotCompared(NamedTuple):
    """Pairs of which nearly equal ones may be left, as in Choice."""

    without_vector: int | None
    without_neighbours: int | None


def choose(cursor: Cursor, request: ExportRequest, *, check_stop: Callable[[], None] = lambda: None) -> Choice:
    """Work out what an export takes; the cursor then holds its rows, for store/exports.py to read.

    `check_stop` is called between the rules, and may raise. Raises ExportError for a request that cannot be met; that
    nothing is left is no error.
    """
    check_request(request)
    left_out = count_left_out(cursor, request.filter_, request.gates)
    check_stop()
    chosen = gated(request.filter_, request.gates)
    make_candidates(cursor, chosen, has_text_keys=request.duplicates != "keep" or request.test_per_discipline > 0)
    check_stop()
    without_vector, without_neighbours = _leave_out_duplicates(cursor, request)
    check_stop()
    short = 0
    if request.test_per_discipline:
        short = hold_out(cursor, request.test_per_discipline, seed=request.seed)
        leave_out_shared_draws(cursor)
        check_stop()
        leave_out_shared_text(cursor)
        check_stop()
        without_vector = _leave_out_near_test(cursor, request, check_stop)
    _balance(cursor, request)
    found = count_reasons(cursor)
    left_out |= {reason: found[reason] for reason in REASONS if reason in found}
    check_stop()
    return Choice(arrange(cursor, request.order), left_out, short, without_vector, without_neighbours)


def in_words(left_out_for: dict[str, int]) -> str:
    """Say how many were left out for which reason."""
    return ", ".join(
        f"{number:,} {REASONS.get(reason, reason.replace('_', ' '))}" for reason, number in left_out_for.items()
    )


def _leave_out_duplicates(cursor: Cursor, request: ExportRequest) -> _NotCompared:
    if request.duplicates == "keep":
        return _NotCompared(None, None)
    leave_out_equal(cursor)
    if request.duplicates == "exact":
        return _NotCompared(None, None)
    encoder, content = _encoder_of_questions(cursor)
    among = list_candidates(cursor)  # what stays behind is no reason to leave out what is near to it
    groups = near_duplicates(cursor, encoder=encoder, content=content, similarity=request.near, among=among)
    leave_out_grouped(cursor, [group.instruction_ids for group in groups], reason="near_duplicate")
    return _NotCompared(
        count_without_vector(cursor, encoder=encoder, content=content),
        count_without_neighbours(cursor, encoder=encoder, content=content),
    )


def _leave_out_near_test(cursor: Cursor, request: ExportRequest, check_stop: Callable[[], None]) -> int:
    """Compare every vector to train on with every held-out one; gives how many pairs have none."""
    encoder, content = _encoder_of_questions(cursor)
    tested = list_vectors_of(cursor, "test", encoder=encoder, content=content)
    trained = list_vectors_of(cursor, "train", encoder=encoder, content=content)
    without = count_without_vector(cursor, encoder=encoder, content=content)
    if not len(tested) or not len(trained):
        return without
    held_out = read_numbered_vectors(cursor, encoder=encoder, numbers=tested).T
    near = []
    for start in range(0, len(trained), _VECTORS_AT_ONCE):
        check_stop()
        numbers = trained[start : start + _VECTORS_AT_ONCE]
        vectors = read_numbered_vectors(cursor, encoder=encoder, numbers=numbers)
        near.append(numbers[(vectors @ held_out).max(axis=1) >= request.near])
    leave_out_vectors(cursor, np.concatenate(near), encoder=encoder, content=content, reason="test_meaning")
    return without


def _encoder_of_questions(cursor: Cursor) -> tuple[str, str]:
    """Give the encoder in use, which has to read questions: answers that are alike make no question a duplicate."""
    encoder, content = encoder_in_use(cursor)
    if content == "answer":
        raise ExportError(
            "Questions cannot be compared by meaning while the map reads answers alone.",
            "Let it read the question on the Map page, or leave out equal questions only.",
        )
    return encoder.encoder, content


def _balance(cursor: Cursor, request: ExportRequest) -> None:
    if request.balance:
        there = count_by_node(cursor, request.balance_level)
        allow = capped if request.balance == "cap" else spread_evenly
        allowed = allow(there, request.balance_number)
        leave_out_beyond(cursor, allowed, level=request.balance_level, seed=request.seed)
    for node_id, most in request.quotas:
        leave_out_below(cursor, node_id, most, seed=request.seed)
