"""Which pairs were looked for on the map, and which lie nearest to one of them?

A text is read by the encoder in a process of its own, while the map stays where it is.
"""

from typing import NamedTuple

import pandas as pd
import streamlit as st

from glan_core.entities import Filter
from glan_core.errors import GlanError
from glan_core.searching import Hit, search_by_text
from glan_core.store.database import Cursor
from glan_core.store.pairs import list_pairs
from glan_core.store.projections import Projection
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count, shortened
from pages.shared.workspace import Workspace

MOST_HITS = 50
MOST_CHARACTERS = 300
"""Of what is searched for: an encoder reads no more of it anyway."""
MOST_NEIGHBOURS = 12
_WAYS = {"meaning": "Meaning", "words": "Words"}


class Found(NamedTuple):
    """What a search has brought."""

    label: str
    """A word or two and the number of rows."""
    sentence: str
    rows: pd.DataFrame
    """The columns of list_pairs in the order of the search; `score` is the cosine, 1 for the same text, or missing."""

    @property
    def instruction_ids(self) -> list[str]:
        """Give the ids in the order of the search."""
        return [] if self.rows.empty else [str(key) for key in self.rows["instruction_id"]]


def show_search() -> None:
    """Offer the search field, and whether it looks for meaning or words."""
    st.text_input(
        "Search",
        placeholder="Search the map",
        key=state.MAP_SEARCH,
        label_visibility="collapsed",
        icon=":material/search:",
        max_chars=MOST_CHARACTERS,
        on_change=_list_found,
        width=152,
        persist_state="session",
    )
    st.segmented_control(
        "Search by",
        list(_WAYS),
        default="meaning",
        required=True,
        format_func=lambda way: _WAYS[way],
        key=state.MAP_SEARCH_BY,
        label_visibility="collapsed",
        on_change=_list_found,
        persist_state="session",
    )


def find(workspace: Workspace, cursor: Cursor, projection: Projection, filter_: Filter) -> Found | None:
    """Give the neighbours of the pair that was picked, or the pairs that were searched for; None where nothing is."""
    text = str(st.session_state.get(state.MAP_SEARCH, "")).strip()
    near: tuple[str, str] | None = st.session_state.get(state.MAP_NEAR)
    reading = {"encoder": projection.encoder, "content": projection.content}
    try:
        if near is not None:
            with st.spinner("Comparing vectors", show_time=True):
                nearest = workspace.searcher.next_to(cursor, near[0], **reading, filter_=filter_, limit=MOST_NEIGHBOURS)
            return _found(cursor, nearest, "Nearest", f"The nearest in meaning to: {plain(shortened(near[1], 90))}")
        if not text:
            return None
        if st.session_state.get(state.MAP_SEARCH_BY) == "words":
            hits = search_by_text(cursor, text, filter_=filter_, limit=MOST_HITS)
            return _found(
                cursor, hits, "Found", f"With all of the words: {plain(shortened(text, 90))}", has_score=False
            )
        meant = workspace.searcher.by_meaning(cursor, text, **reading, filter_=filter_, limit=MOST_HITS)
        if meant is not None:
            return _found(cursor, meant, "Nearest", f"The nearest in meaning to: {plain(shortened(text, 90))}")
        if show_search_error(workspace, text, **reading):
            return None
    except GlanError as error:
        show_error(error)
        return None
    watch_search(workspace, text, **reading)
    return None


def show_search_error(workspace: Workspace, text: str, *, encoder: str, content: str) -> bool:
    """Say why a text could not be searched for by meaning, if so, and offer to try again; say whether it was so."""
    error = workspace.searcher.error(text, encoder=encoder, content=content)
    if error is None:
        return False
    show_error(error)
    st.button("Try again", on_click=workspace.searcher.try_again, icon=":material/refresh:", key="search-again")
    return True


def watch_search(workspace: Workspace, text: str, *, encoder: str, content: str) -> None:
    """Draw the page anew as soon as the text was read; the first one of a server waits for the encoder."""

    @st.fragment(run_every=0.5)
    def watch() -> None:
        searcher = workspace.searcher
        reading = {"encoder": encoder, "content": content}
        if searcher.is_ready(text, **reading) or searcher.error(text, **reading):
            st.rerun()
        st.caption(":material/hourglass_top: Reading what that means. The first time takes some seconds.")

    watch()


def show_nearest_of(instruction_id: str, instruction: str) -> None:
    """Offer the nearest pairs of one."""
    st.button("Nearest pairs", on_click=_look_near, args=((instruction_id, instruction),), icon=":material/hub:")


def forget_search() -> None:
    """Look for nothing any more."""
    st.session_state[state.MAP_SEARCH] = ""
    _list_found()


def _look_near(near: tuple[str, str]) -> None:
    _list_found()
    st.session_state[state.MAP_NEAR] = near


def _list_found() -> None:
    """List what is looked for from now on, and no neighbours any more."""
    for key in (state.MAP_LIST, state.MAP_NEAR):
        st.session_state.pop(key, None)


def _found(cursor: Cursor, hits: tuple[Hit, ...], word: str, sentence: str, *, has_score: bool = True) -> Found:
    if not hits:
        return Found(f"{word} 0", f"{sentence}. No pair of this filter.", pd.DataFrame())
    ids = [hit.instruction_id for hit in hits]
    rows = list_pairs(cursor, Filter(instruction_ids=tuple(ids)), limit=10 * len(ids))
    rows = rows.drop_duplicates("instruction_id").set_index("instruction_id").reindex(ids).reset_index()
    if has_score:
        rows["score"] = [hit.score for hit in hits]
    number = f"The first {count(len(ids))}" if len(ids) == MOST_HITS else count(len(ids))
    return Found(f"{word} {count(len(ids))}", f"{sentence}. {number}, ringed on the map.", rows)
