"""What did a run give up on, item by item, and what can be tried again?"""

from collections import Counter
from pathlib import Path

import pandas as pd
import streamlit as st

from glan_core.entities import Failure, Run
from glan_core.errors import GlanError
from glan_core.planning.plan import plan_from_data
from glan_core.runs.failed_items import FailedItem, PlannedItem, describe_failed_items, find_planned_items
from glan_core.runs.journal import read_plan
from glan_core.store.database import Cursor
from glan_core.store.failures import list_open_failures, list_unanswered_instructions
from glan_core.store.runs import run_errors
from pages.shared import state
from pages.shared.failures_view import reason, show_call_errors
from pages.shared.feedback import plain
from pages.shared.formats import count, shortened
from pages.shared.run_control import can_go_on, folder_of, show_try_again
from pages.shared.run_view import is_run_at_work
from pages.shared.stage_words import STAGE_WORDS
from pages.shared.workspace import Workspace

PAGE_ROWS = 50
_MOST_LETTERS = 300
_ITEM_LETTERS = 120  # of a question in the list
_GROWN = {
    "taxonomy": "What is missing below",
    "subjects": "Subjects of",
    "syllabus": "Syllabus of",
    "class_details": "Class details of",
}
_JUDGED = {
    "compared_answers": "The other model's answer to a question",
    "judge": "The judgement of a pair",
    "compare": "The comparison of two answers",
}
_REGENERATED = {
    "regenerated_instructions": "A question in place of a rejected one",
    "regenerated_answers": "An answer in place of a rejected one",
}


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
    cursor = workspace.cursor()
    items = describe_failed_items(cursor, shown, _planned(workspace, cursor, run, failures))
    with table:
        picked = st.dataframe(
            pd.DataFrame(
                {
                    "Item": [item_words(failure, items[failure.item_id]) for failure in shown],
                    "Where": [items[failure.item_id].place or "–" for failure in shown],
                    "Stage": [STAGE_WORDS[failure.stage].capitalize() for failure in shown],
                    "Reason": [reason(failure.error_kind) for failure in shown],
                    "What was said": [shortened(failure.message, _MOST_LETTERS) for failure in shown],
                }
            ),
            key=f"{state.RUN_FAILURES_TABLE}-{run.run_id}-{number}",
            hide_index=True,
            column_config={
                "Item": st.column_config.TextColumn(width=320, help="What was to be made."),
                "Where": st.column_config.TextColumn(
                    width=160, help="The subject that it is about, or the node that was to grow."
                ),
                "Stage": st.column_config.TextColumn(width=100),
                "Reason": st.column_config.TextColumn(width=240),
                "What was said": st.column_config.TextColumn(width=320),
            },
            on_select="rerun",
            selection_mode="single-row",
            alt="The items that failed, with the reason.",
        )
    hint = " Tick one to try it again alone." if can_try else ""
    st.caption(f"{count(before + 1)} to {count(before + len(shown))} of {count(len(failures))} items.{hint}")
    rows = picked.selection.rows
    if can_try and rows and rows[0] < len(shown):
        chosen = shown[rows[0]]
        show_failed_item(workspace, run, chosen, items[chosen.item_id])


def item_words(failure: Failure, item: FailedItem) -> str:
    """Say what was to be made, as far as it is known."""
    if failure.stage == "answers":
        return f"Answer to: {shortened(item.question, _ITEM_LETTERS)}" if item.question else "An answer"
    if failure.stage == "instructions":
        return f"Question about {' and '.join(item.class_sessions)}" if item.class_sessions else "A question"
    if failure.stage in _JUDGED | _REGENERATED:
        return (_JUDGED | _REGENERATED)[failure.stage]
    return f"{_GROWN[failure.stage]} {item.place or 'a node that is not here'}"


def show_failed_item(workspace: Workspace, run: Run, failure: Failure, item: FailedItem) -> None:
    """Show one item that failed, and offer to try it again alone."""
    with st.container(border=True):
        if item.question:
            st.text(item.question)
        st.caption(plain(failure.message or "Nobody said why."))
        show_try_again(workspace, run.run_id, [failure], label="Try this one again", key=failure.item_id)


def _planned(workspace: Workspace, cursor: Cursor, run: Run, failures: tuple[Failure, ...]) -> dict[str, PlannedItem]:
    folder = folder_of(workspace, run.run_id)
    item_ids = tuple(failure.item_id for failure in failures if failure.stage in ("instructions", "answers"))
    if not item_ids or not can_go_on(workspace, run.run_id):
        return {}
    changed_at = (folder / "plan.json").stat().st_mtime_ns
    return _planned_items(str(folder), changed_at, item_ids, list_unanswered_instructions(cursor, run.run_id))


@st.cache_data(max_entries=20, show_spinner=False)
def _planned_items(
    folder: str, changed_at: int, item_ids: tuple[str, ...], unanswered: tuple[tuple[str, str], ...]
) -> dict[str, PlannedItem]:
    """Look items up in a plan, which may be long: a second for a hundred thousand questions, once for the same ones."""
    try:
        plan = plan_from_data(read_plan(Path(folder)), is_to_be_run=False)
    except GlanError:
        return {}  # going on with the run says so; the list says what is known without
    return find_planned_items(plan, item_ids, unanswered=unanswered)
