"""Do keys reach the pair that is reviewed, and nothing else?

A click beside the fields gives the focus to the page as a whole. The next key would draw a frame around it: so it is
given back, as only the browser can do it. Who goes to the page by the keyboard keeps it there.
"""

import streamlit as st

_SCRIPT = """
export default function () {
  const giveBack = () => {
    const focused = document.activeElement
    if (focused && focused.id === "stMain") focused.blur()
  }
  document.addEventListener("click", giveBack)
  return () => document.removeEventListener("click", giveBack)
}
"""


def keep_frame_away() -> None:
    """Give the focus back that a click gives to the whole page."""
    st.components.v2.component("glan_review_keys", js=_SCRIPT)(key="review-keys")
