"""How do three pairs come out with these settings, and are they kept?

They are a run of their own that goes on in the background, named in the address, so that a page that is loaded anew
still shows it.
"""

import streamlit as st

from glan_core.entities import Filter, Run
from glan_core.errors import GlanError
from glan_core.generation_settings import Limits
from glan_core.model_choice import ModelChoice
from glan_core.planning.plan_request import PlanRequest
from glan_core.planning.trial import TRIAL_PAIRS, plan_trial
from glan_core.store.database import Cursor
from glan_core.store.pairs import lineage, list_pairs
from glan_core.store.runs import find_run, remove_run, restore_run, run_counts, run_errors
from pages.shared.failures_view import show_call_errors
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count, money
from pages.shared.run_view import is_run_at_work
from pages.shared.workspace import Workspace

_IN_ADDRESS = "trial"


def start_trial(
    workspace: Workspace, request: PlanRequest, *, model: ModelChoice, concurrency: int, limits: Limits
) -> None:
    """Begin a trial of a request, and show it from now on; what keeps it from being is shown instead."""
    try:
        taken = workspace.background.taken_combinations(other_than_seed=request.seed)
        plan = plan_trial(workspace.database.cursor(), request, also_taken=taken)
        workspace.background.start(plan, endpoint=model.endpoint, concurrency=concurrency, limits=limits)
    except GlanError as error:
        show_error(error)
        return
    st.query_params[_IN_ADDRESS] = plan.run_id
    st.rerun()


def show_trial(workspace: Workspace) -> None:
    """Show the trial that the address names, if it does; while it is at work, anew every second."""
    run_id = st.query_params.get(_IN_ADDRESS)
    if not run_id:
        return
    was_at_work = is_run_at_work(workspace, run_id)

    @st.fragment(run_every=1.0 if was_at_work else None)
    def live() -> None:
        still_at_work = is_run_at_work(workspace, run_id)
        if _IN_ADDRESS not in st.query_params or (was_at_work and not still_at_work):
            st.rerun()  # the whole page: it was kept, or the clock stops and the plan knows what is taken now
        _show(workspace, run_id, is_at_work=still_at_work)

    with st.container(border=True, gap="small"):
        live()


def _show(workspace: Workspace, run_id: str, *, is_at_work: bool) -> None:
    cursor = workspace.cursor()
    run = find_run(cursor, run_id)
    error = None if is_at_work else workspace.background.error_of(run_id)
    if error is not None:
        show_error(error)
    if run is None:
        if error is None:
            st.caption("Starting ..." if is_at_work else "There is no such run in this database.")
        if not is_at_work:
            st.button("Close", key=f"close-{run_id}", on_click=_close)
        return
    if run.is_removed:
        _show_discarded(workspace, run_id)
        return
    _show_head(workspace, cursor, run, is_at_work=is_at_work)
    if not is_at_work and error is None and run.message:
        st.warning(plain(run.message), icon=":material/info:")
    errors = run_errors(cursor, run_id)
    if len(errors):
        show_call_errors(errors)
    _show_pairs(cursor, run)


def _show_head(workspace: Workspace, cursor: Cursor, run: Run, *, is_at_work: bool) -> None:
    made = run_counts(cursor, run.run_id)
    number = made.answers if "answers" in run.plan["stages"] else made.instructions
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Three to judge by**", width="content")
        st.space("stretch")
        st.button(
            "Keep",
            key=f"keep-{run.run_id}",
            icon=":material/check:",
            help="They stay in the database, as a run of their own.",
            on_click=_close,
        )
        st.button(
            "Discard",
            key=f"discard-{run.run_id}",
            icon=":material/delete:",
            help="They count nowhere any more, and no export holds them. What they cost stays counted.",
            on_click=_discard,
            args=(workspace, run.run_id),
        )
    standing = "" if is_at_work else f" · {run.state.value}"
    wanted = run.plan["instructions"]
    st.progress(
        min(1.0, number / max(1, wanted)),
        text=f"{count(number)} of {count(wanted)} made · cost {plain(money(made.cost))}{standing}",
    )


def _show_discarded(workspace: Workspace, run_id: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("The three were discarded. They count nowhere.", width="stretch")
        st.button("Put them back", key=f"restore-{run_id}", on_click=_put_back, args=(workspace, run_id))
        st.button("Close", key=f"close-{run_id}", on_click=_close)


def _show_pairs(cursor: Cursor, run: Run) -> None:
    for pair in list_pairs(cursor, Filter(run_ids=(run.run_id,)), limit=TRIAL_PAIRS).itertuples():
        found = lineage(cursor, pair.instruction_id)
        with st.container(border=True):
            drawn, written = st.columns([2, 3])
            with drawn:
                st.caption(plain(f"{pair.discipline} › {pair.subject}"))
                if found is not None:
                    st.markdown("  \n".join(f"**{plain(title)}**" for title in found.class_sessions))
                    with st.container(horizontal=True, gap="xsmall"):
                        for name in found.key_concepts:
                            st.badge(plain(name), color="gray")
                if isinstance(pair.flags, str):
                    st.caption(plain(f"flagged: {pair.flags}"))
            with written:
                st.markdown(f"**{plain(pair.instruction)}**")
                if isinstance(pair.answer, str):
                    st.text(pair.answer)
                elif "answers" in run.plan["stages"]:
                    st.caption("It has no answer yet.")


def _close() -> None:
    st.query_params.pop(_IN_ADDRESS, None)


def _discard(workspace: Workspace, run_id: str) -> None:
    workspace.background.stop(run_id)
    with workspace.database.writing:  # the run may be writing its own row
        remove_run(workspace.database.cursor(), run_id)


def _put_back(workspace: Workspace, run_id: str) -> None:
    with workspace.database.writing:
        restore_run(workspace.database.cursor(), run_id)
