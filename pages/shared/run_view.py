"""How is a run shown while it works, and after?"""

from collections.abc import Collection
from urllib.parse import quote

import streamlit as st

from glan_core.entities import Failure, Filter, Run, RunState
from glan_core.judgements import JUDGING_STAGES
from glan_core.runs.batch_parts import calls_out
from glan_core.runs.journal import is_at_work
from glan_core.runs.run_folder import RunStatus, find_status
from glan_core.store.failures import list_open_failures
from glan_core.store.instructions import count_instructions_of
from glan_core.store.pairs import list_pairs
from glan_core.store.run_lists import list_unfinished_run_ids
from glan_core.store.runs import RunCounts, find_run, run_counts, run_errors
from pages.shared import state
from pages.shared.batch_parts_view import show_parts
from pages.shared.engine_choice import BATCH
from pages.shared.failures_view import show_call_errors, show_failures
from pages.shared.feedback import plain, show_error
from pages.shared.flag_words import listed_flag_words
from pages.shared.formats import count, count_of, money, shortened
from pages.shared.imported_objects import freeze_imported_objects
from pages.shared.run_control import can_go_on, folder_of, show_go_on, show_try_again, show_wishes, wish_for
from pages.shared.run_scope import origin_words
from pages.shared.run_standing import RunNow, standing
from pages.shared.workspace import Workspace

_NEWEST = 5
_LOOKED_AT = 100  # the very newest questions of a run at work have no answer yet: pairs are worth more to a reader
_MOST_LETTERS = 400  # of an answer, of which the Map page shows all, and of what ended a run
_ANSWERING = frozenset({"answers", "regenerated_answers"})
_RUNS = "pages/generate/runs.py"
_WAYS = {"On the map": "map", "Export": "export"}
"""Where to go with the pairs of a run: what the link says, and the page's part of the address."""


def show_run(workspace: Workspace, run_id: str, *, is_whole: bool = False) -> None:
    """Show one run; while this or another process works on it, anew every second.

    With `is_whole` the page shows the rest of it below, the newest pairs too, so no link leads there.
    """
    was_at_work = is_run_at_work(workspace, run_id)
    if st.session_state.pop(state.RUN_ENDED, None) == run_id and not was_at_work:
        _tell_end(workspace, run_id)

    @st.fragment(run_every=1.0 if was_at_work else None)
    def live() -> None:
        still_at_work = is_run_at_work(workspace, run_id) or (was_at_work and not _has_news_of_end(workspace, run_id))
        _show(workspace, run_id, is_at_work=still_at_work, is_whole=is_whole)
        if was_at_work and not still_at_work:
            st.session_state[state.RUN_ENDED] = run_id
            st.rerun()  # the whole page: the clock stops, and the plan knows what is taken now
        freeze_imported_objects()  # a run at work imports its client only now

    with st.container(border=True):
        live()


def show_others_at_work(workspace: Workspace, *, shown_run_ids: Collection[str | None]) -> None:
    """Name the runs that are at work, here or in another process, besides those that are shown."""
    for run_id in list_unfinished_run_ids(workspace.cursor()):
        if run_id not in shown_run_ids and is_run_at_work(workspace, run_id):
            st.page_link(
                _RUNS,
                label=f"Run {run_id[:6]} is at work",
                icon=":material/autorenew:",
                query_params={"run": run_id},
            )


def is_run_at_work(workspace: Workspace, run_id: str) -> bool:
    """Say whether this or another process works on a run."""
    return workspace.background.is_running(run_id) or is_at_work(folder_of(workspace, run_id))


def is_known(workspace: Workspace, run_id: str) -> bool:
    """Say whether there is anything to show of a run: a row, a process at work, or the error that it ended on."""
    is_here = find_run(workspace.cursor(), run_id) is not None
    return is_here or is_run_at_work(workspace, run_id) or workspace.background.error_of(run_id) is not None


