"""Which of the proposals below a node are accepted, under which names?

What was typed and ticked is kept for the visit, by node, so that nothing is lost when the table is drawn anew: because
somebody else judged some of them, a further list came in, or a change could not be made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from glan_core import ids
from glan_core.edits import PlannedEdit
from glan_core.entities import LONGEST_DESCRIPTION, LONGEST_NAME, TaxonomyNode
from glan_core.errors import EditError
from glan_core.near_names import NearName
from glan_core.proposals import (
    ListAgreement,
    Proposal,
    accept_proposals,
    find_agreement,
    list_proposals,
    reject_proposals,
)
from glan_core.stages.taxonomy import plain_name
from pages.shared import state
from pages.shared.edit_view import make
from pages.shared.feedback import show_error
from pages.shared.formats import count
from pages.shared.name_hint import known_names
from pages.shared.workspace import Workspace

_TICK, _NAME, _DESCRIPTION = "is_ticked", "name", "description"
_ROW_HEIGHT = 34
_MOST_HEIGHT = 520
_COLUMNS = {
    _TICK: st.column_config.CheckboxColumn("Tick", width=64),
    _NAME: st.column_config.TextColumn("Name", width=190, required=True, max_chars=LONGEST_NAME),
    _DESCRIPTION: st.column_config.TextColumn("Description", width=290, max_chars=LONGEST_DESCRIPTION),
    "near": st.column_config.TextColumn(
        "Nearly the same", width=190, help="What is there already and is spelled, or means, nearly the same."
    ),
    "named": st.column_config.TextColumn(
        "Named by", width=92, help="How many of the lists that the model wrote here name it, one list a wording."
    ),
}


@dataclass(slots=True)
class Desk:
    """What a visitor has typed and ticked."""

    drafts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By node: is_ticked, name and description, as far as they were changed."""
    version: int = 0
    """Counts how often the page itself changed drafts, as a table takes in no values from outside."""
    shown: dict[str, pd.DataFrame] = field(default_factory=dict)
    """By key of the table, what it began with: it keeps what is typed as long as that stays the same."""


def show_proposals_table(workspace: Workspace, node_id: str | None, *, run_ids: Sequence[str]) -> None:
    """Show what is pending below a node, to be changed, ticked, accepted and rejected; `run_ids` asked for it."""

    @st.fragment
    def table() -> None:
        cursor = workspace.database.cursor()
        proposals = list_proposals(cursor, node_id)
        desk: Desk = st.session_state.setdefault(state.PROPOSALS, Desk())
        _show_rows(workspace, desk, proposals, find_agreement(cursor, run_ids))
        _show_buttons(workspace, desk, proposals)

    table()


def _show_rows(workspace: Workspace, desk: Desk, proposals: Sequence[TaxonomyNode], agreement: ListAgreement) -> None:
    near = _near(workspace, proposals)
    key = "proposals-" + ids.stable_id(
        "proposals", desk.version, [(node.taxonomy_node_id, node.name, node.description) for node in proposals], near
    )
    if key not in desk.shown:
        desk.shown = {key: _frame(desk, proposals, near, agreement)}
    frame = desk.shown[key]

    def hear() -> None:
        for row, values in st.session_state[key]["edited_rows"].items():
            desk.drafts.setdefault(frame.index[int(row)], {}).update(values)

    st.data_editor(
        frame,
        key=key,
        hide_index=True,
        row_height=_ROW_HEIGHT,
        height=min(_ROW_HEIGHT * len(frame) + 38, _MOST_HEIGHT),
        column_order=[name for name in _COLUMNS if name in frame],
        column_config=_COLUMNS,
        disabled=["near", "named"],
        num_rows="fixed",
        on_change=hear,
    )


def _near(workspace: Workspace, proposals: Sequence[TaxonomyNode]) -> list[str]:
    """Name for each proposal the one that is most like it, or nothing."""
    index = known_names(workspace)
    told = []
    for node in proposals:
        found = index.find(
            node.name,
            parent_id=node.parent_id,
            node_id=node.taxonomy_node_id,
            similarities=workspace.names.similarities(node.name, index.texts),
            limit=1,
        )
        told.append(f"{found[0].known.name} ({_place(found[0])})" if found else "")
    return told


def _place(near: NearName) -> str:
    if near.is_sibling:
        return "proposed too" if near.known.status == "pending" else "beside it"
    return near.place_in_words


def _frame(desk: Desk, proposals: Sequence[TaxonomyNode], near: list[str], agreement: ListAgreement) -> pd.DataFrame:
    rows = [
        {_TICK: False, _NAME: node.name, _DESCRIPTION: node.description} | desk.drafts.get(node.taxonomy_node_id, {})
        for node in proposals
    ]
    frame = pd.DataFrame(rows, index=[node.taxonomy_node_id for node in proposals])
    if any(near):
        frame["near"] = near
    if agreement.lists > 1:
        named = [agreement.named.get(plain_name(node.name), 0) for node in proposals]
        frame["named"] = [f"{number} of {agreement.lists}" if number else "" for number in named]
    return frame


def _show_buttons(workspace: Workspace, desk: Desk, proposals: Sequence[TaxonomyNode]) -> None:
    ticked = [node for node in proposals if desk.drafts.get(node.taxonomy_node_id, {}).get(_TICK)]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        is_accepted = st.button("Accept ticked", type="primary", icon=":material/check:", disabled=not ticked)
        is_rejected = st.button(
            "Reject ticked",
            icon=":material/close:",
            disabled=not ticked,
            help="A rejected name is not proposed here again. It can be restored.",
        )
        for label, is_ticked in (("Tick all", True), ("Tick none", False)):
            st.button(label, type="tertiary", on_click=_tick, args=(desk, proposals, is_ticked))
        st.caption(f"{count(len(ticked))} of {count(len(proposals))} ticked", width="content")
    if is_accepted or is_rejected:
        planned = _planned(workspace, desk, ticked, is_accepted=is_accepted)
        if planned is not None and make(workspace, planned):
            for node in ticked:
                desk.drafts.pop(node.taxonomy_node_id, None)
            st.rerun()


def _planned(
    workspace: Workspace, desk: Desk, ticked: Sequence[TaxonomyNode], *, is_accepted: bool
) -> PlannedEdit | None:
    cursor = workspace.database.cursor()
    try:
        if not is_accepted:
            return reject_proposals(cursor, [node.taxonomy_node_id for node in ticked])
        return accept_proposals(cursor, [_proposal(node, desk.drafts[node.taxonomy_node_id]) for node in ticked])
    except EditError as error:
        show_error(error)
        return None


def _proposal(node: TaxonomyNode, draft: dict[str, Any]) -> Proposal:
    name, description = draft.get(_NAME, node.name), draft.get(_DESCRIPTION, node.description)
    return Proposal(node.taxonomy_node_id, name or "", description or "")  # an emptied cell is None


def _tick(desk: Desk, proposals: Sequence[TaxonomyNode], is_ticked: bool) -> None:
    for node in proposals:
        desk.drafts.setdefault(node.taxonomy_node_id, {})[_TICK] = is_ticked
    desk.version += 1
