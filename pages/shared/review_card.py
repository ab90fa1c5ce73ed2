"""How is one pair reviewed: what it says, where it comes from, and a key for each verdict?"""

from typing import Literal

import pandas as pd
import streamlit as st

from glan_core.reviewing import LONGEST_COMMENT, Decision
from glan_core.store.database import Cursor
from glan_core.store.edited_texts import list_edits_of
from glan_core.store.pairs import lineage
from glan_core.store.prompt_versions import find_drawn, list_prompt_versions
from glan_core.store.reviews import list_reviews
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.formats import count
from pages.shared.page_button import page_button
from pages.shared.pair_neighbours import show_neighbours
from pages.shared.plan_view import show_messages
from pages.shared.reading_direction import show_in_its_direction
from pages.shared.regeneration_links import show_regenerations
from pages.shared.review_edit import show_edit
from pages.shared.review_flags import show_flags
from pages.shared.review_moves import (
    Stand,
    decide_on,
    edit,
    reasons_for,
    row_of,
    skip,
    step,
    toggle_reason,
    undo_last,
)
from pages.shared.review_words import REASON_WORDS, show_changes, show_review
from pages.shared.screen import is_narrow

_LONG_TEXT, _LONG_PIXELS = 2_500, 380
_SAMPLES = "pages/explore/samples.py"
_STAGE_WORDS = {
    "instructions": "Question",
    "answers": "Answer",
    "regenerated_instructions": "Question, written anew",
    "regenerated_answers": "Answer, written anew",
}


def show_card(cursor: Cursor, stand: Stand, row: pd.Series) -> None:
    """Show a pair, a row of read_samples, with what helps to judge it, and the keys."""
    texts, origin = st.columns([0.66, 0.34], gap="medium")
    with texts:
        _show_way(stand, row)
        if stand.reviewer and st.session_state.get(state.REVIEW_EDITING) == row.instruction_id:
            show_edit(stand, row)
        else:
            # On a phone nobody presses keys, and what is to be judged comes before the buttons.
            if stand.reviewer and not is_narrow():
                _show_keys(stand, row)
            _show_texts(cursor, row)
            if stand.reviewer and is_narrow():
                _show_keys(stand, row)
    with origin:
        _show_reviews(cursor, stand, row)
        _show_origin(cursor, stand, row)


def _show_way(stand: Stand, row: pd.Series) -> None:
    at = row_of(stand, int(row.number))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        total = len(stand.queue.numbers)
        st.caption(
            f"{count(at + 1)} of {count(total)} in this queue" if at is not None else "Not in this queue",
            width="content",
        )
        if at is not None and len(stand.queue.groups):
            alike = int((stand.queue.groups == stand.queue.groups[at]).sum())
            st.badge(f"One of {count(alike)} that say nearly the same", color="orange")
        st.space("stretch")
        for label, by, key, icon in (
            ("Previous", -1, "Left", ":material/chevron_left:"),
            ("Next", 1, "Right", ":material/chevron_right:"),
        ):
            is_there = at is not None and 0 <= at + by < total
            st.button(
                label,
                key=f"review-{label}",
                icon=icon,
                type="tertiary",
                shortcut=key,
                disabled=not is_there,
                on_click=step,
                args=(stand, int(row.number), by),
            )


def _show_texts(cursor: Cursor, row: pd.Series) -> None:
    answer = row.answer if isinstance(row.answer, str) else None
    with st.container(border=True, gap="xsmall"):
        st.caption(plain(" › ".join((row.field, row.sub_field, row.discipline, f"{row.subject}, {row.level}"))))
        st.markdown(":gray[Question]")
        _show_text(row.instruction)
        st.markdown(":gray[Answer]")
        if answer is None:
            st.caption("It has no answer yet.")
        else:
            _show_text(answer)
        if edits := list_edits_of(cursor, row.instruction_id):
            with st.expander("What was edited", icon=":material/difference:"):
                first, last = edits[0], edits[-1]
                show_changes("Question", first.instruction_before, last.instruction_after)
                show_changes("Answer", first.answer_before or "", last.answer_after or "")


def _show_text(text: str) -> None:
    """Show a text as it is, in a box of its own to scroll in if it is long."""
    with st.container(height=_LONG_PIXELS if len(text) > _LONG_TEXT else "content", border=False):
        show_in_its_direction(text or "(empty)")


