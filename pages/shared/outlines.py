"""How does a page get the outline of the taxonomy, and how much there is, without counting at every click?"""

import streamlit as st

from glan_core.outline import Outline, read_outline
from glan_core.store.database import Cursor
from glan_core.store.kept_counts import keep_counts
from glan_core.store.reports import (
    Revision,
    Totals,
    TotalsVersion,
    taxonomy_counts,
    taxonomy_revision,
    totals,
    totals_version,
)
from pages.shared.workspace import Workspace


def read_cached_outline(workspace: Workspace, cursor: Cursor) -> Outline:
    """Give the outline as it is now; worked out again only when the rows it counts are others."""
    return _read(str(workspace.database.path), taxonomy_revision(cursor), workspace, cursor)


def read_cached_totals(workspace: Workspace, cursor: Cursor) -> Totals:
    """Give how much of everything there is now; counted again only when it could be another number."""
    return _count(str(workspace.database.path), totals_version(cursor), workspace, cursor)


@st.cache_resource(max_entries=4, show_spinner=False)
def _count(path: str, version: TotalsVersion, _workspace: Workspace, _cursor: Cursor) -> Totals:
    del path, version
    keep_counts(_workspace.database)
    return totals(_cursor)


@st.cache_resource(max_entries=4, show_spinner=False)
def _read(path: str, revision: Revision, _workspace: Workspace, _cursor: Cursor) -> Outline:
    del path, revision
    keep_counts(_workspace.database)
    return read_outline(taxonomy_counts(_cursor))
