"""How does the taxonomy leave as a file, and come in as one?"""

import streamlit as st

from glan_core.edits import PlannedImport, import_nodes
from glan_core.errors import EditError, TaxonomyFileError
from glan_core.store.taxonomy_nodes import list_all_taxonomy_nodes
from glan_core.taxonomy_files import FORMATS, read_taxonomy_file, write_taxonomy_file
from pages.shared import state
from pages.shared.edit_view import make, show_affected
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count
from pages.shared.workspace import Workspace

_FORMAT_WORDS = {
    "yaml": "YAML: everything, also removed nodes and targets; easy to read and to compare",
    "json": "JSON: everything, for programs",
    "csv": "CSV: one row a node, for a spreadsheet",
    "markdown": "Markdown: names and descriptions under headings",
    "outline": "Outline: names alone, indented",
}
_MOST_LINES = 200


def show_files(workspace: Workspace) -> None:
    """Offer the whole taxonomy as a file, and the import of one with its differences first."""
    out, into = st.columns(2, gap="large")
    with out:
        st.subheader("Save as a file", anchor=False)
        format_ = st.selectbox("Format", list(FORMATS), format_func=lambda name: _FORMAT_WORDS[name])
        nodes = list_all_taxonomy_nodes(workspace.database.cursor())
        st.download_button(
            f"Download taxonomy{FORMATS[format_]}",
            write_taxonomy_file(nodes, format_=format_),
            file_name=f"taxonomy{FORMATS[format_]}",
            icon=":material/download:",
            on_click="ignore",
            disabled=not nodes,
        )
    with into:
        st.subheader("Take in a file", anchor=False)
        _import(workspace)


def _import(workspace: Workspace) -> None:
    number = st.session_state.setdefault(state.IMPORT_NUMBER, 0)
    uploaded = st.file_uploader(
        "A taxonomy in any of these formats",
        type=[ending.removeprefix(".") for ending in FORMATS.values()],
        key=f"taxonomy-file-{number}",
        help="Nothing is changed before you have seen the differences. It is applied whole or not at all.",
    )
    if uploaded is None:
        return
    removes = st.checkbox("Remove what the file does not name", help="Removed nodes can be restored.")
    format_ = next(name for name, ending in FORMATS.items() if uploaded.name.lower().endswith(ending))
    cursor = workspace.database.cursor()
    try:
        found = import_nodes(cursor, read_taxonomy_file(uploaded.getvalue(), format_=format_), removes_missing=removes)
    except TaxonomyFileError as error:
        show_error(error)
        for problem in error.problems:
            st.text(problem)
        if error.number_of_problems > len(error.problems):
            st.caption(f"The first {len(error.problems)} of {count(error.number_of_problems)} problems.")
        return
    except EditError as error:
        st.info(plain(error.message), icon=":material/check:")
        return
    _show_differences(found)
    show_affected(cursor, found.planned)
    if st.button("Apply", type="primary", key="import-apply") and make(workspace, found.planned):
        st.session_state[state.IMPORT_NUMBER] = number + 1
        st.rerun()


def _show_differences(found: PlannedImport) -> None:
    st.markdown(f"**What would change**: {plain(found.planned.label.partition(': ')[2])}")
    with st.container(border=True, height=260):
        for line in found.lines[:_MOST_LINES]:
            st.text(line)
    if len(found.lines) > _MOST_LINES:
        st.caption(f"The first {_MOST_LINES} of {count(len(found.lines))} differences.")
