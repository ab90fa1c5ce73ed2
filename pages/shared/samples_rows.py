"""Which rows are listed, found once for each filter and order?"""

import numpy as np
import streamlit as st

from glan_core.entities import Filter
from glan_core.filter_json import filter_to_json
from glan_core.store.database import Cursor
from glan_core.store.samples import Version, find_samples, samples_version


def rows_of(path: str, cursor: Cursor, filter_: Filter, order: str) -> np.ndarray:
    """Give the places of all rows of a filter, int64; found anew only when others may fit it."""
    return _found(path, samples_version(cursor), filter_to_json(filter_), order, cursor, filter_)


@st.cache_resource(max_entries=8, show_spinner="Looking through all pairs")
def _found(path: str, version: Version, filter_text: str, order: str, _cursor: Cursor, _filter: Filter) -> np.ndarray:
    del path, version, filter_text  # they only tell what was found apart
    return find_samples(_cursor, _filter, order)
