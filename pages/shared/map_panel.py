"""What lies in the selection, and what can be done with it?"""

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from glan_core.errors import GlanError
from glan_core.store.database import Cursor
from glan_core.store.map_table import MapTable
from glan_core.store.tags import checked_tag, count_tags, put_on, take_off
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.filter_views import go_with
from pages.shared.formats import count
from pages.shared.map_counts import count_of, selection_of, terms_of
from pages.shared.map_look import Look, change_look, select, show_whole, window_of_outline, zoom_in, zoom_out
from pages.shared.page_button import page_button
from pages.shared.workspace import Workspace

BRANCHES = {"field": "Field", "sub_field": "Sub-field", "discipline": "Discipline", "subject": "Subject"}
EXPORT, REVIEW = "pages/curate/export.py", "pages/curate/review.py"
_GROUPS = 8
_MOST_PLACES = 200
"""An address cannot name more of them."""


def show_panel(workspace: Workspace, cursor: Cursor, map_: MapTable, look: Look, *, beside: str = "") -> None:
    """Count what is selected, or in view, and offer what can be done with it.

    `beside` is a sentence, as Markdown, of what else lies there.
    """
    chosen = look.spoken_of()
    pairs = count_of(cursor, map_, chosen, window=None)
    word = "selected" if look.outline else "in view" if look.windows else "pairs" if pairs != 1 else "pair"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"{count(pairs)} {word}", anchor=False, width="stretch")
        if look.outline:
            st.button("Clear", on_click=select, args=(look, ()), type="tertiary", icon=":material/close:")
    if beside:
        st.caption(beside)
    _show_zoom(look, pairs)
    if not pairs:
        if look.outline:
            st.caption("No pair lies inside the outline. Draw another, or press Clear.")
        return
    tools = st.container(horizontal=True, gap="xsmall") if look.outline or look.windows else None
    by = st.selectbox(
        "Count by",
        list(BRANCHES),
        index=2,
        format_func=lambda branch: BRANCHES[branch],
        key=state.MAP_BRANCH,
        label_visibility="collapsed",
        persist_state="session",
    )
    selection = selection_of(cursor, map_, chosen, by=by, limit=_MOST_PLACES)
    largest = selection.groups.head(_GROUPS)
    st.dataframe(
        largest,
        hide_index=True,
        row_height=30,
        column_order=["name", "pairs"],
        column_config={
            "name": st.column_config.TextColumn(BRANCHES[by], width=170),
            "pairs": st.column_config.ProgressColumn(
                "Pairs", width=110, format="localized", min_value=0, max_value=int(largest["pairs"].max())
            ),
        },
        alt=f"The largest branches of the selection by {BRANCHES[by].lower()}.",
    )
    if selection.number_of_groups > len(largest):
        sizes = largest["pairs"]
        st.caption(
            f"{len(sizes)} of {count(selection.number_of_groups)}, none of which has more pairs."
            if sizes.nunique() == 1
            else f"The {len(sizes)} largest of {count(selection.number_of_groups)}."
        )
    if tools:
        _show_terms(cursor, map_, look)
        with tools:
            _show_actions(
                workspace,
                cursor,
                look,
                pairs,
                by=by,
                keys=[str(key) for key in selection.groups["key"]],
                among=selection.number_of_groups,
            )


def _show_zoom(look: Look, pairs: int) -> None:
    if not (look.outline or look.windows):
        return
    with st.container(horizontal=True, gap="xsmall"):
        if look.outline:
            is_there = look.window == window_of_outline(look)
            st.button(
                "Zoom in", on_click=zoom_in, args=(look,), icon=":material/zoom_in:", disabled=not pairs or is_there
            )
        if look.windows:
            st.button("Back", on_click=zoom_out, args=(look,))
            st.button("Whole map", on_click=show_whole, args=(look,))
    if look.outline:
        st.toggle(
            "Hide all others",
            value=look.hides_others,
            key=f"map-hide-{look.hides_others}",
            on_change=lambda: change_look(look, hides_others=not look.hides_others),
            help="Draws the pairs inside the outline alone, also after zooming.",
        )


def _show_terms(cursor: Cursor, map_: MapTable, look: Look) -> None:
    found = terms_of(cursor, map_, look.spoken_of())
    if found.terms.empty:
        return
    read = "" if found.read == found.total else f" Read from {count(found.read)} of {count(found.total)} questions."
    st.caption("Words that are more frequent here than elsewhere", help=f"Share of questions with the word.{read}")
    with st.container(horizontal=True, gap="xsmall"):
        for term in found.terms.itertuples():
            st.badge(
                plain(str(term.term)), color="gray", help=f"{term.share:.0%} here, {term.overall_share:.0%} overall"
            )


def _show_actions(
    workspace: Workspace, cursor: Cursor, look: Look, pairs: int, *, by: str, keys: list[str], among: int
) -> None:
    page_button(
        "Generate here",
        "pages/generate/new_run.py",
        {"scope": ",".join(keys)},
        icon=":material/play_circle:",
        help=f"A new run below each {BRANCHES[by].lower()} with pairs in the selection: {_places(len(keys), among)}.",
    )
    st.button("Export", on_click=go_with, args=(workspace, look.spoken_of(), EXPORT), kwargs={"source": "the map"})
    st.button(
        "Review",
        on_click=go_with,
        args=(workspace, look.spoken_of(), REVIEW),
        kwargs={"source": "the map"},
        help="Go through these pairs one by one.",
    )
    with st.popover("Tag", on_change="rerun", width="content") as opened:
        if opened.open:
            _show_tagging(workspace, cursor, look, pairs)


def _places(named: int, among: int) -> str:
    """Say how many places a new run would draw from."""
    return f"{count(named)} in all" if named == among else f"the {count(named)} largest of {count(among)}"


def _show_tagging(workspace: Workspace, cursor: Cursor, look: Look, pairs: int) -> None:
    known = [str(tag) for tag in count_tags(cursor)["tag"]]
    with st.form("map-tag", border=False):
        text = st.selectbox(
            f"A tag for {count(pairs)} pairs" if pairs != 1 else "A tag for this pair",
            known,
            index=None,
            accept_new_options=True,
            placeholder="Choose or type one",
            key=state.MAP_TAG,
        )
        with st.container(horizontal=True, gap="xsmall"):
            puts_on = st.form_submit_button("Put on", type="primary")
            takes_off = st.form_submit_button("Take off")
    if not (puts_on or takes_off):
        return
    try:
        tag = checked_tag(text or "")
    except GlanError as error:
        show_error(error)
        return
    change: Callable[..., int] = put_on if puts_on else take_off
    with workspace.database.writing:
        changed = change(cursor, look.spoken_of(), tag, tagged_at=datetime.now(UTC))
    done = "Put on" if puts_on else "Taken off"
    st.session_state[state.MAP_NEWS] = f"{done} {count(changed)} {'pair' if changed == 1 else 'pairs'}: {plain(tag)}."
    st.rerun()
