"""How is a node split into several: which parts, and what goes where?"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st

from glan_core.edits import NewNode, Part, split_node
from glan_core.errors import GlanError
from glan_core.outline import Outline, Place
from glan_core.part_proposals import propose_parts
from glan_core.store.database import Cursor
from glan_core.store.subjects import list_subjects
from glan_core.store.taxonomy_nodes import list_children
from pages.shared import state
from pages.shared.edit_view import close_dialog, finish_dialog, tell_if_changed, try_plan
from pages.shared.feedback import plain, show_error
from pages.shared.new_names import new_nodes
from pages.shared.nodes import LEVEL_WORDS
from pages.shared.split_goals import STAYS, renumbered
from pages.shared.workspace import Workspace

_STAYS_WORD = "stays here"
_MOST_PARTS = 6


@dataclass(slots=True)
class _Desk:
    """What was proposed or chosen in the open dialog."""

    node_id: str
    goals: dict[str, int] = field(default_factory=dict)
    """By id of what stands below, which of the parts it goes to."""
    names: tuple[str, ...] = ()
    """The parts that the goals count."""
    number: int = 0
    """Counts the tables, as each begins anew with the goals of its time."""


@st.dialog("Split", width="large", on_dismiss=close_dialog)
def show_split_dialog(workspace: Workspace, outline: Outline, place: Place) -> None:
    """Ask for the parts, written by hand or proposed by the encoder, and for what goes to each."""
    children = _children(workspace.database.cursor(), place)
    if not children:
        st.info("Nothing stands below this node: there is nothing to divide.", icon=":material/info:")
        return
    is_changed = tell_if_changed({"children": children})
    desk = st.session_state.get(state.SPLIT)
    if desk is None or desk.node_id != place.node_id:
        desk = st.session_state[state.SPLIT] = _Desk(place.node_id)
    if len(children) > 2:
        _offer(workspace, desk, children)
    level = LEVEL_WORDS[place.level][0].lower()
    text = st.text_area(
        f"New {level}s beside it, one a line",
        height=100,
        key=state.SPLIT_NAMES,
        help="A description can follow after a colon and a space.",
    )
    new = new_nodes(text)
    names = tuple(node.name for node in new)
    if names != desk.names:
        desk.goals, desk.names = renumbered(desk.goals, before=desk.names, now=names), names
        desk.number += 1
    if not new:
        st.button("Split", type="primary", disabled=True, key="edit-finish")
        return
    _show_goals(desk, children)
    parts = _parts(new, desk, children)
    planned = None
    if any(part.child_ids for part in parts):
        planned = try_plan(lambda: split_node(workspace.database.cursor(), place.node_id, parts))
    if planned is not None and sum(len(part.child_ids) for part in parts) == len(children):
        st.warning(f"Nothing stays in {plain(place.name)}, so it will be removed. Undo brings it back.")
    if finish_dialog(workspace, planned, "Split", passes_over=is_changed):
        st.rerun()


def _children(cursor: Cursor, place: Place) -> dict[str, str]:
    """Give the names of what stands below a node, by id; each time anew, as the dialog alone is drawn again."""
    if place.level == "discipline":
        return {subject.subject_id: subject.name for subject in list_subjects(cursor, [place.node_id])}
    kept = (child for child in list_children(cursor, place.node_id) if child.status == "kept")
    return {child.taxonomy_node_id: child.name for child in sorted(kept, key=lambda child: child.name)}


def _parts(new: Sequence[NewNode], desk: _Desk, children: dict[str, str]) -> list[Part]:
    return [
        Part(node.name, node.description, tuple(child for child in children if desk.goals.get(child, STAYS) == number))
        for number, node in enumerate(new)
    ]


def _offer(workspace: Workspace, desk: _Desk, children: dict[str, str]) -> None:
    """Offer to divide what stands below by its meaning."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        most = min(_MOST_PARTS, len(children) - 1)
        number = st.number_input("How many parts", 2, most, 2, width=130) if most > 2 else 2
        is_wanted = st.button("Propose parts", icon=":material/lightbulb:")
    st.caption(
        "Puts together what is near in meaning, and calls each part after its two most typical names until you find a "
        "better one. The first time takes some seconds."
    )
    if not is_wanted:
        return
    ids, names = list(children), list(children.values())
    try:
        with st.spinner("Reading the names ..."):
            proposed = propose_parts(workspace.database, names, number=int(number), compute=workspace.worker.compute)
    except GlanError as error:
        show_error(error)
        return
    desk.goals = {ids[row]: part for part, each in enumerate(proposed) for row in each.places}
    desk.names = tuple(part.name for part in proposed)
    desk.number += 1
    st.session_state[state.SPLIT_NAMES] = "\n".join(desk.names)


def _show_goals(desk: _Desk, children: dict[str, str]) -> None:
    """Ask where everything goes, and keep it at the desk."""
    words = [*desk.names, _STAYS_WORD]  # the last one is what STAYS counts from the end
    ids = list(children)
    key = f"split-{desk.node_id}-{desk.number}"

    def hear() -> None:
        for row, cells in st.session_state[key]["edited_rows"].items():
            if "goes to" in cells:
                goal = words.index(cells["goes to"])
                desk.goals[ids[int(row)]] = goal if goal < len(desk.names) else STAYS

    st.caption("Where does what stands below it go? What stays is kept here; a node with nothing left is removed.")
    st.data_editor(
        pd.DataFrame(
            {"name": list(children.values()), "goes to": [words[desk.goals.get(child, STAYS)] for child in children]}
        ),
        hide_index=True,
        disabled=["name"],
        row_height=34,
        height=min(34 * len(children) + 36, 380),
        column_config={
            "name": st.column_config.TextColumn("Name", width=150),
            "goes to": st.column_config.SelectboxColumn(
                "Goes to", options=[_STAYS_WORD, *dict.fromkeys(desk.names)], required=True, width=130
            ),
        },
        key=key,
        on_change=hear,
        alt="What stands below the node, and where each goes.",
    )
