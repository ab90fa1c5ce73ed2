"""What would judging these pairs take, and how is it begun?"""

from functools import partial
from typing import NamedTuple

import streamlit as st

from glan_core.entities import Filter
from glan_core.errors import GlanError
from glan_core.judge_settings import UNFIT, is_fit_to_judge, judge_settings
from glan_core.model_choice import ModelChoice
from glan_core.planning.judging_plan import make_judging_plan
from pages.shared.engine_choice import choose_engine
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count
from pages.shared.price_field import with_own_prices
from pages.shared.start_planned import plan_once, show_and_start
from pages.shared.workspace import Workspace, open_model

JUDGING_RUN = "judging"
"""In the address: the run of judging that is watched."""
_FEW = 100
_SCORE, _COMPARE = "Score pairs", "Compare two models"
_WAYS = {
    _SCORE: "The judge reads one pair at a time and scores it from 1 to 10: as a whole, and for helpfulness, "
    "relevance, accuracy and detail.",
    _COMPARE: "Another model answers the same questions, and the judge scores both answers side by side, once in each "
    "order, as judges favour a place. Those answers are kept apart from your pairs.",
}


class _Asked(NamedTuple):
    """What the visitor asks for."""

    judge: str
    compared_model: str | None
    n: int
    seed: int


def show_judge_plan(workspace: Workspace, filter_: Filter, *, answered: int, version: str) -> None:
    """Let the visitor choose who judges how many of the answered pairs, show what it takes, and begin it."""
    try:
        with st.spinner("Asking the model"):
            model = open_model()
        asked = _choose(model, answered)
        if asked.compared_model == "":
            st.caption("Name the other model to see what it takes.")
            return
        settings = judge_settings(model, judge_model=asked.judge, compared_model=asked.compared_model)
        settings = with_own_prices(settings, base_url=model.endpoint.base_url, key="judge")
        engine = choose_engine(model, key="judge-engine")
        make = partial(make_judging_plan, filter_=filter_, settings=settings, seed=asked.seed, n=asked.n)
        plan = plan_once(version, workspace.cursor(), make)
    except GlanError as error:
        show_error(error)
        return
    if not is_fit_to_judge(asked.judge):
        st.warning(UNFIT, icon=":material/warning:")
    if not sum(plan.calls.values()):
        st.caption(f"All {count(plan.wanted)} were judged already, in the same words by the same judge.")
        return
    show_and_start(workspace, plan, model=model, engine=engine, label="Start judging", key="judge", address=JUDGING_RUN)


def _choose(model: ModelChoice, answered: int) -> _Asked:
    way = st.segmented_control("How", list(_WAYS), default=_SCORE, required=True, key="judge-way")
    st.caption(_WAYS[way])
    with st.grid(4, min_column_width=150, gap="small"):
        judge = st.text_input(
            "Judge",
            model.model,
            key=f"judge-name-{model.model}",
            help="A model of the endpoint in use. One that is much stronger than the one it judges is worth its price.",
        )
        other = ""
        if way == _COMPARE:
            other = st.text_input(
                "Other model", key="judge-other", placeholder="Its name", help="Of the same endpoint as the judge."
            )
        n = st.number_input(
            "Pairs",
            1,
            answered,
            min(_FEW, answered),
            key=f"judge-n-{answered}",
            help=f"Drawn from {count(answered)} answered pairs by the seed; fewer are the beginning of more.",
        )
        seed = st.number_input("Seed", 0, 2**30, 0, key="judge-seed", help="Of the draw and of the calls.")
    name = f"{model.endpoint_name}, " if model.endpoint_name else ""
    where = "By the built-in model." if model.endpoint.is_built_in else f"At {name}{model.endpoint.label}."
    st.caption(plain(where))
    return _Asked(judge.strip() or model.model, other.strip() if way == _COMPARE else None, int(n), int(seed))
