"""How does a button lead to another page, without a press ever being lost?

In a callback: what stands behind `if st.button(...)` is passed over when something else draws the page anew before the
run has come that far, as the tree does when it has loaded. The callback only notes where to go, as pages are known to
Streamlit no sooner than st.navigation has run.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared import state


def page_button(label: str, page: str, question: Mapping[str, str] | None = None, **looks: Any) -> None:
    """Offer a page of this app, with `question` in its address; `looks` are what else st.button takes."""
    st.button(label, on_click=_note, args=(page, dict(question or {})), wrap=False, **looks)


def follow() -> None:
    """Go where the button that was pressed leads; once a run of the app, before its page is drawn."""
    if state.GOING_TO in st.session_state:
        page, question = st.session_state.pop(state.GOING_TO)
        for name, value in question.items():
            if isinstance(st.session_state.get(name), str):
                st.session_state[name] = value  # a tab of the same page would stay as it is, whatever the address says
        st.switch_page(page, query_params=question)


def _note(page: str, question: dict[str, str]) -> None:
    st.session_state[state.GOING_TO] = (page, question)
