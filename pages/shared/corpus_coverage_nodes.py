"""Which nodes does a corpus have more of than you, or less, and how do they get pairs?"""

from typing import Any

import pandas as pd
import streamlit as st

from glan_core.corpora.node_coverage import lacking_gaps
from glan_core.entities import Filter
from pages.shared import state
from pages.shared.corpus_coverage_numbers import CorpusCounts
from pages.shared.coverage_numbers import NODE_WORDS, read_cached_coverage
from pages.shared.coverage_plan import MOST_GAPS, mark_of, plan_button, ticked_rows, wanted_in_all
from pages.shared.formats import count
from pages.shared.nodes import LEVEL_WORDS
from pages.shared.theme import TOOLS
from pages.shared.workspace import Workspace

_ROW_PIXELS, _HEAD_PIXELS, _MOST_PIXELS = 34, 38, 560
_EACH, _MOST_EACH = 5, 1_000
_FIRST = {"you_lack": "You lack most", "they_lack": "They lack most", "rows": "Fewest rows"}
_ALONE = ["name", "rows", "percent", "own_percent", "they_lack", "you_lack", "mean_confidence", "above"]
_WITHOUT_OWN = ["name", "rows", "percent", "mean_confidence", "above"]
_BESIDE = ["name", "rows_at_n", "own_at_n", "they_lack", "you_lack", "mean_confidence", "above"]


def show_corpus_nodes(workspace: Workspace, counts: CorpusCounts, level: str, *, is_beside: bool) -> None:
    """List the nodes of a level with both sides, and plan for the ticked ones or all that the own set lacks."""
    one, many = NODE_WORDS[level]
    has_own = counts.compared.own_pairs > 0
    first = _choose_first() if has_own else "rows"
    rows = counts.nodes[counts.nodes["level"] == level]
    rows = rows.sort_values(first, ascending=first == "rows", kind="stable").reset_index(drop=True)
    bar = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    st.space(TOOLS)
    columns = _WITHOUT_OWN if not has_own else _BESIDE if is_beside else _ALONE
    picked = st.dataframe(
        rows.assign(percent=100 * rows["share"], own_percent=100 * rows["own_share"]),
        key=f"{state.COVERAGE_TABLE}-{level}-{mark_of(rows['node_id'])}",
        hide_index=True,
        row_height=_ROW_PIXELS,
        height=min(_HEAD_PIXELS + _ROW_PIXELS * len(rows), _MOST_PIXELS),
        placeholder="none",
        column_order=[column for column in columns if column != "above" or level != "field"],
        column_config=_columns(counts, level),
        on_select="rerun",
        selection_mode="multi-row",
        lazy=False,
        alt=f"{count(len(rows))} {many} with rows of the corpus, pairs of yours, and what either side lacks.",
    )
    with bar:
        _show_plans(workspace, rows, ticked_rows(picked.selection.rows, rows))
    lacks = (
        f"What a side lacks is told at n = {count(counts.compared.n)} of each: "
        f"so many more of the other side's n lie in the {one}."
        if has_own
        else "No pair of yours counts here, so what either side lacks is not known."
    )
    st.caption(f"Tick {many} to plan pairs for them. {lacks}")


def _choose_first() -> str:
    return st.segmented_control(
        "Listed first",
        list(_FIRST),
        default="you_lack",
        required=True,
        format_func=_FIRST.__getitem__,
        key=state.COVERAGE_LACK,
        label_visibility="collapsed",
    )


def _show_plans(workspace: Workspace, rows: pd.DataFrame, ticked: pd.DataFrame) -> None:
    each = st.number_input(
        "Pairs each",
        1,
        _MOST_EACH,
        _EACH,
        key=state.COVERAGE_EACH,
        width=140,
        help="For ticked rows of which you lack nothing. The others get what you lack, rounded up.",
    )
    courses = read_cached_coverage(workspace, workspace.cursor(), Filter()).set_index("node_id")["syllabi"]
    gaps = lacking_gaps(ticked, otherwise=int(each))
    number = len(ticked)
    word = f"Plan {wanted_in_all(gaps)} for {'this' if number == 1 else f'these {count(number)}'}"
    plan_button(
        word if number else "Plan for these",
        gaps,
        key="corpus-plan-these",
        grows=_is_bare(courses, ticked),
        primary=bool(number),
    )
    lacking = rows[rows["you_lack"] >= 1].sort_values("you_lack", ascending=False, kind="stable")
    most = lacking.head(MOST_GAPS)
    every = lacking_gaps(most, otherwise=1)
    label = f"All {count(len(lacking))} that you lack"
    if len(most) < len(lacking):
        label = f"The {MOST_GAPS} that you lack most, of {count(len(lacking))}"
    if len(lacking):
        plan_button(f"{label}: {wanted_in_all(every)}", every, key="corpus-plan-lacking", grows=_is_bare(courses, most))


def _is_bare(courses: pd.Series, rows: pd.DataFrame) -> bool:
    """Say whether one of these nodes has no syllabus to draw from."""
    return bool((courses.reindex(rows["node_id"]).fillna(0) == 0).any())


def _columns(counts: CorpusCounts, level: str) -> dict[str, Any]:
    column = st.column_config
    compared = counts.compared
    of_n = f"Of n = {count(compared.n)}."
    return {
        "name": column.TextColumn(LEVEL_WORDS[level][0], width=190),
        "above": column.TextColumn("In", width=150),
        "rows": column.NumberColumn("Its rows", format="localized", width=80),
        "percent": column.NumberColumn(
            "Share", format="%.1f %%", width=74, help=f"Of its {count(compared.rows)} rows that count."
        ),
        "own_percent": column.NumberColumn(
            "Your share",
            format="%.1f %%",
            width=90,
            help=f"Of {count(compared.own_pairs)} pairs of yours, placed by meaning in the same way.",
        ),
        "rows_at_n": column.NumberColumn("Its rows", format="%.1f", width=84, help=of_n),
        "own_at_n": column.NumberColumn("Your pairs", format="%.1f", width=90, help=of_n),
        "they_lack": column.NumberColumn("They lack", format="%.1f", width=84, help=f"Yours less theirs. {of_n}"),
        "you_lack": column.NumberColumn("You lack", format="%.1f", width=80, help=f"Theirs less yours. {of_n}"),
        "mean_confidence": column.NumberColumn(
            "Confidence", format="%.2f", width=92, help="On average, 0 to 1: how likely its rows belong there."
        ),
    }
