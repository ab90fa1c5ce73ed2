"""How does a button lead to another page, without a press ever being lost?

In a callback: what stands behind `if st.button(...)` is passed over when something else draws the page anew before the
run has come that far, as the tree does when it has loaded. The callback only notes where to go, as pages are known to
Streamlit no sooner than st.navigation has run.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared import state


def page_button(
    label: str,
    page: str,
    question: Mapping[str, str] | None = None,
    *,
    tab: tuple[str, str] | None = None,
    **looks: Any,
) -> None:
    """Offer a page of this app, with `question` in its address; `looks` are what else st.button takes.

    A `tab` (key and name) is opened where the page is the one that is shown: there Streamlit takes it from no address.
    """
    st.button(label, on_click=_note, args=(page, dict(question or {}), tab), wrap=False, **looks)


def follow() -> None:
    """Go where the button that was pressed leads; once a run of the app, before its page is drawn."""
    if state.GOING_TO in st.session_state:
        page, question = st.session_state.pop(state.GOING_TO)
        st.switch_page(page, query_params=question)


def _note(page: str, question: dict[str, str], tab: tuple[str, str] | None) -> None:
    if tab is not None:
        st.session_state[tab[0]] = tab[1]
    st.session_state[state.GOING_TO] = (page, question)
