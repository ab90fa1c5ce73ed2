"""What lies within an outline on the map: how many pairs, of which groups, and which rows?"""

from typing import NamedTuple

import pandas as pd

from glan_core.entities import Filter
from glan_core.store.database import Cursor
from glan_core.store.map_conditions import map_condition
from glan_core.store.map_groups import grouping_of, joined
from glan_core.store.map_table import MapTable
from glan_core.store.map_texts import read_questions

_ALL = Filter()
_COLUMNS = [
    "instruction_id", "instruction", "answer", "field", "sub_field", "discipline", "subject", "level", "strategy",
    "run_id", "flags",
]  # fmt: skip


class Selection(NamedTuple):
    """The points of a filter."""

    pairs: int
    groups: pd.DataFrame
    """key, name, pairs, share (of the selection, 0 to 1), overall_share (of all points); most first."""
    number_of_groups: int
    """`groups` lists the largest of them."""


def describe_selection(
    cursor: Cursor, map_: MapTable, filter_: Filter, *, by: str = "discipline", limit: int = 8
) -> Selection:
    """Count the points of a filter and their largest groups, by one of GROUPINGS."""
    grouping = grouping_of(map_, by)
    inside = _pairs_of_groups(cursor, map_, filter_, by)
    overall = inside if filter_ == _ALL else _pairs_of_groups(cursor, map_, _ALL, by)
    groups = grouping.groups.loc[inside.index].assign(
        pairs=inside,
        share=inside / max(int(inside.sum()), 1),
        overall_share=overall.reindex(inside.index) / max(map_.points, 1),
    )
    ordered = groups.sort_values(["pairs", "name", "key"], ascending=[False, True, True], ignore_index=True)
    columns = ["key", "name", "pairs", "share", "overall_share"]
    return Selection(int(inside.sum()), ordered[columns].head(limit), len(ordered))


def list_selected(cursor: Cursor, map_: MapTable, filter_: Filter, *, after: str = "", limit: int = 50) -> pd.DataFrame:
    """Give a page of the pairs of a filter that are on the map, by id, with the columns of list_pairs.

    The next page begins after the last instruction_id of this one. Of several answers the first by id is given.
    """
    condition = map_condition(cursor, map_, filter_)
    rows = cursor.execute(
        f"""
        select point.instruction_id, point.instruction_row, point.syllabus
        from {map_.table} as point
        where {condition.where}
            and point.instruction_id > ?
        order by point.instruction_id
        limit ?
        """,  # noqa: S608 - names of ours, and a condition built from parameters only
        [*condition.parameters, after, limit],
    ).df()
    return _described(cursor, map_, rows)


def _pairs_of_groups(cursor: Cursor, map_: MapTable, filter_: Filter, by: str) -> pd.Series:
    """Count points by the number of their group."""
    condition = map_condition(cursor, map_, filter_)
    number = joined(grouping_of(map_, by))
    counted = cursor.execute(
        f"""
        select {number.number} as number, count(*) as pairs
        from {map_.table} as point
        {number.join}
        where {condition.where}
        group by number
        """,  # noqa: S608 - names of ours, and a condition built from parameters only
        [*number.parameters, *condition.parameters],
    ).df()
    groups = grouping_of(map_, by).groups.index
    return counted.set_index("number")["pairs"].reindex(groups).dropna().astype("int64")


def _described(cursor: Cursor, map_: MapTable, rows: pd.DataFrame) -> pd.DataFrame:
    """Give rows (instruction_id, instruction_row, syllabus) the columns of list_pairs."""
    ids = rows["instruction_id"].tolist()
    question = "[instruction.text, instruction.strategy, instruction.run_id]"
    read = read_questions(cursor, rows, question)
    questions = pd.DataFrame(
        [
            (found, *values)
            for found, values in zip(*(read[name].to_pylist() for name in read.column_names), strict=True)
        ],
        columns=["instruction_id", "instruction", "strategy", "run_id"],
        dtype="str",
    )
    answers = cursor.execute(
        """
        select instruction_id, min_by(text, answer_id) as answer
        from kept_answer
        where instruction_id in (select unnest(?::varchar[]))
        group by instruction_id
        """,
        [ids],
    ).df()
    flags = cursor.execute(
        """
        select instruction_id, array_to_string(list(kind order by kind), ', ') as flags
        from quality_flag
        where instruction_id in (select unnest(?::varchar[]))
        group by instruction_id
        """,
        [ids],
    ).df()
    places = map_.syllabi[["field", "sub_field", "discipline", "subject", "level"]]
    described = rows.join(places, on="syllabus")
    for frame in (questions, answers, flags):
        described = described.merge(frame, on="instruction_id", how="left")
    return described[_COLUMNS]
