"""Which corpora are there, which were removed, and how does one come back?"""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from glan_core.corpora.importing import corpus_named, restore_corpus
from glan_core.errors import GlanError
from glan_core.store.corpora import Corpus
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count, shortened
from pages.shared.workspace import open_workspace

_ROW_PIXELS, _HEAD_PIXELS, _MOST_PIXELS = 32, 38, 400


def choose_corpus(corpora: Sequence[Corpus]) -> Corpus:
    """Let one of these be chosen, by name in the address; there is at least one."""
    by_name = {corpus.name: corpus for corpus in corpora}
    name = st.selectbox("Corpus", list(by_name), key=state.CORPUS_CHOSEN, bind="query-params", width=520)
    return by_name.get(name, corpora[0])


def show_every_corpus(corpora: Sequence[Corpus]) -> None:
    """List all corpora, where there are several."""
    if len(corpora) < 2:
        return
    with st.expander(f"All {count(len(corpora))} corpora", icon=":material/list:"):
        column = st.column_config
        st.dataframe(
            pd.DataFrame(
                {
                    "Corpus": [corpus.name for corpus in corpora],
                    "Rows": [corpus.rows for corpus in corpora],
                    "Could not be used": [corpus.bad_lines for corpus in corpora],
                    "Imported": [corpus.imported_at for corpus in corpora],
                    "File": [corpus.file_name for corpus in corpora],
                }
            ),
            hide_index=True,
            row_height=_ROW_PIXELS,
            height=min(_HEAD_PIXELS + _ROW_PIXELS * len(corpora), _MOST_PIXELS),
            column_config={
                "Corpus": column.TextColumn(width=280),
                "Rows": column.NumberColumn(format="localized", width=100),
                "Could not be used": column.NumberColumn(format="localized", width=130),
                "Imported": column.DatetimeColumn(format="distance", width=130),
            },
            alt=f"{count(len(corpora))} corpora, the newest first.",
        )


def show_removed(removed: Sequence[Corpus]) -> None:
    """Offer what was removed to be put back; nothing if there is none."""
    if trouble := st.session_state.pop(state.CORPUS_NEWS, None):
        if isinstance(trouble, GlanError):
            show_error(trouble)
        else:
            st.success(plain(str(trouble)), icon=":material/check:")
    if not removed:
        return
    with (
        st.expander(f"Removed: {count(len(removed))}", icon=":material/delete:"),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        by_id = {corpus.corpus_id: corpus for corpus in removed}
        chosen = st.selectbox(
            "Removed corpus",
            list(by_id),
            format_func=lambda key: f"{shortened(by_id[key].name, 60)} ({count(by_id[key].rows)} rows)",
            width=420,
        )
        st.button("Put back", key="corpus-restore", icon=":material/undo:", on_click=_restore, args=(chosen,))


def _restore(corpus_id: str) -> None:
    cursor = open_workspace().cursor()
    try:
        corpus = restore_corpus(cursor, corpus_named(cursor, corpus_id, has_removed=True))
        st.session_state[state.CORPUS_NEWS] = f"{corpus.name} is back."
    except GlanError as error:
        st.session_state[state.CORPUS_NEWS] = error
