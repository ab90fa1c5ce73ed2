"""Which forms change a node of the taxonomy? One dialog a change; each shows first what it touches."""

from collections.abc import Callable

import streamlit as st

from glan_core.edits import (
    add_nodes,
    change_nodes,
    merge_nodes,
    move_nodes,
    move_subjects,
    set_status,
    set_subject_status,
)
from glan_core.entities import LARGEST_TARGET, LEVELS, LONGEST_DESCRIPTION, LONGEST_NAME
from glan_core.outline import Outline, Place
from glan_core.store.database import Cursor
from glan_core.store.subjects import find_subject
from glan_core.store.taxonomy_nodes import find_taxonomy_node
from glan_core.store.tree_rules import count_affected
from pages.shared import state
from pages.shared.edit_view import close_dialog, finish_dialog, open_dialog, tell_if_changed, try_plan
from pages.shared.feedback import plain
from pages.shared.name_hint import show_name_hint, show_name_hints
from pages.shared.new_names import new_nodes
from pages.shared.nodes import LEVEL_WORDS
from pages.shared.split_dialog import show_split_dialog
from pages.shared.subject_dialogs import show_add_dialog, show_change_dialog
from pages.shared.workspace import Workspace

_CHILD_LEVELS = dict(zip(("taxonomy", *LEVELS), (*LEVELS, "subject"), strict=True))


def show_edit_menu(place: Place) -> None:
    """Offer what can be done with a node; what is chosen is open from the next run of the page on."""
    key = "node-edit"

    def hear() -> None:
        if st.session_state[key]:
            open_dialog(st.session_state[key], place.node_id)

    st.menu_button("Edit", list(_actions(place)), key=key, icon=":material/edit:", on_click=hear, wrap=False)


def show_open_dialog(workspace: Workspace, outline: Outline, place: Place) -> None:
    """Show the dialog about a node that was chosen and is not finished yet, if there is one."""
    opened, node_id = st.session_state.get(state.EDIT_DIALOG, ("", ""))
    dialog = _actions(place).get(opened)
    if dialog is not None and node_id == place.node_id:
        dialog(workspace, outline, place)


def _actions(place: Place) -> dict[str, Callable[[Workspace, Outline, Place], None]]:
    """Give what can be done with a node: the word on the menu, and the dialog it opens."""
    child = LEVEL_WORDS[_CHILD_LEVELS[place.level]][0].lower() if place.level in _CHILD_LEVELS else ""
    above: dict[str, Callable[[Workspace, Outline, Place], None]] = {}
    if child == "subject":
        above[":material/add: Add a subject"] = _add_subject
    elif child:
        above[f":material/add: Add {child}s"] = _add
    if place.level == "taxonomy":
        return above
    below: dict[str, Callable[[Workspace, Outline, Place], None]] = {":material/edit: Rename or describe": _describe}
    if place.level == "subject":
        below = {":material/edit: Change": _change_subject}
    else:
        below[":material/flag: Set a target"] = _target
    if place.level != "field":
        below[":material/drive_file_move: Move"] = _move
    if place.level != "subject":
        below[":material/merge: Merge into another"] = _merge
        below[":material/call_split: Split"] = show_split_dialog
    return above | below | {":material/delete: Remove": _remove}