def _show_keys(stand: Stand, row: pd.Series) -> None:
    key, number = str(row.instruction_id), int(row.number)
    chosen = reasons_for(key)
    has_keys = not is_narrow()
    with st.container(horizontal=True, gap="xsmall"):
        for label, shortcut, icon, verdict in (
            ("Accept", "A", "check", "accepted"),
            ("Reject", "X", "close", "rejected"),
        ):
            st.button(
                label,
                key=f"review-{label}-{key}",  # of this pair: a late press is never taken for the next one
                icon=f":material/{icon}:",
                shortcut=shortcut if has_keys else None,
                on_click=_decide,
                args=(stand, key, number, verdict),
            )
        st.button(
            "Edit",
            key=f"review-begin-edit-{key}",
            icon=":material/edit:",
            shortcut="E" if has_keys else None,
            on_click=edit,
            args=(key,),
        )
        st.button(
            "Skip",
            key=f"review-skip-{key}",
            icon=":material/redo:",
            shortcut="S" if has_keys else None,
            type="tertiary",
            on_click=skip,
            args=(stand, number),
        )
        show_undo(stand)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.caption("To reject, reasons first:", width="content")
        for place, (reason, words) in enumerate(REASON_WORDS.items(), 1):
            st.button(
                words,
                key=f"reason-{reason}-{key}",
                type="primary" if reason in chosen else "secondary",
                shortcut=str(place) if has_keys else None,
                on_click=toggle_reason,
                args=(key, reason),
                help="A reason for Reject, which takes along what is chosen here. Press again to take it off.",
            )
    st.text_input(
        "Comment",
        key=_comment_key(key),
        placeholder="A comment; may stay empty",
        max_chars=LONGEST_COMMENT,
        label_visibility="collapsed",
    )


def _decide(stand: Stand, key: str, number: int, verdict: Literal["accepted", "rejected"]) -> None:
    # Read here and not when the button was drawn: a press may come in the same moment as what was typed before it.
    comment = st.session_state.get(_comment_key(key), "")
    reasons = reasons_for(key) if verdict == "rejected" else ()
    decide_on(stand, Decision(key, stand.reviewer, verdict, reasons, comment), number)


def _comment_key(instruction_id: str) -> str:
    return f"review-comment-{instruction_id}"


def show_undo(stand: Stand) -> None:
    """Offer to take back what this reviewer decided last."""
    st.button(
        "Undo",
        key="review-undo",
        icon=":material/undo:",
        shortcut=None if is_narrow() else "U",
        type="tertiary",
        on_click=undo_last,
        args=(stand,),
        help="Takes back what you decided last, and shows that pair.",
    )


def _show_reviews(cursor: Cursor, stand: Stand, row: pd.Series) -> None:
    reviews = list_reviews(cursor, row.instruction_id)
    if not reviews:
        return
    undone = {review.of_review_id for review in reviews}
    standing = [review for review in reviews if review.verdict != "undone" and review.review_id not in undone]
    with st.container(border=True, gap="small"):
        if stand.is_second and not any(review.reviewer == stand.reviewer for review in standing):
            st.caption("Somebody has reviewed it. What they said is shown once you have.")
            return
        for review in reversed(reviews):
            show_review(review)


def _show_origin(cursor: Cursor, stand: Stand, row: pd.Series) -> None:
    show_flags(stand.workspace, cursor, str(row.instruction_id), reviewer=stand.reviewer, key="card")
    if len(row["tags"]):
        with st.container(horizontal=True, gap="xsmall"):
            for tag in row["tags"]:
                st.badge(plain(tag), color="blue", icon=":material/label:")
    show_regenerations(cursor, row.instruction_id, page="pages/curate/review.py", name="card")
    drawn = find_drawn(cursor, row.instruction_id)
    st.markdown("**Drawn from**")
    st.caption(plain("; ".join(drawn.class_sessions)))
    with st.container(horizontal=True, gap="xsmall"):
        for name in drawn.key_concepts:
            st.badge(plain(name), color="gray")
    st.markdown("**Prompts**")
    with st.container(gap=None):
        for version in list_prompt_versions(cursor, row.instruction_id):
            words = f"{_STAGE_WORDS.get(version.stage, version.stage)}: {version.template} {version.fingerprint[:6]}"
            st.caption(plain(f"{words}, {version.model}"))
    with st.expander("Word for word", icon=":material/chat:", on_change="rerun", key="review-prompts") as prompts:
        if prompts.open and (found := lineage(cursor, row.instruction_id)) is not None:
            for words, messages in (("Question", found.instruction_messages), ("Answer", found.answer_messages)):
                if messages:
                    st.markdown(f"**{words}**")
                    show_messages(messages)
    with st.expander("Nearest pairs", icon=":material/hub:", on_change="rerun", key="review-near") as near:
        if near.open:
            show_neighbours(cursor, row.instruction_id)
    page_button("Open it among the samples", _SAMPLES, {"pair": row.instruction_id}, key="review-open", type="tertiary")
