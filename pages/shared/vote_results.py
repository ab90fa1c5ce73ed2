"""What do all votes say, and how does the majority become the taxonomy?"""

import pandas as pd
import streamlit as st

from glan_core import ids
from glan_core.edits import apply_edit, combined, set_status
from glan_core.errors import GlanError
from glan_core.store.database import Cursor
from glan_core.store.votes import VotedNode, count_below, list_voted_nodes
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count, shortened
from pages.shared.nodes import LEVEL_WORDS
from pages.shared.vote_card import vote_on
from pages.shared.votes_view import STATUS_WORDS, VERDICT_WORDS, show_votes
from pages.shared.workspace import Workspace

_STATUSES = ("kept", "removed")
_ROW_HEIGHT = 34
_MOST_ROWS = 12
_TEXT_WIDTHS = {"Node": 184, "Within": 190, "Level": 86, "Status": 76, "Verdict": 76, "Becomes": 80, "Note": 140}
_NUMBER_WIDTHS = {"Keep": 60, "Remove": 72, "Disciplines": 88, "Subjects": 76, "Pairs": 66}
_FILTERS = ("all", "ties", "against")
_FILTER_WORDS = {"all": "All", "ties": "Ties", "against": "Against the status"}
_EMPTY_WORDS = {
    "ties": "No node has as many votes to keep as to remove.",
    "against": "Every node has the status that the majority of its votes asks for.",
}


def show_results(cursor: Cursor) -> None:
    """List the nodes with votes; the picked one's votes stand below with their reasons."""
    nodes = list_voted_nodes(cursor)
    if not nodes:
        _show_nobody()
        return
    shown_by_filter = {
        "all": nodes,
        "ties": tuple(node for node in nodes if node.verdict == "tie"),
        "against": tuple(node for node in nodes if node.is_against_status),
    }
    filter_ = st.segmented_control(
        "Which nodes",
        _FILTERS,
        default="all",
        required=True,
        format_func=lambda name: f"{_FILTER_WORDS[name]} ({count(len(shown_by_filter[name]))})",
        label_visibility="collapsed",
        key="results-filter",
    )
    shown = shown_by_filter[filter_]
    if not shown:
        st.info(_EMPTY_WORDS[filter_], icon=":material/check_circle:")
        return
    picked = _table(
        {**_vote_columns(shown), "Note": [_note(node) for node in shown]},
        key=f"results-{filter_}-{_key_of(shown)}",
        selection_mode="single-row",
        alt=f"{len(shown)} nodes with their votes.",
    )
    if not picked:
        st.caption("Tick a row to read its votes and their reasons.")
        return
    node = shown[picked[0]]
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            st.subheader(plain(shortened(node.name, 80)), anchor=False, width="stretch")
            st.button("Vote on it", wrap=False, on_click=vote_on, args=(node.taxonomy_node_id,))
        show_votes(cursor, node.taxonomy_node_id)


def show_majority(workspace: Workspace, cursor: Cursor, *, editor: str) -> None:
    """List the nodes whose status is not what the majority says, and change the ticked ones."""
    nodes = list_voted_nodes(cursor)
    if not nodes:
        _show_nobody()
        return
    against = tuple(node for node in nodes if node.is_against_status)
    if not against:
        st.info(_EMPTY_WORDS["against"], icon=":material/check_circle:")
        return
    st.markdown("The majority of the votes asks for another status here. Tick the nodes that should get it.")
    below = count_below(cursor, [node.taxonomy_node_id for node in against])
    picked = _table(
        {
            **_vote_columns(against, with_verdict=False),
            "Becomes": [STATUS_WORDS[str(node.status_by_majority)][0] for node in against],
            "Disciplines": [
                None if node.level == "discipline" else below[node.taxonomy_node_id].disciplines for node in against
            ],
            "Subjects": [below[node.taxonomy_node_id].subjects for node in against],
            "Pairs": [below[node.taxonomy_node_id].pairs for node in against],
        },
        key=f"apply-{_key_of(against)}",
        selection_mode="multi-row",
        alt=f"{len(against)} nodes whose status differs from the majority.",
    )
    ticked = [against[row] for row in picked]
    st.caption(
        "Disciplines, subjects and pairs count what lies below a node: a removed node takes it along, and brings it "
        "back when it is kept again. Nothing is deleted."
    )
    if any(node.is_below_removed and node.status_by_majority == "kept" for node in against):
        st.caption("What stands below a removed node can be kept only if that is kept too, before it or along with it.")
    if st.button(_apply_label(ticked), type="primary", disabled=not ticked, icon=":material/how_to_vote:"):
        _apply(workspace, cursor, ticked, editor=editor)


