"""How are all pairs of a filter accepted or rejected at once, and how is that taken back?"""

from datetime import UTC, datetime

import streamlit as st

from glan_core.entities import Filter
from glan_core.errors import GlanError
from glan_core.reviewing import LONGEST_COMMENT, Decision, decide_all, take_back
from glan_core.store.database import Cursor
from glan_core.store.review_batches import Batch, list_batches
from glan_core.store.reviews import count_by_status
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.formats import ago, count
from pages.shared.review_words import REASON_WORDS, VERDICT_WORDS
from pages.shared.workspace import Workspace

_SHOWN_BATCHES = 20
_ORIGIN_WORDS = {"bulk": "in bulk", "file": "from a file", "card": "on cards"}


def show_bulk(workspace: Workspace, cursor: Cursor, filter_: Filter, *, reviewer: str) -> None:
    """Show how many pairs it is about before anything is done, and what was done so before."""
    left, right = st.columns([0.55, 0.45], gap="medium")
    with left:
        _show_deciding(workspace, cursor, filter_, reviewer=reviewer)
    with right:
        _show_batches(workspace, cursor, reviewer=reviewer)


def _show_deciding(workspace: Workspace, cursor: Cursor, filter_: Filter, *, reviewer: str) -> None:
    counts = count_by_status(cursor, filter_)
    pairs = sum(counts.values())
    waiting, accepted, rejected = (counts.get(each, 0) for each in ("generated", "accepted", "rejected"))
    with st.container(border=True, gap="small"):
        st.markdown(
            f"**{count(pairs)} pairs fit the filter**: {count(waiting)} that nobody decided on, {count(accepted)} "
            f"accepted, {count(rejected)} rejected."
        )
        is_open_only = st.toggle(
            "Only those that nobody decided on",
            value=True,
            key="bulk-open-only",
            help="Turned off, it also changes what was decided before. That stays in the record, and Undo brings it "
            "back.",
        )
        reasons = st.pills(
            "Reasons, if rejected",
            list(REASON_WORDS),
            selection_mode="multi",
            format_func=lambda each: REASON_WORDS[each],
            key="bulk-reasons",
        )
        st.text_input("Comment", key="bulk-comment", max_chars=LONGEST_COMMENT, placeholder="May stay empty")
        touched = {
            "accepted": waiting + (0 if is_open_only else rejected),
            "rejected": waiting + (0 if is_open_only else accepted),
        }
        with st.container(horizontal=True, gap="small"):
            for verdict, word, icon in (("accepted", "Accept", "check"), ("rejected", "Reject", "close")):
                st.button(
                    f"{word} {count(touched[verdict])}",
                    key=f"bulk-{verdict}",
                    icon=f":material/{icon}:",
                    disabled=not touched[verdict] or not reviewer,
                    on_click=_decide,
                    args=(workspace, filter_, verdict),
                    kwargs={
                        "reviewer": reviewer,
                        "reasons": tuple(reasons) if verdict == "rejected" else (),
                        "is_open_only": is_open_only,
                    },
                )
        st.caption(
            "Nothing is deleted: an export leaves rejected pairs out, the queue *Rejected* holds them, and *Undo* "
            "brings back what was."
            if reviewer
            else "Write your name at the top first."
        )


def _show_batches(workspace: Workspace, cursor: Cursor, *, reviewer: str) -> None:
    st.markdown("**Done before**")
    batches = list_batches(cursor, limit=_SHOWN_BATCHES)
    if not batches:
        st.caption("Nothing yet. What is decided for many pairs at once is listed here, to be taken back.")
        return
    for batch in batches:
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(gap=None):
                st.markdown(plain(_words(batch)))
                st.caption(plain(f"{batch.reviewer}, {ago(batch.reviewed_at)}"))
            if batch.standing and reviewer:
                st.button(
                    "Undo",
                    key=f"undo-{batch.batch_id}",
                    icon=":material/undo:",
                    on_click=_undo,
                    args=(workspace, batch.batch_id, reviewer),
                )


def _words(batch: Batch) -> str:
    what = f"{VERDICT_WORDS[batch.verdict]} {_ORIGIN_WORDS[batch.origin]}: {count(batch.reviews)}"
    if not batch.standing:
        return f"{what}, taken back"
    return what if batch.standing == batch.reviews else f"{what}, of which {count(batch.standing)} still stand"


def _decide(
    workspace: Workspace,
    filter_: Filter,
    verdict: str,
    *,
    reviewer: str,
    reasons: tuple[str, ...],
    is_open_only: bool,
) -> None:
    decision = Decision("", reviewer, verdict, reasons, st.session_state.get("bulk-comment", ""))  # type: ignore[arg-type]
    try:
        done = decide_all(workspace.database, filter_, decision, at=datetime.now(UTC), is_open_only=is_open_only)
    except GlanError as error:
        st.session_state[state.REVIEW_TROUBLE] = error
        return
    st.session_state[state.REVIEW_NEWS] = f"{VERDICT_WORDS[verdict]}: {count(done.pairs)} pairs."


def _undo(workspace: Workspace, batch_id: str, reviewer: str) -> None:
    try:
        back = take_back(workspace.database, batch_id, reviewer=reviewer, at=datetime.now(UTC))
    except GlanError as error:
        st.session_state[state.REVIEW_TROUBLE] = error
        return
    st.session_state[state.REVIEW_NEWS] = f"Taken back: {count(back)} reviews."
