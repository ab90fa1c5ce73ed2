"""What does the map know of each point, so that it need not ask the large tables?

The view `pair` joins six tables, which for a million pairs takes longer than anybody waits for a map to be zoomed. So
each layout gets a narrow table in memory, shared by all cursors of a database, with what never changes of a point:

    x, y | syllabus, run, model, strategy, status as small numbers | sample | instruction_id, instruction_row

`sample` is a hash of the id, and `instruction_row` the place in the table `instruction`. Points are ordered by where
they lie on the map, so that a window reads a part of them only; new ones are added at the end. What people edit is
looked up anew each time: which subject a syllabus belongs to, the names and places of the tree, and which runs are
removed. Of what does change in the table, the status, a checksum tells whether it did.
"""

import math
import threading
from typing import NamedTuple

import pandas as pd

from glan_core.entities import Window
from glan_core.ids import stable_id
from glan_core.store.database import Cursor, first_row

STATUSES = ("generated", "accepted", "rejected")
STRATEGIES = ("one_session", "two_sessions")
BRANCHES = ("field", "sub_field", "discipline", "subject")

_SECONDS_A_POINT = 4e-6
_ROWS_READ_TOGETHER = 122_880  # DuckDB leaves out groups of so many rows by their smallest and largest values
_MOST_TABLES = 2
_PREPARING = threading.Lock()


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
    _attach(cursor)
    points = _count(cursor, "select count(*) from projected_point where projection_id = ?", projection_id)
    state = _find_state(cursor, projection_id)
    missing = max(points - (state.points if state else 0), 0)
    return MapPreparation(points, missing, missing * _SECONDS_A_POINT)


def prepare_map(cursor: Cursor, projection_id: str) -> MapTable:
    """Bring the points of a layout into memory, as far as they are not there, and say what they mean now.

    For a new layout this takes some seconds per million points, afterwards milliseconds.
    """
    _attach(cursor)
    with _PREPARING:
        stamps = _stamps(cursor)
        state = _find_state(cursor, projection_id)
        if state is None:
            _add_codes(cursor)
            state = _build(cursor, projection_id)
        elif state.stamps != stamps:
            _add_codes(cursor)
            state = _bring_up_to_date(cursor, state)
        if state.stamps != stamps:
            state = state._replace(stamps=stamps)
            _save_state(cursor, state)
    return _described(cursor, state)


class _State(NamedTuple):
    """What was read when."""

    projection_id: str
    table: str
    points: int
    window: Window
    status_stamp: str
    stamps: str
    """All counts and checksums that the version is made of."""


def _attach(cursor: Cursor) -> None:
    with _PREPARING:
        cursor.execute("attach if not exists ':memory:' as glan_map (compress)")
        cursor.execute(
            """
            create table if not exists glan_map.state (
                number bigint, projection_id varchar, table_name varchar, points bigint,
                x_min double, y_min double, x_max double, y_max double, status_stamp varchar, stamps varchar
            );
            create table if not exists glan_map.code_of_syllabus (code integer, syllabus_id varchar);
            create table if not exists glan_map.code_of_run (code integer, run_id varchar);
            create table if not exists glan_map.code_of_model (code integer, model varchar);
            """
        )


def _stamps(cursor: Cursor) -> str:
    """Give counts and checksums that change with everything that a map can show.

    DuckDB's hash of several values is a xor of theirs, and would not see two rows change places: so it is hashed again.
    """
    row = first_row(
        cursor.execute(
            """
        select
            (select count(*) from projected_point),
            (select count(*) from answer),
            (select count(*) from quality_flag),
            (select count(*) from tag),
            (select bit_xor(hash(hash(run_id, is_removed, is_demo))) from run),
            (select bit_xor(hash(hash(taxonomy_node_id, parent_id, name, status, position))) from taxonomy_node),
            (select bit_xor(hash(hash(subject_id, discipline_id, name, level, status))) from subject),
            (select bit_xor(hash(hash(syllabus_id, subject_id))) from syllabus)
        """
        )
    )
    return stable_id("stamps", *(row or ()), _status_stamp(cursor))


def _status_stamp(cursor: Cursor) -> str:
    row = first_row(cursor.execute("select count(*), bit_xor(hash(hash(rowid, status))) from instruction"))
    return str(row)


def _find_state(cursor: Cursor, projection_id: str) -> _State | None:
    row = first_row(
        cursor.execute(
            """
        select table_name, points, x_min, y_min, x_max, y_max, status_stamp, stamps
        from glan_map.state
        where projection_id = ?
        """,
            [projection_id],
        )
    )
    if row is None:
        return None
    table, points, *edges, status_stamp, stamps = row
    return _State(projection_id, table, points, Window(*edges), status_stamp, stamps)


