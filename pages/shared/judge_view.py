"""What do judges say of the pairs? A tab of the Quality page."""

import streamlit as st

from glan_core.entities import Filter
from glan_core.judge_settings import UNFIT, is_fit_to_judge
from glan_core.judgements import JUDGING_STAGES
from glan_core.store.comparisons import Rivalry, list_rivalries
from glan_core.store.database import Cursor
from glan_core.store.judged_pairs import count_judgeable
from glan_core.store.judgements import Judge, judged_version, list_judges
from glan_core.store.run_lists import list_unfinished_run_ids
from glan_core.store.runs import find_run
from pages.shared.feedback import plain, show_empty
from pages.shared.filter_bar import clear_filter, is_narrowed, read_filter, show_filter_bar
from pages.shared.formats import count
from pages.shared.judge_duel import show_duels
from pages.shared.judge_people import show_people
from pages.shared.judge_plan import JUDGING_RUN, show_judge_plan
from pages.shared.judge_scores import show_scores
from pages.shared.run_view import is_known, is_run_at_work, show_run
from pages.shared.workspace import Workspace

_SCORES, _DUELS, _PEOPLE = "Scores", "Two models", "Beside people"


def show_judge(workspace: Workspace) -> None:
    """Plan and start a run of judging over the filter in the address, watch it, and show what judges said."""
    cursor = workspace.cursor()
    meant = read_filter(cursor)
    filter_ = meant.filter_
    show_filter_bar(workspace, cursor, meant)
    answered = count_judgeable(cursor, filter_)
    if not answered:
        _show_nothing()
        return
    version = judged_version(cursor)
    judges, rivalries = _said(version, cursor, filter_)
    with st.expander(
        "Have pairs judged",
        expanded=not judges and not rivalries,
        icon=":material/gavel:",
        key="judge-plan",
        on_change="rerun",
    ) as plan:
        if plan.open:
            show_judge_plan(workspace, filter_, answered=answered, version=version)
    _show_running(workspace, cursor)
    version = judged_version(cursor)
    judges, rivalries = _said(version, cursor, filter_)  # a run of few pairs may have ended since
    if not judges and not rivalries:
        st.caption(f"None of these {count(answered)} answered pairs was judged yet.")
        return
    tabs = [_SCORES] * bool(judges) + [_DUELS] * bool(rivalries) + [_PEOPLE] * bool(judges)
    chosen = st.segmented_control(
        "What judges said", tabs, default=tabs[0], required=True, key="judge-about", label_visibility="collapsed"
    )
    if chosen == _DUELS:
        show_duels(cursor, filter_, rivalries, version=version)
        return
    judge = _choose(judges, answered)
    if chosen == _SCORES:
        show_scores(workspace, filter_, judge, version=version)
    else:
        show_people(cursor, filter_, judge, version=version)


def _choose(judges: tuple[Judge, ...], answered: int) -> str:
    judge = judges[0]
    if len(judges) > 1:
        pairs = {each.model: each.pairs for each in judges}
        name = st.selectbox(
            "Judge", list(pairs), format_func=lambda model: f"{model}, n = {count(pairs[model])}", key="judge-model"
        )
        judge = next(each for each in judges if each.model == name)
    st.caption(plain(f"{judge.model} judged {count(judge.pairs)} of these {count(answered)} answered pairs."))
    if not is_fit_to_judge(judge.model):
        st.warning(UNFIT, icon=":material/warning:")
    return judge.model


def _show_nothing() -> None:
    if is_narrowed():
        st.info("No answered pair fits this filter.", icon=":material/filter_alt:")
        st.button("Show all pairs", on_click=clear_filter, key="judge-none", icon=":material/filter_alt_off:")
    else:
        show_empty("There are no pairs to judge yet.", page="pages/generate/new_run.py", label="New run")


def _show_running(workspace: Workspace, cursor: Cursor) -> None:
    """Show the run that this page began, or any that judges just now."""
    run_id = st.query_params.get(JUDGING_RUN)
    if run_id is None or not is_known(workspace, run_id):
        run_id = next((each for each in list_unfinished_run_ids(cursor) if _judges_now(workspace, cursor, each)), None)
    if run_id is not None:
        show_run(workspace, run_id)


def _judges_now(workspace: Workspace, cursor: Cursor, run_id: str) -> bool:
    run = find_run(cursor, run_id)
    is_judging = run is not None and not set(JUDGING_STAGES).isdisjoint(run.plan.get("stages", ()))
    return is_judging and is_run_at_work(workspace, run_id)


@st.cache_data(max_entries=20, show_spinner=False, hash_funcs={Filter: repr})
def _said(version: str, _cursor: Cursor, filter_: Filter) -> tuple[tuple[Judge, ...], tuple[Rivalry, ...]]:
    """Give who judged, and which models were compared; kept as long as nothing else was said."""
    return list_judges(_cursor, filter_), list_rivalries(_cursor, filter_)
