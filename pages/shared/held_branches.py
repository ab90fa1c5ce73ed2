"""Which branches of the scope do reviewers hold, and are they left out of a run?"""

from collections.abc import Sequence

import streamlit as st

from glan_core.planning.held_branches import held_in_scope, held_sentence
from glan_core.store.database import Cursor
from pages.shared.feedback import plain


def choose_held(cursor: Cursor, scope: Sequence[str]) -> tuple[str, ...]:
    """Say what a run leaves out, let it be taken in, and give the ids of the disciplines that are left out."""
    held = held_in_scope(cursor, scope)
    if not held:
        return ()
    if st.toggle("Leave out what reviewers hold", True, key="leaves-out-held"):
        st.caption(plain(held_sentence(cursor, held)))
        return held
    return ()
