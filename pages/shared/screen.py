"""Is the visitor's window narrow?

The browser says so, as Python cannot know: a few lines of script that draw nothing. Only a narrow window is told of, so
that a wide one costs no second run of the page.
"""

import streamlit as st

from pages.shared import state

_SCRIPT = """
export default function ({ data, setStateValue }) {
  const isNarrow = window.innerWidth < 640
  if (isNarrow !== data.isNarrow) setStateValue("isNarrow", isNarrow)
}
"""


def is_narrow() -> bool:
    """Give whether the window is about that of a phone; False until the browser has said so."""
    return bool(st.session_state.get(state.SCREEN, {}).get("isNarrow", False))


def ask_screen() -> None:
    """Ask the browser; at the end of a page, as the answer may draw it anew."""
    ask = st.components.v2.component("glan_screen", js=_SCRIPT)
    ask(key=state.SCREEN, data={"isNarrow": is_narrow()}, on_isNarrow_change=_hear)


def _hear() -> None:
    """Nothing is left to do: the answer stands in the session."""
