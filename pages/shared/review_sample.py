"""How good is each branch, by a sample, and which branch is not to be generated below for now?"""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from glan_core.entities import Filter
from glan_core.review_sample import acceptance_of
from glan_core.store.branch_holds import HeldBranch, list_held_branches, set_held
from glan_core.store.database import Cursor
from glan_core.store.review_queues import By
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.filter_bar import show_no_pair
from pages.shared.formats import ago, count
from pages.shared.review_queue import Draw, find_sample
from pages.shared.workspace import Workspace

BY_WORDS: dict[By, str] = {
    "field": "Field",
    "sub_field": "Sub-field",
    "discipline": "Discipline",
    "subject": "Subject",
    "run": "Run",
    "model": "Model",
    "prompt": "Prompt version",
}
DEFAULT_EACH, MOST_EACH = 20, 1_000
_DEFAULT_THRESHOLD = 80
_BRANCHES: tuple[By, ...] = ("field", "sub_field", "discipline")
_SAYS = {"above": "Above", "below": "Below", "open": "Open"}
_ROW_PIXELS, _HEAD_PIXELS, _MOST_PIXELS = 34, 38, 560
_READING = """
**How it is drawn.** Of every branch the pairs with the lowest hash of seed and id are taken: the same seed draws the
same ones, and a larger sample holds the smaller one. Within a branch every pair is as likely as any other.

**What counts.** The newest review of a pair that was not taken back. An edited pair counts as not accepted, as it was
not good as it came. What was decided in bulk does not count.

**The interval** is that of Wilson (1927) at 95 %, without continuity correction. It takes what was reviewed so far for
a random part of the sample, which it is as long as you go through the queue *Sample of each branch* in its order.

**More to decide**: so many more pairs tell the share from the threshold, if it stays as it is now.
"""


def choose_draw() -> tuple[By, int]:
    """Let the visitor say of what the sample is drawn, and how many of each."""
    by: By = st.selectbox(
        "Of each",
        list(BY_WORDS),
        format_func=lambda each: BY_WORDS[each],
        key=state.REVIEW_BY,
        bind="query-params",
        width=170,
    )
    each = st.number_input(
        "Pairs of each", 1, MOST_EACH, DEFAULT_EACH, key=state.REVIEW_EACH, bind="query-params", width=130
    )
    return by, int(each)


def show_sample(
    workspace: Workspace, cursor: Cursor, filter_: Filter, draw: Draw, *, threshold: int, reviewer: str
) -> None:
    """Show the share of good pairs of each branch with its interval, and let branches be held."""
    sample = find_sample(workspace, cursor, filter_, draw)
    if sample.empty:
        show_no_pair()
        return
    rows = acceptance_of(cursor, sample, threshold=threshold / 100)
    reviewed = int(rows["reviewed"].sum())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            f"{count(reviewed)} of {count(len(sample))} sampled pairs reviewed, seed {draw.seed}.", width="content"
        )
        st.button(
            "Review the sample",
            icon=":material/arrow_forward:",
            type="primary" if reviewed < len(sample) else "secondary",
            on_click=_review_sample,
        )
    held = list_held_branches(cursor)
    chosen = _show_table(rows, draw, held)
    if draw.by in _BRANCHES:
        _show_holding(workspace, rows, chosen, held, threshold=threshold, reviewer=reviewer)
    with st.expander("How to read this"):
        st.markdown(_READING)


def choose_threshold() -> int:
    """Let the visitor say which share of good pairs is wanted, in percent."""
    return int(
        st.number_input(
            "Good pairs wanted, in percent",
            1,
            99,
            _DEFAULT_THRESHOLD,
            key=state.REVIEW_THRESHOLD,
            bind="query-params",
            width=220,
            help="A branch is told to be above or below once its whole interval is.",
        )
    )


