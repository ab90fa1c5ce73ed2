"""Which parts of a run are with a batch service, and how far is each?"""

from pathlib import Path

import pandas as pd
import streamlit as st

from glan_core.runs.batch_parts import list_parts
from pages.shared.feedback import plain

_NEWEST = 100


def show_parts(folder: Path) -> None:
    """List the newest parts of a run, if it has any."""
    parts = list_parts(folder)[-_NEWEST:]
    if not parts:
        return
    rows = [
        (part.number, part.model, part.calls, part.words.capitalize(), part.made_at[:16].replace("T", " "))
        for part in reversed(parts)
    ]
    st.markdown("**With the batch service**")
    st.dataframe(
        pd.DataFrame(rows, columns=["Part", "Model", "Calls", "State", "Made (UTC)"]),
        hide_index=True,
        width="stretch",
        height="content" if len(rows) <= 6 else 250,
    )
    seen = max((part.seen_at for part in parts), default="")
    if seen:
        st.caption(plain(f"The service last said something new at {seen[:16].replace('T', ' ')} UTC."))