def run_now(workspace: Workspace, run: Run, *, is_at_work: bool, failures: tuple[Failure, ...]) -> RunNow:
    """Give what is known of a run at this moment."""
    status = _status(workspace, run.run_id) if is_at_work else None
    return RunNow(
        run=run,
        status=status,
        is_at_work=is_at_work,
        is_elsewhere=is_at_work and _is_elsewhere(workspace, run.run_id),
        wish=wish_for(workspace, run.run_id, status) if is_at_work else "work",
        failed=len(failures),
        calls_out=calls_out(folder_of(workspace, run.run_id)).calls,
    )


def _is_elsewhere(workspace: Workspace, run_id: str) -> bool:
    """Say whether another process works on a run; one of this process that has just ended holds its journal no more."""
    return not workspace.background.is_running(run_id) and is_at_work(folder_of(workspace, run_id))


def _has_news_of_end(workspace: Workspace, run_id: str) -> bool:
    """Say whether the database knows how a run ended: of one elsewhere it hears a moment later."""
    run = find_run(workspace.cursor(), run_id)
    return run is None or run.state not in (RunState.RUNNING, RunState.PAUSED)


def _tell_end(workspace: Workspace, run_id: str) -> None:
    """Say that a run that was watched has ended, wherever on the page the visitor is."""
    cursor = workspace.cursor()
    run = find_run(cursor, run_id)
    if run is None:
        return  # it ended on an error before it began, and that is shown
    failures = list_open_failures(cursor, run_id)
    word = standing(run_now(workspace, run, is_at_work=False, failures=failures)).words
    # A toast holds no buttons. Its links open a tab of their own, so the ones in the head of the run stay the main way.
    made = run_counts(cursor, run_id)
    if _judges(run):
        st.toast(
            f"Run {plain(run_id[:6])} is {word}: {count(made.judged)} judgements.", icon=":material/notifications:"
        )
        return
    ways = " · ".join(f"[{label}]({page}?run={quote(run_id)})" for label, page in _WAYS.items())
    st.toast(
        f"Run {plain(run_id[:6])} is {word}: {count(made.answers)} pairs.  \n{ways}",
        icon=":material/notifications:",
        duration="long",
    )


