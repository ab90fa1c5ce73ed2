"""What does the map know of each point, so that it need not ask the large tables?

The view `pair` joins six tables, which for a million pairs takes longer than anybody waits for a map to be zoomed. So
each layout gets a narrow table in memory, shared by all cursors of a database, with what never changes of a point:

    x, y | syllabus, run, model, strategy, status as small numbers | sample | instruction_id, instruction_row

`sample` is a hash of the id, and `instruction_row` the place in the table `instruction`. Points are ordered by where
they lie on the map, so that a window reads a part of them only; new ones are added at the end. What people edit is
looked up anew each time: which subject a syllabus belongs to, the names and places of the tree, and which runs are
removed. Of what does change in the table, the status, a checksum tells whether it did.
"""

from typing import NamedTuple

import pandas as pd

from glan_core.entities import Window
from glan_core.ids import stable_id
from glan_core.store.database import Cursor
from glan_core.store.map_memory import (
    PointTable,
    count_placed,
    count_rows,
    find_point_table,
    up_to_date_point_table,
)

BRANCHES = ("field", "sub_field", "discipline", "subject")

_SECONDS_A_POINT = 4e-6


class MapPreparation(NamedTuple):
    """What prepare_map would have to do."""

    points: int
    """Points of the layout."""
    missing: int
    """Those that it would have to read."""
    seconds: float
    """About how long that takes on two cores."""


class MapTable(NamedTuple):
    """The points of a layout, and what their numbers mean now."""

    projection_id: str
    version: str
    """Another one after every change that a map, a filter or a count can show."""
    points: int
    """Those that count: neither their run nor their place in the tree is removed."""
    window: Window
    """Around all points."""
    table: str
    """Where they stand in memory."""
    syllabi: pd.DataFrame
    """By number: field_id, field, sub_field_id, ... subject, level, is_kept."""
    runs: pd.DataFrame
    """By number: run_id, is_demo, is_kept."""
    models: tuple[str, ...]
    """By number."""


def map_preparation(cursor: Cursor, projection_id: str) -> MapPreparation:
    """Say what prepare_map would have to do, without doing it."""
    points = count_placed(cursor, projection_id)
    found = find_point_table(cursor, projection_id)
    missing = max(points - (found.points if found else 0), 0)
    return MapPreparation(points, missing, missing * _SECONDS_A_POINT)


def prepare_map(cursor: Cursor, projection_id: str) -> MapTable:
    """Bring the points of a layout into memory, as far as they are not there, and say what they mean now.

    For a new layout this takes some seconds per million points, afterwards milliseconds.
    """
    return _described(cursor, up_to_date_point_table(cursor, projection_id))


def _described(cursor: Cursor, found: PointTable) -> MapTable:
    syllabi = cursor.execute(
        """
        select
            code.code,
            path.field_id, path.field, path.sub_field_id, path.sub_field, path.discipline_id, path.discipline,
            subject.subject_id, subject.name as subject, subject.level,
            path.field_id is not null as is_kept
        from glan_map.code_of_syllabus as code
        join syllabus on syllabus.syllabus_id = code.syllabus_id
        left join kept_subject as subject on subject.subject_id = syllabus.subject_id
        left join discipline_path as path on path.discipline_id = subject.discipline_id
        order by code.code
        """
    ).df()
    runs = cursor.execute(
        """
        select code.code, run.run_id, run.is_demo, not run.is_removed as is_kept
        from glan_map.code_of_run as code
        join run on run.run_id = code.run_id
        order by code.code
        """
    ).df()
    models = cursor.execute("select model from glan_map.code_of_model order by code").fetchall()
    map_ = MapTable(
        found.projection_id,
        stable_id("map_version", found.projection_id, found.stamps),
        found.points,
        found.window,
        found.name,
        syllabi.set_index("code"),
        runs.set_index("code"),
        tuple(model for (model,) in models),
    )
    return map_._replace(points=_count_kept(cursor, map_))


def _count_kept(cursor: Cursor, map_: MapTable) -> int:
    hidden_syllabi = map_.syllabi.index[~map_.syllabi["is_kept"]].tolist()
    hidden_runs = map_.runs.index[~map_.runs["is_kept"]].tolist()
    if not hidden_syllabi and not hidden_runs:
        return map_.points
    return count_rows(
        cursor,
        f"""
        select count(*)
        from {map_.table}
        where syllabus not in (select unnest(?::integer[]))
            and run not in (select unnest(?::integer[]))
        """,  # noqa: S608 - a name of ours
        hidden_syllabi,
        hidden_runs,
    )
