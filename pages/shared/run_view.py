"""How is a run shown while it works, and after?"""

import streamlit as st

from glan_core.entities import Filter, Run, RunState
from glan_core.errors import GlanError
from glan_core.journal import read_plan
from glan_core.plan import plan_from_data
from glan_core.settings import runs_folder
from glan_core.store.pairs import list_pairs
from glan_core.store.runs import find_run, run_counts, run_errors
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count, money, shortened
from pages.shared.plan_view import STAGE_WORDS
from pages.shared.workspace import Workspace, open_model

_NEWEST = 5
_MOST_LETTERS = 400  # of an answer; the Map page shows all of it
_STATES = {
    RunState.RUNNING: ("running", "blue", ":material/autorenew:"),
    RunState.FINISHED: ("finished", "green", ":material/check:"),
    RunState.STOPPED: ("stopped", "orange", ":material/stop:"),
    RunState.INTERRUPTED: ("interrupted", "orange", ":material/power_off:"),
}


def show_run(workspace: Workspace, run_id: str) -> None:
    """Show one run; while this server works on it, anew every second."""
    is_running = workspace.background.is_running(run_id)

    @st.fragment(run_every=1.0 if is_running else None)
    def live() -> None:
        still_running = workspace.background.is_running(run_id)
        _show(workspace, run_id, is_running=still_running)
        if is_running and not still_running:
            st.rerun()  # the whole page: the clock stops, and the plan knows what is taken now

    with st.container(border=True):
        live()


def _show(workspace: Workspace, run_id: str, *, is_running: bool) -> None:
    cursor = workspace.cursor()
    run = find_run(cursor, run_id)
    if run is None:
        error = workspace.background.error_of(run_id)
        if error is not None:
            show_error(error)
        else:
            st.caption("Starting ..." if is_running else "There is no such run in this database.")
        return
    made = run_counts(cursor, run_id)
    wanted = run.plan["instructions"]
    _show_head(workspace, run, is_running=is_running)
    st.progress(
        1.0 if run.state is RunState.FINISHED and not is_running else min(1.0, made.answers / wanted),
        text=f"{count(made.answers)} of {count(wanted)} pairs · {count(made.calls)} calls · "
        f"{count(made.completion_tokens)} tokens written · cost {money(made.cost)}",
    )
    if is_running and not made.calls:
        st.caption("Waiting for the first reply. A model on this machine reads the whole syllabus first.")
    if run.message and not is_running:
        st.warning(plain(run.message), icon=":material/info:")
    for kind in run_errors(cursor, run_id).itertuples():
        what = f"{kind.calls} replies for {STAGE_WORDS[kind.stage]} could not be used ({kind.error_kind})"
        st.caption(plain(f"{what}: {kind.example}"))
    newest = list_pairs(cursor, Filter(run_ids=(run_id,)), limit=_NEWEST)
    for pair in newest.itertuples():
        with st.container(border=True, gap="xsmall"):
            flagged = f" · flagged: {pair.flags}" if isinstance(pair.flags, str) else ""
            st.caption(plain(f"{pair.discipline} › {pair.subject}{flagged}"))
            st.markdown(f"**{plain(pair.instruction)}**")
            has_answer = isinstance(pair.answer, str)
            st.text(shortened(pair.answer, _MOST_LETTERS) if has_answer else "Waiting for its answer ...")
    if made.instructions > _NEWEST:
        st.caption(f"The newest {_NEWEST} of {count(made.instructions)} are shown.")


def _show_head(workspace: Workspace, run: Run, *, is_running: bool) -> None:
    state = RunState.RUNNING if is_running else run.state
    words, colour, icon = _STATES[state]
    is_stopping = workspace.background.is_stopping(run.run_id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(f"Run {run.run_id[:6]}", anchor=False, width="content")
        st.badge("stopping" if is_stopping else words, color=colour, icon=icon)
        st.space("stretch")
        if is_running:
            if st.button("Stop", icon=":material/stop:", disabled=is_stopping, help="Waits for the calls in flight."):
                workspace.background.stop(run.run_id)
                st.rerun(scope="fragment")
            return
        if state is not RunState.FINISHED and st.button("Go on", icon=":material/play_arrow:"):
            _go_on(workspace, run.run_id)
        st.page_link(
            "pages/explore/map.py", label="On the map", icon=":material/bubble_chart:", query_params={"run": run.run_id}
        )
        st.page_link(
            "pages/curate/export.py", label="Export", icon=":material/ios_share:", query_params={"run": run.run_id}
        )


def _go_on(workspace: Workspace, run_id: str) -> None:
    try:
        plan = plan_from_data(read_plan(runs_folder(workspace.settings.database) / run_id))
        model = open_model()
    except GlanError as error:
        show_error(error)
        return
    workspace.background.start(plan, endpoint=model.endpoint, concurrency=model.concurrency)
    st.rerun()
