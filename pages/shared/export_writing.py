"""How is an export written in the background, and how far is it?"""

from pathlib import Path

import streamlit as st

from glan_core.exports.background import Exporter
from glan_core.exports.formats import TRAIN, file_of
from glan_core.exports.preview import Preview
from glan_core.exports.request import ExportRequest
from glan_core.settings import exports_folder
from pages.shared import state
from pages.shared.feedback import show_error
from pages.shared.formats import count
from pages.shared.workspace import Workspace, open_workspace


@st.cache_resource(show_spinner=False)
def open_exporter() -> Exporter:
    """Give the one that writes in the background, the same for all pages of this server."""
    return Exporter(open_workspace().database)


def show_write_button(workspace: Workspace, request: ExportRequest, preview: Preview) -> None:
    """Offer to write; one export is written at a time."""
    exporter = open_exporter()
    has_test = preview.choice.taken.test > 0
    label = file_of(request.formats[0], TRAIN, has_test=has_test) if request.is_one_file else "the files"
    st.button(
        f"Write {label}",
        type="primary",
        icon=":material/save:",
        on_click=write,
        args=(workspace, request),
        disabled=exporter.is_running,
        key="export-write",
        help="Into a folder of its own, with a manifest: settings, counts and the SHA-256 of each file.",
    )


def write(workspace: Workspace, request: ExportRequest) -> None:
    """Begin to write into a folder that is not there yet; for a callback."""
    st.session_state[state.EXPORT_STARTED] = True
    open_exporter().start(next_folder(exports_folder(workspace.settings.database)), request)


def next_folder(folder: Path) -> Path:
    """Give the first of export-1, export-2 and so on after all that are there."""
    numbers = [
        int(number)
        for each in (folder.iterdir() if folder.is_dir() else ())
        if (number := each.name.removeprefix("export-")).isdecimal()
    ]
    return folder / f"export-{max(numbers, default=0) + 1}"


def show_writing() -> None:
    """Say how far the export is, or why the last one ended early; the page is drawn anew at its end."""
    exporter = open_exporter()
    is_mine = st.session_state.get(state.EXPORT_STARTED, False)
    if exporter.error is not None and is_mine:
        show_error(exporter.error)
    if exporter.is_running:
        _watch(exporter)
    elif exporter.newest is not None and is_mine:
        pairs = count(exporter.newest.manifest["pairs"])
        st.success(f"{pairs} pairs written. They stand first among the exports below.", icon=":material/check:")


@st.fragment(run_every=0.5)
def _watch(exporter: Exporter) -> None:
    if not exporter.is_running:
        st.rerun()
    done, total = exporter.done, exporter.total
    text = f"{count(done)} of {count(total)} pairs" if total else "Choosing the pairs ..."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(done / total, 1.0) if total else 0.0, text=text)
        st.button("Stop", on_click=exporter.stop, icon=":material/stop:", help="Nothing of it stays.")
