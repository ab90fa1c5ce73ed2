"""Which forms change a node of the taxonomy? One dialog a change; each shows first what it touches."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from glan_core.edits import (
    NewNode,
    Part,
    PlannedEdit,
    add_nodes,
    add_subject,
    change_nodes,
    change_subject,
    merge_nodes,
    move_nodes,
    move_subjects,
    set_status,
    set_subject_status,
    split_node,
)
from glan_core.entities import LEVELS, SUBJECT_LEVELS
from glan_core.outline import Outline, Place
from glan_core.store.subjects import find_subject
from glan_core.store.taxonomy_nodes import find_taxonomy_node
from pages.shared import state
from pages.shared.edit_view import make, show_affected, try_plan
from pages.shared.feedback import plain
from pages.shared.name_hint import near_names, show_name_hint
from pages.shared.nodes import LEVEL_WORDS
from pages.shared.workspace import Workspace

_STAYS = "stays here"
_CHILD_LEVELS = dict(zip(("taxonomy", *LEVELS), (*LEVELS, "subject"), strict=True))


def actions(place: Place) -> dict[str, Callable[[Workspace, Outline, Place], None]]:
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
        below[":material/call_split: Split"] = _split
    return above | below | {":material/delete: Remove": _remove}


def open_dialog(workspace: Workspace, outline: Outline, place: Place, chosen: str | None) -> None:
    """Open the dialog that was just chosen from the menu, or keep open the one that is not finished yet."""
    if chosen:
        st.session_state[state.EDIT_DIALOG] = (chosen, place.node_id)
    opened, node_id = st.session_state.get(state.EDIT_DIALOG, ("", ""))
    dialog = actions(place).get(opened)
    if dialog is not None and node_id == place.node_id:
        dialog(workspace, outline, place)


def close() -> None:
    """Forget the dialog that was open."""
    st.session_state.pop(state.EDIT_DIALOG, None)


@st.dialog("Add below", on_dismiss=close)
def _add(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
    level = LEVEL_WORDS[_CHILD_LEVELS[place.level]][0].lower()
    text = st.text_area(
        f"Names of {level}s, one a line",
        height=140,
        placeholder="Beekeeping\nAquaculture: raises fish, shellfish and plants in water",
        help="A description can follow after a colon and a space. A list can be pasted.",
    )
    nodes = [_new_node(line) for line in text.splitlines() if line.strip()]
    if not nodes:
        st.button("Add", type="primary", disabled=True)
        return
    planned = try_plan(lambda: add_nodes(cursor, place.node_id or None, nodes))
    if planned is not None:
        _show_hints(workspace, [node.name for node in nodes], parent_id=place.node_id or None)
    _finish(workspace, planned, f"Add {len(nodes)} {level}{'s' if len(nodes) > 1 else ''}")


@st.dialog("Add a subject", on_dismiss=close)
def _add_subject(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
    name, level, subtopics = _subject_fields("", SUBJECT_LEVELS[0], ())
    planned = (
        try_plan(lambda: add_subject(cursor, place.node_id, name=name, level=level, subtopics=subtopics))
        if name.strip()
        else None
    )
    _finish(workspace, planned, "Add")


@st.dialog("Change the subject", on_dismiss=close)
def _change_subject(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
    subject = find_subject(cursor, place.node_id)
    if subject is None:
        return
    was = subject.name, subject.level, subject.subtopics
    name, level, lines = _subject_fields(*was)
    is_same = (name.strip(), level, tuple(line.strip() for line in lines)) == was
    planned = (
        None
        if is_same
        else try_plan(lambda: change_subject(cursor, place.node_id, name=name, level=level, subtopics=lines))
    )
    _finish(workspace, planned, "Save")


@st.dialog("Rename or describe", on_dismiss=close)
def _describe(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
    name = st.text_input("Name", place.name, max_chars=200)
    description = st.text_area("Description, one sentence", place.description, height=120, max_chars=2000)
    # Only what was typed here, and only as long as the rest is what was shown: somebody else may save meanwhile.
    shown = {"name": place.name, "description": place.description}
    values = {"name": name.strip(), "description": description.strip()}
    wanted = {column: value for column, value in values.items() if value != shown[column]}
    seen = {place.node_id: {column: shown[column] for column in wanted}}
    planned = try_plan(lambda: change_nodes(cursor, {place.node_id: wanted}, seen=seen)) if wanted else None
    if name.strip() != place.name:
        show_name_hint(workspace, name, parent_id=place.parent_id, node_id=place.node_id, on_use=_go_to)
    _finish(workspace, planned, "Save")


@st.dialog("Set a target", on_dismiss=close)
def _target(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
    node = find_taxonomy_node(cursor, place.node_id)
    own = node.target if node else None
    st.caption("How many pairs are wanted at or below this node. Leave it empty for none of its own.")
    target = st.number_input("Pairs wanted", min_value=0, value=own, step=100, placeholder="no target")
    planned = None if target == own else try_plan(lambda: change_nodes(cursor, {place.node_id: {"target": target}}))
    _finish(workspace, planned, "Save")


@st.dialog("Move", on_dismiss=close)
def _move(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
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
    _finish(workspace, planned, "Move")


@st.dialog("Merge into another", on_dismiss=close)
def _merge(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
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
    if _finish(workspace, planned, "Merge", reruns=False) and chosen is not None:
        st.query_params["node"] = chosen.node_id
        st.rerun()


@st.dialog("Split", width="large", on_dismiss=close)
def _split(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
    level = LEVEL_WORDS[place.level][0].lower()
    text = st.text_area(
        f"New {level}s beside it, one a line",
        height=100,
        help="A description can follow after a colon and a space.",
    )
    new = [_new_node(line) for line in text.splitlines() if line.strip()]
    children = outline.children(place.node_id)
    if not children:
        st.info("Nothing stands below this node: there is nothing to divide.", icon=":material/info:")
    if not new or not children:
        st.button("Split", type="primary", disabled=True, key="edit-finish")
        return
    st.caption("Where does what stands below it go? What stays is kept here; a node with nothing left is removed.")
    goals = [_STAYS, *(node.name for node in new)]
    chosen = st.data_editor(
        pd.DataFrame({"name": [child.name for child in children], "goes to": _STAYS}),
        hide_index=True,
        disabled=["name"],
        row_height=34,
        height=min(34 * len(children) + 36, 380),
        column_config={
            "name": st.column_config.TextColumn("Name", width=300),
            "goes to": st.column_config.SelectboxColumn("Goes to", options=goals, required=True, width=260),
        },
        key=f"split-{place.node_id}-{'|'.join(goals)}",
        alt="What stands below the node, and where each goes.",
    )
    goes = list(zip(children, chosen["goes to"], strict=True))
    if all(goal == _STAYS for _, goal in goes):
        planned = None
    else:
        parts = [
            Part(node.name, node.description, tuple(child.node_id for child, goal in goes if goal == node.name))
            for node in new
        ]
        planned = try_plan(lambda: split_node(cursor, place.node_id, parts))
    _finish(workspace, planned, "Split")


@st.dialog("Remove", on_dismiss=close)
def _remove(workspace: Workspace, outline: Outline, place: Place) -> None:
    cursor = workspace.database.cursor()
    remove = set_subject_status if place.level == "subject" else set_status
    st.markdown(
        f"**{plain(place.name)}** leaves the taxonomy with everything below it: no page, count or export shows it any "
        "more. Nothing is deleted, and it can be restored at any time."
    )
    planned = try_plan(lambda: remove(cursor, [place.node_id], "removed"))
    if _finish(workspace, planned, "Remove", reruns=False):
        st.query_params.pop("node", None)
        if place.parent_id:
            st.query_params["node"] = place.parent_id
        st.rerun()


def _finish(workspace: Workspace, planned: PlannedEdit | None, label: str, *, reruns: bool = True) -> bool:
    """Show what a change touches and the button that makes it; say whether it was made."""
    if planned is not None:
        show_affected(workspace.database.cursor(), planned)
    if not st.button(label, type="primary", disabled=planned is None, key="edit-finish") or planned is None:
        return False
    if not make(workspace, planned):
        return False
    close()
    if reruns:
        st.rerun()
    return True


def _show_hints(workspace: Workspace, names: Sequence[str], *, parent_id: str | None) -> None:
    """Hint at what is there under nearly the same names; of a list, one line a name."""
    if len(names) == 1:
        show_name_hint(workspace, names[0], parent_id=parent_id, on_use=_go_to)
        return
    found = {name: near_names(workspace, name, parent_id=parent_id, limit=1) for name in names}
    lines = [
        f"- {plain(name)}: {plain(near[0].known.name)} ({plain(near[0].place_in_words)})"
        for name, near in found.items()
        if near
    ]
    if lines:
        st.markdown("\n".join(["Some are nearly the same as what is there already:", *lines]))


def _go_to(node_id: str) -> None:
    """Close the dialog and show a node that is there already."""
    close()
    st.query_params["node"] = node_id


def _new_node(line: str) -> NewNode:
    name, _, description = line.strip().removeprefix("- ").removeprefix("* ").partition(": ")
    return NewNode(name.strip(), description.strip())


def _subject_fields(name: str, level: str, subtopics: Sequence[str]) -> tuple[str, str, list[str]]:
    named = st.text_input("Name", name, max_chars=200)
    chosen = st.segmented_control(
        "Level", SUBJECT_LEVELS, default=level, required=True, format_func=lambda level: level.capitalize()
    )
    lines = st.text_area("Subtopics, one a line", "\n".join(subtopics), height=140)
    return named, str(chosen), [line for line in lines.splitlines() if line.strip()]


def _path(outline: Outline, place: Place) -> str:
    return " › ".join(above.name for above in outline.path(place.node_id))
