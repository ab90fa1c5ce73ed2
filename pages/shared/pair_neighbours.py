"""Which pairs mean nearly the same as one?"""

import streamlit as st

from glan_core.entities import Filter
from glan_core.errors import GlanError
from glan_core.store.database import Cursor
from glan_core.store.pairs import list_pairs
from glan_core.store.projections import find_newest_projection
from pages.shared.feedback import plain
from pages.shared.formats import shortened
from pages.shared.workspace import open_workspace

_NEIGHBOURS = 6
_LONGEST_TEXT = 140


def show_neighbours(cursor: Cursor, instruction_id: str) -> None:
    """List the nearest pairs with their cosines; a press opens one."""
    st.subheader("Nearest pairs", anchor=False)
    projection = find_newest_projection(cursor)
    if projection is None:
        st.caption("They are known once the pairs are on the map.")
        return
    try:
        with st.spinner("Comparing vectors", show_time=True):
            hits = open_workspace().searcher.next_to(
                cursor,
                instruction_id,
                encoder=projection.encoder,
                content=projection.content,
                limit=_NEIGHBOURS,
            )
    except GlanError as error:
        st.caption(plain(f"{error.message} They are known once it is on the map."))
        return
    rows = list_pairs(cursor, Filter(instruction_ids=tuple(hit.instruction_id for hit in hits)), limit=100)
    rows = rows.drop_duplicates("instruction_id").set_index("instruction_id")
    shown = [hit for hit in hits if hit.instruction_id in rows.index]
    if not shown:
        st.caption("There is no other pair.")
        return
    with st.container(gap=None):
        for hit in shown:
            row = rows.loc[hit.instruction_id]
            with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
                st.badge(f"{hit.score:.2f}", color="gray", help="Cosine of the two vectors: 1 for the same text.")
                st.button(
                    plain(shortened(" ".join(str(row.instruction).split()), _LONGEST_TEXT)),
                    key=f"near-{hit.instruction_id}",
                    on_click=_open,
                    args=(hit.instruction_id,),
                    type="tertiary",
                    help=plain(f"{row.discipline} › {row.subject}"),
                    wrap=False,
                )


def _open(instruction_id: str) -> None:
    st.query_params["pair"] = instruction_id
