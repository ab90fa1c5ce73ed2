"""How does a page get the outline of the taxonomy without working it out at every click?"""

import streamlit as st

from glan_core.outline import Outline, read_outline
from glan_core.store.database import Cursor
from glan_core.store.reports import Revision, taxonomy_counts, taxonomy_revision
from pages.shared.workspace import Workspace


def read_cached_outline(workspace: Workspace, cursor: Cursor) -> Outline:
    """Give the outline as it is now; worked out again only when the rows it counts are others."""
    return _read(str(workspace.database.path), taxonomy_revision(cursor), cursor)


@st.cache_resource(max_entries=4, show_spinner=False)
def _read(path: str, revision: Revision, _cursor: Cursor) -> Outline:
    return read_outline(taxonomy_counts(_cursor))
