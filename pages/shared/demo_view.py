"""How does a page say that there are demo pairs, and how are they taken out?"""

import streamlit as st

from glan_core.demo import DEMO_FOLDER, put_back_demo, remove_demo
from glan_core.errors import GlanError
from glan_core.store.demo_pairs import DemoStanding
from pages.shared.feedback import show_error
from pages.shared.formats import count
from pages.shared.workspace import Workspace


def show_demo(workspace: Workspace, standing: DemoStanding | None) -> None:
    """Say what the demo pairs are, with a button that takes them out or puts them back."""
    is_there = standing is not None and not standing.is_removed
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        if standing is not None and is_there:
            st.markdown(
                f":material/science:&ensp;**Demo corpus: {count(standing.pairs)} pairs** to try the pages with, by "
                "the built-in model of 135 million parameters. Many are wrong; exports leave them out.",
                width="stretch",
            )
        else:
            st.markdown(
                ":material/science:&ensp;The **demo corpus** is not here: pairs by the built-in model, "
                "to try the pages with.",
                width="stretch",
            )
        if st.button(
            "Remove it" if is_there else "Put it in",
            help="Takes the demo pairs out of every page. They can be put back." if is_there else None,
            wrap=False,
        ):
            _change(workspace, is_there=is_there)


def _change(workspace: Workspace, *, is_there: bool) -> None:
    cursor = workspace.database.cursor()
    try:
        with workspace.database.writing:
            if is_there:
                remove_demo(cursor)
            else:
                put_back_demo(cursor, DEMO_FOLDER)
    except GlanError as error:
        show_error(error)
        return
    st.rerun()
