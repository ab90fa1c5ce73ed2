"""What is left out of what leaves, and under which name is such a choice kept?

A gate lets pairs pass or leaves them out; a gate set is some of them under a name. Gates by name:

    demo             the demo pairs, which were shipped
    flagged          pairs with a quality flag, of whatever kind
    rejected         pairs that a reviewer rejected
    unaccepted       pairs that no reviewer accepted
    duplicates       exact and near duplicates, but the one of each group that is kept
    truncated, ...   pairs with a flag of this kind: any of FLAG_KINDS
    judge_below_6    pairs that judges gave less than 6, or did not judge; any number from 1 to 10
"""

import dataclasses
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from glan_core.entities import Filter, ScoreRange
from glan_core.errors import ExportError
from glan_core.quality.kinds import EXACT_DUPLICATE, FLAG_KINDS, NEAR_DUPLICATE
from glan_core.store.database import Cursor
from glan_core.store.gate_sets import GateSet, list_gate_sets, save_gate_set
from glan_core.store.pairs import count_pairs_of_each

STANDARD_GATES = ("demo", "flagged", "rejected")
"""What is left out unless asked for."""
GATES = ("demo", "flagged", "rejected", "unaccepted", "duplicates", *FLAG_KINDS)
"""Every gate but those of judges, in the order in which reasons are counted."""
SHIPPED_GATE_SETS = (
    GateSet("standard", STANDARD_GATES),
    GateSet("clean", ("demo", "rejected", "duplicates", "contaminated", "truncated", "refusal", "empty")),
    GateSet("accepted only", ("demo", "flagged", "unaccepted")),
    GateSet("everything", ()),
)
"""There from the beginning; they cannot be removed or written over."""
LOWEST_SCORE, HIGHEST_SCORE = 1.0, 10.0
_JUDGE = re.compile(r"judge_below_(\d+(?:\.\d+)?)")
_DUPLICATES = (EXACT_DUPLICATE, NEAR_DUPLICATE)


