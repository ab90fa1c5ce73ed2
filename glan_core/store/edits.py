"""What did people change in the curriculum, and which rows does a change touch?

An edit is a list of row changes, each with the values of its columns before and after. It is written together with
its rows in one transaction, and only where the rows still are as they were.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa

from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor, first_row

# What an edit may change in a row that is there. Everything else of it stays for ever, above all its id.
EDITABLE_COLUMNS = {
    "taxonomy_node": ("parent_id", "name", "description", "status", "target", "position"),
    "subject": ("discipline_id", "name", "level", "subtopics", "status"),
    "syllabus": ("subject_id", "version"),
}
_COLUMNS = "edit_id, number, kind, label, changes, editor, edited_at, of_edit_id"
_WITHOUT_CHANGES = "edit_id, number, kind, label, '[]', editor, edited_at, of_edit_id"
# One row for each edit that was ever taken back: whether it is so now, and since which place in the log.
_TAKEN_BACK = """
    select of_edit_id as edit_id, arg_max(kind, number) = 'undo' as is_so, max(number) as number
    from edit
    where of_edit_id is not null
    group by of_edit_id
"""

Values = Mapping[str, Any]


class RowChange(NamedTuple):
    """One row of one table, before and after."""

    table: str
    """A key of EDITABLE_COLUMNS."""
    row_id: str
    before: Values | None
    """The columns that change, as they were; None: the row is new."""
    after: Values
    """The columns that change, as they are to be; of a new row all columns but its id."""


class Edit(NamedTuple):
    """One change that a person made, or took back."""

    edit_id: str
    number: int
    """Its place in the log, from 1."""
    kind: str
    """`add`, `rename`, ... ; `undo` and `redo` for those that are about another edit."""
    label: str
    changes: tuple[RowChange, ...]
    editor: str
    edited_at: datetime
    of_edit_id: str | None = None
    """The edit that was taken back or made again."""


def insert_edit(cursor: Cursor, edit: Edit) -> None:
    """Add an edit to the end of the log."""
    cursor.execute(
        f"insert into edit ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        [
            edit.edit_id,
            edit.number,
            edit.kind,
            edit.label,
            json.dumps([change._asdict() for change in edit.changes], ensure_ascii=False),
            edit.editor,
            edit.edited_at,
            edit.of_edit_id,
        ],
    )


def find_edit(cursor: Cursor, edit_id: str) -> Edit | None:
    """Give the edit with this id, with its changes."""
    row = first_row(cursor.execute(f"select {_COLUMNS} from edit where edit_id = ?", [edit_id]))  # noqa: S608
    return _edit(row) if row else None


def find_last_standing_edit(cursor: Cursor) -> Edit | None:
    """Give the newest edit that is not taken back, with its changes."""
    row = first_row(
        cursor.execute(
            f"""
        select {_COLUMNS}
        from edit
        where edit_id = (
            select edit_id
            from edit
            left join ({_TAKEN_BACK}) as taken_back using (edit_id)
            where edit.of_edit_id is null
                and not coalesce(taken_back.is_so, false)
            order by edit.number desc
            limit 1
        )
        """  # noqa: S608
        )
    )
    return _edit(row) if row else None


def find_last_undone_edit(cursor: Cursor) -> Edit | None:
    """Give the edit that was taken back last, with its changes; None if another was made since."""
    row = first_row(
        cursor.execute(
            f"""
        select {_COLUMNS}
        from edit
        where edit_id = (
            select edit_id
            from edit
            join ({_TAKEN_BACK}) as taken_back using (edit_id)
            where taken_back.is_so
                and taken_back.number > (select max(number) from edit where of_edit_id is null)
            order by edit.number
            limit 1
        )
        """  # noqa: S608
        )
    )
    return _edit(row) if row else None


def list_edits(cursor: Cursor, *, limit: int | None = None) -> tuple[Edit, ...]:
    """List the newest edits first, without their changes."""
    rows = cursor.execute(
        f"select {_WITHOUT_CHANGES} from edit order by number desc limit ?",  # noqa: S608
        [limit],
    ).fetchall()
    return tuple(_edit(row) for row in rows)


def list_edits_among(cursor: Cursor, row_ids: Sequence[str], *, limit: int = 50) -> tuple[Edit, ...]:
    """List the newest edits that changed any of these rows, without their changes."""
    rows = cursor.execute(
        f"""
        select {_WITHOUT_CHANGES}
        from edit
        where list_has_any(json_extract_string(changes, '$[*].row_id'), ?::varchar[])
        order by number desc
        limit ?
        """,  # noqa: S608
        [list(row_ids), limit],
    ).fetchall()
    return tuple(_edit(row) for row in rows)


def last_edit_number(cursor: Cursor) -> int:
    """Give the place of the newest edit; 0 if there is none."""
    row = first_row(cursor.execute("select coalesce(max(number), 0) from edit"))
    return int(row[0]) if row else 0


def read_rows(cursor: Cursor, table: str, row_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Give the editable columns of rows by id; unknown ids are left out."""
    columns = EDITABLE_COLUMNS[table]
    rows = cursor.execute(
        f"select {table}_id, {', '.join(columns)} from {table} where {table}_id in (select unnest(?::varchar[]))",  # noqa: S608
        [list(row_ids)],
    ).fetchall()
    return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in rows}


def insert_row(cursor: Cursor, change: RowChange) -> None:
    """Add the row of a change that has no `before`."""
    insert_batch(cursor, change.table, [{f"{change.table}_id": change.row_id, **change.after}])


def update_rows(cursor: Cursor, table: str, rows: Mapping[str, Values]) -> None:
    """Give rows, by id, new values of all their editable columns."""
    columns = EDITABLE_COLUMNS[table]
    if not rows:
        return
    batch = pa.table(
        {
            "row_id": pa.array(list(rows), pa.string()),
            **{
                column: pa.array([row[column] for row in rows.values()], _ARROW_TYPES.get(column, pa.string()))
                for column in columns
            },
        }
    )
    cursor.abort()  # a result that was not read to its end would keep the batch from being registered
    cursor.register("changed", batch)
    try:
        assignments = ", ".join(f"{column} = changed.{column}" for column in columns)
        cursor.execute(f"update {table} set {assignments} from changed where {table}.{table}_id = changed.row_id")  # noqa: S608
    finally:
        cursor.unregister("changed")


def _edit(row: Sequence[Any]) -> Edit:
    edit_id, number, kind, label, changes, editor, edited_at, of_edit_id = row
    return Edit(
        edit_id,
        number,
        kind,
        label,
        tuple(RowChange(**change) for change in json.loads(changes)),
        editor,
        edited_at,
        of_edit_id,
    )


_ARROW_TYPES = {
    "target": pa.int64(),
    "position": pa.int32(),
    "version": pa.int32(),
    "subtopics": pa.list_(pa.string()),
}
