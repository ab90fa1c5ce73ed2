"""What will this do and cost? Then: do it, and watch the pairs arrive."""

import streamlit as st

from glan_core.errors import GlanError, PlanError, SettingsError
from glan_core.planning.estimates import estimate
from glan_core.planning.plan import DEFAULT_STAGES, PlanRequest, make_plan
from glan_core.runs.costs import Costs
from glan_core.store.runs import count_runs
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.more_settings import chosen_limits, show_more_settings
from pages.shared.plan_view import show_plan
from pages.shared.prompts_view import show_prompts
from pages.shared.run_view import show_others_at_work, show_run
from pages.shared.scope_field import choose_scope
from pages.shared.try_three import show_trial, start_trial
from pages.shared.workspace import open_model, open_workspace

MOST_INSTRUCTIONS = 10_000
NO_PRICE_HINT = "Leave the budget empty here, or start the run with the command `python -m glan_core generate`."

workspace = open_workspace()
cursor = workspace.cursor()


def switch_growing_on() -> None:
    """Turn the switch, as the visitor could."""
    st.session_state[state.GROWS] = True


st.title("New run", anchor=False)
st.caption("Choose where in the taxonomy to generate, see what it takes, then start.")

if "run" in st.query_params:
    show_run(workspace, st.query_params["run"])
show_others_at_work(workspace, shown_run_id=st.query_params.get("run"))

try:
    model = open_model()
except GlanError as error:
    show_error(error)
    st.stop()

for name, key in (("grow", state.GROWS), ("rewrite", state.REWRITES)):
    if name in st.query_params:  # said once: the switch is the visitor's from then on
        st.session_state[key] = True
        del st.query_params[name]

form, preview = st.columns([2, 3], gap="large")
with form:
    scope = choose_scope(cursor)
    first, second = st.columns(2)
    instructions = first.number_input(
        "Pairs",
        1,
        MOST_INSTRUCTIONS,
        5,
        help=f"In all. Up to {MOST_INSTRUCTIONS:,} here; the command `python -m glan_core generate` has no limit.",
    )
    st.session_state.setdefault(state.SEED, count_runs(cursor))
    if state.NEXT_SEED in st.session_state:
        st.session_state[state.SEED] = st.session_state.pop(state.NEXT_SEED)
    seed = second.number_input(
        "Seed",
        0,
        2**31 - 1,
        key=state.SEED,
        help="Names the sequence of draws. The same seed repeats it and makes no call twice; "
        "another one leaves out combinations that were drawn before.",
    )
    grows = st.toggle(
        "Grow what is missing first",
        key=state.GROWS,
        help="Subjects without a syllabus get one, and disciplines without subjects get those first. "
        "The built-in model is weak at this; expect short, rough courses.",
    )
    rewrites = st.toggle(
        "Write the syllabi anew",
        key=state.REWRITES,
        help="Every syllabus in the scope gets another version first, and questions are drawn from that. The one of "
        "before stays, and so do its pairs.",
    )
    more = show_more_settings(workspace, model)
    kind = " (built in: for learning the tool, not for making data)" if model.endpoint.is_built_in else ""
    st.caption(plain(f"Model: {model.model}{kind}"))

with preview:
    request = PlanRequest(
        scope=scope,
        instructions=int(instructions),
        seed=int(seed),
        settings=more.settings,
        stages=(
            *(("subjects",) if grows else ()),
            *(("syllabus", "class_details") if grows or rewrites else ()),
            *DEFAULT_STAGES,
        ),
        rewrites=rewrites,
    )
    try:
        taken = workspace.background.taken_combinations(other_than_seed=request.seed)
        plan = make_plan(cursor, request, also_taken=taken)
    except PlanError as error:
        show_error(error)
        if not grows:
            st.button("Grow what is missing first", icon=":material/psychiatry:", on_click=switch_growing_on)
        st.stop()
    show_plan(plan, estimate(cursor, plan, concurrency=more.concurrency, endpoint_url=model.endpoint.base_url))
    limits = chosen_limits()
    can_keep_budget = True
    if limits.dollars is not None:
        try:
            Costs(request.settings, base_url=model.endpoint.base_url).check(request.stages)
        except SettingsError as error:
            show_error(SettingsError(error.message, f"{NO_PRICE_HINT} {error.hint}"))
            can_keep_budget = False
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
    if starts and can_keep_budget:
        try:
            workspace.background.start(plan, endpoint=model.endpoint, concurrency=more.concurrency, limits=limits)
        except PlanError as error:
            show_error(error)
            st.stop()
        st.query_params["run"] = plan.run_id
        st.session_state[state.NEXT_SEED] = plan.request.seed + 1
        st.rerun()
    if tries and can_keep_budget:
        start_trial(workspace, request, model=model, concurrency=more.concurrency, limits=limits)
    show_trial(workspace)
    show_prompts(cursor, plan, endpoint_url=model.endpoint.base_url)
