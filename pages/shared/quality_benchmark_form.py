"""How does a benchmark come in, with the columns of its questions and answers shown first?"""

import tempfile
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from glan_core.checking.background import QualityWorker
from glan_core.checking.benchmark_files import benchmark_columns, guess_columns
from glan_core.errors import GlanError
from glan_core.quality.benchmark_words import RunSettings
from pages.shared import state
from pages.shared.feedback import show_error

_UPLOAD, _PATH = "Upload it", "On this machine"
_NONE = "(none)"


class _Chosen(NamedTuple):
    path: Path
    file_name: str
    kept: object = None
    """What keeps an uploaded file on the disk."""


def show_benchmark_form(worker: QualityWorker, settings: RunSettings) -> None:
    """Let a file or folder be chosen and its columns be named, then hold all pairs against it."""
    way = st.segmented_control("The file", [_UPLOAD, _PATH], default=_UPLOAD, required=True, key="benchmark-way")
    chosen = _uploaded() if way == _UPLOAD else _named()
    if chosen is None:
        st.caption("JSON Lines, JSON, CSV or Parquet with a column of questions, or a folder of such files.")
        return
    try:
        columns = benchmark_columns(chosen.path)
    except GlanError as error:
        show_error(error)
        return
    except OSError as error:
        st.error(f"It cannot be read: {(error.strerror or type(error).__name__).lower()}.", icon=":material/error:")
        return
    question, answer = guess_columns(columns)
    with st.grid(3, min_column_width=200):
        asked = st.selectbox("Questions", columns, columns.index(question) if question else None, key="benchmark-asked")
        there = [_NONE, *columns]
        said = st.selectbox("Answers", there, there.index(answer or _NONE), key="benchmark-said")
        name = st.text_input("Name", value=Path(chosen.file_name).stem[:60], max_chars=60)
    st.button(
        "Add it and check",
        type="primary",
        icon=":material/add:",
        key="benchmark-add",
        on_click=worker.add,
        args=(chosen.path, settings),
        kwargs={
            "name": name,
            "file_name": chosen.file_name,
            "columns": (asked or "", "" if said in (None, _NONE) else said),
            "kept": chosen.kept,
        },
        disabled=worker.is_running or not asked,
        help="Takes the questions in and holds every pair against them, in the background.",
    )


def _uploaded() -> _Chosen | None:
    uploaded = st.file_uploader("A file", label_visibility="collapsed", key="benchmark-file")
    if uploaded is None:
        st.session_state.pop(state.BENCHMARK_UPLOAD, None)
        return None
    known = st.session_state.get(state.BENCHMARK_UPLOAD)
    if known is None or known[0] != uploaded.file_id:
        folder = tempfile.TemporaryDirectory()  # goes with the session, or when the questions have been read
        (Path(folder.name) / "file").write_bytes(uploaded.getbuffer())
        known = st.session_state[state.BENCHMARK_UPLOAD] = (uploaded.file_id, folder)
    return _Chosen(Path(known[1].name) / "file", uploaded.name, known[1])


def _named() -> _Chosen | None:
    typed = st.text_input("Path", placeholder="/home/me/gsm8k", help="A file or a folder, read where it is.")
    path = Path(typed.strip()).expanduser()
    return _Chosen(path, path.name) if typed.strip() else None
