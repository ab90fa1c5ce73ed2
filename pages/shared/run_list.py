"""Which runs are there, and what did each bring for how much?"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import streamlit as st

from glan_core.entities import RunState
from glan_core.runs.batch_parts import calls_out
from glan_core.store.database import Cursor
from glan_core.store.run_lists import (
    ListedRun,
    RunChoice,
    ScopeNames,
    count_listed_runs,
    find_scope_names,
    list_run_page,
)
from glan_core.store.runs import count_runs
from pages.shared import state
from pages.shared.feedback import show_empty
from pages.shared.formats import count, count_of, duration, money, shortened
from pages.shared.run_scope import scope_words
from pages.shared.workspace import Workspace

PAGE_ROWS = 50
_LOOK_SECONDS = 3.0
_COLOURS = {
    "running": "blue",
    "paused": "gray",
    "waiting": "blue",
    "finished": "green",
    "stopped": "orange",
    "interrupted": "orange",
    "some failed": "orange",
    "demo run": "violet",
    "removed": "red",
}
_MESSAGE_LETTERS = 120


def show_run_list(cursor: Cursor, folder: Path) -> None:
    """List the runs page by page, newest first; a click on one writes it into the address. `folder` holds theirs."""
    choice = _choose()
    total = count_listed_runs(cursor, choice)
    if not total:
        _show_nothing(cursor)
        return
    table = st.container()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        caption = st.container()
        number = 1
        if total > PAGE_ROWS:
            pages = -(-total // PAGE_ROWS)
            number = st.pagination(pages, key=state.RUN_PAGE, bind="query-params", persist_state="session")
    before = (number - 1) * PAGE_ROWS
    runs = list_run_page(cursor, choice, limit=PAGE_ROWS, offset=before)
    names = find_scope_names(cursor, sorted({node_id for run in runs for node_id in run.scope}))
    with table:
        _show_table(runs, names, waiting=waiting_runs(folder, runs))
    words = count_of(total, "run")
    caption.caption(f"{count(before + 1)} to {count(before + len(runs))} of {words}. Click one to open it.")


def look_for_news(workspace: Workspace) -> None:
    """Draw the page anew when a run has come or has got another state; looked for every few seconds."""
    shown = _states(workspace.cursor())

    @st.fragment(run_every=_LOOK_SECONDS)
    def look() -> None:
        if _states(workspace.cursor()) != shown:
            st.rerun()

    look()


def open_run(run_id: str) -> None:
    """Write a run into the address."""
    st.query_params["run"] = run_id


def waiting_runs(folder: Path, runs: Sequence[ListedRun]) -> frozenset[str]:
    """Give those that have ended and whose calls are with a batch service, as their folders below `folder` tell."""
    ended = (run.run_id for run in runs if run.state in (RunState.STOPPED, RunState.INTERRUPTED))
    return frozenset(run_id for run_id in ended if calls_out(folder / run_id).calls)


def run_frame(
    runs: Sequence[ListedRun], names: ScopeNames, *, now: datetime, waiting: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """Give the rows of the list as they are shown; `waiting` are runs whose calls are with a batch service."""
    return pd.DataFrame(
        {
            "State": [_badges(run, is_waiting=run.run_id in waiting) for run in runs],
            "Run": [run.run_id[:6] for run in runs],
            "Where": [scope_words(run.scope, names, most=1) for run in runs],
            "Pairs": [_made(run) for run in runs],
            "Cost": [money(run.cost) for run in runs],
            "Started": [run.started_at for run in runs],
            "Took": [
                "–" if run.is_demo else duration(max(0.0, ((run.finished_at or now) - run.started_at).total_seconds()))
                for run in runs
            ],
            "Model": [", ".join(run.models) or "–" for run in runs],
            "Tokens": [run.tokens for run in runs],
            "Cost per accepted": [_cost_per_accepted(run) for run in runs],
            "Message": [shortened(run.message, _MESSAGE_LETTERS) for run in runs],
        }
    )


def _states(cursor: Cursor) -> tuple[int, ...]:
    """Count the runs of each state."""
    return tuple(count_listed_runs(cursor, RunChoice((each,), has_removed=True)) for each in RunState)


def _choose() -> RunChoice:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        states = st.segmented_control(
            "State",
            [each.value for each in RunState],
            selection_mode="multi",
            format_func=str.capitalize,
            label_visibility="collapsed",
            key=state.RUN_STATES,
            bind="query-params",
            persist_state="session",
        )
        has_demo = st.toggle(
            "Demo runs",
            value=True,
            key=state.RUN_DEMO,
            bind="query-params",
            persist_state="session",
            help="The runs that made the demo pairs. They came with the release.",
        )
        has_removed = st.toggle(
            "Removed runs",
            key=state.RUN_REMOVED,
            bind="query-params",
            persist_state="session",
            help="Runs whose pairs were taken out of every page.",
        )
    return RunChoice(tuple(RunState(each) for each in states), has_demo=has_demo, has_removed=has_removed)


def _show_nothing(cursor: Cursor) -> None:
    if count_runs(cursor):
        st.info("No run is like that. Choose other states above.", icon=":material/filter_alt:")
    else:
        show_empty("Nothing has been generated yet.", page="pages/generate/new_run.py", label="Start a first run")


def _show_table(runs: Sequence[ListedRun], names: ScopeNames, *, waiting: frozenset[str]) -> None:
    def hear() -> None:
        cells = st.session_state[state.RUN_TABLE].selection.cells
        if cells:
            open_run(runs[cells[0][0]].run_id)

    frame = run_frame(runs, names, now=datetime.now(UTC), waiting=waiting)
    columns = st.column_config
    st.dataframe(
        frame,
        key=state.RUN_TABLE,
        hide_index=True,
        row_height=34,
        height=34 * len(frame) + 38,
        column_config={
            "State": columns.MultiselectColumn(
                "State", options=list(_COLOURS), color=list(_COLOURS.values()), width=170
            ),
            "Run": columns.TextColumn("Run", width=70, help="The first letters of its id."),
            "Where": columns.TextColumn("Where", width=220, help="The part of the taxonomy that it drew from."),
            "Pairs": columns.TextColumn(
                "Pairs",
                alignment="right",
                width=100,
                help="Answers that this run made, of those it was asked for. What was there before is not counted.",
            ),
            "Cost": columns.TextColumn("Cost", alignment="right", width=80),
            "Started": columns.DatetimeColumn(
                "Started", format="distance", width=110, help="When it was taken up last."
            ),
            "Took": columns.TextColumn(
                "Took", alignment="right", width=65, help="From when it was taken up last to its end, or to now."
            ),
            "Model": columns.TextColumn("Model", width=170),
            "Tokens": columns.NumberColumn(
                "Tokens", format="localized", width=90, help="Of prompts and replies together."
            ),
            "Cost per accepted": columns.TextColumn(
                "Cost per accepted pair",
                alignment="right",
                width=165,
                help="What the whole run cost, divided by its pairs that were accepted in a review. A dash: none was.",
            ),
            "Message": columns.TextColumn("Message", width=260),
        },
        on_select=hear,
        selection_mode="single-cell",
        alt="Runs, newest first, with what each made and took.",
    )


def _badges(run: ListedRun, *, is_waiting: bool) -> list[str]:
    parts = ["waiting" if is_waiting else run.state.value, *(["some failed"] if run.failed else [])]
    return [*parts, *(["demo run"] if run.is_demo else []), *(["removed"] if run.is_removed else [])]


def _cost_per_accepted(run: ListedRun) -> str:
    return money(run.cost_per_accepted) if run.accepted else "–"


def _made(run: ListedRun) -> str:
    if "answers" in run.stages:
        return f"{count(run.answers)} of {count(run.wanted)}"
    if "instructions" in run.stages:
        return f"{count(run.instructions)} of {count(run.wanted)} (questions)"
    if "judge" in run.stages:
        return f"{count(run.judged)} of {count(run.wanted)} (judged)"
    if "compare" in run.stages:
        return f"{count(run.judged // 2)} of {count(run.wanted)} (compared)"
    return "–"