def _save_state(cursor: Cursor, state: _State) -> None:
    cursor.execute("delete from glan_map.state where projection_id = ?", [state.projection_id])
    cursor.execute(
        """
        insert into glan_map.state
        select coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ?
        from glan_map.state
        """,
        [state.projection_id, state.table, state.points, *state.window, state.status_stamp, state.stamps],
    )


def _add_codes(cursor: Cursor) -> None:
    """Number what is new among syllabi, runs and models; a number never changes."""
    for noun, column, query in (
        ("syllabus", "syllabus_id", "select syllabus_id from syllabus"),
        ("run", "run_id", "select run_id from run"),
        ("model", "model", "select distinct model from model_call"),
    ):
        cursor.execute(
            f"""
            insert into glan_map.code_of_{noun}
            select
                (select count(*) from glan_map.code_of_{noun}) + row_number() over (order by {column}) - 1,
                {column}
            from ({query})
            where {column} not in (select {column} from glan_map.code_of_{noun})
            """  # noqa: S608 - the names are those above
        )


_POINTS = """
    select
        point.x,
        point.y,
        syllabus.code as syllabus,
        coalesce(run.code, -1) as run,
        coalesce(model.code, -1) as model,
        (instruction.strategy = 'two_sessions')::utinyint as strategy,
        list_position(['generated', 'accepted', 'rejected'], instruction.status)::utinyint - 1 as status,
        (hash(point.instruction_id) >> 32)::uinteger as sample,
        point.instruction_id,
        instruction.rowid as instruction_row
    from projected_point as point
    join instruction on instruction.instruction_id = point.instruction_id
    join glan_map.code_of_syllabus as syllabus on syllabus.syllabus_id = instruction.syllabus_id
    left join glan_map.code_of_run as run on run.run_id = instruction.run_id
    left join model_call on model_call.model_call_id = instruction.model_call_id
    left join glan_map.code_of_model as model on model.model = model_call.model
    where point.projection_id = ?
        and isfinite(point.x)
        and isfinite(point.y)
"""


def _build(cursor: Cursor, projection_id: str) -> _State:
    table = f"glan_map.point_{stable_id('map', projection_id)}"
    for old_projection_id, old_table in cursor.execute(
        "select projection_id, table_name from glan_map.state order by number desc offset ?", [_MOST_TABLES - 1]
    ).fetchall():
        cursor.execute("delete from glan_map.state where projection_id = ?", [old_projection_id])
        cursor.execute(f"drop table if exists {old_table}")
    status_stamp = _status_stamp(cursor)
    points = _count(cursor, "select count(*) from projected_point where projection_id = ?", projection_id)
    strips = math.ceil(math.sqrt(points / _ROWS_READ_TOGETHER)) or 1
    cursor.execute(
        f"""
        create or replace table {table} as
        select points.*
        from ({_POINTS}) as points
        order by ntile({strips}) over (order by points.x), points.y, points.instruction_id
        """,  # noqa: S608 - a name and a number of ours
        [projection_id],
    )
    return _measured(cursor, _State(projection_id, table, 0, Window(0, 0, 0, 0), status_stamp, ""))


def _bring_up_to_date(cursor: Cursor, state: _State) -> _State:
    points = _count(cursor, "select count(*) from projected_point where projection_id = ?", state.projection_id)
    if points != state.points:
        cursor.execute(
            f"""
            insert into {state.table}
            {_POINTS}
                and point.instruction_id not in (select instruction_id from {state.table})
            order by point.instruction_id
            """,  # noqa: S608 - a name of ours
            [state.projection_id],
        )
        state = _measured(cursor, state)
    status_stamp = _status_stamp(cursor)
    if status_stamp != state.status_stamp:
        cursor.execute(
            f"""
            update {state.table} as point
            set status = changed.status
            from (
                select
                    instruction_id,
                    list_position(['generated', 'accepted', 'rejected'], status)::utinyint - 1 as status
                from instruction
            ) as changed
            where changed.instruction_id = point.instruction_id
                and changed.status <> point.status
            """  # noqa: S608 - a name of ours
        )
        state = state._replace(status_stamp=status_stamp)
    return state


def _measured(cursor: Cursor, state: _State) -> _State:
    row = first_row(
        cursor.execute(f"select count(*), min(x), min(y), max(x), max(y) from {state.table}")  # noqa: S608 - a name of ours
    )
    points, *edges = row or (0,)
    window = Window(*(float(edge) for edge in edges)) if points else Window(0.0, 0.0, 1.0, 1.0)
    return state._replace(points=points, window=window)


def _described(cursor: Cursor, state: _State) -> MapTable:
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
        state.projection_id,
        stable_id("map_version", state.projection_id, state.stamps),
        state.points,
        state.window,
        state.table,
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
    return _count(
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


def _count(cursor: Cursor, query: str, *parameters: object) -> int:
    row = first_row(cursor.execute(query, list(parameters)))
    return int(row[0]) if row else 0
