"""What can be done with all pairs of a filter?"""

from datetime import UTC, datetime

import streamlit as st

from glan_core.errors import GlanError
from glan_core.store.database import Cursor
from glan_core.store.saved_views import new_view, save_view
from glan_core.store.tags import LONGEST_TAG, checked_tag, count_tags, put_on, take_off
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.filter_bar import Asked, clear_filter
from pages.shared.filter_views import go_with
from pages.shared.formats import count
from pages.shared.workspace import Workspace

_LONGEST_NAME = 80
_GOING = {
    "Map": ("pages/explore/map.py", ":material/bubble_chart:"),
    "Review": ("pages/curate/review.py", ":material/rate_review:"),
    "Export": ("pages/curate/export.py", ":material/ios_share:"),
}


def show_actions(workspace: Workspace, cursor: Cursor, asked: Asked, *, pairs: int) -> None:
    """Offer the map, an export, a tag and a saved view of the pairs of a filter."""
    if news := st.session_state.pop(state.SAMPLES_NEWS, ""):
        st.toast(news, icon=":material/check:")
    for label, (page, icon) in _GOING.items():
        st.button(
            label,
            key=f"samples-to-{label}",
            on_click=go_with,
            args=(workspace, asked.filter_, page),
            kwargs={"source": "Samples"},
            icon=icon,
            type="tertiary",
            disabled=not pairs,
            help=f"{label} with these pairs.",
        )
    with st.popover("Tag", icon=":material/label:", type="tertiary", disabled=not pairs, width="content"):
        _show_tag(workspace, cursor, asked, pairs)
    with st.popover("Save view", icon=":material/bookmark_add:", type="tertiary", width="content"):
        _show_saving(workspace, asked)


def _show_tag(workspace: Workspace, cursor: Cursor, asked: Asked, pairs: int) -> None:
    with st.form("samples-tag", border=False):
        tag = st.selectbox(
            "Tag",
            [str(tag) for tag in count_tags(cursor)["tag"]],
            index=None,
            accept_new_options=True,
            placeholder="Choose or write one",
            key=state.SAMPLES_TAG,
            help=f"A word of yours, at most {LONGEST_TAG} letters. The filter and the export know it.",
        )
        with st.container(horizontal=True, gap="small"):
            puts_on = st.form_submit_button(f"Put on {count(pairs)}", type="primary")
            takes_off = st.form_submit_button("Take off")
    if puts_on or takes_off:
        try:
            tag = checked_tag(tag or "")
        except GlanError as error:
            show_error(error)
            return
        change = put_on if puts_on else take_off
        with workspace.database.writing:
            changed = change(cursor, asked.filter_, tag, tagged_at=datetime.now(UTC))
        words = "1 pair" if changed == 1 else f"{count(changed)} pairs"
        st.session_state[state.SAMPLES_NEWS] = plain(f"{tag}: {'put on' if puts_on else 'taken off'} {words}.")
        st.rerun()


def _show_saving(workspace: Workspace, asked: Asked) -> None:
    with st.form("samples-view", border=False, clear_on_submit=True):
        name = st.text_input(
            "Name", max_chars=_LONGEST_NAME, placeholder="A name for it", help="Its address opens these pairs anywhere."
        )
        if st.form_submit_button("Save view", type="primary"):
            name = " ".join(name.split())
            if not name:
                st.caption("Give it a name first.")
                return
            view = new_view(name, asked.filter_, {}, datetime.now(UTC))
            with workspace.database.writing:
                save_view(workspace.cursor(), view)
            clear_filter()
            st.query_params["view"] = view.saved_view_id
            st.session_state[state.SAMPLES_NEWS] = plain(f"Saved. The address of this page now opens {name}.")
            st.rerun()
