"""How far does a judge say what people say?"""

import pandas as pd
import streamlit as st

from glan_core.entities import Filter
from glan_core.insight.judge_agreement import Confusion, HeldAgainstPeople
from glan_core.judge_report import read_agreement_with_people
from glan_core.store.database import Cursor
from pages.shared.formats import count

_FEW = 30
_FIRST_THRESHOLD = 5


def show_people(cursor: Cursor, filter_: Filter, judge: str, *, version: str) -> None:
    """Hold the scores of a judge against the pairs that people accepted or rejected."""
    held = _held(version, cursor, filter_, judge)
    if not held.n:
        st.info(
            "None of the judged pairs was accepted or rejected by people yet, so there is nothing to hold the judge "
            "against. Review some of them first.",
            icon=":material/rate_review:",
        )
        return
    _show_numbers(held)
    threshold = st.slider(
        "Keep pairs with at least",
        2,
        10,
        _FIRST_THRESHOLD,
        key="judge-threshold",
        help="What the judge would keep at this score, beside what people said of it.",
    )
    confusion = held.at(threshold)
    frame = confusion_frame(confusion)
    number = st.column_config.NumberColumn
    columns = {name: number(format="localized", help=f"{name} by people.") for name in ("Accepted", "Rejected")}
    st.dataframe(
        frame,
        hide_index=True,
        column_config=columns,
        alt="What people said of the pairs that the judge would keep and leave out.",
    )
    kappa = confusion.kappa
    beyond = "not defined, as one side says the same of all" if kappa is None else f"{kappa:.2f}"
    st.caption(
        f"n = {count(held.n)}. Both say the same of {100 * confusion.agreement:.0f} %; beyond chance (Cohen's kappa): "
        f"{beyond}."
    )


def confusion_frame(confusion: Confusion) -> pd.DataFrame:
    """Give the four counts of a threshold as a table."""
    return pd.DataFrame(
        {
            "The judge": [f"{confusion.at_least} or more", f"below {confusion.at_least}"],
            "Accepted": [confusion.kept_accepted, confusion.left_out_accepted],
            "Rejected": [confusion.kept_rejected, confusion.left_out_rejected],
        }
    )


def _show_numbers(held: HeldAgainstPeople) -> None:
    with st.grid(3, min_column_width=150, gap="small"):
        st.metric(
            "Judged by both",
            count(held.n),
            border=True,
            help=f"Pairs with a score and a review; people accepted {count(held.accepted)} of them.",
        )
        between = "no interval" if held.interval is None else f"95 %: {held.interval[0]:.2f} to {held.interval[1]:.2f}"
        st.metric(
            "Correlation",
            "–" if held.correlation is None else f"{held.correlation:.2f}",
            border=True,
            help=f"Of score and acceptance, -1 to 1 ({between}, n = {count(held.n)}). A dash: people or the judge said "
            "the same of all.",
        )
        st.metric(
            "Ranks them right",
            "–" if held.ranking is None else f"{100 * held.ranking:.0f} %",
            border=True,
            help="How likely an accepted pair has a higher score than a rejected one, ties counted half: 50 % is "
            f"chance. n = {count(held.n)}.",
        )
    if held.n < _FEW:
        st.caption(f"{count(held.n)} pairs are few: with {_FEW} or more these numbers begin to mean something.")


@st.cache_data(max_entries=20, show_spinner=False, hash_funcs={Filter: repr})
def _held(version: str, _cursor: Cursor, filter_: Filter, judge: str) -> HeldAgainstPeople:
    return read_agreement_with_people(_cursor, filter_, judge)
