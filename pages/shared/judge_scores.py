"""What did one judge give: how the scores lie, where they are low, and why?"""

import pandas as pd
import streamlit as st

from glan_core.entities import Filter
from glan_core.figures.score_histogram import score_histogram
from glan_core.insight.judge_means import Mean
from glan_core.judge_report import WHOLE, BranchMean, Scores, read_branch_means, read_scores
from glan_core.judgements import ASPECTS
from glan_core.store.database import Cursor
from glan_core.store.judgements import list_lowest_scored
from pages.shared.feedback import plain
from pages.shared.formats import ago, count, shortened
from pages.shared.page_button import page_button
from pages.shared.theme import ground, show_figure
from pages.shared.workspace import Workspace

LOW = 5
"""Scores below it are drawn as low."""
_LOWEST = 8
_LETTERS = 600
_LEVELS = {"field": "Field", "sub_field": "Sub-field", "discipline": "Discipline", "subject": "Subject"}
_ABOUT = {
    WHOLE: "The answer as a whole.",
    "helpfulness": "Whoever asked can go on with it.",
    "relevance": "It keeps to what was asked.",
    "accuracy": "What it states is true, and its steps are right.",
    "detail": "It goes as deep as the question needs.",
}


def show_scores(workspace: Workspace, filter_: Filter, judge: str, *, version: str) -> None:
    """Show the means, the histogram, the means by branch and the lowest scored pairs."""
    cursor = workspace.cursor()
    scores = _scores(version, cursor, filter_, judge)
    if scores is None:
        return
    with st.grid(5, min_column_width=120, gap="small"):
        for name, mean in scores.means.items():
            st.metric(
                "Score" if name == WHOLE else name.capitalize(),
                f"{mean.mean:.2f}",
                border=True,
                help=f"{_ABOUT[name]} Mean of 1 to 10, {interval_words(mean)}, n = {count(mean.n)}.",
            )
    show_figure(
        score_histogram(scores.counts[WHOLE], low=LOW, ground=ground()),
        key="judge-histogram",
        alt="The share of judged pairs by their score from 1 to 10.",
    )
    low = sum(pairs for score, pairs in scores.counts[WHOLE].items() if score < LOW)
    st.caption(f"n = {count(scores.n)}. {count(low)} of them have less than {LOW}, drawn in colour.")
    _show_branches(version, cursor, filter_, judge)
    _show_lowest(cursor, filter_, judge)


def interval_words(mean: Mean) -> str:
    """Say between which numbers a mean lies with 95 % confidence."""
    if mean.lower is None or mean.upper is None:
        return "no interval, as there is one value or all are the same"
    return f"95 %: {mean.lower:.2f} to {mean.upper:.2f}"


def branch_frame(rows: tuple[BranchMean, ...], level: str) -> pd.DataFrame:
    """Give the rows of the table of branches: the name, Mean, 95 % and n."""
    return pd.DataFrame(
        {
            _LEVELS[level]: [row.name for row in rows],
            "Mean": [row.score.mean for row in rows],
            "95 %": [_range(row.score) for row in rows],
            "n": [row.score.n for row in rows],
        }
    )


def _show_branches(version: str, cursor: Cursor, filter_: Filter, judge: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Mean score by branch**, lowest first", width="stretch")
        level = st.segmented_control(
            "Level",
            list(_LEVELS),
            default="discipline",
            required=True,
            format_func=_LEVELS.__getitem__,
            key="judge-level",
            label_visibility="collapsed",
        )
    frame = branch_frame(_branches(version, cursor, filter_, judge, level), level)
    columns = st.column_config
    st.dataframe(
        frame,
        hide_index=True,
        row_height=34,
        height=min(34 * len(frame) + 38, 310),
        column_config={
            "Mean": columns.NumberColumn(format="%.2f", width=80),
            "95 %": columns.TextColumn(alignment="right", width=120, help="Student's interval of the mean."),
            "n": columns.NumberColumn(format="localized", width=70, help="Judged pairs."),
        },
        alt="The mean score of each branch with its interval and number of pairs.",
    )


def _show_lowest(cursor: Cursor, filter_: Filter, judge: str) -> None:
    st.markdown("**Lowest scored**, with the judge's reasons")
    for row in list_lowest_scored(cursor, filter_, judge, limit=_LOWEST).to_dict("records"):
        with st.container(border=True, gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.badge(f"{row['score']} of 10", color="red" if row["score"] < LOW else "gray")
                st.caption(
                    plain(f"{row['discipline']} › {row['subject']}, judged {ago(row['judged_at'])}"), width="stretch"
                )
                page_button(
                    "Open",
                    "pages/explore/samples.py",
                    {"pair": row["instruction_id"]},
                    key=f"judge-open-{row['answer_id']}",
                    type="tertiary",
                    icon=":material/open_in_new:",
                )
            st.markdown(f"**{plain(shortened(row['instruction'], _LETTERS))}**")
            st.text(shortened(row["answer"], _LETTERS))
            st.caption(", ".join(f"{name} {row[name]}" for name in ASPECTS))
            st.info(plain(row["reason"]) or "No reason was given.", icon=":material/gavel:")


def _range(mean: Mean) -> str:
    return "–" if mean.lower is None or mean.upper is None else f"{mean.lower:.2f} to {mean.upper:.2f}"


@st.cache_data(max_entries=20, show_spinner=False, hash_funcs={Filter: repr})
def _scores(version: str, _cursor: Cursor, filter_: Filter, judge: str) -> Scores | None:
    return read_scores(_cursor, filter_, judge)


@st.cache_data(max_entries=20, show_spinner=False, hash_funcs={Filter: repr})
def _branches(version: str, _cursor: Cursor, filter_: Filter, judge: str, level: str) -> tuple[BranchMean, ...]:
    return read_branch_means(_cursor, filter_, judge, level=level)
