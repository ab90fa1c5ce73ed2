"""How is a planned change made, taken back and made again?

All of it stands in one log (table `edit`), to which undoing and redoing add as well. An edit and its rows are written
in one transaction, and only where every row still is as the plan found it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from glan_core import ids
from glan_core.edits.planned import PlannedEdit
from glan_core.errors import EditConflictError, EditError
from glan_core.store.database import Cursor, Database, explained_errors, transaction
from glan_core.store.edits import (
    EDITABLE_COLUMNS,
    Edit,
    RowChange,
    find_last_standing_edit,
    find_last_undone_edit,
    insert_edit,
    insert_row,
    last_edit_number,
    list_edits_among,
    read_rows,
    update_rows,
)
from glan_core.store.tree_rules import TreeFault, find_tree_fault

_FAULTS = {
    "no_parent": "has no place any more: what it would stand below is gone",
    "wrong_parent": "would stand below something of the wrong level",
    "removed_parent": "would stand below something that was removed",
    "same_name": "would have the same name as something beside it",
}


def apply_edit(database: Database, planned: PlannedEdit, *, editor: str = "") -> Edit:
    """Make a planned change, whole or not at all, and give its entry in the log.

    EditConflictError if somebody changed one of its rows since it was planned, or the place it leads to.
    """
    cursor = database.cursor()
    with database.writing, explained_errors(database.path), transaction(cursor):
        _change_rows(cursor, planned.changes)
        number, now = last_edit_number(cursor) + 1, datetime.now(UTC)
        edit = Edit(
            ids.edit_id(number, planned.label, now),
            number,
            planned.kind,
            planned.label,
            planned.changes,
            editor,
            now,
            planned.of_edit_id,
        )
        insert_edit(cursor, edit)
    return edit


def check_edit(database: Database, planned: PlannedEdit) -> None:
    """Raise what `apply_edit` would raise just now, and change nothing."""
    cursor = database.cursor()
    with database.writing, explained_errors(database.path):
        cursor.begin()
        try:
            _change_rows(cursor, planned.changes)
        finally:
            cursor.rollback()


def undo(database: Database, *, editor: str = "") -> Edit:
    """Take back the newest edit that stands.

    Rows that it added are removed, not deleted. EditError if there is none, EditConflictError if its rows were changed
    otherwise since.
    """
    return apply_edit(database, plan_undo(database.cursor()), editor=editor)


def redo(database: Database, *, editor: str = "") -> Edit:
    """Make again what was undone last, unless something else was changed since; raises as `undo`."""
    return apply_edit(database, plan_redo(database.cursor()), editor=editor)


def plan_undo(cursor: Cursor) -> PlannedEdit:
    """Plan what `undo` does; EditError if there is nothing to undo."""
    edit = next_undo(cursor)
    if edit is None:
        raise EditError("There is nothing to undo.", "Nothing has been changed here.")
    changes = tuple(_inverse(change) for change in reversed(edit.changes))
    return PlannedEdit("undo", f"Undid: {edit.label}", changes, edit.edit_id)


def plan_redo(cursor: Cursor) -> PlannedEdit:
    """Plan what `redo` does; EditError if there is nothing to do again."""
    edit = next_redo(cursor)
    if edit is None:
        raise EditError("There is nothing to do again.", "Undo something first.")
    return PlannedEdit("redo", f"Did again: {edit.label}", tuple(map(_again, edit.changes)), edit.edit_id)


def next_undo(cursor: Cursor) -> Edit | None:
    """Give the edit that `undo` would take back."""
    return find_last_standing_edit(cursor)


def next_redo(cursor: Cursor) -> Edit | None:
    """Give the edit that `redo` would make again."""
    return find_last_undone_edit(cursor)


def _change_rows(cursor: Cursor, changes: Sequence[RowChange]) -> None:
    for table in EDITABLE_COLUMNS:  # parents before what stands below them
        of_table = [change for change in changes if change.table == table]
        rows = read_rows(cursor, table, {change.row_id for change in of_table})
        for change in of_table:
            if change.before is None:
                if change.row_id in rows:
                    raise _conflict(cursor, change)
                insert_row(cursor, change)
                continue
            row = rows.get(change.row_id)
            if row is None or any(row[column] != value for column, value in change.before.items()):
                raise _conflict(cursor, change)
            row.update(change.after)
        update_rows(cursor, table, rows)
    fault = find_tree_fault(
        cursor,
        node_ids=[change.row_id for change in changes if change.table == "taxonomy_node"],
        subject_ids=[change.row_id for change in changes if change.table == "subject"],
    )
    if fault is not None:
        raise _refused(fault)


def _inverse(change: RowChange) -> RowChange:
    if change.before is None:
        return RowChange(change.table, change.row_id, {"status": change.after["status"]}, {"status": "removed"})
    return change._replace(before=change.after, after=change.before)


def _again(change: RowChange) -> RowChange:
    if change.before is None:
        return RowChange(change.table, change.row_id, {"status": "removed"}, {"status": change.after["status"]})
    return change


def _conflict(cursor: Cursor, change: RowChange) -> EditConflictError:
    newest = list_edits_among(cursor, [change.row_id], limit=1)
    by = f" by {newest[0].editor}" if newest and newest[0].editor else ""
    what = f": {newest[0].label}{by}" if newest else ""
    return EditConflictError(
        f"This was changed in the meantime{what}. Nothing was overwritten.", "Look at it as it is now, then try again."
    )


def _refused(fault: TreeFault) -> EditConflictError:
    return EditConflictError(
        f"{fault.name} {_FAULTS[fault.kind]}. Nothing was changed.",
        "Look at the taxonomy as it is now, then try again.",
    )
