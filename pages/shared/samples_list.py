"""Which pairs are there under a filter? A page of them as a table; a click opens one."""

import numpy as np
import pandas as pd
import streamlit as st

from glan_core.store.database import Cursor
from glan_core.store.samples import ORDERS, read_samples
from pages.shared import state
from pages.shared.feedback import show_empty
from pages.shared.filter_bar import NAMES, Asked, clear_filter, is_narrowed
from pages.shared.flag_words import flag_words
from pages.shared.formats import count
from pages.shared.samples_actions import show_actions
from pages.shared.samples_meaning import NAME as MEANS
from pages.shared.samples_meaning import meant_or_word, show_meaning_field, show_unread, text_of_address
from pages.shared.samples_rows import rows_of
from pages.shared.workspace import Workspace

PAGE_ROWS = 50
_TEXT_CHARACTERS = 300
_ROW_PIXELS, _HEAD_PIXELS, _MOST_PIXELS = 34, 38, 600
_ORDER_WORDS = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "longest_question": "Longest questions",
    "shortest_question": "Shortest questions",
    "longest_answer": "Longest answers",
    "shortest_answer": "Shortest answers",
    "place": "By place in the taxonomy",
}
_REVIEWS = {"generated": "", "accepted": "accepted", "rejected": "rejected"}


def show_list(workspace: Workspace, cursor: Cursor, asked: Asked) -> None:
    """List the pairs of a filter, page by page: in the order that was chosen, or by nearness to what was sought."""
    text = text_of_address()
    rows = rows_of(str(workspace.database.path), cursor, asked.filter_, order_of_address())
    if not len(rows) and not is_narrowed():
        show_empty("There are no pairs yet.", page="pages/generate/new_run.py", label="Make five pairs")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        words = "1 pair" if len(rows) == 1 else f"{count(len(rows))} pairs"
        st.subheader(words, anchor=False, width="content")
        show_meaning_field()
        if not text:
            _choose_order()
        st.space("stretch")
        show_actions(workspace, cursor, asked, pairs=len(rows))
    if not len(rows):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info("No pair fits this filter.", icon=":material/filter_alt:")
            st.button("Show all pairs", on_click=clear_filter, key="samples-none", icon=":material/filter_alt_off:")
        return
    cosines, among = None, len(rows)
    if text:
        show_unread(cursor)
        meant = meant_or_word(workspace, cursor, asked.filter_, text)
        if meant is None:
            return
        rows, cosines = meant
        if not len(rows):
            st.info("None of these pairs was read yet, so none can be compared.", icon=":material/search_off:")
            return
    pages = -(-len(rows) // PAGE_ROWS)
    table = st.container()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = st.container()
        number = _choose_page(pages)
    first = (number - 1) * PAGE_ROWS
    listed = read_samples(cursor, rows[first : first + PAGE_ROWS].tolist(), characters=_TEXT_CHARACTERS)
    with table:
        _show_table(listed, None if cosines is None else cosines[first : first + PAGE_ROWS])
    which = f"the {count(len(rows))} nearest in meaning, of {count(among)}" if text else count(len(rows))
    said.caption(f"{count(first + 1)} to {count(first + len(listed))} of {which}. Click one to open it.")


def order_of_address() -> str:
    """Give the order that the address asks for."""
    asked_for = st.query_params.get("order", "")
    return asked_for if asked_for in ORDERS else ORDERS[0]


def open_pair(instruction_id: str) -> None:
    """Write a pair into the address."""
    st.query_params["pair"] = instruction_id


def _choose_order() -> None:
    def write() -> None:
        chosen = st.session_state["samples-order"]
        st.query_params.pop("order", None)
        if chosen != ORDERS[0]:
            st.query_params["order"] = chosen

    st.session_state["samples-order"] = order_of_address()
    st.selectbox(
        "Order",
        ORDERS,
        key="samples-order",
        format_func=lambda order: _ORDER_WORDS[order],
        on_change=write,
        label_visibility="collapsed",
        width=220,
    )


def _choose_page(pages: int) -> int:
    """Let the visitor turn the pages; the first one where the rows are others than before."""
    if pages == 1:
        return 1
    meant = tuple((name, tuple(st.query_params.get_all(name))) for name in (*NAMES, MEANS, "order"))
    if st.session_state.get(state.SAMPLES_PAGES) != meant:
        if state.SAMPLES_PAGES in st.session_state:
            st.session_state.pop("samples-page", None)
        st.session_state[state.SAMPLES_PAGES] = meant
    return st.pagination(pages, key="samples-page", persist_state="session")


def _show_table(listed: pd.DataFrame, cosines: np.ndarray | None) -> None:
    def hear() -> None:
        cells = st.session_state[state.SAMPLES_TABLE].selection.cells
        if cells and cells[0][0] < len(listed):
            open_pair(str(listed["instruction_id"].iloc[cells[0][0]]))

    columns = st.column_config
    shown = sample_frame(listed)
    if cosines is not None:
        shown.insert(0, "Nearness", cosines)
    st.dataframe(
        shown,
        key=state.SAMPLES_TABLE,
        hide_index=True,
        row_height=_ROW_PIXELS,
        height=min(_HEAD_PIXELS + _ROW_PIXELS * len(listed), _MOST_PIXELS),
        placeholder="–",
        column_config={
            "Nearness": columns.NumberColumn(
                width=84, format="%.2f", help="Cosine of the vectors of pair and text: 1 for the same text."
            ),
            "Question": columns.TextColumn(width=330 if cosines is None else 246),
            "Answer": columns.TextColumn(width=260),
            "Discipline": columns.TextColumn(width=115),
            "Subject": columns.TextColumn(width=125),
            "Level": columns.TextColumn(width=104),
            "Marks": columns.ListColumn(width=90, help="Flags, tags, and what a review said."),
        },
        on_select=hear,
        selection_mode="single-cell",
        alt="Pairs of the filter, one a row.",
    )


def sample_frame(listed: pd.DataFrame) -> pd.DataFrame:
    """Give the rows as they are shown."""
    marks = [
        [each for each in (_REVIEWS[status], *(flag_words([kind]) for kind in flags), *tags) if each]
        for status, flags, tags in zip(listed["status"], listed["flags"], listed["tags"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Question": listed["instruction"],
            "Answer": listed["answer"],
            "Discipline": listed["discipline"],
            "Subject": listed["subject"],
            "Level": listed["level"],
            "Marks": marks,
        }
    )
