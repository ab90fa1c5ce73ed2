"""Which pairs of the filter mean what a text says, nearest first?

The text stands in the address (?means=...), so that it can be handed on. It is read by the encoder of the map, in the
background; the pairs that this has read are compared with it.
"""

from typing import NamedTuple

import numpy as np
import streamlit as st

from glan_core.encoder_choice import encoder_in_use
from glan_core.entities import Filter
from glan_core.errors import GlanError
from glan_core.store.concept_vectors import count_unread_pairs, meanings_stamp
from glan_core.store.database import Cursor
from glan_core.store.samples import list_numbers_of_pairs
from pages.shared.encoder_view import open_embedder, show_reading, watch_embedder
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count
from pages.shared.map_search import MOST_CHARACTERS, show_search_error, watch_search
from pages.shared.workspace import Workspace

NAME = "means"
MOST_HITS = 200
_KEY = "samples-means"


class Meant(NamedTuple):
    """Pairs in the order of their nearness."""

    numbers: np.ndarray
    """int64 of shape (n,), as the store numbers samples."""
    cosines: np.ndarray
    """float64 of shape (n,): of the vectors of text and pair, 1 for the same text."""


def text_of_address() -> str:
    """Give the text that pairs are to mean; empty where none is looked for."""
    return " ".join(st.query_params.get(NAME, "")[:MOST_CHARACTERS].split())


def show_meaning_field() -> None:
    """Offer the field for what pairs are to mean."""

    def write() -> None:
        text = " ".join(str(st.session_state[_KEY] or "").split())
        if text:
            st.query_params[NAME] = text
        else:
            st.query_params.pop(NAME, None)

    st.session_state[_KEY] = text_of_address()
    st.text_input(
        "Meaning",
        key=_KEY,
        on_change=write,
        placeholder="Search by meaning",
        icon=":material/search:",
        max_chars=MOST_CHARACTERS,
        label_visibility="collapsed",
        width=230,
    )


def find_meant(workspace: Workspace, cursor: Cursor, filter_: Filter, text: str) -> Meant | None:
    """Give the pairs of a filter nearest to a text; None as long as it is not read. Raises GlanError."""
    chosen = encoder_in_use(cursor)
    hits = workspace.searcher.by_meaning(
        cursor, text, encoder=chosen.encoder.encoder, content=chosen.content, filter_=filter_, limit=MOST_HITS
    )
    if hits is None:
        return None
    numbers = list_numbers_of_pairs(cursor, [hit.instruction_id for hit in hits])
    there = [place for place, number in enumerate(numbers) if number is not None]
    return Meant(
        np.array([numbers[place] for place in there], np.int64), np.array([hits[place].score for place in there])
    )


def meant_or_word(workspace: Workspace, cursor: Cursor, filter_: Filter, text: str) -> Meant | None:
    """Give the pairs nearest to a text; else say what is waited for, or what went wrong, and give None."""
    chosen = encoder_in_use(cursor)
    reading = {"encoder": chosen.encoder.encoder, "content": chosen.content}
    try:
        meant = find_meant(workspace, cursor, filter_, text)
    except GlanError as error:
        show_error(error)
        return None
    if meant is not None:
        return meant
    if not show_search_error(workspace, text, **reading):
        watch_search(workspace, text, **reading)
    return None


def show_unread(cursor: Cursor) -> None:
    """Say how many pairs the encoder has not read, which no search finds, and offer to read them."""
    chosen = encoder_in_use(cursor)
    embedder = open_embedder()
    if embedder.error is not None:
        show_error(embedder.error)
    if embedder.is_running:
        watch_embedder(embedder)
        return
    stamp = meanings_stamp(cursor, encoder=chosen.encoder.encoder, content=chosen.content)
    unread = _count_unread(cursor, chosen.encoder.encoder, chosen.content, stamp)
    if not unread:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        words = "1 pair is" if unread == 1 else f"{count(unread)} pairs are"
        sent = f" They are sent to {chosen.encoder.base_url}, which may charge." if chosen.encoder.base_url else ""
        st.markdown(plain(f"{words} not read yet, and found by words alone.{sent}"), width="stretch")
        show_reading(embedder, chosen.encoder, chosen.content, unread=unread, names=0)


@st.cache_data(max_entries=8, show_spinner=False)
def _count_unread(_cursor: Cursor, encoder: str, content: str, stamp: str) -> int:
    """Count once for each stamp."""
    del stamp
    return count_unread_pairs(_cursor, encoder=encoder, content=content)
