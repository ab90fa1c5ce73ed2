"""How do the points of a layout get into a table in memory, and stay what they are in the database?

The tables stand in a database of their own that every cursor sees, glan_map. Syllabi, runs and models are numbered
there. New points are added, changed statuses taken over; which rows were looked at is kept beside each table.
"""

import math
import threading
from typing import NamedTuple

from glan_core.entities import Window
from glan_core.ids import stable_id
from glan_core.store.database import Cursor, first_row

STATUSES = ("generated", "accepted", "rejected")
STRATEGIES = ("one_session", "two_sessions")
_STATUS = f"list_position({list(STATUSES)}, instruction.status)::utinyint - 1"
_STRATEGY = f"list_position({list(STRATEGIES)}, instruction.strategy)::utinyint - 1"
_ROWS_READ_TOGETHER = 122_880  # DuckDB leaves out groups of so many rows by their smallest and largest values
_MOST_TABLES = 3  # layouts kept in memory: those used last
_ATTACHING = threading.Lock()
_CHANGING = threading.Lock()  # held for as long as points are read, which may be a minute


class PointTable(NamedTuple):
    """The points of a layout in memory, and what was read when."""

    projection_id: str
    name: str
    points: int
    """All of them, be they kept or not."""
    window: Window
    rows: int
    """So many rows of `instruction` were looked at for statuses."""
    status_stamp: str
    """A checksum of the statuses of these."""
    point_rows: int
    """So many rows of `projected_point` were looked at for points."""
    stamps: str
    """All counts and checksums that the version is made of."""


def find_point_table(cursor: Cursor, projection_id: str) -> PointTable | None:
    """Give the table of a layout as it was when it was last brought up to date."""
    _attach(cursor)
    return _find(cursor, projection_id)


def up_to_date_point_table(cursor: Cursor, projection_id: str) -> PointTable:
    """Give the table of a layout with everything that is in the database now."""
    _attach(cursor)
    with _CHANGING:
        stamps = _stamps(cursor)
        state = _find(cursor, projection_id)
        if state is not None and state.stamps == stamps:
            return state
        _add_codes(cursor)
        state = _build(cursor, projection_id) if state is None else _bring_up_to_date(cursor, state)
        state = state._replace(stamps=stamps)
        _save(cursor, state)
    return state


def count_placed(cursor: Cursor, projection_id: str) -> int:
    """Count the points of a layout in the database that have a place."""
    return count_rows(
        cursor,
        "select count(*) from projected_point where projection_id = ? and isfinite(x) and isfinite(y)",
        projection_id,
    )


def count_rows(cursor: Cursor, query: str, *parameters: object) -> int:
    """Give the whole number that a query asks for."""
    row = first_row(cursor.execute(query, list(parameters)))
    return int(row[0]) if row else 0


def _attach(cursor: Cursor) -> None:
    with _ATTACHING:
        cursor.execute("attach if not exists ':memory:' as glan_map (compress)")
        cursor.execute(
            """
            create table if not exists glan_map.state (
                number bigint, projection_id varchar, table_name varchar, points bigint,
                x_min double, y_min double, x_max double, y_max double,
                instruction_rows bigint, status_stamp varchar, point_rows bigint, stamps varchar
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
            (select bit_xor(hash(hash(instruction_id, kind))) from quality_flag),
            (select count(*) from tag),
            (select count(*) from judgement),
            (select count(*) from neighbourhood),
            (select bit_xor(hash(hash(run_id, is_removed, is_demo))) from run),
            (select bit_xor(hash(hash(taxonomy_node_id, parent_id, name, status, position))) from taxonomy_node),
            (select bit_xor(hash(hash(subject_id, discipline_id, name, level, status))) from subject),
            (select bit_xor(hash(hash(syllabus_id, subject_id))) from syllabus)
        """
        )
    )
    return stable_id("stamps", *(row or ()), _status_stamp(cursor, _rows(cursor, "instruction")))


def _status_stamp(cursor: Cursor, rows: int) -> str:
    """Give a checksum of the statuses of so many instructions: those that came first."""
    query = "select count(*), bit_xor(hash(hash(rowid, status))) from instruction where rowid < ?"
    return str(first_row(cursor.execute(query, [rows])))


def _rows(cursor: Cursor, table: str) -> int:
    """Give the number of the row that comes next in a table whose rows are never deleted."""
    return count_rows(cursor, f"select coalesce(max(rowid), -1) + 1 from {table}")  # noqa: S608 - a name of ours


