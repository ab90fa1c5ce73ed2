"""How is a node split into several: which parts, and what goes where?"""

import pandas as pd
import streamlit as st

from glan_core.edits import NewNode, Part, split_node
from glan_core.errors import GlanError
from glan_core.outline import Outline, Place
from glan_core.part_proposals import ProposedPart, propose_parts
from pages.shared import state
from pages.shared.edit_view import close_dialog, finish_dialog, try_plan
from pages.shared.feedback import show_error
from pages.shared.new_names import new_nodes
from pages.shared.nodes import LEVEL_WORDS
from pages.shared.workspace import Workspace

_STAYS = "stays here"
_MOST_PARTS = 6


@st.dialog("Split", width="large", on_dismiss=close_dialog)
def show_split_dialog(workspace: Workspace, outline: Outline, place: Place) -> None:
    """Ask for the parts, written by hand or proposed by the encoder, and for what goes to each."""
    children = outline.children(place.node_id)
    if not children:
        st.info("Nothing stands below this node: there is nothing to divide.", icon=":material/info:")
        return
    names_key = f"split-names-{place.node_id}"
    if len(children) > 2:
        _offer(workspace, place, [child.name for child in children], names_key=names_key)
    proposed: tuple[ProposedPart, ...] = st.session_state.get(state.SPLIT, {}).get(place.node_id, ())
    level = LEVEL_WORDS[place.level][0].lower()
    text = st.text_area(
        f"New {level}s beside it, one a line",
        height=100,
        key=names_key,
        help="A description can follow after a colon and a space.",
    )
    new = new_nodes(text)
    if not new:
        st.button("Split", type="primary", disabled=True, key="edit-finish")
        return
    goals = _choose_goals(place, [child.name for child in children], new, proposed)
    parts = [
        Part(
            node.name,
            node.description,
            tuple(child.node_id for child, goal in zip(children, goals, strict=True) if goal == node.name),
        )
        for node in new
    ]
    planned = None
    if any(goal != _STAYS for goal in goals):
        planned = try_plan(lambda: split_node(workspace.database.cursor(), place.node_id, parts))
    if finish_dialog(workspace, planned, "Split"):
        st.session_state.get(state.SPLIT, {}).pop(place.node_id, None)
        st.rerun()


def _offer(workspace: Workspace, place: Place, names: list[str], *, names_key: str) -> None:
    """Offer to divide what stands below by its meaning."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        most = min(_MOST_PARTS, len(names) - 1)
        number = st.number_input("Parts", 2, most, 2, width=110) if most > 2 else 2
        is_wanted = st.button(
            "Propose parts",
            icon=":material/lightbulb:",
            help="Puts together what is near in meaning, by the encoder that also makes the map. "
            "Each part is called after its two most typical names until you find a better one.",
        )
    if not is_wanted:
        return
    try:
        with st.spinner("Reading the names ..."):
            proposed = propose_parts(workspace.database, names, number=int(number), compute=workspace.worker.compute)
    except GlanError as error:
        show_error(error)
        return
    st.session_state.setdefault(state.SPLIT, {})[place.node_id] = proposed
    st.session_state[names_key] = "\n".join(part.name for part in proposed)


def _choose_goals(
    place: Place, children: list[str], new: list[NewNode], proposed: tuple[ProposedPart, ...]
) -> list[str]:
    """Ask where everything goes. What was proposed for a part goes with its line, whatever that is called by now."""
    goals = [_STAYS, *(node.name for node in new)]
    first = dict.fromkeys(range(len(children)), _STAYS)
    if len(proposed) == len(new):
        first |= {row: node.name for part, node in zip(proposed, new, strict=True) for row in part.places}
    st.caption("Where does what stands below it go? What stays is kept here; a node with nothing left is removed.")
    chosen = st.data_editor(
        pd.DataFrame({"name": children, "goes to": list(first.values())}),
        hide_index=True,
        disabled=["name"],
        row_height=34,
        height=min(34 * len(children) + 36, 380),
        column_config={
            "name": st.column_config.TextColumn("Name", width=150),
            "goes to": st.column_config.SelectboxColumn("Goes to", options=goals, required=True, width=130),
        },
        key=f"split-{place.node_id}-{'|'.join(goals)}-{hash(proposed)}",
        alt="What stands below the node, and where each goes.",
    )
    return list(chosen["goes to"])
