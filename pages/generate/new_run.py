"""What will this do and cost? Then: do it, and watch the pairs arrive."""

import dataclasses

import streamlit as st

from glan_core.errors import GlanError, PlanError, SettingsError
from glan_core.planning.estimates import estimate
from glan_core.planning.plan import DEFAULT_STAGES, PlanRequest, make_plan
from glan_core.runs.costs import Costs
from glan_core.scope import list_scope_nodes
from glan_core.store.runs import count_runs
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.more_settings import chosen_limits, show_more_settings
from pages.shared.plan_view import show_plan, show_prompts
from pages.shared.run_view import show_others_at_work, show_run
from pages.shared.workspace import open_model, open_workspace

MOST_INSTRUCTIONS = 10_000
NO_PRICE_HINT = "Leave the budget empty here, or start the run with the command `python -m glan_core generate`."
LEVELS = ("field", "sub_field", "discipline", "subject")

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

nodes = {node.node_id: node for node in sorted(list_scope_nodes(cursor), key=lambda n: (LEVELS.index(n.level), n.path))}
in_address = [node_id for node_id in st.query_params.get("scope", "").split(",") if node_id]
asked_for = [node_id for node_id in in_address if node_id in nodes]
if len(asked_for) < len(in_address):
    st.warning(
        "The address names a node that this taxonomy does not have. Choose under Where.", icon=":material/link_off:"
    )

for name, key in (("grow", state.GROWS), ("rewrite", state.REWRITES)):
    if name in st.query_params:  # said once: the switch is the visitor's from then on
        st.session_state[key] = True
        del st.query_params[name]

form, preview = st.columns([2, 3], gap="large")
with form:
    scope = st.multiselect(
        "Where",
        list(nodes),
        default=asked_for,
        format_func=lambda node_id: " › ".join(nodes[node_id].path[-2:]),
        placeholder="The whole taxonomy",
        help="Fields, sub-fields, disciplines or subjects. Pairs are spread evenly over all syllabi below them. "
        "Type to search.",
    )
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
    more = show_more_settings(model)
    kind = " (built in: for learning the tool, not for making data)" if model.endpoint.is_built_in else ""
    st.caption(plain(f"Model: {model.model}{kind}"))

with preview:
    st.query_params["scope"] = ",".join(scope)
    fields = [node_id for node_id, node in nodes.items() if node.level == "field"]
    request = PlanRequest(
        scope=tuple(scope or fields),
        instructions=int(instructions),
        seed=int(seed),
        settings=dataclasses.replace(
            model.generation_settings(more.preset), strategy_mix=more.strategy_mix, language=more.language
        ),
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
    if st.button("Start", key=state.START, type="primary", icon=":material/play_arrow:") and can_keep_budget:
        try:
            workspace.background.start(plan, endpoint=model.endpoint, concurrency=more.concurrency, limits=limits)
        except PlanError as error:
            show_error(error)
            st.stop()
        st.query_params["run"] = plan.run_id
        st.session_state[state.NEXT_SEED] = plan.request.seed + 1
        st.rerun()
    show_prompts(cursor, plan)
