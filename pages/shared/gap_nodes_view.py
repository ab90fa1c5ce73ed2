"""Which pairs are nearer to another subject than to their own, and which nodes keep together?"""

import pandas as pd
import streamlit as st

from glan_core.concept_gap_report import CLEAR, GapReport
from glan_core.entities import Filter
from glan_core.store.database import Cursor
from glan_core.store.searches import describe_pairs
from pages.shared import state
from pages.shared.coverage_plan import mark_of, ticked_rows
from pages.shared.filter_views import go_with
from pages.shared.formats import count, shortened
from pages.shared.workspace import Workspace

MOST_SHOWN = 200
_MOST_LISTED = 2_000  # pairs that a view names by their ids
_LEVELS = {"subject": "Subject", "discipline": "Discipline", "sub_field": "Sub-field", "field": "Field"}


def show_elsewhere(workspace: Workspace, cursor: Cursor, report: GapReport) -> None:
    """List the pairs that are clearly nearer to a key concept of another subject, with a way to Samples."""
    clear = report.elsewhere[report.elsewhere["is_clear"]]
    with st.expander(f"Pairs that lie elsewhere: {count(len(clear))}", key="gaps-elsewhere", on_change="rerun") as box:
        if not box.open:
            return
        st.caption(
            f"A key concept of another subject is nearer to them than all of their own, by {CLEAR} or more. "
            f"By any lead it is {count(len(report.elsewhere))} of {count(report.placed_pairs)} pairs whose subject has "
            "key concepts."
        )
        if clear.empty:
            return
        shown = clear.head(MOST_SHOWN)
        _show_pairs(workspace, cursor, shown, clear)


def _show_pairs(workspace: Workspace, cursor: Cursor, shown: pd.DataFrame, clear: pd.DataFrame) -> None:
    words = describe_pairs(cursor, shown["instruction_id"].tolist())
    table = shown.assign(
        question=[
            shortened(" ".join(words[key].question.split()), 160) if key in words else ""
            for key in shown["instruction_id"]
        ]
    )
    event = st.dataframe(
        table,
        key=f"gaps-elsewhere-{mark_of(shown['instruction_id'])}",
        hide_index=True,
        row_height=34,
        height=min(34 * len(table) + 38, 380),
        column_order=["question", "subject", "other_subject", "concept", "own_cosine", "cosine"],
        column_config={
            "question": st.column_config.TextColumn("Question", width=320),
            "subject": st.column_config.TextColumn("Made for", width=150),
            "other_subject": st.column_config.TextColumn("Nearer to", width=150),
            "concept": st.column_config.TextColumn("Nearest key concept", width=180),
            "own_cosine": st.column_config.NumberColumn("Own", format="%.3f", width=70),
            "cosine": st.column_config.NumberColumn("Other", format="%.3f", width=70),
        },
        on_select="rerun",
        selection_mode="multi-row",
        alt=f"{len(table)} pairs that are nearer to another subject, the most so first.",
    )
    ticked = ticked_rows(event.selection.rows, shown)
    chosen = ticked if len(ticked) else clear.head(_MOST_LISTED)
    rest = f" The table shows the first {count(len(shown))}." if len(clear) > len(shown) else ""
    st.button(
        f"List {count(len(chosen))} of them in Samples",
        key="gaps-to-samples",
        on_click=go_with,
        args=(workspace, Filter(instruction_ids=tuple(chosen["instruction_id"])), "pages/explore/samples.py"),
        kwargs={"source": "gaps"},
        help=f"Tick rows to list these alone.{rest}",
    )


def show_nodes(report: GapReport) -> None:
    """Show how well the pairs of nodes keep to what they teach, and which siblings can hardly be told apart."""
    with st.expander("How nodes keep together", key="gaps-nodes", on_change="rerun") as box:
        if not box.open:
            return
        level = st.segmented_control(
            "Level",
            list(_LEVELS),
            default="discipline",
            required=True,
            format_func=_LEVELS.__getitem__,
            key=state.GAPS_LEVEL,
            label_visibility="collapsed",
        )
        nodes = report.nodes[report.nodes["level"] == level].sort_values("cohesion", kind="stable")
        overlaps = report.overlaps[report.overlaps["level"] == level]
        one, other = st.columns(2, gap="medium")
        with one:
            st.markdown(
                "**Cohesion**", help="Mean cosine of a node's pairs to the centroid of its key concepts. Lowest first."
            )
            st.dataframe(
                nodes,
                hide_index=True,
                row_height=34,
                height=320,
                column_order=["name", "cohesion", "pairs"],
                column_config={
                    "name": st.column_config.TextColumn(_LEVELS[level], width=200),
                    "cohesion": st.column_config.NumberColumn("Cohesion", format="%.3f", width=90),
                    "pairs": st.column_config.NumberColumn("Pairs", format="localized", width=70),
                },
                alt="Nodes with their cohesion, the lowest first.",
            )
        with other:
            st.markdown(
                "**Overlap of siblings**",
                help="Share of the pairs of both that lie nearer to the other's centroid: 0 if they keep apart, one "
                "half if they cannot be told apart.",
            )
            if overlaps.empty:
                st.caption("No pair of this level lies nearer to a sibling.")
                return
            st.dataframe(
                overlaps.head(MOST_SHOWN).assign(percent=100 * overlaps["share"].head(MOST_SHOWN)),
                hide_index=True,
                row_height=34,
                height=320,
                column_order=["one", "other", "percent", "pairs"],
                column_config={
                    "one": st.column_config.TextColumn("One", width=140),
                    "other": st.column_config.TextColumn("Other", width=140),
                    "percent": st.column_config.NumberColumn("Overlap", format="%.0f %%", width=80),
                    "pairs": st.column_config.NumberColumn("Pairs", format="localized", width=70),
                },
                alt="Sibling nodes whose pairs lie among each other's, the largest share first.",
            )
