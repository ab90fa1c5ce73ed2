"""Which rows can be measured only once an encoder has read them, and how is that done?"""

import streamlit as st

from glan_core.diversity import count_unread_rows
from glan_core.encoder_choice import encoder_in_use
from glan_core.store.database import Cursor
from glan_core.store.drawn_rows import Drawable, RowSet
from glan_core.store.encoders import count_unread_texts
from pages.shared.encoder_view import open_embedder, show_reading, watch_embedder
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count


def show_unread(cursor: Cursor, there: Drawable) -> None:
    """Say how many of the questions the encoder in use has not read, and offer to read them; nothing if it read all."""
    missing = there.rows - there.with_vector
    embedder = open_embedder()
    if embedder.error is not None:
        show_error(embedder.error)
    if embedder.is_running:
        watch_embedder(embedder)
    elif missing:
        encoder, content = encoder_in_use(cursor)
        unread = count_unread_texts(cursor, encoder=encoder.encoder, content=content)
        if not unread:
            st.caption(
                f"{count(missing)} of these {count(there.rows)} questions have no answer to read, and are left out."
            )
            return
        st.info(
            plain(
                f"{encoder.encoder} has not read {count(missing)} of these {count(there.rows)} questions. Only what is "
                "read can be measured."
            ),
            icon=":material/hourglass_empty:",
        )
        if encoder.kind == "endpoint":
            st.caption(plain(f"What is read is sent to {encoder.base_url}, which may charge for it."))
        with st.container(horizontal=True):
            show_reading(embedder, encoder, content, unread=unread, names=0)


def show_rows_to_read(cursor: Cursor, rows: RowSet, *, n: int, seed: int) -> None:
    """Say how many rows of a corpus are read before they are measured; nothing of pairs, or if all are read."""
    unread = count_unread_rows(cursor, rows, n=n, seed=seed)
    if unread:
        encoder, _ = encoder_in_use(cursor)
        text = f"{encoder.encoder} has not read {count(unread)} of these {count(n)} rows: it reads them first."
        if encoder.kind == "endpoint":
            text += f" They are sent to {encoder.base_url}, which may charge for it."
        st.caption(plain(text))
