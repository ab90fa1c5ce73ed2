"""How is a file read: as its first rows say, or as the visitor says?"""

import zlib
from pathlib import Path

import streamlit as st

from glan_core.corpora.importing import preview_corpus
from glan_core.corpus_files import FORMATS, Layout, find_layout, list_columns
from glan_core.errors import CorpusFileError
from pages.shared.feedback import as_code, plain, show_error
from pages.shared.formats import count, shortened

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
_SHOWN_ROWS, _LETTERS = 3, 400
_BAD_LINES = 10


def choose_layout(path: Path) -> Layout | None:
    """Let the form of the rows be changed from what was guessed; None as long as it does not fit.

    Raises CorpusFileError and DiskError for a file that cannot be read in any form.
    """
    columns = list_columns(path)
    guess, trouble = _guess(path)
    mark = f"{zlib.crc32(str(path).encode()):08x}"  # another file begins with its own guess
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        format_ = st.selectbox(
            "Read it as",
            FORMATS,
            index=FORMATS.index(guess.format_ if guess else "columns"),
            format_func=_FORMAT_WORDS.__getitem__,
            key=f"corpus-format-{mark}",
            width=220,
            help="Guessed from the first rows. Of a conversation the first question and its answer are taken.",
        )
        if format_ == "columns":
            asked = _choose_column("instruction", columns, guess, mark)
            answered = _choose_column("answer", columns, guess, mark)
    if format_ != "columns":
        try:
            return find_layout(path, format_=format_)
        except CorpusFileError as error:
            show_error(error)
            return None
    if asked is None or answered is None:
        st.info(plain(trouble or "Choose both columns."), icon=":material/view_column:")
        return None
    if asked == answered:
        st.info("Choose two different columns.", icon=":material/view_column:")
        return None
    return find_layout(path, instruction_column=asked, answer_column=answered)


def show_preview(path: Path, layout: Layout) -> None:
    """Show what each column is taken for, the first rows, and what among them cannot be used."""
    parts = "; ".join(f"{_PART_WORDS[part]} {as_code(column)}" for part, column in layout.columns.items())
    st.markdown(f"**{_FORMAT_WORDS[layout.format_]}** in {_CONTAINER_WORDS[layout.container]}: {parts}.")
    preview = preview_corpus(path, layout, rows=_SHOWN_ROWS)
    for row in preview.rows:
        with st.container(border=True, gap="small"):
            st.caption(f"Row {count(row.number)}")
            st.text(shortened(row.instruction, _LETTERS))
            st.text(shortened(row.answer, _LETTERS))
    if preview.bad_lines:
        st.caption("Among the first rows these cannot be used, and are left out:")
        st.text("\n".join(f"{line.number}: {line.reason}" for line in preview.bad_lines[:_BAD_LINES]))


def _guess(path: Path) -> tuple[Layout | None, str]:
    """Give what the first rows look like, or why that cannot be told."""
    try:
        return find_layout(path), ""
    except CorpusFileError as error:
        return None, f"{error.message} {error.hint}"


def _choose_column(part: str, columns: tuple[str, ...], guess: Layout | None, mark: str) -> str | None:
    known = guess.columns.get(part) if guess else None
    return st.selectbox(
        f"Column of the {part}",
        columns,
        index=columns.index(known) if known in columns else None,
        placeholder="Choose a column",
        key=f"corpus-{part}-{mark}",
        width=220,
    )
