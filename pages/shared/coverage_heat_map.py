"""Where do branches of the taxonomy and levels of subjects meet without a pair?"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from glan_core.entities import SUBJECT_LEVELS
from glan_core.figures.heat_map import HeatCell, HeatRow, heat_map
from pages.shared import state
from pages.shared.coverage_numbers import NODE_WORDS
from pages.shared.formats import count
from pages.shared.screen import is_narrow
from pages.shared.theme import ground, show_figure

PAGE_ROWS = 40


def show_heat_map(nodes: pd.DataFrame, level: str) -> None:
    """Draw the pairs of nodes by level of subject, a page of nodes at a time."""
    of = "discipline" if level == "subject" else level  # a subject has one level: there is nothing to cross
    one, many = NODE_WORDS[of]
    rows = nodes[nodes["level"] == of]
    if rows.empty:
        st.info(f"No {one} fits this filter. Choose another level.", icon=":material/account_tree:")
        return
    bare = int((rows["subjects"] == 0).sum())
    rows = rows[rows["subjects"] > 0]
    if rows.empty:
        st.info(f"No {one} here has a subject yet, so there are no levels.", icon=":material/account_tree:")
        return
    pages = -(-len(rows) // PAGE_ROWS)
    number = st.pagination(pages, key=f"{state.COVERAGE_PAGE}-{of}-{pages}") if pages > 1 else 1
    first = (number - 1) * PAGE_ROWS
    shown = rows.iloc[first : first + PAGE_ROWS]
    columns = [each.capitalize() for each in SUBJECT_LEVELS]
    empty = sum(int(((rows[each] == 0) & (rows[f"{each}_subjects"] > 0)).sum()) for each in SUBJECT_LEVELS)
    show_figure(
        heat_map(
            [_row(row) for row in _records(shown)],
            columns,
            title=f"Pairs by {one} and level of subject",
            most=int(rows[list(SUBJECT_LEVELS)].to_numpy().max()),
            narrow=is_narrow(),
            ground=ground(),
        ),
        key=f"heat-map-{of}-{number}",
        alt=f"Pairs of {count(len(shown))} {many} by level of subject: {_sums(shown)}.",
    )
    where = f"{count(first + 1)} to {count(first + len(shown))} of {count(len(rows))} {many}. " if pages > 1 else ""
    left_out = (
        f" {count(bare)} {one if bare == 1 else many} without a subject {'is' if bare == 1 else 'are'} left out."
        if bare
        else ""
    )
    st.caption(
        f"{where}A cell without a number has no subject of that level. {count(empty)} cells have subjects but no pair."
        f"{left_out}"
    )


def _records(rows: pd.DataFrame) -> Sequence[dict[str, Any]]:
    return [{str(key): value for key, value in record.items()} for record in rows.to_dict("records")]


def _row(row: dict[str, Any]) -> HeatRow:
    cells = []
    for each in SUBJECT_LEVELS:
        subjects, pairs = row[f"{each}_subjects"], row[each]
        said = f"{count(subjects)} {each} subject{'' if subjects == 1 else 's'}"
        cells.append(
            HeatCell(pairs, f"{said}, {count(pairs)} pair{'' if pairs == 1 else 's'}")
            if subjects
            else HeatCell(None, f"no {each} subject")
        )
    return HeatRow(row["name"], tuple(cells))


def _sums(rows: pd.DataFrame) -> str:
    return ", ".join(f"{each} {count(int(rows[each].sum()))}" for each in SUBJECT_LEVELS)
