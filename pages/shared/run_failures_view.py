"""What did a run give up on, item by item, and what can be tried again?"""

from collections import Counter

import pandas as pd
import streamlit as st

from glan_core.entities import Failure, Run
from glan_core.store.failures import list_open_failures
from glan_core.store.runs import run_errors
from pages.shared import state
from pages.shared.failures_view import reason, show_call_errors
from pages.shared.feedback import plain
from pages.shared.formats import count, shortened
from pages.shared.plan_view import STAGE_WORDS
from pages.shared.run_control import can_go_on, show_try_again
from pages.shared.run_view import is_run_at_work
from pages.shared.workspace import Workspace

PAGE_ROWS = 50
_MOST_LETTERS = 300


def show_failed_items(workspace: Workspace, run: Run) -> None:
    """Show failures by stage and kind, and item by item; each kind and each item can be tried again alone."""
    cursor = workspace.cursor()
    failures = list_open_failures(cursor, run.run_id)
    can_try = can_go_on(workspace, run.run_id) and not is_run_at_work(workspace, run.run_id)
    if not failures:
        st.caption("Nothing that this run was to make has failed.")
    elif not can_go_on(workspace, run.run_id):
        st.caption("The plan of this run is not here, so nothing of it can be tried again.")
    elif not can_try:
        st.caption("What failed can be tried again when the run has ended.")
    kinds = Counter((failure.stage, failure.error_kind) for failure in failures)
    for (stage, kind), number in kinds.most_common():
        of_kind = [each for each in failures if (each.stage, each.error_kind) == (stage, kind)]
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(gap="xsmall"):
                st.markdown(f"**{count(number)} of the {STAGE_WORDS[stage]}**: {plain(reason(kind))}")
                st.caption(plain(shortened(of_kind[0].message, _MOST_LETTERS)))
            if can_try:
                show_try_again(workspace, run.run_id, of_kind, label="Try these again", key=f"{stage}-{kind}")
    if failures:
        _show_items(workspace, run, failures, can_try=can_try)
    errors = run_errors(cursor, run.run_id)
    if len(errors):
        show_call_errors(errors)


def _show_items(workspace: Workspace, run: Run, failures: tuple[Failure, ...], *, can_try: bool) -> None:
    table = st.container()
    number = 1
    if len(failures) > PAGE_ROWS:
        number = st.pagination(-(-len(failures) // PAGE_ROWS), key=state.RUN_FAILURES_PAGE)
    before = (number - 1) * PAGE_ROWS
    shown = failures[before : before + PAGE_ROWS]
    with table:
        picked = st.dataframe(
            pd.DataFrame(
                {
                    "Item": [failure.item_id[:6] for failure in shown],
                    "Stage": [STAGE_WORDS[failure.stage] for failure in shown],
                    "Reason": [reason(failure.error_kind) for failure in shown],
                    "What was said": [shortened(failure.message, _MOST_LETTERS) for failure in shown],
                }
            ),
            key=f"{state.RUN_FAILURES_TABLE}-{run.run_id}-{number}",
            hide_index=True,
            on_select="rerun",
            selection_mode="single-row",
            alt="The items that failed, with the reason.",
        )
    hint = " Tick one to try it again alone." if can_try else ""
    st.caption(f"{count(before + 1)} to {count(before + len(shown))} of {count(len(failures))} items.{hint}")
    rows = picked.selection.rows
    if can_try and rows and rows[0] < len(shown):
        show_failed_item(workspace, run, shown[rows[0]])


def show_failed_item(workspace: Workspace, run: Run, failure: Failure) -> None:
    """Show one item that failed, and offer to try it again alone."""
    with st.container(border=True):
        st.text(failure.message or "Nobody said why.")
        show_try_again(workspace, run.run_id, [failure], label="Try this one again", key=failure.item_id)