def _find(cursor: Cursor, projection_id: str) -> PointTable | None:
    row = first_row(
        cursor.execute(
            """
        select table_name, points, x_min, y_min, x_max, y_max, instruction_rows, status_stamp, point_rows, stamps
        from glan_map.state
        where projection_id = ?
        """,
            [projection_id],
        )
    )
    if row is None:
        return None
    table, points, *edges, rows, status_stamp, point_rows, stamps = row
    return PointTable(projection_id, table, points, Window(*edges), rows, status_stamp, point_rows, stamps)


def _save(cursor: Cursor, state: PointTable) -> None:
    cursor.execute("delete from glan_map.state where projection_id = ?", [state.projection_id])
    cursor.execute(
        """
        insert into glan_map.state
        select coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
        from glan_map.state
        """,
        [
            state.projection_id,
            state.name,
            state.points,
            *state.window,
            state.rows,
            state.status_stamp,
            state.point_rows,
            state.stamps,
        ],
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


_POINTS = f"""
    select
        point.x,
        point.y,
        syllabus.code as syllabus,
        coalesce(run.code, -1) as run,
        coalesce(model.code, -1) as model,
        {_STRATEGY} as strategy,
        {_STATUS} as status,
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
"""  # noqa: S608 - expressions of ours


def _build(cursor: Cursor, projection_id: str) -> PointTable:
    table = f"glan_map.point_{stable_id('map', projection_id)}"
    for old_projection_id, old_table in cursor.execute(
        "select projection_id, table_name from glan_map.state order by number desc offset ?", [_MOST_TABLES - 1]
    ).fetchall():
        cursor.execute("delete from glan_map.state where projection_id = ?", [old_projection_id])
        cursor.execute(f"drop table if exists {old_table}")
    rows, point_rows = _rows(cursor, "instruction"), _rows(cursor, "projected_point")
    status_stamp = _status_stamp(cursor, rows)
    points = count_rows(cursor, "select count(*) from projected_point where projection_id = ?", projection_id)
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
    return _measured(
        cursor, PointTable(projection_id, table, 0, Window(0, 0, 0, 0), rows, status_stamp, point_rows, "")
    )


def _bring_up_to_date(cursor: Cursor, state: PointTable) -> PointTable:
    rows, point_rows = _rows(cursor, "instruction"), _rows(cursor, "projected_point")
    if point_rows != state.point_rows or count_placed(cursor, state.projection_id) != state.points:
        state = _measured(cursor, _with_new_points(cursor, state))
    if _status_stamp(cursor, state.rows) != state.status_stamp:
        _take_over_statuses(cursor, state)
    return state._replace(rows=rows, status_stamp=_status_stamp(cursor, rows), point_rows=point_rows)


def _with_new_points(cursor: Cursor, state: PointTable) -> PointTable:
    """Add the points that came last and, if some of before are missing, all that are not there."""
    newest = "point.rowid >= ?"
    missing = f"point.instruction_id not in (select instruction_id from {state.name})"  # noqa: S608 - a name of ours
    for condition, parameters in ((f"{newest} and {missing}", [state.point_rows]), (missing, [])):
        cursor.execute(
            f"insert into {state.name} {_POINTS} and {condition} order by point.instruction_id",
            [state.projection_id, *parameters],
        )
        state = state._replace(points=count_rows(cursor, f"select count(*) from {state.name}"))  # noqa: S608 - ours
        if state.points == count_placed(cursor, state.projection_id):
            break
    return state


def _take_over_statuses(cursor: Cursor, state: PointTable) -> None:
    cursor.execute(
        f"""
        update {state.name} as point
        set status = changed.status
        from (
            select instruction.instruction_id, {_STATUS} as status
            from instruction
        ) as changed
        where changed.instruction_id = point.instruction_id
            and changed.status <> point.status
        """  # noqa: S608 - a name of ours
    )


def _measured(cursor: Cursor, state: PointTable) -> PointTable:
    row = first_row(
        cursor.execute(f"select count(*), min(x), min(y), max(x), max(y) from {state.name}")  # noqa: S608 - a name of ours
    )
    points, *edges = row or (0,)
    window = Window(*(float(edge) for edge in edges)) if points else Window(0.0, 0.0, 1.0, 1.0)
    return state._replace(points=points, window=window)
