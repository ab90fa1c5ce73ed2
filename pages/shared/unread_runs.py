"""Which runs could not be taken in, so that nobody takes what a page shows for all there is?"""

import streamlit as st

from pages.shared.feedback import plain
from pages.shared.workspace import Workspace


def show_unread_runs(workspace: Workspace) -> None:
    """Say why what a run made elsewhere is not here, or not all of it, and what to do; nothing if all of it is."""
    sentences = workspace.background.unreadable
    if sentences:
        reasons = "  \n".join(plain(sentence) for sentence in sentences)
        st.warning(f"Not all that runs made is here.  \n{reasons}", icon=":material/info:")
