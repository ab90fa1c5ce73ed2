"""How far is the taxonomy covered, and where is it thin? By lineage: what every pair was drawn from.

nodes = count_coverage(cursor, Filter())
summarise(nodes, "discipline").spread.covered
"""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from glan_core.entities import SUBJECT_LEVELS, Filter
from glan_core.insight.evenness import Lorenz, Spread, lorenz_curve, spread_of
from glan_core.planning.plan_request import Gap
from glan_core.store.coverage import NODE_LEVELS


class LevelOfSubjects(NamedTuple):
    """What lies in the subjects of one level."""

    level: str
    """One of SUBJECT_LEVELS."""
    subjects: int
    pairs: int


class Coverage(NamedTuple):
    """One level of the taxonomy in numbers; parts of courses, strategies and levels are those of all its subjects."""

    level: str
    """One of NODE_LEVELS."""
    spread: Spread
    curve: Lorenz | None
    targets: int
    """Nodes with a target, their own or of what lies below."""
    under_target: int
    subjects: int
    class_sessions: int
    unused_class_sessions: int
    key_concepts: int
    unused_key_concepts: int
    accepted: int
    one_session: int
    """Pairs drawn from one class session."""
    two_sessions: int
    by_level: tuple[LevelOfSubjects, ...]


def summarise(nodes: pd.DataFrame, level: str) -> Coverage:
    """Summarise one of NODE_LEVELS from the rows of store.coverage.count_coverage."""
    rows = nodes[nodes["level"] == level]
    below = nodes[nodes["level"] == "subject"]
    totals = below.select_dtypes("number").sum()
    counts = rows["pairs"].to_numpy("int64")
    return Coverage(
        level=level,
        spread=spread_of(counts),
        curve=lorenz_curve(counts),
        targets=int((rows["target"].fillna(0) > 0).sum()),
        under_target=len(under_target(rows)),
        subjects=len(below),
        class_sessions=int(totals["class_sessions"]),
        unused_class_sessions=int(totals["unused_class_sessions"]),
        key_concepts=int(totals["key_concepts"]),
        unused_key_concepts=int(totals["unused_key_concepts"]),
        accepted=int(totals["accepted"]),
        one_session=int(totals["pairs"] - totals["two_sessions"]),
        two_sessions=int(totals["two_sessions"]),
        by_level=tuple(
            LevelOfSubjects(each, int(totals[f"{each}_subjects"]), int(totals[each])) for each in SUBJECT_LEVELS
        ),
    )


def summarise_levels(nodes: pd.DataFrame) -> dict[str, Coverage]:
    """Summarise all of NODE_LEVELS."""
    return {level: summarise(nodes, level) for level in NODE_LEVELS}


def under_target(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows with a target that is not reached, those that lack most first."""
    wanting = rows[rows["fill"] < 1]
    lacking = wanting["target"] - wanting["pairs"]
    return wanting.loc[lacking.sort_values(ascending=False, kind="stable").index]


def gaps_to_target(rows: pd.DataFrame, *, otherwise: int) -> tuple[Gap, ...]:
    """Give a gap for each row: what it lacks to its target or, where it has none or has reached it, `otherwise`."""
    lacking = (rows["target"] - rows["pairs"]).fillna(0).clip(lower=0).astype("int64")
    return tuple(
        Gap(str(node_id), int(number) or otherwise) for node_id, number in zip(rows["node_id"], lacking, strict=True)
    )


def is_about_places(filter_: Filter) -> bool:
    """Say whether a filter names nodes alone, or nothing: so that what it leaves unused is so for every pair."""
    return filter_ == places_of(filter_)


def places_of(filter_: Filter) -> Filter:
    """Give what a filter says about nodes alone: what a node lacks is counted by this, over the pairs of everybody."""
    return Filter(taxonomy_node_ids=filter_.taxonomy_node_ids)


def with_all_pairs(rows: pd.DataFrame, standing: pd.DataFrame) -> pd.DataFrame:
    """Give the nodes of filtered `rows`, in their order, as they stand in `standing`: counted by `places_of`."""
    return standing.set_index("node_id").loc[rows["node_id"]].reset_index()


def shares(numbers: Sequence[int]) -> tuple[float, ...]:
    """Give the share of each number in their sum, 0 to 1; 0 each where the sum is 0."""
    total = sum(numbers)
    return tuple(number / total if total else 0.0 for number in numbers)
