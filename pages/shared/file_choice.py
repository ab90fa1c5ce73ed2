"""Which file does the visitor mean: one that is uploaded, or one on the machine of the server?"""

import re
import tempfile
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from pages.shared import state

_UPLOAD, _PATH = "Upload it", "On this machine"
_LONGEST_NAME = 60
"""Letters of a name on the disk, of four bytes at most: file systems hold 255 bytes."""
_LOST = re.compile(r"[/\\\x00-\x1f]")  # what no name of a file may hold


class ChosenFile(NamedTuple):
    """A file, or a folder on this machine."""

    path: Path
    file_name: str
    kept: object = None
    """What keeps an uploaded file on the disk."""


def choose_file(name: str, *, placeholder: str, help_: str) -> ChosenFile | None:
    """Let a file be uploaded, or be named by its path; None as long as there is none.

    `name` tells the fields of one page from those of another. `forget_file` empties them.
    """
    way = st.segmented_control("The file", [_UPLOAD, _PATH], default=_UPLOAD, required=True, key=f"{name}-way")
    number = st.session_state.get(_number_key(name), 0)
    if way == _UPLOAD:
        return _uploaded(name, number)
    typed = st.text_input("Path", placeholder=placeholder, help=help_, key=f"{name}-path-{number}")
    path = Path(typed.strip()).expanduser()
    return ChosenFile(path, path.name) if typed.strip() else None


def forget_file(name: str) -> None:
    """Leave the file behind, so that the next one gets fresh fields."""
    st.session_state.pop(_kept_key(name), None)
    st.session_state[_number_key(name)] = st.session_state.get(_number_key(name), 0) + 1


def _uploaded(name: str, number: int) -> ChosenFile | None:
    uploaded = st.file_uploader("A file", label_visibility="collapsed", key=f"{name}-file-{number}")
    if uploaded is None:
        st.session_state.pop(_kept_key(name), None)
        return None
    known = st.session_state.get(_kept_key(name))
    if known is None or known[0] != uploaded.file_id:
        folder = tempfile.TemporaryDirectory()  # goes with the session, or when the file has been read
        path = Path(folder.name) / _name_on_disk(uploaded.name)
        path.write_bytes(uploaded.getbuffer())
        known = st.session_state[_kept_key(name)] = (uploaded.file_id, path, folder)
    return ChosenFile(known[1], uploaded.name, known[2])


def _name_on_disk(name: str) -> str:
    """Give the name that was uploaded, as errors call it, but for what no file may be called."""
    found = _LOST.sub("_", name)[-_LONGEST_NAME:]
    return found if found.strip(".") else "file"


def _kept_key(name: str) -> str:
    return f"{state.UPLOADED_FILE}-{name}"


def _number_key(name: str) -> str:
    return f"{state.UPLOAD_NUMBER}-{name}"
