"""What does a model find missing below a node, and what becomes of it?

The asking goes on whether or not anybody watches; what was proposed waits as pending nodes (proposals_table.py).
"""

from typing import NamedTuple

import streamlit as st

from glan_core.entities import Failure, Run, RunState
from glan_core.errors import GlanError
from glan_core.planning.estimates import estimate
from glan_core.planning.plan import make_plan
from glan_core.proposals import list_proposals, proposal_request, proposal_run_ids
from glan_core.store.database import Cursor
from glan_core.store.failures import list_open_failures
from glan_core.store.runs import count_runs, find_run, run_counts, run_errors
from glan_core.store.taxonomy_nodes import find_taxonomy_node
from pages.shared import state
from pages.shared.failures_view import show_call_errors
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count, money, shortened
from pages.shared.plan_view import show_plan_line
from pages.shared.proposals_table import show_proposals_table
from pages.shared.run_control import show_go_on, show_wishes
from pages.shared.run_standing import standing
from pages.shared.run_view import is_run_at_work, run_now
from pages.shared.workspace import Workspace, open_model

_CHILD_WORDS = {None: "fields", "field": "sub-fields", "sub_field": "disciplines"}
_MOST_LETTERS = 300  # of what an endpoint said; some send a page


class _Asking(NamedTuple):
    """What is known of the asking below one node."""

    node_id: str | None
    word: str
    """What is asked for: fields, sub-fields or disciplines."""
    run_ids: tuple[str, ...]
    """Newest first."""


def show_proposals(workspace: Workspace, node_id: str | None) -> None:
    """Offer to ask a model what is missing below a node, None for fields; show how that goes, and what it proposed.

    Below a discipline stand subjects, which a run lists without asking; that is said instead.
    """
    cursor = workspace.cursor()
    node = find_taxonomy_node(cursor, node_id) if node_id else None
    level = node.level if node else None
    if level not in _CHILD_WORDS or (node_id and node is None):
        st.caption("Subjects of a discipline are not proposed: a run that grows what is missing lists and keeps them.")
        return
    asking = _Asking(node_id, _CHILD_WORDS[level], _run_ids(cursor, node_id))
    at_work = next((run_id for run_id in asking.run_ids if is_run_at_work(workspace, run_id)), None)
    top = st.container(gap="small")
    proposals = list_proposals(cursor, node_id)
    if proposals:
        show_proposals_table(workspace, node_id, run_ids=asking.run_ids)
    if at_work:
        with top:
            _show_work(workspace, at_work, asking.word)
        return
    with top:
        _show_offer(workspace, cursor, asking)
        if asking.run_ids:
            _show_end(workspace, cursor, asking, has_proposals=bool(proposals))
        elif not proposals:
            st.caption(
                f"Nothing is proposed here yet. A model can list {asking.word} that it finds missing. They stay apart, "
                "as pending, until you accept them."
            )


def _run_ids(cursor: Cursor, node_id: str | None) -> tuple[str, ...]:
    """List the runs that asked here, newest first; one that was started just now is not in the database yet."""
    known = proposal_run_ids(cursor, node_id)
    started = st.session_state.get(state.PROPOSING, {}).get(node_id)
    return known if started is None or started in known else (started, *known)


def _show_offer(workspace: Workspace, cursor: Cursor, asking: _Asking) -> None:
    try:
        model = open_model()
        # A seed of its own each time: the same one would only bring back the replies that are there.
        request = proposal_request(asking.node_id, settings=model.generation_settings(), seed=count_runs(cursor))
        plan = make_plan(cursor, request)
        expected = estimate(cursor, plan, concurrency=model.concurrency, endpoint_url=model.endpoint.base_url)
    except GlanError as error:
        show_error(error)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        is_wanted = st.button(
            "Propose what is missing",
            key=f"propose-{asking.node_id}",
            icon=":material/lightbulb:",
            help=f"Asks the model in several wordings which {asking.word} are missing here, and merges its lists.",
        )
        with st.container(width="stretch", gap=None):
            show_plan_line(plan, expected)
            kind = " (built in: expect rough names)" if model.endpoint.is_built_in else ""
            st.caption(plain(f"Model: {model.model}{kind}"))
    if is_wanted:
        try:
            workspace.background.start(plan, endpoint=model.endpoint, concurrency=model.concurrency)
        except GlanError as error:
            show_error(error)
            return
        st.session_state.setdefault(state.PROPOSING, {})[asking.node_id] = plan.run_id
        st.rerun()


def _show_work(workspace: Workspace, run_id: str, word: str) -> None:
    @st.fragment(run_every=1.0)
    def live() -> None:
        if not is_run_at_work(workspace, run_id):
            st.rerun()  # the whole page: the clock stops, and what was proposed is there
        cursor = workspace.cursor()
        run = find_run(cursor, run_id)
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
            if run is None:
                st.caption("Starting ...")
                return
            now = run_now(workspace, run, is_at_work=True, failures=())
            made = run_counts(cursor, run_id)
            badge = standing(now)
            st.badge(badge.words, color=badge.colour, icon=badge.icon)
            st.caption(
                f"Asking which {word} are missing: {count(made.calls)} calls answered, {count(now.under_way)} under "
                f"way · cost {plain(money(made.cost))}",
                width="stretch",
                help="It goes on when you leave this page.",
            )
            with st.container(horizontal=True, gap="small", width="content"):
                show_wishes(workspace, now)
        if now.status and now.status.message:
            st.warning(plain(now.status.message), icon=":material/hourglass_top:")

    live()


def _show_end(workspace: Workspace, cursor: Cursor, asking: _Asking, *, has_proposals: bool) -> None:
    """Say how the newest asking ended, as far as the table does not."""
    run_id = asking.run_ids[0]
    run = find_run(cursor, run_id)
    error = workspace.background.error_of(run_id)
    if error is not None:
        show_error(error)
    if run is None:
        return
    failures = list_open_failures(cursor, run_id)
    for failure in failures:
        _show_failure(failure, asking.word)
    if run.state is not RunState.FINISHED:
        _show_stopped(workspace, run, is_told=error is not None)
    elif not failures and not has_proposals:
        st.caption(f"The {asking.word} that the model proposed here have all been judged.")
    errors = run_errors(cursor, run_id)
    if len(errors):
        show_call_errors(errors)


def _show_failure(failure: Failure, word: str) -> None:
    said = plain(shortened(failure.message, _MOST_LETTERS))
    if failure.error_kind == "nothing_new":
        st.info(f"The model named no {word} that are not here already. Another model may.", icon=":material/done_all:")
    elif failure.error_kind.startswith("http_"):
        status = failure.error_kind.removeprefix("http_")
        st.error(
            f"**The endpoint refused to answer (status {status}).**  \n{said} Check the model and its limits, then ask "
            "again.",
            icon=":material/error:",
        )
    elif failure.error_kind in ("connection", "timeout"):
        st.error(f"**No reply came.**  \n{said} Ask again when the endpoint answers.", icon=":material/error:")
    else:
        st.error(
            f"**The model's replies could not be read as a list.**  \n{said} Ask again, or use a larger model: it "
            "keeps to the form.",
            icon=":material/error:",
        )


def _show_stopped(workspace: Workspace, run: Run, *, is_told: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = run.message if run.message and not is_told else "The asking ended before it was done."
        st.caption(plain(said), width="stretch")
        show_go_on(workspace, run.run_id)
