"""How does a file of another project come in, with what it is taken for shown first?"""

import tempfile
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from glan_core.corpora.background import CorpusWorker
from glan_core.errors import GlanError
from pages.shared import state
from pages.shared.corpus_layout import choose_layout, show_preview
from pages.shared.feedback import show_error

_UPLOAD, _PATH = "Upload it", "On this machine"


class _Chosen(NamedTuple):
    """A file to import."""

    path: Path
    file_name: str
    kept: object = None
    """What keeps an uploaded file on the disk."""


def show_import(worker: CorpusWorker) -> None:
    """Let a file be chosen, show how it would be read and its first rows, and take it in when told to."""
    way = st.segmented_control("The file", [_UPLOAD, _PATH], default=_UPLOAD, required=True)
    chosen = _uploaded() if way == _UPLOAD else _named()
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
        st.rerun()


def _uploaded() -> _Chosen | None:
    uploaded = st.file_uploader("A file", label_visibility="collapsed")
    if uploaded is None:
        st.session_state.pop(state.CORPUS_UPLOAD, None)
        return None
    known = st.session_state.get(state.CORPUS_UPLOAD)
    if known is None or known[0] != uploaded.file_id:
        folder = tempfile.TemporaryDirectory()  # goes with the session, or when the import has read it
        (Path(folder.name) / "file").write_bytes(uploaded.getbuffer())
        known = st.session_state[state.CORPUS_UPLOAD] = (uploaded.file_id, folder)
    return _Chosen(Path(known[1].name) / "file", uploaded.name, known[1])


def _named() -> _Chosen | None:
    typed = st.text_input("Path", placeholder="/home/me/other.jsonl", help="A file of any size, read where it is.")
    path = Path(typed.strip()).expanduser()
    return _Chosen(path, path.name) if typed.strip() else None
