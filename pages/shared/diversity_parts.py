"""What is behind the numbers of diversity: the nearest cosines, the words that repeat, and how it grows?"""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from glan_core.entities import Filter
from glan_core.figures.growth_curve import Ahead, growth_curve
from glan_core.figures.nearest_histogram import nearest_histogram
from glan_core.insight.growth import LEAST_SIZES, Fit
from glan_core.insight.headline import UNLIKE
from glan_core.insight.lexical import LONG_RUN, OPENING_WORDS
from glan_core.store.evaluations import PAIRS, Evaluation, Number
from pages.shared.diversity_cards import WORDS, all_of, noun_of, show_cards
from pages.shared.filter_views import go_with
from pages.shared.formats import count, count_of
from pages.shared.theme import TOOLS, ground, show_figure
from pages.shared.workspace import Workspace

_SAMPLES, _REVIEW = "pages/explore/samples.py", "pages/curate/review.py"
_CURVES = {
    "unlike_gain": ("Unlike any before", "rows unlike any before"),
    "vendi_gain": ("Vendi score", "to the Vendi score"),
    "words_gain": ("Different words", "different words"),
}
_POINTS = 60


def show_redundancy(workspace: Workspace, evaluation: Evaluation) -> None:
    """Draw how near each row is to its nearest, and lead to the near-duplicates."""
    conditions = evaluation.conditions
    nearest = evaluation.numbers["nearest_distance"].parameters
    found = evaluation.numbers["near_duplicate_rate"].parameters
    show_figure(
        nearest_histogram(nearest["edges"], nearest["counts"], near=found["near"], ground=ground()),
        key="diversity-nearest",
        alt="The share of rows by the cosine to the row nearest to each.",
    )
    groups = found["groups"]
    if not groups:
        st.caption(
            f"No two of these {count(conditions.n)} {noun_of(conditions)} are near-duplicates, with a cosine of "
            f"{found['near']} or more."
        )
        return
    could_go = found["rows_in_groups"] - found["all_groups"]
    st.caption(
        f"{count_of(found['rows_in_groups'], noun_of(conditions, 1))} of {count(conditions.n)} are in "
        f"{count_of(found['all_groups'], 'group')} of near-duplicates: cosines of {found['near']} or more, right of "
        f"the line. If one of each group stays, {count(could_go)} could go: {100 * could_go / conditions.n:.1f} %."
    )
    if conditions.measured != PAIRS:
        return
    listed = "them" if len(groups) == found["all_groups"] else f"those of the {len(groups)} largest groups"
    meant = Filter(instruction_ids=tuple(key for group in groups for key in group))
    with st.container(horizontal=True, gap="small"):
        for label, page, key, icon in (
            (f"List {listed}", _SAMPLES, "diversity-groups", "table_rows"),
            (f"Review {listed}", _REVIEW, "diversity-review", "rate_review"),
        ):
            st.button(
                label,
                on_click=go_with,
                args=(workspace, meant, page),
                kwargs={"source": "diversity"},
                key=key,
                icon=f":material/{icon}:",
            )


def show_words(evaluation: Evaluation, before: Evaluation | None) -> None:
    """Show how much texts repeat one another in their words, and which words these are."""
    show_cards(evaluation, before, WORDS)
    for metric, heading, column in (
        ("opening_share", f"Commonest openings, the first {OPENING_WORDS} words", "Opening"),
        ("run_share", f"Commonest runs of {LONG_RUN} words", "Words"),
    ):
        most = evaluation.numbers[metric].parameters["most_common"]
        st.markdown(f"**{heading}**")
        if most:
            _show_repeated(most, column, evaluation)
        else:
            st.caption("None is there twice.")


def show_growth(evaluation: Evaluation) -> None:
    """Draw how a number grew with the pairs, and say what the next ones would add."""
    there = [metric for metric in _CURVES if metric in evaluation.numbers]
    if not there:
        n = count(evaluation.conditions.n)
        st.info(
            f"A curve wants {LEAST_SIZES} sizes or more, and n = {n} gives fewer. Measure more.",
            icon=":material/show_chart:",
        )
        return
    chosen = st.segmented_control(
        "What grows",
        there,
        default=there[0],
        required=True,
        format_func=lambda metric: _CURVES[metric][0],
        key="diversity-curve",
        label_visibility="collapsed",
    )
    number = evaluation.numbers[chosen]
    name, what = _CURVES[chosen]
    nouns = what.replace("rows", noun_of(evaluation.conditions))
    st.markdown(f"**{growth_sentence(number, nouns, n=evaluation.conditions.n)}**")
    show_figure(_curve(number, name), key=f"diversity-growth-{chosen}", alt=f"{name} by the number of rows.")
    conditions = evaluation.conditions
    if conditions.measured == PAIRS:
        _show_newest(evaluation)
    unlike = f"Unlike any before: no cosine of {UNLIKE} or more to one that came earlier. "
    st.caption(
        f"{unlike if chosen == 'unlike_gain' else ''}n = {count(conditions.n)} of {all_of(conditions)}, "
        f"in {number.parameters['orders']} random orders (seed {conditions.seed}). The range "
        "says how far the order moves the curve, not how far the curve may be wrong. Small samples overstate what is "
        "to come."
    )


def growth_sentence(number: Number, what: str, *, n: int) -> str:
    """Say what the law of a curve expects of more rows after the n that were measured, all or not."""
    gain, lower, upper = (_amount(each) for each in (number.value, number.lower, number.upper))
    more = count(number.parameters["more"])
    return f"After these {count(n)}, {more} more add about {gain} {what} (90 %: {lower} to {upper})."


def _amount(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"


def _curve(number: Number, name: str) -> Any:
    grown = number.parameters
    end = grown["sizes"][-1]
    fit = Fit(grown["law"], grown["a"], grown["b"])
    rows = np.linspace(grown["sizes"][0], end + grown["more"], _POINTS)
    last = float(fit.at(np.array(end)))
    lower, upper = (number.value if each is None else each for each in (number.lower, number.upper))
    return growth_curve(
        (grown["sizes"], grown["values"]),
        (rows.tolist(), fit.at(rows).tolist()),
        Ahead(end + grown["more"], last + number.value, last + lower, last + upper),
        name=name,
        ground=ground(),
    )


def _show_newest(evaluation: Evaluation) -> None:
    """Say whether what came last is as far from the rest as anything else."""
    number = evaluation.numbers.get("newest_novelty")
    if number is not None:
        details = number.parameters
        newest, noun = count(details["newest"]), noun_of(evaluation.conditions)
        st.markdown(
            f"The newest {newest} {noun} lie {number.value:.3f} from their nearest among the others; as many drawn at "
            f"random lie {details['drawn']:.3f} from theirs."
        )


def _show_repeated(most: list[list[Any]], column: str, evaluation: Evaluation) -> None:
    conditions = evaluation.conditions
    number = noun_of(conditions).capitalize()
    st.space(TOOLS)
    st.dataframe(
        pd.DataFrame({column: [words for words, _ in most], number: [texts for _, texts in most]}).assign(
            Share=lambda rows: 100 * rows[number] / conditions.n
        ),
        hide_index=True,
        column_config={
            column: st.column_config.TextColumn(width="medium"),
            number: st.column_config.NumberColumn(width=80),
            "Share": st.column_config.NumberColumn(format="%.1f %%", width=80),
        },
        alt=f"{len(most)} rows, the most common first.",
    )