def _show_table(rows: pd.DataFrame, draw: Draw, held: tuple[HeldBranch, ...]) -> list[int]:
    ids = {branch.taxonomy_node_id for branch in held}
    percent = {column: 100 * rows[column] for column in ("share", "lower", "upper")}
    table = pd.DataFrame(
        {
            BY_WORDS[draw.by]: rows["name"],
            "Pairs": rows["pairs"],
            "Sampled": rows["sampled"],
            "n": rows["reviewed"],
            "Accepted": rows["accepted"],
            "Edited": rows["edited"],
            "Rejected": rows["rejected"],
            "Share": percent["share"],
            "From": percent["lower"].where(rows["reviewed"] > 0),
            "To": percent["upper"].where(rows["reviewed"] > 0),
            "Says": [
                "Held" if key in ids else _SAYS[says] for key, says in zip(rows["stratum"], rows["says"], strict=True)
            ],
            "More to decide": rows["more"],
        }
    )
    number, column = st.column_config.NumberColumn, st.column_config.TextColumn
    shown = st.dataframe(
        table,
        key=f"{state.REVIEW_TABLE}-{draw.by}-{draw.seed}-{draw.each}-{len(rows)}",
        hide_index=True,
        row_height=_ROW_PIXELS,
        height=min(_HEAD_PIXELS + _ROW_PIXELS * len(rows), _MOST_PIXELS),
        placeholder="–",
        column_config={
            BY_WORDS[draw.by]: column(width=170, pinned=True),
            **{
                name: number(width=74, format="localized")
                for name in ("Pairs", "Sampled", "Accepted", "Edited", "Rejected")
            },
            "n": number(width=50, format="localized", help="Sampled pairs that were reviewed."),
            "Share": number(width=66, format="%.0f %%", help="Accepted as they came, of the reviewed ones."),
            "From": number(width=62, format="%.0f %%", help="Lower end of the interval of Wilson, 95 %."),
            "To": number(width=62, format="%.0f %%", help="Upper end of the interval of Wilson, 95 %."),
            "Says": column(width=66, help="Whether the whole interval is above or below the threshold."),
            "More to decide": number(
                width=110, format="localized", help="Empty: nothing was reviewed, or the share is at the threshold."
            ),
        },
        on_select="rerun",
        selection_mode="multi-row",
        alt="Branches with the share of good pairs, its interval, and how many more reviews tell.",
    )
    return [row for row in shown.selection.rows if row < len(rows)]


def _show_holding(
    workspace: Workspace,
    rows: pd.DataFrame,
    chosen: list[int],
    held: tuple[HeldBranch, ...],
    *,
    threshold: int,
    reviewer: str,
) -> None:
    ids = {branch.taxonomy_node_id for branch in held}
    weak = [row for row in chosen if rows["says"].iloc[row] == "below"]
    to_hold = [str(rows["stratum"].iloc[row]) for row in weak if rows["stratum"].iloc[row] not in ids]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            f"Hold {count(len(to_hold))}" if to_hold else "Hold",
            icon=":material/front_hand:",
            disabled=not to_hold or not reviewer,
            on_click=_hold,
            args=(workspace, to_hold),
            kwargs={"is_held": True, "reviewer": reviewer, "reason": f"Below {threshold} %"},
        )
        st.caption(
            "Tick branches that say Below, so whose whole interval is below the threshold, to hold them: a mark that "
            "nothing should be generated there until it is let go."
        )
    for branch in held:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge("Held", icon=":material/front_hand:", color="orange")
            st.markdown(plain(f"{branch.name}, by {branch.reviewer} {ago(branch.held_at)}"), width="content")
            st.button(
                "Let go",
                key=f"let-go-{branch.taxonomy_node_id}",
                type="tertiary",
                disabled=not reviewer,
                on_click=_hold,
                args=(workspace, [branch.taxonomy_node_id]),
                kwargs={"is_held": False, "reviewer": reviewer, "reason": ""},
            )


def _hold(workspace: Workspace, node_ids: list[str], *, is_held: bool, reviewer: str, reason: str) -> None:
    cursor = workspace.database.cursor()
    with workspace.database.writing:
        set_held(cursor, node_ids, is_held=is_held, reviewer=reviewer, at=datetime.now(UTC), reason=reason)
    cursor.close()


def _review_sample() -> None:
    st.session_state[state.REVIEW_QUEUE] = "sample"
    st.session_state[state.REVIEW_TAB] = "Review"
    st.query_params.pop("card", None)
