"""Which own pairs cannot be held against a corpus, as the encoder has not read them, and how are they read?"""

import streamlit as st

from glan_core.encoder_choice import encoder_in_use
from glan_core.store.database import Cursor
from glan_core.store.encoders import count_unread_texts
from pages.shared.encoder_view import open_embedder, show_reading, watch_embedder
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count_of


def show_unread_pairs(cursor: Cursor) -> None:
    """Say how many own pairs are not read yet, and offer to read them; nothing if all are read."""
    embedder = open_embedder()
    if embedder.error is not None:
        show_error(embedder.error)
    if embedder.is_running:
        watch_embedder(embedder)
        return
    encoder, content = encoder_in_use(cursor)
    unread = count_unread_texts(cursor, encoder=encoder.encoder, content=content)
    if not unread:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        are = "is" if unread == 1 else "are"
        sent = f" They are sent to {encoder.base_url}, which may charge for it." if encoder.kind == "endpoint" else ""
        st.markdown(
            plain(f"{count_of(unread, 'pair')} of yours {are} not read yet, and {are} left out here.{sent}"),
            width="stretch",
        )
        show_reading(embedder, encoder, content, unread=unread, names=0)
