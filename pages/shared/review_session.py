"""What does a reviewer see in a queue: the next pair, why there is none, or what has to be compared first?"""

import streamlit as st

from glan_core.encoder_choice import encoder_in_use
from glan_core.entities import Filter
from glan_core.errors import GlanError
from glan_core.filter_json import filter_to_json
from glan_core.store.database import Cursor
from glan_core.store.edited_texts import list_edits_of
from glan_core.store.reviews import count_reviewed_by, find_review
from glan_core.store.samples import read_samples
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.filter_bar import show_no_pair
from pages.shared.formats import count
from pages.shared.gap_finding import open_gap_finder, show_finding
from pages.shared.page_button import page_button
from pages.shared.review_card import show_card, show_undo
from pages.shared.review_flags import show_flags
from pages.shared.review_moves import Stand, find_card, take_up_again
from pages.shared.review_queue import Draw, find_queue, open_statuses
from pages.shared.review_words import show_changes, show_review
from pages.shared.workspace import Workspace


def show_session(
    workspace: Workspace, cursor: Cursor, filter_: Filter, draw: Draw, *, reviewer: str, is_second: bool
) -> None:
    """Show the next pair of a queue to be reviewed."""
    try:
        queue = find_queue(workspace, cursor, filter_, draw)
    except GlanError as error:
        show_error(error)
        return
    if queue is None:
        _show_comparing()
        return
    if queue.compared < queue.of:
        st.caption(f"Chosen among {count(queue.compared)} of {count(queue.of)} pairs, drawn by the seed.")
    name = f"{draw} {filter_to_json(filter_)}"
    stand = Stand(workspace, queue, name, open_statuses(filter_, draw.kind), reviewer, is_second, [])
    number = find_card(cursor, stand)
    rows = read_samples(cursor, [] if number is None else [number])
    if rows.empty and st.query_params.get("card"):
        st.warning("The pair in this address is not there, or was removed.", icon=":material/search_off:")
    elif rows.empty and not len(queue.numbers) and draw.kind in ("random", "sample"):
        show_no_pair()
    elif rows.empty:
        _show_end(cursor, stand, draw)
    else:
        if not reviewer:
            st.info("Write your name at the top to review.", icon=":material/rate_review:")
        show_card(cursor, stand, rows.iloc[0])
    _show_last(cursor, stand)


def _show_comparing() -> None:
    finder = open_gap_finder()
    if not finder.is_running:
        st.info(
            "Pairs have to be compared with the key concepts first, to tell which are nearer to another subject.",
            icon=":material/join_inner:",
        )
        st.button("Compare", icon=":material/play_arrow:", on_click=finder.start)
    show_finding(finder)


def _show_end(cursor: Cursor, stand: Stand, draw: Draw) -> None:
    skipped = st.session_state.get(state.REVIEW_SKIPPED, ())
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        if not len(stand.queue.numbers):
            st.markdown(_why_empty(cursor, draw), text_alignment="center")
            if draw.kind in ("farthest", "near"):
                page_button("Open the map", "pages/explore/map.py", icon=":material/bubble_chart:")
        elif skipped:
            st.markdown(f"Only what you skipped is left: {count(len(skipped))}.", text_alignment="center")
            st.button("Show them again", icon=":material/undo:", on_click=take_up_again)
        else:
            st.markdown(
                f"All {count(len(stand.queue.numbers))} pairs of this queue are decided on. Choose another queue, "
                "widen the filter, or see how good each branch is in the tab *Sample*.",
                text_alignment="center",
            )
        if stand.reviewer and count_reviewed_by(cursor, stand.reviewer):
            show_undo(stand)


def _why_empty(cursor: Cursor, draw: Draw) -> str:
    if draw.kind in ("farthest", "near"):
        encoder, _ = encoder_in_use(cursor)
        return plain(
            f"{encoder.encoder} has not read or compared such pairs of the filter yet. Opening the map starts that."
        )
    words = {"flagged": "is flagged", "rejected": "is rejected", "elsewhere": "is nearer to another subject"}
    return f"No pair of the filter {words.get(draw.kind, 'is in this queue')}."


def _show_last(cursor: Cursor, stand: Stand) -> None:
    """Show what was decided last, and what an edit changed."""
    review_id = st.session_state.get(state.REVIEW_LAST)
    review = find_review(cursor, review_id) if review_id else None
    if review is None:
        return
    with st.container(border=True, gap="small"):
        st.caption("Decided last")
        show_review(review)
        if review.verdict in ("accepted", "edited"):
            show_flags(stand.workspace, cursor, review.instruction_id, reviewer=stand.reviewer, key="last")
        edit = next(
            (each for each in list_edits_of(cursor, review.instruction_id) if each.review_id == review_id), None
        )
        if edit is not None:
            show_changes("Question", edit.instruction_before, edit.instruction_after)
            show_changes("Answer", edit.answer_before or "", edit.answer_after or "")
