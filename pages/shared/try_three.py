"""How do three pairs come out with these settings, and are they kept?

They are a run of their own that goes on in the background, named in the address, so that a page that is loaded anew
still shows it. Who comes back from another page finds it again until it is decided whether they are kept.
"""

import streamlit as st

from glan_core.entities import Filter, Run
from glan_core.errors import GlanError
from glan_core.model_choice import ModelChoice
from glan_core.planning.plan_request import PlanRequest
from glan_core.planning.trial import TRIAL_PAIRS, plan_trial
from glan_core.store.database import Cursor
from glan_core.store.pairs import lineage, list_pairs
from glan_core.store.runs import find_run, remove_run, restore_run, run_counts, run_errors
from pages.shared import state
from pages.shared.failures_view import show_call_errors
from pages.shared.feedback import plain, show_error
from pages.shared.flag_words import listed_flag_words
from pages.shared.formats import count, money
from pages.shared.run_control import show_wishes
from pages.shared.run_view import is_run_at_work, run_now
from pages.shared.start_planned import begin
from pages.shared.workspace import Workspace

_IN_ADDRESS = state.TRIAL
_KEPT = "kept"  # in the address: the run of three that were kept just now
_WAYS = {
    "List them": ("pages/explore/samples.py", ":material/list:"),
    "On the map": ("pages/explore/map.py", ":material/bubble_chart:"),
    "The run": ("pages/generate/runs.py", ":material/history:"),
}


def start_trial(workspace: Workspace, request: PlanRequest, *, model: ModelChoice, concurrency: int) -> None:
    """Begin a trial of a request, and show it from now on; what keeps it from being is shown instead."""
    try:
        taken = workspace.background.taken_combinations(other_than_seed=request.seed)
        plan = plan_trial(workspace.database.cursor(), request, also_taken=taken)
    except GlanError as error:
        show_error(error)
        return
    if begin(workspace, plan, model, concurrency=concurrency):
        _open(plan.run_id)
        st.rerun()


def recall_trial() -> None:
    """Put the visitor's trial back into the address, if they left the page before they decided."""
    if state.TRIAL in st.session_state:
        st.query_params.setdefault(_IN_ADDRESS, st.session_state[state.TRIAL])


def show_trial(workspace: Workspace) -> None:
    """Show the trial that the address names, if it does; while it is at work, anew every second."""
    run_id = st.query_params.get(_IN_ADDRESS)
    if not run_id:
        _show_kept(workspace)
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
    st.session_state[state.TRIAL] = run.run_id  # to be decided on, also by who opened its address
    number = made.answers if "answers" in run.plan["stages"] else made.instructions
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Three to judge by**", width="content")
        st.space("stretch")
        if is_at_work:
            show_wishes(workspace, run_now(workspace, run, is_at_work=True, failures=()))
        else:
            _offer_decision(workspace, run.run_id)
    standing = "" if is_at_work else f" · {run.state.value}"
    wanted = run.plan["instructions"]
    st.progress(
        min(1.0, number / max(1, wanted)),
        text=f"{count(number)} of {count(wanted)} made · cost {plain(money(made.cost))}{standing}",
    )


def _offer_decision(workspace: Workspace, run_id: str) -> None:
    st.button(
        "Keep",
        key=f"keep-{run_id}",
        icon=":material/check:",
        help="They stay in the database, as a run of their own.",
        on_click=_keep,
        args=(run_id,),
    )
    st.button(
        "Discard",
        key=f"discard-{run_id}",
        icon=":material/delete:",
        help="They count nowhere any more, and no export holds them. What they cost stays counted.",
        on_click=_discard,
        args=(workspace, run_id),
    )


def _show_kept(workspace: Workspace) -> None:
    run_id = st.query_params.get(_KEPT)
    if not run_id or find_run(workspace.cursor(), run_id) is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"The three were kept, as run {plain(run_id[:6])}.", width="stretch")
        for label, (page, icon) in _WAYS.items():
            st.page_link(page, label=label, icon=icon, query_params={"run": run_id})
        st.button("Close", key=f"close-{run_id}", on_click=_close)


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
                    st.caption(plain(f"flagged: {listed_flag_words(pair.flags)}"))
            with written:
                st.markdown(f"**{plain(pair.instruction)}**")
                if isinstance(pair.answer, str):
                    st.text(pair.answer)
                elif "answers" in run.plan["stages"]:
                    st.caption("It has no answer yet.")


def _open(run_id: str) -> None:
    st.query_params.pop(_KEPT, None)
    st.query_params[_IN_ADDRESS] = st.session_state[state.TRIAL] = run_id


def _close() -> None:
    st.session_state.pop(state.TRIAL, None)
    st.query_params.pop(_IN_ADDRESS, None)
    st.query_params.pop(_KEPT, None)


def _keep(run_id: str) -> None:
    _close()
    st.query_params[_KEPT] = run_id


def _discard(workspace: Workspace, run_id: str) -> None:
    workspace.background.stop(run_id)
    with workspace.database.writing:  # the run may be writing its own row
        remove_run(workspace.database.cursor(), run_id)
    st.session_state.pop(state.TRIAL, None)


def _put_back(workspace: Workspace, run_id: str) -> None:
    with workspace.database.writing:
        restore_run(workspace.database.cursor(), run_id)
