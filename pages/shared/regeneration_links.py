"""Which rejected pair was this one written for, and which ones were written for it?"""

import streamlit as st

from glan_core.store.database import Cursor
from glan_core.store.regenerations import find_rejected_ids, list_regenerated_ids
from pages.shared.page_button import page_button

_MOST = 5


def show_regenerations(cursor: Cursor, instruction_id: str, *, page: str, name: str) -> None:
    """Offer the pairs that this one has to do with on a page that takes one as `name` in its address."""
    rejected = find_rejected_ids(cursor, [instruction_id]).get(instruction_id)
    new = list_regenerated_ids(cursor, [instruction_id])
    links = [("In place of a rejected pair", rejected)] if rejected else []
    links += [("Written anew" if len(new) == 1 else f"Written anew, {at}", each) for at, each in enumerate(new, 1)]
    if not links:
        return
    with st.container(horizontal=True, gap="xsmall"):
        for label, each in links[: _MOST + 1]:
            page_button(
                label, page, {name: each}, key=f"anew-{name}-{each}", type="tertiary", icon=":material/edit_note:"
            )
