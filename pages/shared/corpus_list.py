"""Which corpora are there, which were removed, and how does one come back?"""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from glan_core.corpora.background import CorpusWorker
from glan_core.corpora.importing import corpus_named, restore_corpus
from glan_core.errors import GlanError
from glan_core.store.corpora import Corpus
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count, count_of
from pages.shared.workspace import open_workspace

_ROW_PIXELS, _HEAD_PIXELS, _MOST_PIXELS = 32, 38, 400
_NAME_PIXELS = 640  # holds a name of 60 letters


def choose_corpus(corpora: Sequence[Corpus]) -> Corpus:
    """Let one of these be chosen, by name in the address; there is at least one."""
    by_name = {corpus.name: corpus for corpus in corpora}
    name = st.selectbox("Corpus", list(by_name), key=state.CORPUS_CHOSEN, bind="query-params", width=_NAME_PIXELS)
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
                "Corpus": column.TextColumn(width=400),
                "Rows": column.NumberColumn(format="localized", width=100),
                "Could not be used": column.NumberColumn(format="localized", width=130),
                "Imported": column.DatetimeColumn(format="distance", width=130),
            },
            alt=f"{count(len(corpora))} corpora, the newest first.",
        )


def show_change(worker: CorpusWorker, removed: Sequence[Corpus]) -> None:
    """Say once what the visitor removed or put back just now, with a way to undo the first."""
    change = st.session_state.pop(state.CORPUS_NEWS, None)
    if isinstance(change, GlanError):
        show_error(change)
        return
    if change is None:
        return
    gone = next((corpus for corpus in removed if corpus.corpus_id == change), None)
    if gone is None:
        st.success(plain(change), icon=":material/check:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(f"{plain(gone.name)} was removed.", icon=":material/delete:", width="stretch")
        _restore_button(worker, gone.corpus_id, key="corpus-undo")


def show_removed(worker: CorpusWorker, removed: Sequence[Corpus]) -> None:
    """Offer what was removed to be put back; nothing if there is none."""
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
            format_func=lambda key: f"{by_id[key].name} ({count_of(by_id[key].rows, 'row')})",
            width=_NAME_PIXELS,
        )
        _restore_button(worker, chosen, key="corpus-restore")


def _restore_button(worker: CorpusWorker, corpus_id: str, *, key: str) -> None:
    st.button("Put back", key=key, icon=":material/undo:", on_click=_restore, args=(worker, corpus_id))


def _restore(worker: CorpusWorker, corpus_id: str) -> None:
    cursor = open_workspace().cursor()
    worker.forget_news()
    try:
        corpus = restore_corpus(cursor, corpus_named(cursor, corpus_id, has_removed=True))
        st.session_state[state.CORPUS_NEWS] = f"{corpus.name} is back."
        st.session_state[state.CORPUS_CHOSEN] = corpus.name
    except GlanError as error:
        st.session_state[state.CORPUS_NEWS] = error
