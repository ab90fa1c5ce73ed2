"""Why is there no plan for what was chosen, and what helps?"""

import streamlit as st

from glan_core.errors import GlanError, NoTargetError
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.page_button import page_button

_TAXONOMY = "pages/curriculum/taxonomy.py"


def show_no_plan(error: GlanError, *, grows: bool) -> None:
    """Say why nothing can be planned, with the button that helps where there is one; `grows` is as it is chosen."""
    if isinstance(error, NoTargetError):
        st.info(
            f"{plain(error.message)}  \nGive nodes a target on the Taxonomy page, or choose *A number for each node*.",
            icon=":material/flag:",
        )
        page_button("Set targets", _TAXONOMY, key="set-targets", icon=":material/account_tree:")
        return
    show_error(error)
    if not grows and "grow first" in error.hint:
        st.button("Grow what is missing first", icon=":material/psychiatry:", on_click=_switch_growing_on)


def _switch_growing_on() -> None:
    """Turn the switch, as the visitor could."""
    st.session_state[state.GROWS] = True