class GateSets(NamedTuple):
    """What can be chosen by name."""

    shipped: tuple[GateSet, ...]
    saved: tuple[GateSet, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Give all names, the shipped ones first."""
        return tuple(gate_set.name for gate_set in (*self.shipped, *self.saved))


def judge_gate(least: float) -> str:
    """Give the name of the gate that leaves out what judges gave less than `least`."""
    return f"judge_below_{least:g}"


def judge_bound(gates: Iterable[str]) -> float | None:
    """Give the least score that passes some gates; None if none of them asks judges."""
    bounds = [float(found[1]) for gate in gates if (found := _JUDGE.fullmatch(gate))]
    return max(bounds, default=None)


def check_gates(gates: Sequence[str]) -> tuple[str, ...]:
    """Give gates each once, as they are counted; ExportError for one that is not there."""
    for gate in gates:
        judged = _JUDGE.fullmatch(gate)
        if judged and not LOWEST_SCORE <= float(judged[1]) <= HIGHEST_SCORE:
            raise ExportError(f"Judges give 1 to 10, and {gate!r} asks for another score.", "Try judge_below_6.")
        if not judged and gate not in GATES:
            raise ExportError(f"There is no gate {gate!r}.", f"Gates are: {', '.join(GATES)}, judge_below_6.")
    return tuple(sorted(dict.fromkeys(gates), key=_place))


def gated(filter_: Filter, gates: Sequence[str]) -> Filter:
    """Narrow a filter to answered pairs that pass the gates.

    Raises ExportError for a gate that is not there, and if the filter asks for just what a gate leaves out or for pairs
    without an answer, which are in no file.
    """
    if filter_.has_answer is False:
        raise ExportError(
            "The filter asks for pairs without an answer, and only answered ones can leave.",
            "Take that condition (has_answer) out of the filter, or let the pairs be answered first.",
        )
    for gate in check_gates(gates):
        filter_ = _through(filter_, gate)
    return dataclasses.replace(filter_, has_answer=True)


def count_left_out(cursor: Cursor, filter_: Filter, gates: Sequence[str]) -> dict[str, int]:
    """Count what is left out by its first reason: unanswered, then each gate; no reason without a pair.

    Raises ExportError as `gated` does.
    """
    ordered = check_gates(gates)
    reasons = ("unanswered", *ordered)
    passing = [gated(filter_, ordered[:number]) for number in range(len(reasons))]
    counts = count_pairs_of_each(cursor, [filter_, *passing])
    left_out = [before - after for before, after in pairwise(counts)]
    return {reason: number for reason, number in zip(reasons, left_out, strict=True) if number}


def gate_sets(cursor: Cursor) -> GateSets:
    """List the gate sets that can be chosen, those that people saved by name."""
    return GateSets(SHIPPED_GATE_SETS, list_gate_sets(cursor))


def gates_named(cursor: Cursor, text: str) -> tuple[str, ...]:
    """Read gates as the command line has them: names with commas between, `none`, or the name of a gate set.

    Raises ExportError for what is neither.
    """
    wanted = " ".join(text.split()).casefold()
    for gate_set in (*SHIPPED_GATE_SETS, *list_gate_sets(cursor)):
        if gate_set.name.casefold() == wanted:
            return check_gates(gate_set.gates)
    return check_gates(tuple(name.strip() for name in text.split(",") if name.strip() not in ("", "none")))


def keep_gate_set(cursor: Cursor, name: str, gates: Sequence[str], *, at: datetime) -> None:
    """Save gates under a name, in the place of those that people saved under it.

    Raises ExportError for a gate that is not there, and for a name that is empty, too long, or means something else.
    """
    called = " ".join(name.split()).casefold()
    if is_shipped(name) or called in (*GATES, "none") or _JUDGE.fullmatch(called):
        raise ExportError(f"The name {name!r} means something else already.", "Choose another one.")
    save_gate_set(cursor, GateSet(name, check_gates(gates), at))


def is_shipped(name: str) -> bool:
    """Say whether a gate set of this name is there from the beginning."""
    return any(gate_set.name.casefold() == " ".join(name.split()).casefold() for gate_set in SHIPPED_GATE_SETS)


def _through(filter_: Filter, gate: str) -> Filter:
    if gate == "demo":
        if filter_.is_demo:
            raise _contradiction(gate)
        return dataclasses.replace(filter_, is_demo=False)
    if gate == "flagged":
        if filter_.is_flagged:
            raise _contradiction(gate)
        return dataclasses.replace(filter_, is_flagged=False)
    if gate in ("rejected", "unaccepted"):
        passing = {"rejected": ("generated", "accepted"), "unaccepted": ("accepted",)}[gate]
        statuses = tuple(status for status in filter_.statuses or ("generated", "accepted") if status in passing)
        if not statuses:
            raise _contradiction(gate)
        return dataclasses.replace(filter_, statuses=statuses)
    if least := judge_bound([gate]):
        most = filter_.judge_score.most
        if most is not None and most < least:
            raise _contradiction(gate)
        there = filter_.judge_score.least
        return dataclasses.replace(filter_, judge_score=ScoreRange(max(least, there or least), most))
    kinds = _DUPLICATES if gate == "duplicates" else (gate,)
    if filter_.flag_kinds and not set(filter_.flag_kinds) - set(kinds):
        raise _contradiction(gate)
    without = (*filter_.without_flag_kinds, *(kind for kind in kinds if kind not in filter_.without_flag_kinds))
    return dataclasses.replace(filter_, without_flag_kinds=without)


def _place(gate: str) -> int:
    return GATES.index(gate) if gate in GATES else len(GATES)


def _contradiction(gate: str) -> ExportError:
    return ExportError(
        f"The filter asks for {gate} pairs, and the gate {gate!r} leaves them out.", "Open the gate: --gates none."
    )
