"""What does an export say of how its pairs were checked and reviewed, and by which release?

In the manifest, under `curation`; times are those that the database keeps, so that the same export says the same:

    {"gate_set": "clean", "demo_pairs": 0, "reviews": {"accepted": 12, "edited": 1, ...}, "flags": {"truncated": 3},
     "flags_left_out": {"contaminated": 2}, "checks": [{"check": "contamination", "benchmark": "quiz", "items": 5,
     "settings": {"words": 13, ...}, "state": "finished", "looked_at": 120, "not_looked_at": 0, "found": 2,
     "finished_at": "2026-03-01T12:00:00+00:00"}]}
"""

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from glan_core.checking.steps import check_id
from glan_core.exports.request import ExportRequest
from glan_core.gates import gate_sets
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.benchmarks import list_benchmarks
from glan_core.store.database import Cursor
from glan_core.store.export_curation import CuratedPairs, read_curated_pairs
from glan_core.store.quality_checks import CheckKind, QualityCheck, count_places, find_check

_COMMIT_LETTERS = 12


@dataclass(frozen=True, slots=True)
class CheckMade:
    """A check of many pairs that was begun at least."""

    check: str
    """rules, duplicates, contamination, or contamination by meaning."""
    benchmark: str
    """What people call it; empty for a check without one."""
    items: int
    """That the benchmark has."""
    settings: Mapping[str, Any]
    state: str
    looked_at: int
    not_looked_at: int
    """Questions or answers that came since, whichever are more; those that were edited since are not among them."""
    found: int
    """Flags, groups of duplicates, or hits."""
    finished_at: str
    """In UTC; empty as long as it has not ended."""


@dataclass(frozen=True, slots=True)
class Curation:
    """All of it."""

    gate_set: str
    """The name that the gates of the request are kept under, if there is one."""
    pairs: CuratedPairs
    checks: tuple[CheckMade, ...]


def read_curation(cursor: Cursor, request: ExportRequest) -> Curation:
    """Say how the pairs that were chosen, and those beside them, were checked and reviewed."""
    sets = gate_sets(cursor)
    wanted = frozenset(request.gates)
    gate_set = next((each.name for each in (*sets.saved, *sets.shipped) if frozenset(each.gates) == wanted), "")
    return Curation(gate_set, read_curated_pairs(cursor, request.filter_), _checks(cursor))


def curation_to_data(curation: Curation) -> dict[str, Any]:
    """Give it as JSON can hold it."""
    pairs = curation.pairs._asdict()
    flags, left_out, demo = (pairs.pop(name) for name in ("flags", "flags_left_out", "demo"))
    return {
        "gate_set": curation.gate_set,
        "demo_pairs": demo,
        "reviews": pairs,
        "flags": flags,
        "flags_left_out": left_out,
        "checks": [dataclasses.asdict(each) for each in curation.checks],
    }


@functools.cache
def program_version() -> str:
    """Give the commit that the program was checked out at, as it began; `unknown` outside of a clone."""
    folder = PROJECT_FOLDER / ".git"
    try:
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
        if head.startswith("ref: "):
            name = head.removeprefix("ref: ")
            if (folder / name).is_file():
                head = (folder / name).read_text(encoding="utf-8").strip()
            else:
                packed = (folder / "packed-refs").read_text(encoding="utf-8").splitlines()
                head = next((line.split()[0] for line in packed if line.endswith(f" {name}")), "")
    except OSError:
        head = ""
    return head[:_COMMIT_LETTERS] or "unknown"


def _checks(cursor: Cursor) -> tuple[CheckMade, ...]:
    asked: list[tuple[str, CheckKind, str, str, int]] = [
        ("rules", "rules", "", "", 0),
        ("duplicates", "duplicates", "", "", 0),
    ]
    for each in list_benchmarks(cursor):
        for name, about in (("contamination", ""), ("contamination by meaning", "meaning ")):
            asked.append((name, "contamination", f"{about}{each.benchmark_id}", each.name, each.items))
    made = []
    for name, kind, about, benchmark, items in asked:
        found = find_check(cursor, check_id(kind, about))
        if found is not None:
            made.append(_made(cursor, found, name, benchmark, items))
    return tuple(made)


def _made(cursor: Cursor, check: QualityCheck, name: str, benchmark: str, items: int) -> CheckMade:
    there = count_places(cursor)
    is_whole = check.kind == "duplicates"  # it has no places: all pairs are compared, or none
    return CheckMade(
        name,
        benchmark,
        items,
        dict(check.settings),
        check.state,
        check.questions_done if is_whole else check.done,
        0 if is_whole else check.new_among(there),
        check.found,
        check.finished_at.astimezone(UTC).isoformat(timespec="seconds") if check.finished_at else "",
    )
