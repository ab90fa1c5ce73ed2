"""How are the nodes below one changed together: a table to type in, its differences, one press?"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from glan_core.edits import NewNode, PlannedEdit, add_nodes, change_nodes, combined, set_status
from glan_core.entities import LARGEST_TARGET, LONGEST_DESCRIPTION, LONGEST_NAME, TaxonomyNode
from glan_core.errors import EditError
from glan_core.ids import stable_id
from glan_core.store.database import Cursor
from glan_core.store.taxonomy_nodes import list_children
from pages.shared import state
from pages.shared.edit_view import make, show_affected, try_plan
from pages.shared.feedback import plain
from pages.shared.workspace import Workspace

_COLUMNS = ("name", "description", "target")


def edit_children(workspace: Workspace, parent_id: str | None) -> None:
    """Show what stands directly below a node as a table to change, and what would change; then make it."""
    cursor = workspace.database.cursor()
    kept = (child for child in list_children(cursor, parent_id) if child.status == "kept")
    children = sorted(kept, key=lambda child: child.name)  # as in the tree
    rows = [[getattr(child, column) for column in _COLUMNS] for child in children]
    # Another table as soon as these rows are others; what changes elsewhere in the taxonomy leaves this one alone.
    key = f"children-editor-{stable_id('children', parent_id, rows)}"
    _tell_if_another(parent_id, key)
    st.data_editor(
        pd.DataFrame(rows, columns=_COLUMNS).astype({"target": "Int64"}),
        key=key,
        num_rows="dynamic",
        hide_index=True,
        row_height=34,
        column_config={
            "name": st.column_config.TextColumn("Name", required=True, max_chars=LONGEST_NAME, width=170),
            "description": st.column_config.TextColumn("Description", max_chars=LONGEST_DESCRIPTION, width=330),
            "target": st.column_config.NumberColumn(
                "Target",
                min_value=0,
                max_value=LARGEST_TARGET,
                step=1,
                width=80,
                help="Pairs wanted at or below this node.",
            ),
        },
        alt="The nodes below this one, to be changed, added to and removed.",
    )
    changed = st.session_state.get(key, {})
    if not any(changed.get(part) for part in ("edited_rows", "added_rows", "deleted_rows")):
        st.caption("Change cells, add rows below, or tick rows and delete them. Nothing is made until you press Apply.")
        return
    planned = try_plan(lambda: planned_changes(cursor, parent_id, children, changed))
    if planned is None:
        return
    for line in differences(children, changed):
        st.markdown(line)
    show_affected(cursor, planned)
    if st.button(f"Apply: {plain(planned.label)}", type="primary", key="children-apply") and make(workspace, planned):
        del st.session_state[state.CHILDREN_TABLE]
        st.rerun()


def _tell_if_another(parent_id: str | None, key: str) -> None:
    """Say so where somebody else changed these rows while something was typed into the table, which is gone by that."""
    of, before = st.session_state.get(state.CHILDREN_TABLE, (parent_id, key))
    if of == parent_id and before != key and any(st.session_state.get(before, {}).values()):
        st.warning(
            "Somebody else changed these nodes in the meantime. Here is how they are now; what was typed was not made.",
            icon=":material/info:",
        )
    st.session_state[state.CHILDREN_TABLE] = (parent_id, key)


def planned_changes(
    cursor: Cursor, parent_id: str | None, children: Sequence[TaxonomyNode], changed: dict[str, Any]
) -> PlannedEdit:
    """Plan what was typed into the table as one edit; EditError if it cannot be made."""
    parts = []
    deleted = {int(row) for row in changed.get("deleted_rows", ())}
    edited = {
        children[int(row)].taxonomy_node_id: {column: _typed(column, value) for column, value in values.items()}
        for row, values in changed.get("edited_rows", {}).items()
        if int(row) not in deleted
    }
    if edited:
        parts.append(change_nodes(cursor, edited))
    if deleted:
        parts.append(set_status(cursor, [children[row].taxonomy_node_id for row in sorted(deleted)], "removed"))
    added = [row for row in changed.get("added_rows", ()) if (row.get("name") or "").strip()]
    if added:
        new = [NewNode(row["name"], row.get("description") or "", _typed("target", row.get("target"))) for row in added]
        parts.append(add_nodes(cursor, parent_id, new))
    if not parts:
        raise EditError("The new row has no name yet.", "Give it one.")
    return combined(parts)


def differences(children: Sequence[TaxonomyNode], changed: dict[str, Any]) -> list[str]:
    """Write one line a difference, as Markdown in which all names are plain text."""
    lines = []
    deleted = {int(row) for row in changed.get("deleted_rows", ())}
    for row, values in changed.get("edited_rows", {}).items():
        child = children[int(row)]
        for column, value in values.items():
            before, after = getattr(child, column), _typed(column, value)
            if before != after and int(row) not in deleted:
                lines.append(f"- **{plain(child.name)}**, {column}: {_shown(before)} → {_shown(after)}")
    lines += [f"- :red[removed] **{plain(children[row].name)}**" for row in sorted(deleted)]
    lines += [
        f"- :green[added] **{plain(row['name'])}**" for row in changed.get("added_rows", ()) if (row.get("name") or "")
    ]
    return lines


def _typed(column: str, value: object) -> Any:
    if column == "target":
        return None if value is None else int(str(value).partition(".")[0])
    return "" if value is None else str(value)


def _shown(value: object) -> str:
    text = "none" if value in (None, "") else str(value)
    return plain(text if len(text) <= 90 else f"{text[:89]}…")
