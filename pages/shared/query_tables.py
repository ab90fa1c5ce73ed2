"""Which tables can be asked, and what do their columns hold?"""

import pandas as pd
import streamlit as st

from glan_core.store.database import Cursor
from glan_core.store.table_notes import TableNote, list_tables
from pages.shared.feedback import plain

_FIRST = ("pair", "instruction", "answer", "model_call", "run", "subject", "key_concept", "quality_flag")
"""What most questions are about."""
_ROW_PIXELS, _HEAD_PIXELS, _MOST_PIXELS = 28, 36, 460


def show_tables(cursor: Cursor) -> None:
    """Let the visitor choose a table or view, and list its columns."""
    tables = {table.name: table for table in list_tables(cursor)}
    names = [*(name for name in _FIRST if name in tables), *sorted(set(tables) - set(_FIRST))]
    chosen = st.selectbox(
        "Tables and views",
        names,
        format_func=lambda name: f"{name} (view)" if tables[name].is_view else name,
        key="query-table",
        help="Type to search. Names can be written as they are.",
    )
    table = tables[chosen]
    if table.note:
        st.caption(plain(table.note))
    st.dataframe(
        _frame(table),
        hide_index=True,
        row_height=_ROW_PIXELS,
        height=min(_HEAD_PIXELS + _ROW_PIXELS * len(table.columns), _MOST_PIXELS),
        column_config={
            "Column": st.column_config.TextColumn(width=150),
            "Type": st.column_config.TextColumn(width=62),
            "Note": st.column_config.TextColumn(width=220),
        },
        alt=f"The columns of {chosen}.",
    )


def _frame(table: TableNote) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Column": [column.name for column in table.columns],
            "Type": [_short(column.kind) for column in table.columns],
            "Note": [column.note for column in table.columns],
        }
    )


def _short(kind: str) -> str:
    return {"timestamp with time zone": "timestamptz", "varchar": "text", "varchar[]": "text[]"}.get(kind, kind)
