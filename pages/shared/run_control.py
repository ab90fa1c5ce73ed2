"""What can a visitor ask of a run, whichever process works on it?"""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from glan_core.engines.control import Wish, ask_folder
from glan_core.engines.engine import LOCAL, EngineChoice
from glan_core.entities import Failure, RunState
from glan_core.errors import GlanError
from glan_core.judgements import JUDGING_STAGES
from glan_core.planning.plan import check_templates, plan_from_data
from glan_core.regenerations import REGENERATING_STAGES
from glan_core.runs.batch_parts import calls_out, is_refused
from glan_core.runs.journal import read_plan
from glan_core.runs.run_folder import RunStatus, find_status
from glan_core.settings import runs_folder
from pages.shared import state
from pages.shared.engine_choice import BATCH, choose_engine, has_choice
from pages.shared.feedback import plain, show_error
from pages.shared.more_settings import chosen_limits, show_limits
from pages.shared.run_standing import RunNow
from pages.shared.workspace import Workspace, open_model

_ITEM_STAGES = ("instructions", "answers", *JUDGING_STAGES, *REGENERATING_STAGES)


def folder_of(workspace: Workspace, run_id: str) -> Path:
    """Give the folder of a run."""
    return runs_folder(workspace.settings.database) / run_id


def wish_for(workspace: Workspace, run_id: str, status: RunStatus | None) -> Wish:
    """Give what was asked of a run that is at work; `status` is what its process said last."""
    if workspace.background.is_running(run_id):
        if workspace.background.is_stopping(run_id):
            return "stop"
        return "pause" if workspace.background.is_paused(run_id) else "work"
    heard: Wish = "pause" if status and status.state is RunState.PAUSED else "work"
    asked = st.session_state.get(state.ASKED, {}).get(run_id, heard)
    if asked == heard:
        st.session_state.get(state.ASKED, {}).pop(run_id, None)  # from now on its own word counts
    return asked


def show_wishes(workspace: Workspace, now: RunNow) -> None:
    """Offer to pause, go on with and stop a run that is at work."""
    run_id = now.run.run_id
    is_stopping = now.wish == "stop"
    if now.wish == "pause":
        st.button(
            "Go on",
            key=f"resume-{run_id}",
            icon=":material/play_arrow:",
            type="primary",
            on_click=_ask,
            args=(workspace, now, "work"),
        )
    else:
        st.button(
            "Pause",
            key=f"pause-{run_id}",
            icon=":material/pause:",
            disabled=is_stopping,
            help="Sends no more calls until you go on. Those under way are finished.",
            on_click=_ask,
            args=(workspace, now, "pause"),
        )
    st.button(
        "Stop",
        key=f"stop-{run_id}",
        icon=":material/stop:",
        disabled=is_stopping,
        help="Ends the run after the calls under way. You can go on with it later.",
        on_click=_ask,
        args=(workspace, now, "stop"),
    )


def can_go_on(workspace: Workspace, run_id: str) -> bool:
    """Say whether the plan of a run is here, so that more of it can be made; that of a shipped run is not."""
    return (folder_of(workspace, run_id) / "plan.json").exists()


def offer_limits() -> None:
    """Let the visitor limit what going on and trying again may spend; for pages without More settings."""
    with st.popover("Limits", icon=":material/speed:", help="For going on with a run and for trying again."):
        show_limits()


def show_go_on(workspace: Workspace, run_id: str) -> None:
    """Offer to go on with a run that ended before it was done; by which engine is a choice where both can do it."""
    engine = _engine(workspace, run_id)
    if not _has_choice(workspace, run_id):
        _show_go_on_button(workspace, run_id, engine)
        return
    with st.popover("Go on", icon=":material/play_arrow:"):
        chosen = choose_engine(open_model(), key=f"engine-{run_id}", first=engine)
        _show_go_on_button(workspace, run_id, chosen)


def _show_go_on_button(workspace: Workspace, run_id: str, engine: EngineChoice) -> None:
    if st.button(
        "Go on",
        key=f"go-on-{run_id}",
        icon=":material/play_arrow:",
        help="Makes what is missing, within the limits that are set.",
    ):
        _start(workspace, run_id, engine=engine, only=None)


def show_try_again(
    workspace: Workspace, run_id: str, failures: Sequence[Failure], *, label: str = "Try again", key: str = "all"
) -> None:
    """Offer to try some failures of a run again, and nothing else; `key` tells this button from others of the run."""
    # Questions that were to follow from a syllabus have no ids before there is one, so nothing can be left out.
    has_items_only = all(failure.stage in _ITEM_STAGES for failure in failures)
    what = (
        "Asks once more for these items only"
        if has_items_only
        else "Makes all that is missing, as what was to follow from a node that did not grow has no name yet"
    )
    if st.button(
        label,
        key=f"again-{run_id}-{key}",
        icon=":material/replay:",
        help=f"{what}, within the limits that are set.",
    ):
        only = frozenset(each.item_id for each in failures) if has_items_only else None
        _start(workspace, run_id, engine=_engine(workspace, run_id), only=only)


def _ask(workspace: Workspace, now: RunNow, wish: Wish) -> None:
    run_id, background = now.run.run_id, workspace.background
    if not now.is_elsewhere:
        {"work": background.resume, "pause": background.pause, "stop": background.stop}[wish](run_id)
        return
    try:
        ask_folder(folder_of(workspace, run_id), wish)
    except GlanError as error:
        st.toast(plain(f"{error.message} {error.hint}"), icon=":material/error:")  # a callback has no place of its own
        return
    st.session_state.setdefault(state.ASKED, {})[run_id] = wish


def _start(workspace: Workspace, run_id: str, *, engine: EngineChoice, only: frozenset[str] | None) -> None:
    try:
        plan = plan_from_data(read_plan(folder_of(workspace, run_id)))
        check_templates(plan)
        model = open_model()
        workspace.background.start(
            plan,
            endpoint=model.endpoint,
            concurrency=st.session_state.get(state.CONCURRENCY) or model.concurrency,
            engine=engine,
            limits=chosen_limits(),
            only=only,
        )
    except GlanError as error:
        show_error(error)
        return
    st.rerun()


def _engine(workspace: Workspace, run_id: str) -> EngineChoice:
    """Give where a run goes on: with the batch service if that has calls of it or took the last ones, else here."""
    folder = folder_of(workspace, run_id)
    if calls_out(folder).calls:
        return BATCH
    return BATCH if _was_batch(folder) and not is_refused(folder) else LOCAL


def _has_choice(workspace: Workspace, run_id: str) -> bool:
    """Say whether a run that was with a batch service may go on elsewhere: nothing of it is there any more."""
    folder = folder_of(workspace, run_id)
    if not _was_batch(folder) or calls_out(folder).calls:
        return False
    try:
        return has_choice(open_model())
    except GlanError:
        return False  # the button tells it


def _was_batch(folder: Path) -> bool:
    status = find_status(folder)
    return status is not None and status.engine == BATCH.name