def _apply(workspace: Workspace, cursor: Cursor, nodes: list[VotedNode], *, editor: str) -> None:
    chosen = {
        status: [node.taxonomy_node_id for node in nodes if node.status_by_majority == status] for status in _STATUSES
    }
    try:
        planned = combined([set_status(cursor, node_ids, status) for status, node_ids in chosen.items() if node_ids])
        apply_edit(workspace.database, planned, editor=editor)
    except GlanError as error:
        show_error(error)
        return
    st.toast(f"Changed: {count(len(nodes))} {'node' if len(nodes) == 1 else 'nodes'}.", icon=":material/check_circle:")
    st.rerun()


def _show_nobody() -> None:
    st.info(
        "Nobody has voted yet. Write your name at the top, and under Vote the nodes come one by one.",
        icon=":material/how_to_vote:",
    )


def _vote_columns(nodes: tuple[VotedNode, ...], *, with_verdict: bool = True) -> dict[str, list[object]]:
    verdicts: dict[str, list[object]] = {"Verdict": [VERDICT_WORDS[str(node.verdict)] for node in nodes]}
    return {
        "Node": [node.name for node in nodes],
        "Within": [node.above for node in nodes],
        "Level": [LEVEL_WORDS[node.level][0] for node in nodes],
        "Status": [STATUS_WORDS[node.status][0] for node in nodes],
        "Keep": [node.keep for node in nodes],
        "Remove": [node.remove for node in nodes],
        **(verdicts if with_verdict else {}),
    }


def _note(node: VotedNode) -> str:
    if node.is_against_status:
        return "Against the status"
    return "Below a removed node" if node.is_below_removed and node.status != "removed" else ""


def _apply_label(nodes: list[VotedNode]) -> str:
    kept = sum(node.status_by_majority == "kept" for node in nodes)
    parts = [f"keep {count(kept)}"] if kept else []
    parts += [f"remove {count(len(nodes) - kept)}"] if len(nodes) > kept else []
    return f"Apply the majority: {', '.join(parts)}" if parts else "Apply the majority"


def _key_of(nodes: tuple[VotedNode, ...]) -> str:
    """Name a list by what it holds: where votes have changed it meanwhile, what was ticked counts no more."""
    return ids.content_id("".join(f"{node.taxonomy_node_id}{node.verdict}{node.status}" for node in nodes))


def _table(columns: dict[str, list[object]], *, key: str, selection_mode: str, alt: str) -> list[int]:
    event = st.dataframe(
        pd.DataFrame(columns),
        key=key,
        hide_index=True,
        row_height=_ROW_HEIGHT,
        height=min(_ROW_HEIGHT * len(columns["Node"]) + 36, _ROW_HEIGHT * _MOST_ROWS + 36),
        column_config={name: st.column_config.TextColumn(width=width) for name, width in _TEXT_WIDTHS.items()}
        | {
            name: st.column_config.NumberColumn(format="localized", width=width)
            for name, width in _NUMBER_WIDTHS.items()
        },
        placeholder="",
        on_select="rerun",
        selection_mode=selection_mode,
        alt=alt,
    )
    return list(event.selection.rows)
