"""Which exports were written, what is in each, and what has changed from one to another?"""

import functools
from typing import Any

import pandas as pd
import streamlit as st

from glan_core.errors import GlanError
from glan_core.exports.archive import archive_of, folder_of, paths_of
from glan_core.exports.comparison import Changed, compare_exports
from glan_core.exports.formats import CARD, FORMATS, MANIFEST
from glan_core.exports.manifest import ExportedFile, files_of
from glan_core.exports.request import request_from_data
from glan_core.store.database import Cursor
from glan_core.store.export_log import Export, list_exports
from pages.shared.export_writing import open_exporter, write
from pages.shared.feedback import plain, show_error
from pages.shared.formats import ago, count, duration
from pages.shared.gate_words import reason_words, reasons_in_a_sentence
from pages.shared.workspace import Workspace

LARGEST_DOWNLOAD = 200_000_000
"""Bytes: a browser download goes through the server's memory."""
_SHOWN = 10
_TEXT_PIXELS = 420
_READ_HERE = {CARD: ("Read the card", "markdown"), MANIFEST: ("Read the manifest", "json")}


def show_exports(workspace: Workspace, cursor: Cursor) -> None:
    """List what was written, the newest first and open."""
    exports = list_exports(cursor)
    st.subheader("Exports", anchor=False)
    if not exports:
        st.caption("Nothing was exported yet. What is written stays listed here.")
        return
    for number, each in enumerate(exports[:_SHOWN]):
        with st.expander(_heading(each), expanded=number == 0, key=f"export-{each.export_id}"):
            _show_export(workspace, each, exports)
    if len(exports) > _SHOWN:
        st.caption(f"{count(len(exports) - _SHOWN)} earlier ones: `python -m glan_core exports list`.")


def _heading(export: Export) -> str:
    formats = ", ".join(FORMATS[name].words for name in export.request["formats"])
    return f"**{count(export.manifest['pairs'])} pairs** · {formats} · {ago(export.exported_at)}"


def _show_export(workspace: Workspace, export: Export, exports: tuple[Export, ...]) -> None:
    manifest = export.manifest
    files = files_of(manifest)
    st.code(str(export.path), language=None, wrap_lines=True)
    held_out = f", {count(manifest['test'])} of them held out" if manifest["test"] else ""
    told = f"{count(manifest['pairs'])} pairs{held_out}, written in {duration(export.seconds)}. "
    st.caption(told + reasons_in_a_sentence(manifest["left_out_for"]))
    st.caption(f"SHA-256 of {plain(files[0].file)}: {files[0].sha256}. The manifest beside it holds them all.")
    if not export.path.exists():
        st.caption("The files are not there any more. *Write again* makes them anew from the pairs as they are now.")
    else:
        _show_downloads(export, files)
        _show_texts(export)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Write again",
            key=f"export-again-{export.export_id}",
            icon=":material/replay:",
            on_click=_repeat,
            args=(workspace, export),
            disabled=open_exporter().is_running,
            help="With the same settings, from the pairs as they are now, into a new folder.",
        )
        others = {each.export_id: each for each in exports if each.export_id != export.export_id}
        other = st.selectbox(
            "Compare with",
            list(others),
            index=None,
            format_func=lambda key: _heading(others[key]).replace("*", ""),
            placeholder="Compare with another one",
            key=f"export-compare-{export.export_id}",
            label_visibility="collapsed",
            disabled=not others,
        )
    if other is not None:
        _show_comparison(others[other], export)


def _show_downloads(export: Export, files: tuple[ExportedFile, ...]) -> None:
    is_folder = export.path.is_dir()
    if sum(each.bytes for each in files) <= LARGEST_DOWNLOAD:
        st.download_button(
            "Download everything",
            functools.partial(archive_of, export),
            file_name=f"{folder_of(export)}.zip",
            mime="application/zip",
            type="primary",
            icon=":material/folder_zip:",
            on_click="ignore",
            key=f"export-zip-{export.export_id}",
            help="One zip: the folder with all its files and the manifest. Unpacked, it is what lies on this machine.",
        )
    else:
        st.caption("All files together are too large for a download. They lie in the folder above.")
    with st.container(horizontal=True, gap="small"):
        for each in files:
            path = export.path / each.file if is_folder else export.path
            if not path.is_file():
                continue
            if each.bytes > LARGEST_DOWNLOAD:
                st.caption(f"{plain(each.file)}: {count(each.bytes)} bytes, too large for a download. It lies there.")
                continue
            st.download_button(
                f"Download {path.name}",
                functools.partial(path.read_bytes),
                file_name=path.name,
                icon=":material/download:",
                on_click="ignore",
                key=f"export-{export.export_id}-{each.file}",
                help=f"{plain(each.file)}, {count(each.bytes)} bytes",
            )


def _show_texts(export: Export) -> None:
    """Let the card and the manifest be read here."""
    texts = {name: path for name, path in paths_of(export).items() if name in _READ_HERE and path.is_file()}
    chosen = st.pills(
        "Read",
        list(texts),
        format_func=lambda name: _READ_HERE[name][0],
        label_visibility="collapsed",
        key=f"export-read-{export.export_id}",
    )
    if chosen:
        text = texts[chosen].read_text(encoding="utf-8", errors="replace")
        st.code(text, language=_READ_HERE[chosen][1], wrap_lines=True, height=_TEXT_PIXELS)


def _show_comparison(before: Export, after: Export) -> None:
    found = compare_exports(before, after)
    if found.rows is not None:
        rows = found.rows
        moved = f", {count(rows.moved)} moved between training and test" if rows.moved else ""
        st.markdown(f"{count(rows.both)} pairs are in both. {count(rows.added)} came, {count(rows.gone)} went{moved}.")
    else:
        st.caption("Which pairs are in both cannot be told: the list of one is gone, or a newer export stands there.")
    if found.equal_files:
        st.caption(f"The same to the byte: {plain(', '.join(found.equal_files))}.")
    changes = (*found.settings, *found.counts)
    if not changes:
        st.caption("Settings and counts are the same.")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "What": [_told_name(change) for change in changes],
                "Before": [_told(change.before) for change in changes],
                "Now": [_told(change.after) for change in changes],
            }
        ),
        hide_index=True,
        alt=f"{len(changes)} settings and counts that differ.",
    )


def _told_name(change: Changed) -> str:
    if change.name.startswith("left out: "):
        return f"Left out: {reason_words(change.name.removeprefix('left out: '))}"
    return change.name.replace("_", " ").capitalize()


def _told(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return count(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _repeat(workspace: Workspace, export: Export) -> None:
    try:
        write(workspace, request_from_data(export.request))
    except GlanError as error:
        show_error(error)
