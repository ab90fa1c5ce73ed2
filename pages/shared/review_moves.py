"""What happens when a reviewer presses a key: a decision is kept, and the next pair comes.

Everything here is for callbacks: a press counts whatever else draws the page anew.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from glan_core.errors import GlanError
from glan_core.review_queues import ReviewQueue
from glan_core.reviewing import Decision, decide, undo_newest
from glan_core.store.database import Cursor
from glan_core.store.review_queues import next_open
from glan_core.store.reviews import Review
from glan_core.store.samples import find_number, read_samples
from pages.shared import state
from pages.shared.workspace import Workspace

T = TypeVar("T")


class Stand(NamedTuple):
    """Where a reviewer is."""

    workspace: Workspace
    queue: ReviewQueue
    name: str
    """What the queue was drawn from: another one begins at its start."""
    statuses: tuple[str, ...]
    """Of the pairs that are still to be decided on."""
    reviewer: str
    is_second: bool
    """Whether pairs that others decided on are shown, too."""
    decided: list[str]
    """The pairs that were decided on since the page was drawn: a key that is pressed twice counts once."""


def find_card(cursor: Cursor, stand: Stand) -> int | None:
    """Give the place in the table of the pair to show: that of the address, or the next that is open; None: the end."""
    asked_for = st.query_params.get("card")
    if asked_for:
        return find_number(cursor, asked_for)
    start = _start(stand)
    skipped: frozenset[int] = frozenset(st.session_state.get(state.REVIEW_SKIPPED, ()))
    for begin in (start, 0) if start else (0,):
        row = next_open(
            cursor,
            stand.queue.numbers,
            begin,
            statuses=stand.statuses,
            reviewer=stand.reviewer if stand.is_second else "",
            passing_over=skipped,
        )
        if row is not None:
            return int(stand.queue.numbers[row])
    return None


def row_of(stand: Stand, number: int) -> int | None:
    """Give the row of a queue that holds a place in the table; None if it is not of the queue."""
    rows = np.flatnonzero(stand.queue.numbers == number)
    return int(rows[0]) if len(rows) else None


def decide_on(stand: Stand, decision: Decision, number: int) -> None:
    """Keep a decision and go on; nothing happens if this card was decided on already."""
    if decision.instruction_id in stand.decided:
        return

    def act() -> Review:
        review = decide(stand.workspace.database, decision, at=datetime.now(UTC))
        stand.decided.append(decision.instruction_id)
        return review

    def follow(review: Review) -> None:
        st.session_state[state.REVIEW_LAST] = review.review_id
        st.session_state.pop(state.REVIEW_EDITING, None)
        _go_on(stand, number)

    _try(act, follow)


def skip(stand: Stand, number: int) -> None:
    """Put a pair off until the others are done."""
    st.session_state[state.REVIEW_SKIPPED] = (*st.session_state.get(state.REVIEW_SKIPPED, ()), number)
    _go_on(stand, number)


def take_up_again() -> None:
    """Show the skipped pairs."""
    st.session_state.pop(state.REVIEW_SKIPPED, None)
    st.query_params.pop("card", None)


def step(stand: Stand, number: int, by: int) -> None:
    """Show the pair before (-1) or after (1) in the queue, whatever was said of it."""
    row = row_of(stand, number)
    other = -1 if row is None else row + by
    if 0 <= other < len(stand.queue.numbers):
        cursor = stand.workspace.database.cursor()
        found = read_samples(cursor, [int(stand.queue.numbers[other])], characters=1)
        cursor.close()
        if len(found):
            st.query_params["card"] = str(found["instruction_id"].iloc[0])
    st.session_state.pop(state.REVIEW_EDITING, None)


def undo_last(stand: Stand) -> None:
    """Take back what this reviewer decided last, and show that pair."""

    def act() -> Review | None:
        return undo_newest(stand.workspace.database, reviewer=stand.reviewer, at=datetime.now(UTC))

    def follow(review: Review | None) -> None:
        if review is None:
            st.session_state[state.REVIEW_NEWS] = "There is nothing of yours to take back."
            return
        st.session_state[state.REVIEW_NEWS] = "Taken back."
        st.session_state.pop(state.REVIEW_LAST, None)
        st.session_state.pop(state.REVIEW_EDITING, None)
        st.query_params["card"] = review.instruction_id

    _try(act, follow)


def edit(instruction_id: str | None) -> None:
    """Begin to edit a pair, or leave it (None)."""
    st.session_state[state.REVIEW_EDITING] = instruction_id


def toggle_reason(instruction_id: str, reason: str) -> None:
    """Add a reason to the rejection that is being prepared, or take it off."""
    chosen = reasons_for(instruction_id)
    after = tuple(each for each in chosen if each != reason) if reason in chosen else (*chosen, reason)
    st.session_state[state.REVIEW_REASONS] = (instruction_id, after)


def reasons_for(instruction_id: str) -> tuple[str, ...]:
    """Give the reasons that were chosen for a pair so far."""
    of, reasons = st.session_state.get(state.REVIEW_REASONS, ("", ()))
    return tuple(reasons) if of == instruction_id else ()


def _go_on(stand: Stand, number: int) -> None:
    st.query_params.pop("card", None)
    row = row_of(stand, number)
    if row is not None:
        st.session_state[state.REVIEW_PLACE] = (stand.name, row + 1)


def _start(stand: Stand) -> int:
    name, place = st.session_state.get(state.REVIEW_PLACE, ("", 0))
    return int(place) if name == stand.name else 0


def _try(act: Callable[[], T], follow: Callable[[T], None]) -> None:
    """Do what changes the database, then what follows from it for the page; errors are shown."""
    try:
        done = act()
    except GlanError as error:
        st.session_state[state.REVIEW_TROUBLE] = error
        return
    try:
        follow(done)
    except RerunException:  # another press came in meanwhile, and asks to draw the page: this one counts first
        follow(done)
        raise
