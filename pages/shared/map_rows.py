"""Which rows lie in the selection, which were found, and where does one come from?"""

import pandas as pd
import streamlit as st

from glan_core.filter_json import filter_hash
from glan_core.store.database import Cursor
from glan_core.store.map_table import MapTable
from glan_core.store.tags import list_tags_of
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.flag_words import listed_flag_words
from pages.shared.formats import count
from pages.shared.map_counts import count_of, rows_of
from pages.shared.map_look import Look
from pages.shared.map_search import Found, forget_search, show_nearest_of
from pages.shared.pair_view import show_pair

ROWS = 50
_HEIGHT = 36 + 34 * 8


def show_rows(cursor: Cursor, map_: MapTable, look: Look, found: Found | None) -> None:
    """List the selection a page at a time, or what was found, and show the row that is ticked."""
    is_found = found is not None and _choose_found(found)
    if found is not None and is_found:
        rows = found.rows
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.caption(found.sentence, width="stretch")
            st.button("Clear the search", on_click=forget_search, type="tertiary", icon=":material/close:")
    else:
        rows = _page_of_selection(cursor, map_, look)
    if rows.empty:
        return
    ends = [str(rows["instruction_id"].iloc[place]) for place in (0, -1)]
    picked = st.dataframe(
        rows.assign(flags=rows["flags"].map(listed_flag_words)),
        hide_index=True,
        row_height=34,
        height=min(36 + 34 * len(rows), _HEIGHT),
        column_order=["score", "instruction", "answer", "discipline", "subject", "level", "flags"],
        column_config={
            "score": st.column_config.NumberColumn(
                "Nearness", format="%.2f", width=84, help="Cosine of the two vectors: 1 for the same text."
            ),
            "instruction": st.column_config.TextColumn("Question", width="large"),
            "answer": st.column_config.TextColumn("Answer", width="large"),
            "discipline": "Discipline",
            "subject": "Subject",
            "level": "Level",
            "flags": "Flags",
        },
        key="-".join([state.MAP_ROWS, *ends]),  # a tick does not move on to other rows
        on_select="rerun",
        selection_mode="single-row",
        alt="Rows of the map. Tick one to see where it comes from.",
    )
    ticked = [number for number in picked.selection.rows if number < len(rows)]
    if ticked:
        _show_row(cursor, rows.iloc[ticked[0]])


def _choose_found(found: Found) -> bool:
    choice = st.segmented_control(
        "Rows",
        ["found", "selected"],
        default="found",
        required=True,
        format_func=lambda name: found.label if name == "found" else "Rows on the map",
        key=state.MAP_LIST,
        label_visibility="collapsed",
    )
    return choice == "found"


def _page_of_selection(cursor: Cursor, map_: MapTable, look: Look) -> pd.DataFrame:
    chosen = look.spoken_of()
    key = filter_hash(chosen)
    listed, pages = st.session_state.get(state.MAP_ROWS_AFTER, ("", ()))
    pages = pages if listed == key else ()
    total = count_of(cursor, map_, chosen, window=None)
    rows = rows_of(cursor, map_, chosen, after=pages[-1] if pages else "", limit=ROWS)
    first = len(pages) * ROWS + 1
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        said = f"Rows {count(first)} to {count(first + len(rows) - 1)} of {count(total)}" if len(rows) else "No rows"
        st.caption(f"{said}. Tick one to see where it comes from." if len(rows) else f"{said}.", width="stretch")
        if total > ROWS:
            st.button(
                "Previous",
                on_click=_turn,
                args=(key, pages[:-1]),
                disabled=not pages,
                type="tertiary",
                icon=":material/chevron_left:",
            )
            st.button(
                "Next",
                on_click=_turn,
                args=(key, (*pages, str(rows["instruction_id"].iloc[-1]) if len(rows) else "")),
                disabled=first + len(rows) > total,
                type="tertiary",
                icon=":material/chevron_right:",
            )
    return rows


def _turn(key: str, pages: tuple[str, ...]) -> None:
    st.session_state[state.MAP_ROWS_AFTER] = (key, pages)


def _show_row(cursor: Cursor, row: pd.Series) -> None:
    with st.container(border=True):
        tags = list_tags_of(cursor, str(row.instruction_id))
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            for tag in tags:
                st.badge(plain(tag), color="blue", icon=":material/label:")
            show_nearest_of(str(row.instruction_id), str(row.instruction))
        answer = row.answer if isinstance(row.answer, str) else None
        show_pair(cursor, str(row.instruction_id), instruction=str(row.instruction), answer=answer)