def _show(workspace: Workspace, run_id: str, *, is_at_work: bool, is_whole: bool) -> None:
    cursor = workspace.cursor()
    run = find_run(cursor, run_id)
    error = None if is_at_work else workspace.background.error_of(run_id)
    if error is not None and (run is None or error.message not in run.message):
        show_error(error)
    if run is None:
        if is_at_work:
            st.caption("Starting ...")
        elif error is None:
            st.warning("There is no such run in this database.", icon=":material/search_off:")
        return
    failures = list_open_failures(cursor, run_id)
    now = run_now(workspace, run, is_at_work=is_at_work, failures=failures)
    made = run_counts(cursor, run_id)
    _show_head(workspace, now, is_whole=is_whole)
    if is_whole:
        st.caption(plain(origin_words(cursor, run)))
    _show_amounts(now, made)
    if is_at_work:
        _show_work(now, made)
    elif run.message:
        st.warning(plain(shortened(run.message, _MOST_LETTERS)), icon=":material/info:")
    show_parts(workspace.database, folder_of(workspace, run_id), is_at_work=is_at_work)
    if failures and not is_at_work:
        with st.container(border=True, gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**Failed: {count(len(failures))}**", width="stretch")
                if can_go_on(workspace, run_id):
                    show_try_again(workspace, run_id, failures)
            show_failures(failures, has_examples=not is_whole)
    if is_whole:
        return  # tabs below hold the rest
    errors = run_errors(cursor, run_id)
    if len(errors):
        show_call_errors(errors)
    if made.instructions:
        show_newest_pairs(workspace, run)


def _judges(run: Run) -> bool:
    """Say whether a run judges what others have made."""
    return not set(JUDGING_STAGES).isdisjoint(run.plan["stages"])


def _status(workspace: Workspace, run_id: str) -> RunStatus | None:
    status = find_status(folder_of(workspace, run_id))
    if status is None or status.state not in (RunState.RUNNING, RunState.PAUSED):
        return None  # by an earlier session of the run
    return status


def _show_head(workspace: Workspace, now: RunNow, *, is_whole: bool) -> None:
    run_id = now.run.run_id
    badge = standing(now)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(f"Run {run_id[:6]}", anchor=False, width="content")
        st.badge(badge.words, color=badge.colour, icon=badge.icon)
        if now.run.is_demo:
            st.badge("demo run", color="violet", help="It came with the release and was not made here.")
        if now.run.is_removed:
            st.badge("removed", color="red", help="Its pairs were taken out of every page.")
        st.space("stretch")
        # Together, so that a narrow screen moves all of them to the next line or none.
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
            query = {"run": run_id}
            if not is_whole:
                st.page_link(_RUNS, label="Details", icon=":material/list_alt:", query_params=query)
            if now.is_at_work:
                show_wishes(workspace, now)
                return
            if now.run.state is not RunState.FINISHED and can_go_on(workspace, run_id):
                show_go_on(workspace, run_id)
            if _judges(now.run):
                return  # it made no pairs to be looked at
            st.page_link("pages/explore/map.py", label="On the map", icon=":material/bubble_chart:", query_params=query)
            st.page_link("pages/curate/export.py", label="Export", icon=":material/ios_share:", query_params=query)


def _show_amounts(now: RunNow, made: RunCounts) -> None:
    wanted = now.run.plan["instructions"]
    stages = now.run.plan["stages"]
    number, word = made.instructions, "questions"
    if not _ANSWERING.isdisjoint(stages):
        number, word = made.answers, "pairs"
    elif _judges(now.run):
        number, word = (made.judged, "pairs judged") if "judge" in stages else (made.judged // 2, "pairs compared")
    made_so_far = f"{count(number)} of {count(wanted)} {word} · " if wanted else ""
    is_complete = now.run.state is RunState.FINISHED and not now.is_at_work and not now.failed
    st.progress(
        1.0 if is_complete else min(1.0, number / max(1, wanted)),
        text=f"{made_so_far}{count_of(made.calls, 'call')} · "
        f"{count(made.completion_tokens)} tokens written · cost {plain(money(made.cost))}",
    )


def _show_work(now: RunNow, made: RunCounts) -> None:
    if now.status and now.status.message:
        st.warning(plain(now.status.message), icon=":material/hourglass_top:")
    parts = []
    if now.status:
        most = max(now.under_way, now.status.limit)  # those that were sent before the limit fell are still under way
        parts.append(f"{count(now.under_way)} of {count(most)} calls under way")
        if now.status.refusals:
            parts.append(f"{count(now.status.refusals)} refused for load")
    if now.failed:
        parts.append(f"{count(now.failed)} failed so far")
    if now.is_elsewhere:
        parts.append("worked on by another process")
    if parts:
        st.caption(
            " · ".join(parts),
            help="The second number is how many calls may be under way at once now. A call that is refused for load is "
            "sent again later, and fewer are sent at once until the endpoint keeps up.",
        )
    if now.wish == "work" and not made.calls and not (now.status and now.status.message):
        reads = "both texts of a pair" if _judges(now.run) else "the whole syllabus"
        directly = f"Waiting for the first reply. A model on this machine reads {reads} first."
        st.caption("Waiting for the batch service." if now.run.engine == BATCH.name else directly)


def show_newest_pairs(workspace: Workspace, run: Run) -> None:
    """Show the newest pairs of a run."""
    cursor = workspace.cursor()
    newest = list_pairs(cursor, Filter(run_ids=(run.run_id,)), limit=_LOOKED_AT)
    if newest.empty:
        st.caption("No pair of this run is here yet.")
    newest = newest.sort_values("answer", key=lambda answers: answers.isna(), kind="stable").head(_NEWEST)
    for pair in newest.itertuples():
        with st.container(border=True, gap="xsmall"):
            flagged = f" · flagged: {listed_flag_words(pair.flags)}" if isinstance(pair.flags, str) else ""
            st.caption(plain(f"{pair.discipline} › {pair.subject}{flagged}"))
            st.markdown(f"**{plain(pair.instruction)}**")
            has_answer = isinstance(pair.answer, str)
            st.text(shortened(pair.answer, _MOST_LETTERS) if has_answer else "It has no answer yet.")
    made = count_instructions_of(cursor, run.run_id)
    if made > _NEWEST:
        st.caption(f"The newest {_NEWEST} of {count(made)} are shown.")
