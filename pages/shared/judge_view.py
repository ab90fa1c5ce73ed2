"""What do judges say of the pairs? A tab of the Quality page."""

import streamlit as st

from glan_core.store.judgements import count_judgements
from pages.shared.formats import count
from pages.shared.workspace import Workspace


def show_judge(workspace: Workspace) -> None:
    """Say how many judgements there are, or that there is none."""
    judgements = count_judgements(workspace.cursor())
    if not judgements:
        st.info("No pair was judged yet.", icon=":material/gavel:")
        return
    st.metric("Judgements", count(judgements))
