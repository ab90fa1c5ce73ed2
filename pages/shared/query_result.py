"""How are the rows of a query shown, and what can be done with them?"""

from typing import cast, get_args

import pandas as pd
import streamlit as st

from glan_core.entities import Filter
from glan_core.errors import QueryError
from glan_core.figures.query_plot import Kind, plottable, query_plot
from glan_core.store.queries import MOST_IDS, QueryResult, list_instruction_ids
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.filter_views import DESTINATIONS, go_with
from pages.shared.formats import count, shortened
from pages.shared.theme import ground, show_figure
from pages.shared.workspace import Workspace

_ROW_PIXELS, _HEAD_PIXELS, _MOST_PIXELS = 32, 38, 520
_LONGEST_TEXT = 2_000
_MOST_BARS = 200
_ID = "instruction_id"


def show_result(workspace: Workspace, sql: str, result: QueryResult) -> None:
    """Show the rows as a table or a plot, with the ways to take them along."""
    frame = result.frame
    if frame.empty:
        st.caption("The query gave no rows.")
        return
    if list(frame.columns) == ["explain_key", "explain_value"]:
        st.code("\n".join(frame["explain_value"]), language=None)
        return
    numbers = plottable(frame)
    shown = "Table"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if numbers:
            shown = st.segmented_control(
                "Show", ["Table", "Plot"], default="Table", required=True, label_visibility="collapsed", key="query-as"
            )
        st.download_button(
            "CSV",
            lambda: frame.to_csv(index=False),
            file_name="query.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            type="tertiary",
            help="The rows that are shown, with their texts in full.",
        )
        if _ID in frame.columns:
            st.menu_button(
                "Use these pairs",
                list(DESTINATIONS),
                key="query-use",
                on_click=_use,
                args=(workspace, sql),
                icon=":material/arrow_forward:",
                type="tertiary",
                help="Every pair whose id is in the result, also beyond the rows that are shown.",
            )
    if shown == "Plot":
        _show_plot(frame, numbers)
    else:
        _show_table(frame)


def _show_table(frame: pd.DataFrame) -> None:
    cut = frame.apply(lambda column: column.map(_cut) if column.dtype == "object" else column)
    st.dataframe(
        cut,
        hide_index=True,
        row_height=_ROW_PIXELS,
        height=min(_HEAD_PIXELS + _ROW_PIXELS * len(cut), _MOST_PIXELS),
        placeholder="–",
        alt="Rows of the query.",
    )
    if any(isinstance(value, str) and len(value) > _LONGEST_TEXT for value in frame.to_numpy().flat):
        st.caption(f"Texts are cut after {count(_LONGEST_TEXT)} characters here; the CSV has them whole.")


def _cut(value: object) -> object:
    return shortened(value, _LONGEST_TEXT) if isinstance(value, str) else value


def _show_plot(frame: pd.DataFrame, numbers: tuple[str, ...]) -> None:
    names = [str(name) for name in frame.columns]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        across = st.selectbox("Across", names, key="query-x", width=200)
        upwards = [name for name in numbers if name != across] or list(numbers)
        up = st.selectbox("Upwards", upwards, key="query-y", width=200)
        kind = st.segmented_control(
            "As",
            list(get_args(Kind)),
            default="points" if across in numbers else "bars",
            required=True,
            format_func=str.capitalize,
            key=f"query-kind-{across in numbers}",
        )
    drawn = frame.head(_MOST_BARS) if kind == "bars" else frame
    if len(drawn) < len(frame):
        st.caption(f"The first {count(_MOST_BARS)} rows.")
    show_figure(
        query_plot(drawn, x=across, y=up, kind=cast("Kind", kind), ground=ground()),
        key="query-plot",
        alt=f"{up} over {across}, {len(drawn)} rows.",
    )


def _use(workspace: Workspace, sql: str) -> None:
    """Go to another page with the pairs of the result."""
    try:
        ids = list_instruction_ids(workspace.cursor(), sql)
    except QueryError as error:
        st.session_state[state.QUERY_NEWS] = plain(error.message)
        return
    if not ids or len(ids) > MOST_IDS:
        st.session_state[state.QUERY_NEWS] = (
            f"More than {count(MOST_IDS)} pairs: narrow the query." if ids else "No pair is in the result."
        )
        return
    go_with(workspace, Filter(instruction_ids=ids), DESTINATIONS[st.session_state["query-use"]], source="a query")
