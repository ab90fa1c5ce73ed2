"""What would writing the rejected pairs anew take, and how is it begun? A tab of the Review page."""

from collections import Counter
from functools import partial
from typing import NamedTuple

import streamlit as st

from glan_core.entities import Filter
from glan_core.errors import GlanError
from glan_core.planning.plan import Plan
from glan_core.planning.regenerating_plan import make_regenerating_plan
from glan_core.regenerate_settings import regenerate_settings
from glan_core.store.database import Cursor
from glan_core.store.regenerations import count_rejected
from glan_core.store.reviews import next_number
from glan_core.store.samples import samples_version
from pages.shared import state
from pages.shared.engine_choice import choose_engine
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count, count_of
from pages.shared.page_button import page_button
from pages.shared.price_field import with_own_prices
from pages.shared.review_words import REASON_WORDS
from pages.shared.run_view import is_known, is_run_at_work, show_run
from pages.shared.start_planned import plan_once, show_and_start
from pages.shared.workspace import Workspace, open_model

REGENERATING_RUN = "anew"
"""In the address: the run of this page that is watched."""


class _Asked(NamedTuple):
    """What the visitor asks for."""

    n: int
    seed: int
    is_answers_only: bool


def show_regenerate(workspace: Workspace, cursor: Cursor, filter_: Filter) -> None:
    """Show what reviewers rejected of a filter, plan another pair for each, begin it and watch it."""
    rejected = count_rejected(cursor, filter_)
    run_id = st.query_params.get(REGENERATING_RUN)
    is_watched = run_id is not None and is_known(workspace, run_id)
    if not rejected:
        st.info(
            "None of these pairs is rejected. Reject some on the first tab, with reasons: what you write there is told "
            "to the model.",
            icon=":material/thumb_down:",
        )
    elif not (is_watched and run_id is not None and is_run_at_work(workspace, run_id)):
        _show_plan(workspace, cursor, filter_, rejected)
    if is_watched and run_id is not None:
        show_run(workspace, run_id)
        if not is_run_at_work(workspace, run_id):
            page_button(
                "Review the new pairs",
                "pages/curate/review.py",
                {"run": run_id, "reviewer": st.session_state.get(state.REVIEWER) or ""},
                tab=(state.REVIEW_TAB, "Review"),
                icon=":material/arrow_forward:",
                key="anew-review",
            )


def _show_plan(workspace: Workspace, cursor: Cursor, filter_: Filter, rejected: int) -> None:
    try:
        with st.spinner("Asking the model"):
            model = open_model()
        asked = _choose(rejected)
        settings = regenerate_settings(model.generation_settings())
        buttons = st.container(horizontal=True, gap="small")
        with buttons:
            settings = with_own_prices(settings, base_url=model.endpoint.base_url, key="anew")
        engine = choose_engine(model, key="anew-engine")
        make = partial(
            make_regenerating_plan,
            filter_=filter_,
            settings=settings,
            seed=asked.seed,
            n=asked.n,
            is_answers_only=asked.is_answers_only,
        )
        plan = plan_once(f"{samples_version(cursor)} {next_number(cursor)}", cursor, make)
    except GlanError as error:
        show_error(error)
        return
    _show_reasons(plan)
    if not sum(plan.calls.values()):
        st.caption("All of them were written anew already, with all that was said of them.")
        return
    st.caption(plain(f"Written by {model.model}{', built in' if model.endpoint.is_built_in else ''}."))
    if model.endpoint.is_built_in:
        st.warning("The built-in model is good for learning this tool, not for making data.", icon=":material/warning:")
    show_and_start(
        workspace, plan, model=model, engine=engine, label="Write them anew", key="anew", address=REGENERATING_RUN
    )


def _choose(rejected: int) -> _Asked:
    st.caption(
        "The model is told what reviewers said, and writes another pair for each rejected one: another question over "
        "the same key concepts where a reason is about the question, else another answer. The rejected ones stay, and "
        "the new ones wait for a review."
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        n = st.number_input(
            "Rejected pairs",
            1,
            rejected,
            rejected,
            key=f"anew-n-{rejected}",
            width=180,
            help=f"Of {count(rejected)}, drawn by the seed; fewer are the beginning of more.",
        )
        seed = st.number_input(
            "Seed",
            0,
            2**30,
            0,
            key="anew-seed",
            width=120,
            help="Another seed writes others, though all else is the same.",
        )
        is_answers_only = st.toggle(
            "Answers only",
            key="anew-answers",
            help="Asks for another answer alone, also where the reasons are about the question.",
        )
    return _Asked(int(n), int(seed), is_answers_only)


def _show_reasons(plan: Plan) -> None:
    regenerating = plan.regenerating
    assert regenerating is not None
    reasons = Counter(reason for pair in regenerating.pairs for reason in pair.reasons)
    comments = sum(bool(pair.comments) for pair in regenerating.pairs)
    silent = sum(not pair.reasons and not pair.comments for pair in regenerating.pairs)
    answers = plan.wanted - regenerating.questions
    with st.container(horizontal=True, gap="xsmall"):
        for reason, pairs in reasons.most_common():
            st.badge(plain(f"{REASON_WORDS.get(reason, reason.replace('_', ' '))} · {count(pairs)}"), color="orange")
        if comments:
            st.badge(f"With a comment · {count(comments)}", color="blue")
        if silent:
            st.badge(f"Without a word · {count(silent)}", color="gray", help="The model is told that nobody said why.")
    questions = count_of(regenerating.questions, "new question")
    parts = [f"{questions} with {'its answer' if regenerating.questions == 1 else 'their answers'}"]
    parts = parts * bool(regenerating.questions) + [f"{count_of(answers, 'new answer')} alone"] * bool(answers)
    st.caption(f"{'; '.join(parts)}.")
