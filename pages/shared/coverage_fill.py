"""Which nodes are thin, and how do they get more pairs?"""

from typing import Any

import pandas as pd
import streamlit as st

from glan_core.lineage_coverage import Coverage, gaps_to_target, under_target, with_all_pairs
from pages.shared import state
from pages.shared.coverage_numbers import NODE_WORDS
from pages.shared.coverage_plan import MOST_GAPS, mark_of, plan_button, ticked_rows, wanted_in_all
from pages.shared.formats import count
from pages.shared.nodes import LEVEL_WORDS
from pages.shared.theme import TOOLS

_ROW_PIXELS, _HEAD_PIXELS, _MOST_PIXELS = 34, 38, 560
_EACH, _MOST_EACH = 5, 1_000
_COLUMNS = [
    *("name", "pairs", "target", "fill", "accepted"),
    *("unused_key_concepts", "key_concepts", "unused_class_sessions", "above"),
]


def show_fill(nodes: pd.DataFrame, coverage: Coverage, standing: pd.DataFrame) -> None:
    """List the nodes of a level, those with the fewest pairs first, and plan for the ticked ones or all that lack.

    A filter narrows `nodes` to some pairs; `standing` are the same nodes with all, by which they have reached a target.
    """
    one, many = NODE_WORDS[coverage.level]
    rows = nodes[nodes["level"] == coverage.level].sort_values("pairs", kind="stable").reset_index(drop=True)
    if rows.empty:
        st.info(f"No {one} fits this filter. Choose another level.", icon=":material/account_tree:")
        return
    whole = with_all_pairs(rows, standing)
    lacking = under_target(whole)
    bar = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    st.space(TOOLS)
    picked = st.dataframe(
        rows.assign(fill=100 * whole["fill"]),
        key=f"{state.COVERAGE_TABLE}-{coverage.level}-{mark_of(rows['node_id'])}",
        hide_index=True,
        row_height=_ROW_PIXELS,
        height=min(_HEAD_PIXELS + _ROW_PIXELS * len(rows), _MOST_PIXELS),
        placeholder="none",
        column_order=[column for column in _COLUMNS if column != "above" or coverage.level != "field"],
        column_config=_columns(coverage),
        on_select="rerun",
        selection_mode="multi-row",
        lazy=False,
        alt=f"{count(len(rows))} {many} with pairs, target, fill and what was never used, fewest pairs first.",
    )
    ticked = ticked_rows(picked.selection.rows, whole)
    with bar:
        _show_plans(coverage, ticked, lacking)
    st.caption(f"Tick {many} to plan pairs for them. {_said(coverage, len(lacking))}")


def _show_plans(coverage: Coverage, ticked: pd.DataFrame, lacking: pd.DataFrame) -> None:
    each = st.number_input(  # always there: a field that comes with a tick would push the table away under the mouse
        "Pairs each",
        1,
        _MOST_EACH,
        _EACH,
        key=state.COVERAGE_EACH,
        width=140,
        help="For ticked rows that have no target or have reached it. The others get what they lack to theirs.",
    )
    gaps = gaps_to_target(ticked, otherwise=int(each))
    number = len(ticked)
    word = f"Plan {wanted_in_all(gaps)} for {'this' if number == 1 else f'these {count(number)}'}"
    plan_button(
        word if number else "Plan for these",
        gaps,
        key="coverage-plan-these",
        grows=bool((ticked["syllabi"] == 0).any()),
        primary=bool(number),
    )
    most = lacking.head(MOST_GAPS)
    all_gaps = gaps_to_target(most, otherwise=1)
    label = f"All {count(len(lacking))} under target"
    if len(most) < len(lacking):
        label = f"The {MOST_GAPS} that lack most, of {count(len(lacking))} under target"
    if len(lacking):
        plan_button(
            f"{label}: {wanted_in_all(all_gaps)}",
            all_gaps,
            key="coverage-plan-lacking",
            grows=bool((most["syllabi"] == 0).any()),
        )


def _said(coverage: Coverage, under: int) -> str:
    one, many = NODE_WORDS[coverage.level]
    nodes = coverage.spread.nodes
    if coverage.level == "subject":
        return "Subjects have no targets of their own; those of their disciplines stand one level up."
    if not coverage.targets:
        return f"No {one} here has a target, so its fill is not known. Targets are set on the Taxonomy page."
    missing = nodes - coverage.targets
    without = f" {count(missing)} of {count(nodes)} {many} have no target." if missing else ""
    return f"{count(under)} of {count(coverage.targets)} with a target are under it.{without}"


def _columns(coverage: Coverage) -> dict[str, Any]:
    column = st.column_config
    return {
        "name": column.TextColumn(LEVEL_WORDS[coverage.level][0], width=190),
        "above": column.TextColumn("In", width=150),
        "pairs": column.NumberColumn("Pairs", format="localized", width=66, help="Questions with an answer."),
        "target": column.NumberColumn(
            "Target",
            format="localized",
            width=68,
            help="Pairs wanted: its own number or, where it has none, what is wanted below it.",
        ),
        "fill": column.ProgressColumn(
            "Fill",
            format="%.0f %%",
            min_value=0,
            max_value=100,
            width=112,
            help="All pairs over the target, at most 100 %: a filter of pairs does not narrow it.",
        ),
        "accepted": column.NumberColumn("Accepted", format="localized", width=80, help="Pairs that a review accepted."),
        "unused_key_concepts": column.NumberColumn(
            "Concepts left", format="localized", width=104, help="Key concepts that no question was drawn from."
        ),
        "key_concepts": column.NumberColumn(
            "Of", format="localized", width=54, help="Key concepts of the current syllabi in all."
        ),
        "unused_class_sessions": column.NumberColumn(
            "Sessions left", format="localized", width=104, help="Class sessions that no question was drawn from."
        ),
    }
