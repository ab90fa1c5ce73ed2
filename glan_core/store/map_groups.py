"""By what can the points of the map be told apart, and what are the groups called?"""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from glan_core.store.map_memory import STATUSES, STRATEGIES
from glan_core.store.map_table import BRANCHES, MapTable

GROUPINGS = (*BRANCHES, "level", "run", "model", "status", "strategy")


class Grouping(NamedTuple):
    """The groups of a map, and how the numbers in the table of its points lead to them."""

    groups: pd.DataFrame
    """By number: key (an id, or the value itself), name, field_id ("" unless it is a branch of the tree)."""
    column: str
    """Of the table of points."""
    number_of: Mapping[int, int]
    """From what the column holds to the number of the group; what is missing has no group."""


class Joined(NamedTuple):
    """A grouping in SQL, for a query from the table of points as `point`."""

    number: str
    """The expression of the number of a point's group."""
    join: str
    parameters: list[object]
    """Of the join."""


def grouping_of(map_: MapTable, by: str) -> Grouping:
    """Give the groups of one of GROUPINGS; ValueError for another word."""
    if by in (*BRANCHES, "level"):
        return _of_syllabi(map_, by)
    if by == "run":
        return _of_values("run", dict(zip(map_.runs.index.tolist(), map_.runs["run_id"].tolist(), strict=True)))
    values = {"model": map_.models, "status": STATUSES, "strategy": STRATEGIES}
    if by not in values:
        raise ValueError(f"points cannot be told apart by {by!r}")
    return _of_values(by, dict(enumerate(values[by])))


def joined(grouping: Grouping) -> Joined:
    """Give a grouping as SQL; points without a group fall out of the join."""
    if all(code == number for code, number in grouping.number_of.items()):
        return Joined(f"point.{grouping.column}::integer", "", [])
    return Joined(
        "group_of.number",
        f"""join (
            select unnest(?::integer[]) as code, unnest(?::integer[]) as number
        ) as group_of on group_of.code = point.{grouping.column}""",
        [list(grouping.number_of.keys()), list(grouping.number_of.values())],
    )


def legend(grouping: Grouping, pairs_of: Mapping[int, int]) -> pd.DataFrame:
    """Give the groups that have pairs, most first: key, name, field_id, pairs; `pairs_of` is by number of group."""
    known = [number for number in pairs_of if number in grouping.groups.index]
    rows = grouping.groups.loc[known].assign(pairs=[pairs_of[number] for number in known])
    return rows.sort_values(["pairs", "name", "key"], ascending=[False, True, True], ignore_index=True)


def _of_values(column: str, value_of: Mapping[int, str]) -> Grouping:
    values = list(value_of.values())
    groups = pd.DataFrame({"key": values, "name": values, "field_id": ""}, index=list(value_of), dtype=object)
    return Grouping(groups, column, {code: code for code in value_of})


def _of_syllabi(map_: MapTable, by: str) -> Grouping:
    kept = map_.syllabi[map_.syllabi["is_kept"]]
    key = by if by == "level" else f"{by}_id"
    numbers, keys = pd.factorize(kept[key], sort=True)
    first = kept.assign(number=numbers).drop_duplicates("number").sort_values("number")
    groups = pd.DataFrame(
        {
            "key": list(keys),
            "name": first[by].tolist(),
            "field_id": [""] * len(first) if by == "level" else first["field_id"].tolist(),
        }
    )
    return Grouping(groups, "syllabus", dict(zip(kept.index.tolist(), numbers.tolist(), strict=True)))
