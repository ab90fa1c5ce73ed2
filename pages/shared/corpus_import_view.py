"""How does a file of another project come in, with what it is taken for shown first?"""

import tempfile
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from glan_core.corpora.background import CorpusWorker
from glan_core.corpora.importing import preview_corpus
from glan_core.corpus_files import Layout, find_layout
from glan_core.errors import GlanError
from pages.shared import state
from pages.shared.feedback import as_code, show_error
from pages.shared.formats import count, shortened
from pages.shared.keys import find_key
from pages.shared.workspace import open_workspace

_UPLOAD, _PATH = "Upload it", "On this machine"
_FORMAT_WORDS = {
    "alpaca": "Alpaca",
    "sharegpt": "ShareGPT conversations",
    "chat": "OpenAI chat",
    "columns": "Two columns",
}
_CONTAINER_WORDS = {"json_lines": "JSON Lines", "json": "JSON", "csv": "CSV", "parquet": "Parquet"}
_PART_WORDS = {
    "instruction": "the instruction is",
    "input": "what is given with it is",
    "answer": "the answer is",
    "conversation": "the conversation is",
}
_LETTERS = 400
_BAD_LINES = 10


class _Chosen(NamedTuple):
    """A file to import."""

    path: Path
    file_name: str
    kept: object = None
    """What keeps an uploaded file on the disk."""


@st.cache_resource(show_spinner=False)
def open_corpus_worker() -> CorpusWorker:
    """Give the one that imports and places in the background, the same for all visitors of this server."""
    workspace = open_workspace()
    return CorpusWorker(workspace.database, workspace.worker.compute, find_key=find_key)


def show_import(worker: CorpusWorker) -> None:
    """Let a file be chosen, show how it would be read and its first rows, and take it in when told to."""
    way = st.segmented_control("The file", [_UPLOAD, _PATH], default=_UPLOAD, required=True)
    chosen = _uploaded() if way == _UPLOAD else _named()
    if chosen is None:
        st.caption("JSON Lines, JSON, CSV or Parquet. Nothing is written before you have seen how it is read.")
        return
    try:
        layout = _layout(chosen.path)
        if layout is None:
            return
        _show_preview(chosen.path, layout)
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


def _layout(path: Path) -> Layout | None:
    """Give how the file is read: as its first rows say, or by the columns that are chosen here."""
    trouble: GlanError | None = None
    layout: Layout | None = None
    try:
        layout = find_layout(path)
    except GlanError as error:
        trouble = error
    with st.expander("Choose the columns", icon=":material/view_column:", expanded=layout is None):
        asked = st.text_input("Column of the instruction", key="corpus-instruction")
        answered = st.text_input("Column of the answer", key="corpus-answer")
        if layout is not None:
            st.caption("It has: " + ", ".join(as_code(column) for column in layout.file_columns[:20]))
    if asked and answered:
        return find_layout(path, instruction_column=asked, answer_column=answered)
    if trouble is not None:
        show_error(trouble)
    return layout


def _show_preview(path: Path, layout: Layout) -> None:
    parts = "; ".join(f"{_PART_WORDS[part]} {as_code(column)}" for part, column in layout.columns.items())
    st.markdown(f"**{_FORMAT_WORDS[layout.format_]}** in {_CONTAINER_WORDS[layout.container]}: {parts}.")
    preview = preview_corpus(path, layout, rows=3)
    for row in preview.rows:
        with st.container(border=True, gap="small"):
            st.caption(f"Row {count(row.number)}")
            st.text(shortened(row.instruction, _LETTERS))
            st.text(shortened(row.answer, _LETTERS))
    for line in preview.bad_lines[:_BAD_LINES]:
        st.text(f"{line.number}: {line.reason}")
