"""How is a planned run begun, or tried with three pairs first?"""

import streamlit as st

from glan_core.engines.engine import EngineChoice
from glan_core.errors import GlanError
from glan_core.model_choice import ModelChoice
from glan_core.planning.plan import Forecast, plan_of
from pages.shared import state
from pages.shared.feedback import show_error
from pages.shared.start_planned import begin, can_keep_budget
from pages.shared.try_three import show_trial, start_trial
from pages.shared.workspace import Workspace

_PRICE_PLACE = "under Model and numbers of each stage"


def show_start(
    workspace: Workspace, plan: Forecast, *, model: ModelChoice, concurrency: int, engine: EngineChoice
) -> None:
    """Offer to begin a run or to try three, and show the three; within the limits that the visitor has set."""
    may_start = can_keep_budget(plan, model, where=_PRICE_PLACE)
    # Not a callback: it would start the plan of the run before, without a number that was typed just now. Nothing about
    # the button ever changes, as a press is lost when it comes back as another one; a run that is going is just shown.
    with st.container(horizontal=True):
        starts = st.button("Start", key=state.START, type="primary", icon=":material/play_arrow:")
        tries = st.button(
            "Try three",
            key=state.TRY_THREE,
            icon=":material/science:",
            help="Makes three pairs with these settings to look at; keep or discard them afterwards.",
        )
    st.caption(
        "*Try three* draws three others, with a seed of their own. What *Start* makes, shown below, stays as it is."
    )
    if starts and may_start:
        try:
            with st.spinner("Drawing the combinations ..."):
                drawn = plan_of(plan)
        except GlanError as error:
            show_error(error)
            st.stop()
        if not begin(workspace, drawn, model, engine=engine, concurrency=concurrency):
            st.stop()
        st.query_params["run"] = drawn.run_id
        st.session_state[state.NEXT_SEED] = plan.request.seed + 1
        st.rerun()
    if tries and may_start:
        start_trial(workspace, plan.request, model=model, concurrency=concurrency)
    show_trial(workspace)
