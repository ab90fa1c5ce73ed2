"""How is a run planned on a page, shown with what it takes, and begun within the limits that the visitor has set?"""

from functools import partial

import streamlit as st

from glan_core.engines.engine import LOCAL, EngineChoice
from glan_core.errors import GlanError, SettingsError
from glan_core.model_choice import ModelChoice
from glan_core.planning.estimates import Estimate, estimate
from glan_core.planning.plan import Forecast, Plan
from glan_core.runs.costs import Costs
from glan_core.store.database import Cursor
from pages.shared.feedback import show_error
from pages.shared.more_settings import chosen_limits, show_limits
from pages.shared.plan_view import show_plan
from pages.shared.workspace import Workspace


def plan_once(version: str, cursor: Cursor, make: partial[Plan]) -> Plan:
    """Give what `make` gives for a cursor, made once for each state of the pairs (`version`); GlanError as it does.

    Only the plan is kept: what it takes hangs on the endpoint and on the calls that were made since.
    """
    return _plan(version, cursor, make)


def show_and_start(
    workspace: Workspace, plan: Plan, *, model: ModelChoice, engine: EngineChoice, label: str, key: str, address: str
) -> None:
    """Show what a plan takes and offer to begin it; the run is named in the address from then on."""
    show_plan(plan, estimate_at(workspace.database.cursor(), plan, model, engine=engine))
    with st.container(horizontal=True, gap="small"):
        starts = st.button(label, type="primary", icon=":material/play_arrow:", key=f"{key}-start")
        with st.popover("Limits", icon=":material/speed:", help="Where the run ends though not all is done."):
            show_limits()
    if starts and can_keep_budget(plan, model, where="under Prices") and begin(workspace, plan, model, engine=engine):
        st.query_params[address] = plan.run_id
        st.rerun()


def estimate_at(
    cursor: Cursor, plan: Forecast, model: ModelChoice, *, engine: EngineChoice, concurrency: int | None = None
) -> Estimate:
    """Estimate what a plan takes at the endpoint of a model."""
    return estimate(
        cursor,
        plan,
        concurrency=concurrency or model.concurrency,
        endpoint_url=model.endpoint.base_url,
        is_batch=engine.name == "batch",
    )


def can_keep_budget(plan: Forecast, model: ModelChoice, *, where: str) -> bool:
    """Say whether the price of all that is planned is known, if there is a budget; if not, ask for it."""
    if chosen_limits().dollars is None:
        return True
    try:
        Costs(plan.request.settings, base_url=model.endpoint.base_url).check(plan.request.stages)
    except SettingsError as error:
        show_error(SettingsError(error.message, f"Give its price {where}, or leave the budget empty."))
        return False
    return True


def begin(
    workspace: Workspace,
    plan: Plan,
    model: ModelChoice,
    *,
    engine: EngineChoice = LOCAL,
    concurrency: int | None = None,
) -> bool:
    """Begin a run within the limits that are set, and say whether it began; what keeps it from it is shown."""
    try:
        workspace.background.start(
            plan,
            endpoint=model.endpoint,
            concurrency=concurrency or model.concurrency,
            engine=engine,
            limits=chosen_limits(),
        )
    except GlanError as error:
        show_error(error)
        return False
    return True


def _told(make: partial[Plan]) -> str:
    return f"{make.func.__qualname__} {make.args!r} {make.keywords!r}"


@st.cache_data(max_entries=20, show_spinner="Planning", hash_funcs={partial: _told})
def _plan(version: str, _cursor: Cursor, make: partial[Plan]) -> Plan:
    return make(_cursor)
