"""How does a file of another project come in, with what it is taken for shown first?"""

from pathlib import Path

import streamlit as st

from glan_core.corpora.background import CorpusWorker
from glan_core.errors import GlanError
from pages.shared import state
from pages.shared.corpus_layout import choose_layout, show_preview
from pages.shared.corpus_working import WAITS
from pages.shared.feedback import show_error
from pages.shared.file_choice import choose_file, forget_file

_FIELDS = "corpus"


def show_import(worker: CorpusWorker) -> None:
    """Let a file be chosen, show how it would be read and its first rows, and take it in when told to."""
    chosen = choose_file(_FIELDS, placeholder="/home/me/other.jsonl", help_="A file of any size, read where it is.")
    if chosen is None:
        st.caption("JSON Lines, JSON, CSV or Parquet. Nothing is written before you have seen how it is read.")
        return
    try:
        layout = choose_layout(chosen.path)
        if layout is None:
            return
        show_preview(chosen.path, layout)
    except GlanError as error:
        show_error(error)
        return
    name = st.text_input("Name", value=Path(chosen.file_name).stem[:60], max_chars=60)
    if st.button("Import", type="primary", icon=":material/download:", disabled=worker.is_running):
        worker.take_in(chosen.path, layout, name=name, file_name=chosen.file_name, kept=chosen.kept)
        st.session_state[state.CORPUS_COMING] = True
        st.rerun()
    if worker.is_running:
        st.caption(WAITS)


def leave_what_came(worker: CorpusWorker) -> None:
    """Choose what this visitor has imported and empty the fields; after an error they stay, to be tried again."""
    if worker.is_running or not st.session_state.pop(state.CORPUS_COMING, False) or worker.error is not None:
        return
    forget_file(_FIELDS)
    if worker.taken_in is not None:
        st.session_state[state.CORPUS_CHOSEN] = worker.taken_in.name
