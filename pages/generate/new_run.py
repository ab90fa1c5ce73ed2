"""What will this do and cost? Then: do it, and watch the pairs arrive."""

import streamlit as st

from glan_core.errors import GlanError
from glan_core.planning.gaps import scope_of_gaps
from glan_core.planning.plan import PlanRequest, forecast_plan
from glan_core.store.runs import count_runs
from pages.shared import state
from pages.shared.dealing_view import (
    gaps_in_address,
    is_dealt_by_number,
    show_dealing,
    show_filled,
    show_wanted_gaps,
    within_scope,
)
from pages.shared.engine_choice import choose_engine
from pages.shared.feedback import plain, show_error
from pages.shared.held_branches import choose_held
from pages.shared.more_settings import show_more_settings
from pages.shared.no_plan import show_no_plan
from pages.shared.novelty_view import open_novelty_reader, show_novelty
from pages.shared.plan_view import show_plan, show_stages
from pages.shared.prompts_view import show_prompts
from pages.shared.run_view import show_others_at_work, show_run
from pages.shared.scope_field import choose_scope
from pages.shared.start_planned import estimate_at
from pages.shared.start_view import show_start
from pages.shared.try_three import recall_trial
from pages.shared.unread_runs import show_unread_runs
from pages.shared.workspace import open_model, open_workspace

MOST_INSTRUCTIONS = 100_000

workspace = open_workspace()
cursor = workspace.cursor()


st.title("New run", anchor=False)
st.caption("Choose where in the taxonomy to generate, see what it takes, then start.")

show_unread_runs(workspace)
if "run" in st.query_params:
    show_run(workspace, st.query_params["run"])
recall_trial()
show_others_at_work(workspace, shown_run_ids=[st.query_params.get(name) for name in ("run", "trial")])

try:
    model = open_model()
except GlanError as error:
    show_error(error)
    st.stop()

for name, key in (("grow", state.GROWS), ("rewrite", state.REWRITES)):
    if name in st.query_params:  # said once: the switch is the visitor's from then on
        st.session_state[key] = True
        del st.query_params[name]

wanted = gaps_in_address(cursor)
form, preview = st.columns([2, 3], gap="large")
with form:
    above = st.container()
    scope = choose_scope(cursor, otherwise=scope_of_gaps(cursor, wanted.gaps) if wanted.gaps else ())
    wanted = within_scope(cursor, wanted, scope)
    with above:
        show_wanted_gaps(cursor, wanted)
    first, second = st.columns(2)
    instructions = first.number_input(
        "Pairs",
        1,
        MOST_INSTRUCTIONS,
        min(wanted.instructions or 5, MOST_INSTRUCTIONS),
        disabled=is_dealt_by_number(),
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
    filled = st.empty()
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
    dealing = show_dealing(
        cursor, scope, instructions=int(instructions), grows=grows, rewrites=rewrites, has_gaps=bool(wanted.gaps)
    )
    left_out = choose_held(cursor, scope) if dealing.allocation != "gaps" else ()
    more = show_more_settings(workspace, model)
    engine = choose_engine(model, key=state.ENGINE)
    kind = " (built in: for learning the tool, not for making data)" if model.endpoint.is_built_in else ""
    at = f" at {model.endpoint_name}" if model.endpoint_name and not model.endpoint.is_built_in else ""
    st.caption(plain(f"Model: {model.model}{at}{kind}"))

with preview:
    request = PlanRequest(
        scope=scope,
        instructions=dealing.instructions,
        seed=int(seed),
        settings=more.settings,
        stages=dealing.stages,
        allocation=dealing.allocation,
        shares=dealing.shares,
        gaps=wanted.gaps if dealing.allocation == "gaps" else (),
        rewrites=rewrites and "syllabus" in dealing.stages,
        holds_saturated=dealing.holds_saturated,
        left_out=left_out,
    )
    try:
        taken = workspace.background.taken_combinations(other_than_seed=request.seed)
        plan = forecast_plan(cursor, request, also_taken=taken, novelty=open_novelty_reader())
    except GlanError as error:
        show_no_plan(error, grows=grows)
        st.stop()
    expected = estimate_at(cursor, plan, model, engine=engine, concurrency=more.concurrency)
    with filled:
        show_filled(wanted, plan)
    show_plan(plan, expected)
    show_novelty(cursor, plan)
    show_stages(plan, expected)
    show_start(workspace, plan, model=model, concurrency=more.concurrency, engine=engine)
    show_prompts(cursor, plan, endpoint_url=model.endpoint.base_url)
