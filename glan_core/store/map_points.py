"""Which points does a map draw, and what is each?

Where there are more than can be drawn, those with the smallest hash of their id are taken. So the sample of a smaller
window holds every point that the sample of the larger one had there, and adds others.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from glan_core.entities import Filter, Window
from glan_core.store.conditions import Condition, all_of, one_of
from glan_core.store.database import Cursor, first_row
from glan_core.store.map_conditions import map_condition
from glan_core.store.map_groups import grouping_of, legend
from glan_core.store.map_table import MapTable
from glan_core.store.map_texts import read_questions

MOST_POINTS = 20_000
_HASHES = 2**32
_SPARE = 1.25  # a little more than wanted is looked at, as hashes do not lie quite evenly
_SPARE_POINTS = 200
_COLUMNS = (
    "point.instruction_id, point.instruction_row, point.x, point.y, "
    "point.syllabus, point.run, point.model, point.status, point.strategy"
)


class PointSample(NamedTuple):
    """Points to draw."""

    points: pd.DataFrame
    """instruction_id, x, y, group (a key of the legend), place ("Physics · Optics"), instruction."""
    legend: pd.DataFrame
    """key, name, field_id ("" unless it is a branch), pairs (of the sample); most first."""
    total: int
    """Points of the filter within the window; `points` are all of them, or the `limit` that was asked for."""


def sample_points(
    cursor: Cursor,
    map_: MapTable,
    filter_: Filter = Filter(),  # noqa: B008 - frozen
    *,
    window: Window | None = None,
    by: str = "field",
    limit: int = MOST_POINTS,
    characters: int = 0,
) -> PointSample:
    """Give the points of a filter within a window, at most `limit`, told apart by one of GROUPINGS.

    `instruction` holds so many `characters` of each question, and is empty for 0.
    """
    rows, total = sample_rows(cursor, map_, filter_, window=window, limit=limit)
    grouping = grouping_of(map_, by)
    numbers = rows[grouping.column].map(grouping.number_of)
    numbers_found = numbers.value_counts()
    counted = dict(zip(numbers_found.index.astype(int).tolist(), numbers_found.tolist(), strict=True))
    rows["group"] = numbers.map(grouping.groups["key"]).fillna("").astype(object)
    return PointSample(_with_texts(cursor, map_, rows, characters, ["group"]), legend(grouping, counted), total)


def sample_rows(
    cursor: Cursor, map_: MapTable, filter_: Filter, *, window: Window | None, limit: int
) -> tuple[pd.DataFrame, int]:
    """Give the sample as the table of points holds it, and how many points it is taken from.

    Columns: instruction_id, instruction_row, x, y, syllabus, run, model, status, strategy.
    """
    condition = map_condition(cursor, map_, filter_, window)
    total = _count(cursor, map_, condition)
    below = int(_HASHES * min(1.0, (limit * _SPARE + _SPARE_POINTS) / max(total, 1)))
    rows = _smallest(cursor, map_, all_of(Condition("point.sample < ?::bigint", [below]), condition), limit)
    if len(rows) < min(limit, total):  # a set whose hashes happen to be large
        rows = _smallest(cursor, map_, condition, limit)
    return rows, total


def count_points(
    cursor: Cursor,
    map_: MapTable,
    filter_: Filter = Filter(),  # noqa: B008 - frozen
    *,
    window: Window | None = None,
) -> int:
    """Count the points of a filter within a window."""
    if filter_ == Filter() and window is None:
        return map_.points
    return _count(cursor, map_, map_condition(cursor, map_, filter_, window))


def points_of(cursor: Cursor, map_: MapTable, instruction_ids: Sequence[str], *, characters: int = 0) -> pd.DataFrame:
    """Give the points of instructions, as far as they are on the map and count, in the order of their ids.

    Columns: instruction_id, x, y, place, instruction.
    """
    condition = all_of(map_condition(cursor, map_, Filter()), one_of("point.instruction_id", instruction_ids))
    rows = _smallest(cursor, map_, condition, len(instruction_ids))
    order = {instruction_id: place for place, instruction_id in enumerate(instruction_ids)}
    rows = rows.sort_values("instruction_id", key=lambda ids: ids.map(order), ignore_index=True)
    return _with_texts(cursor, map_, rows, characters, [])


def _count(cursor: Cursor, map_: MapTable, condition: Condition) -> int:
    query = f"select count(*) from {map_.table} as point where {condition.where}"  # noqa: S608 - built from parameters
    row = first_row(cursor.execute(query, condition.parameters))
    return int(row[0]) if row else 0


def _smallest(cursor: Cursor, map_: MapTable, condition: Condition, limit: int) -> pd.DataFrame:
    return cursor.execute(
        f"""
        select {_COLUMNS}
        from {map_.table} as point
        where {condition.where}
        order by point.sample, point.instruction_id
        limit ?
        """,  # noqa: S608 - names of ours, and a condition built from parameters only
        [*condition.parameters, limit],
    ).df()


def _with_texts(
    cursor: Cursor, map_: MapTable, rows: pd.DataFrame, characters: int, more_columns: list[str]
) -> pd.DataFrame:
    """Give rows with the names of their places and the beginnings of their questions."""
    syllabi = map_.syllabi
    rows["place"] = rows["syllabus"].map(syllabi["discipline"].str.cat(syllabi["subject"], sep=" · "))
    rows["instruction"] = ""
    if characters and len(rows):
        texts = read_questions(cursor, rows, f"instruction.text[:{int(characters)}]")
        text_of = dict(zip(texts["instruction_id"].to_pylist(), texts["value"].to_pylist(), strict=True))
        rows["instruction"] = rows["instruction_id"].map(text_of)
    return rows[["instruction_id", "x", "y", *more_columns, "place", "instruction"]]
