"""Whose answers does a judge like better, by field and discipline?"""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from glan_core.entities import Filter
from glan_core.insight.judge_means import Duel
from glan_core.judge_report import ComparedBranch, compare_models
from glan_core.judge_settings import UNFIT, is_fit_to_judge
from glan_core.store.comparisons import Rivalry
from glan_core.store.database import Cursor
from pages.shared.feedback import plain
from pages.shared.formats import count
from pages.shared.judge_scores import interval_words

_FIELDS, _DISCIPLINES = "By field", "By discipline"


def show_duels(cursor: Cursor, filter_: Filter, rivalries: Sequence[Rivalry], *, version: str) -> None:
    """Show how the answers of the pairs did beside those of another model."""
    rivalry = rivalries[0]
    if len(rivalries) > 1:
        rivalry = st.selectbox(
            "Compared with",
            rivalries,
            format_func=lambda each: f"{each.compared_model}, judged by {each.judge}, n = {count(each.pairs)}",
            key="judge-rivalry",
        )
    else:
        st.caption(plain(f"Compared with {rivalry.compared_model}, judged by {rivalry.judge}."))
    if not is_fit_to_judge(rivalry.judge):
        st.warning(UNFIT, icon=":material/warning:")
    rows = _rows(version, cursor, filter_, rivalry.compared_model, rivalry.judge)
    if rivalry.half:
        st.caption(f"{count(rivalry.half)} more were judged in one order only, and count nowhere.")
    if not rows:
        st.info("No pair was judged in both orders yet.", icon=":material/balance:")
        return
    _show_whole(rows[0].duel, rivalry.compared_model)
    by = st.segmented_control(
        "Rows",
        [_FIELDS, _DISCIPLINES],
        default=_FIELDS,
        required=True,
        key="judge-rows",
        label_visibility="collapsed",
    )
    frame = duel_frame([row for row in rows if bool(row.discipline) == (by == _DISCIPLINES)])
    _show_table(frame)
    st.caption(
        "A gap is the score of the pair's answer less that of the other model, as the mean of both orders; above 0 the "
        "pair's is better. The eight fields are the groups of the paper's table."
    )


def duel_frame(rows: Sequence[ComparedBranch]) -> pd.DataFrame:
    """Give the rows of the table: Where, Win, Tie, Loss, Ours, Other, Gap, 95 % and n."""
    return pd.DataFrame(
        {
            "Where": [row.discipline or row.group or "All pairs" for row in rows],
            "Win": [row.duel.wins for row in rows],
            "Tie": [row.duel.ties for row in rows],
            "Loss": [row.duel.losses for row in rows],
            "Ours": [row.duel.score for row in rows],
            "Other": [row.duel.compared_score for row in rows],
            "Gap": [row.duel.gap.mean for row in rows],
            "95 %": [_range(row.duel) for row in rows],
            "n": [row.duel.n for row in rows],
        }
    )


def _show_whole(duel: Duel, compared_model: str) -> None:
    with st.grid(4, min_column_width=140, gap="small"):
        st.metric(
            "Mean gap",
            f"{duel.gap.mean:+.2f}",
            border=True,
            help=f"{duel.score:.2f} less {duel.compared_score:.2f} of {plain(compared_model)}; "
            f"{interval_words(duel.gap)}, n = {count(duel.n)}.",
        )
        lower, upper = duel.win_share
        st.metric(
            "Wins",
            f"{100 * duel.wins / duel.n:.0f} %",
            border=True,
            help=f"{duel.wins:,} wins, {duel.ties:,} ties and {duel.losses:,} losses of {count(duel.n)} pairs. Of the "
            f"wins 95 %: {100 * lower:.0f} to {100 * upper:.0f} % (Wilson).",
        )
        st.metric(
            "Orders disagree",
            f"{100 * duel.contradictions / duel.n:.0f} %",
            border=True,
            help="The share of pairs where one order favours the one answer, and the other order the other. "
            f"n = {count(duel.n)}.",
        )
        st.metric(
            "First place is worth",
            f"{duel.first_place:+.2f}",
            border=True,
            help="Points that the judge gives to an answer for standing first, on average. Both orders together take "
            f"it out of the gap. n = {count(duel.n)}.",
        )


def _show_table(frame: pd.DataFrame) -> None:
    columns = st.column_config
    points = {name: columns.NumberColumn(format="%.2f", width=70) for name in ("Ours", "Other")}
    counts = {name: columns.NumberColumn(format="localized", width=62) for name in ("Win", "Tie", "Loss", "n")}
    st.dataframe(
        frame,
        hide_index=True,
        row_height=34,
        height=min(34 * len(frame) + 38, 420),
        column_config={
            "Where": columns.TextColumn(pinned=True, width=170),
            **points,
            **counts,
            "Gap": columns.NumberColumn(format="%+.2f", width=70),
            "95 %": columns.TextColumn(alignment="right", width=120, help="Student's interval of the mean gap."),
        },
        alt="Wins, ties, losses and the mean gap of both models' answers.",
    )


def _range(duel: Duel) -> str:
    gap = duel.gap
    return "–" if gap.lower is None or gap.upper is None else f"{gap.lower:+.2f} to {gap.upper:+.2f}"


@st.cache_data(max_entries=20, show_spinner=False, hash_funcs={Filter: repr})
def _rows(
    version: str, _cursor: Cursor, filter_: Filter, compared_model: str, judge: str
) -> tuple[ComparedBranch, ...]:
    return compare_models(_cursor, filter_, compared_model=compared_model, judge=judge)
