"""What was changed at a node, and what was removed below it?"""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from glan_core.edits import set_status, set_subject_status
from glan_core.outline import Outline
from glan_core.store.database import Cursor
from glan_core.store.edits import list_edits, list_edits_among
from glan_core.store.subjects import list_removed_subjects
from glan_core.store.taxonomy_nodes import list_children
from glan_core.store.tree_rules import count_affected
from pages.shared.edit_view import affected_in_words, make, try_plan
from pages.shared.feedback import plain
from pages.shared.formats import ago
from pages.shared.workspace import Workspace

_MOST = 50


def show_history(cursor: Cursor, row_ids: Sequence[str] | None) -> None:
    """List the newest changes of nodes and subjects, or of the whole curriculum for None."""
    edits = list_edits(cursor, limit=_MOST) if row_ids is None else list_edits_among(cursor, row_ids, limit=_MOST)
    if not edits:
        st.caption("Nothing has been changed here by hand.")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "What": [edit.label for edit in edits],
                "Who": [edit.editor or "unnamed" for edit in edits],
                "When": [ago(edit.edited_at) for edit in edits],
            }
        ),
        hide_index=True,
        row_height=34,
        column_config={"What": st.column_config.TextColumn(width="large")},
        alt="The newest changes, newest first.",
    )
    if len(edits) == _MOST:
        st.caption(f"The newest {_MOST} changes.")


def ids_at_or_below(outline: Outline, cursor: Cursor, node_id: str) -> list[str]:
    """Give a node with everything below it that is kept, and what was removed directly below it."""
    removed = [child.taxonomy_node_id for child in list_children(cursor, node_id) if child.status == "removed"]
    return [node_id, *(place.node_id for place in outline.below(node_id, depth=3)), *removed]


def show_removed(workspace: Workspace, cursor: Cursor, parent_id: str | None) -> None:
    """List what was removed directly below a node, each with a button that restores it."""
    nodes = [
        (child.taxonomy_node_id, child.name) for child in list_children(cursor, parent_id) if child.status == "removed"
    ]
    subjects = [(subject.subject_id, subject.name) for subject in list_removed_subjects(cursor, parent_id or "")]
    if not nodes and not subjects:
        return
    st.subheader(f"Removed from here: {len(nodes) + len(subjects)}", anchor=False)
    for row_id, name in (*nodes, *subjects):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            below = affected_in_words(count_affected(cursor, [row_id]))
            st.markdown(f"**{plain(name)}**  \n:gray[{below}]", width="stretch")
            if st.button("Restore", key=f"restore-{row_id}", wrap=False):
                restore = set_subject_status if (row_id, name) in subjects else set_status
                planned = try_plan(lambda restore=restore, row_id=row_id: restore(cursor, [row_id], "kept"))
                if planned is not None and make(workspace, planned):
                    st.rerun()