@st.dialog("Add below", on_dismiss=close_dialog)
def _add(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
    level = LEVEL_WORDS[_CHILD_LEVELS[place.level]][0].lower()
    text = st.text_area(
        f"Names of {level}s, one a line",
        height=140,
        placeholder="Beekeeping\nAquaculture: raises fish, shellfish and plants in water",
        help="A description can follow after a colon and a space. A list can be pasted.",
    )
    nodes = new_nodes(text)
    if not nodes:
        st.button("Add", type="primary", disabled=True)
        return
    planned = try_plan(lambda: add_nodes(cursor, place.node_id or None, nodes))
    if planned is not None:
        parent_id = place.node_id or None
        if len(nodes) == 1:
            show_name_hint(workspace, nodes[0].name, parent_id=parent_id, on_use=_go_to)
        else:
            show_name_hints(workspace, [node.name for node in nodes], parent_id=parent_id)
    if finish_dialog(workspace, planned, f"Add {len(nodes)} {level}{'s' if len(nodes) > 1 else ''}"):
        st.rerun()


@st.dialog("Rename or describe", on_dismiss=close_dialog)
def _describe(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
    node = find_taxonomy_node(cursor, place.node_id)  # each time anew: what is typed here draws nothing but the dialog
    if node is None:
        return
    shown = {"name": node.name, "description": node.description}
    is_changed = tell_if_changed({**shown, "status": node.status})
    name = st.text_input("Name", node.name, max_chars=LONGEST_NAME)
    description = st.text_area("Description, one sentence", node.description, height=120, max_chars=LONGEST_DESCRIPTION)
    # Only what was typed here, and only as long as the rest is what was shown: somebody else may save meanwhile.
    values = {"name": name.strip(), "description": description.strip()}
    wanted = {column: value for column, value in values.items() if value != shown[column]}
    seen = {place.node_id: {column: shown[column] for column in wanted}}
    planned = try_plan(lambda: change_nodes(cursor, {place.node_id: wanted}, seen=seen)) if wanted else None
    if name.strip() != node.name:
        show_name_hint(workspace, name, parent_id=place.parent_id, node_id=place.node_id, on_use=_go_to)
    if finish_dialog(workspace, planned, "Save", passes_over=is_changed):
        st.rerun()


@st.dialog("Set a target", on_dismiss=close_dialog)
def _target(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
    node = find_taxonomy_node(cursor, place.node_id)
    own = node.target if node else None
    is_changed = tell_if_changed({"target": own, "status": node.status if node else None})
    st.caption("How many pairs are wanted at or below this node. Leave it empty for none of its own.")
    target = st.number_input(
        "Pairs wanted", min_value=0, max_value=LARGEST_TARGET, value=own, step=100, placeholder="no target"
    )
    planned = None if target == own else try_plan(lambda: change_nodes(cursor, {place.node_id: {"target": target}}))
    if finish_dialog(workspace, planned, "Save", passes_over=is_changed):
        st.rerun()


@st.dialog("Move", on_dismiss=close_dialog)
def _move(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
    is_changed = _tell_if_elsewhere(cursor, place)
    level = "discipline" if place.level == "subject" else LEVELS[LEVELS.index(place.level) - 1]
    others = [other for other in outline.places.values() if other.level == level and other.node_id != place.parent_id]
    chosen = st.selectbox(
        f"To which {LEVEL_WORDS[level][0].lower()}?",
        others,
        index=None,
        format_func=lambda other: _path(outline, other),
        placeholder="Type to search",
    )
    planned = None
    if chosen is not None and place.level == "subject":
        planned = try_plan(lambda: move_subjects(cursor, [place.node_id], discipline_id=chosen.node_id))
    elif chosen is not None:
        planned = try_plan(lambda: move_nodes(cursor, [place.node_id], parent_id=chosen.node_id))
    if finish_dialog(workspace, planned, "Move", passes_over=is_changed):
        st.rerun()


@st.dialog("Merge into another", on_dismiss=close_dialog)
def _merge(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
    is_changed = _tell_if_elsewhere(cursor, place)
    others = [
        other for other in outline.places.values() if other.level == place.level and other.node_id != place.node_id
    ]
    chosen = st.selectbox(
        f"Into which {LEVEL_WORDS[place.level][0].lower()}?",
        sorted(others, key=lambda other: other.parent_id != place.parent_id),
        index=None,
        format_func=lambda other: _path(outline, other),
        placeholder="Type to search",
    )
    st.caption("Everything below moves there, and what has the same name becomes one. This node is then removed.")
    planned = (
        try_plan(lambda: merge_nodes(cursor, place.node_id, into_id=chosen.node_id)) if chosen is not None else None
    )
    if finish_dialog(workspace, planned, "Merge", passes_over=is_changed) and chosen is not None:
        st.query_params["node"] = chosen.node_id
        st.rerun()


@st.dialog("Remove", on_dismiss=close_dialog)
def _remove(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
    is_changed = _tell_if_elsewhere(cursor, place)
    remove = set_subject_status if place.level == "subject" else set_status
    st.markdown(
        f"**{plain(place.name)}** leaves the taxonomy with everything below it: no page, count or export shows it any "
        "more. Nothing is deleted, and it can be restored at any time."
    )
    planned = try_plan(lambda: remove(cursor, [place.node_id], "removed"))
    if finish_dialog(workspace, planned, "Remove", passes_over=is_changed):
        st.query_params.pop("node", None)
        if place.parent_id:
            st.query_params["node"] = place.parent_id
        st.rerun()


def _add_subject(workspace: Workspace, outline: Outline, place: Place) -> None:
    show_add_dialog(workspace, place.node_id)


def _change_subject(workspace: Workspace, outline: Outline, place: Place) -> None:
    show_change_dialog(workspace, place.node_id)


def _tell_if_elsewhere(cursor: Cursor, place: Place) -> bool:
    """Tell, and say, whether a node or subject was moved or removed by somebody else, or has other things below it."""
    affected = count_affected(cursor, [place.node_id])
    below = (affected.sub_fields, affected.disciplines, affected.subjects)  # runs add to the rest all the time
    if place.level == "subject":
        subject = find_subject(cursor, place.node_id)
        standing = (subject.discipline_id, subject.status) if subject else None
    else:
        node = find_taxonomy_node(cursor, place.node_id)
        standing = (node.parent_id, node.status) if node else None
    return tell_if_changed({"standing": standing, "below": below})


def _go_to(node_id: str) -> None:
    """Close the dialog and show a node that is there already."""
    close_dialog()
    st.query_params["node"] = node_id


def _path(outline: Outline, place: Place) -> str:
    return " › ".join(above.name for above in outline.path(place.node_id))
