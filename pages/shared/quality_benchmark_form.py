"""How does a benchmark come in, with the columns of its questions and answers shown first?"""

from pathlib import Path

import streamlit as st

from glan_core.checking.background import QualityWorker
from glan_core.checking.benchmark_files import benchmark_columns, guess_columns
from glan_core.errors import GlanError
from glan_core.quality.benchmark_words import RunSettings
from pages.shared.feedback import show_error
from pages.shared.file_choice import choose_file

_NONE = "(none)"


def show_benchmark_form(worker: QualityWorker, settings: RunSettings) -> None:
    """Let a file or folder be chosen and its columns be named, then hold all pairs against it."""
    chosen = choose_file("benchmark", placeholder="/home/me/gsm8k", help_="A file or a folder, read where it is.")
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
