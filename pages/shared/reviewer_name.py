"""Who reviews? A name that is written once, and then stands beside the title.

The address holds it (?reviewer=Ada), so that a reload knows it; whoever comes without one is offered the names that
reviewed last. While a name is being written there is a box; once it is there the box is gone: keys are for the pair.
"""

import streamlit as st

from glan_core.reviewing import LONGEST_NAME
from glan_core.store.database import Cursor
from glan_core.store.reviews import list_newest_reviewers, list_reviewer_names
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.formats import shortened

_BOX = "reviewer-box"
_OFFERED = 3
_SHOWN_LETTERS = 24


def choose_reviewer(cursor: Cursor) -> str:
    """Give who reviews, in the spelling that is known; empty as long as nobody has said so."""
    if st.session_state.pop(state.REVIEWER_ASKED, False):
        st.session_state.pop(state.REVIEWER, None)
        st.query_params.pop(state.REVIEWER, None)
    given = st.query_params.get(state.REVIEWER) or st.session_state.get(state.REVIEWER) or ""
    tidy = " ".join(str(given).split())[:LONGEST_NAME]
    if not tidy:
        _ask(cursor)
        return ""
    names = list_reviewer_names(cursor)
    name = next((each for each in names if each.casefold() == tidy.casefold()), tidy)
    st.session_state[state.REVIEWER] = name
    if st.query_params.get(state.REVIEWER) != name:
        st.query_params[state.REVIEWER] = name
    st.button(
        plain(shortened(name, _SHOWN_LETTERS)),
        key="reviewer-change",
        icon=":material/person:",
        type="tertiary",
        on_click=_ask_again,
        help="Reviews are kept under this name. Press it to write another one.",
    )
    return name


def _ask(cursor: Cursor) -> None:
    for name in list_newest_reviewers(cursor, _OFFERED):
        st.button(
            plain(shortened(name, _SHOWN_LETTERS)),
            key=f"reviewer-{name}",
            icon=":material/person:",
            type="tertiary",
            on_click=_take,
            args=(name,),
            help="Has reviewed here lately.",
        )
    with (
        st.form("reviewer-form", border=False, width="content"),
        st.container(horizontal=True, vertical_alignment="center", gap="xsmall"),
    ):
        st.text_input(
            "Your name",
            key=_BOX,
            max_chars=LONGEST_NAME,
            placeholder="Your name",
            help="Reviews are kept under it.",
            label_visibility="collapsed",
            icon=":material/person:",
            width=200,
        )
        st.form_submit_button("That is me", on_click=_take_written)


def _take_written() -> None:
    _take(str(st.session_state.get(_BOX, "")))


def _take(name: str) -> None:
    st.session_state[state.REVIEWER] = name
    st.query_params.pop(state.REVIEWER, None)


def _ask_again() -> None:
    st.session_state[state.REVIEWER_ASKED] = True
