"""How do these rows and another set differ in how varied they are, at equal n?"""

import pandas as pd
import streamlit as st

from glan_core.diversity import Asked
from glan_core.diversity_comparison import DiversityComparison, EqualN, at_equal_n, find_comparison
from glan_core.errors import GlanError
from glan_core.evaluator import Evaluator
from glan_core.figures.set_differences import SetDifference, set_differences
from glan_core.store.database import Cursor
from pages.shared.diversity_cards import COMPARED, formula_of, more_means, written_difference
from pages.shared.diversity_measuring import show_measure_button
from pages.shared.diversity_reading import show_rows_to_read
from pages.shared.diversity_sets import choose_set, set_words
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count, shortened
from pages.shared.theme import ground, show_figure
from pages.shared.workspace import Workspace

_LONGEST = 28


def show_compare(workspace: Workspace, cursor: Cursor, evaluator: Evaluator, asked: Asked) -> None:
    """Let the visitor choose another set, measure both at equal n, and show them side by side."""
    other = choose_set(
        workspace,
        cursor,
        label="Compare with",
        name="against",
        help_="A corpus, a saved view, a run, a part of the taxonomy, or all pairs.",
    )
    if other is None:
        st.caption("Two sets are drawn down to as many rows each, and measured in the same way.")
        return
    if other.rows == asked.rows:
        st.info("That is the very set that is measured. Choose another one.", icon=":material/info:")
        return
    try:
        equal = at_equal_n(cursor, asked, other.rows)
        found = find_comparison(workspace.database, cursor, equal)
    except GlanError as error:
        show_error(error)
        return
    names = (set_words(workspace, cursor, asked.rows), other.name)
    _show_sizes(equal, names)
    if found is None:
        if not evaluator.is_running:
            for each in (equal.first, equal.second):
                show_rows_to_read(cursor, each.rows, n=equal.n, seed=asked.seed)
        show_measure_button(
            evaluator,
            [equal.first, equal.second],
            label=f"Compare at n = {count(equal.n)}",
            key="diversity-compare",
        )
        return
    _show_table(found, names)
    _show_chart(found, names)


def _show_sizes(equal: EqualN, names: tuple[str, str]) -> None:
    """Say to how many rows both are drawn down, and why."""
    sizes = [
        f"{name}: {count(there.with_vector)}"
        + ("" if there.with_vector == there.rows else f" read of {count(there.rows)}")
        for name, there in zip(names, (equal.of_first, equal.of_second), strict=True)
    ]
    st.markdown(plain(f"Both are drawn down to n = {count(equal.n)}. {'; '.join(sizes)}."))
    if equal.shared:
        st.caption(
            f"{count(equal.shared)} of the {count(equal.n)} rows are in both draws. The intervals take both for "
            "independent draws, so they are too wide rather than too narrow."
        )


def _show_table(found: DiversityComparison, names: tuple[str, str]) -> None:
    first, second = (shortened(name, _LONGEST) for name in names)
    if first == second:
        first, second = f"1: {first}", f"2: {second}"
    rows = []
    for card in COMPARED:
        each = found.differences.get(card.metric)
        if each is None:
            continue
        interval = "–"
        if each.interval is not None:
            low, high = (written_difference(card, end) for end in each.interval)
            interval = f"{low.removesuffix(' points')} to {high}"
        rows.append(
            (
                card.label,
                written_difference(card, each.difference),
                interval,
                "not known" if each.interval is None else "yes" if each.is_clear else "no",
                more_means(card),
                card.written(each.first.value),
                card.written(each.second.value),
            )
        )
    columns = ["Number", "Difference", "90 %", "Beyond chance", "More is", first, second]
    right = {name: st.column_config.TextColumn(alignment="right") for name in ("Difference", "90 %", first, second)}
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        height="content",
        column_config=right,
        alt="Each number of both sets, their difference and its interval.",
    )
    conditions = found.first.conditions
    with st.expander("What each number is"):
        for card in COMPARED:
            if card.metric in found.differences:
                st.caption(plain(f"{card.label}: {formula_of(card, conditions)}"))
    st.caption(
        plain(
            f"n = {count(conditions.n)} of each, seed {conditions.seed}, {conditions.encoder}. Difference: {names[0]} "
            f"less {names[1]}. 90 %: how far other draws of as many rows would move it, by random halves of both; not "
            "known where halves do not say it, as of what more rows would add; such numbers are not in the chart. "
            "Beyond chance: 0 lies outside. More is: what a larger number speaks for."
        )
    )


def _show_chart(found: DiversityComparison, names: tuple[str, str]) -> None:
    """Draw the differences as shares of the second set's numbers, where these are above 0."""
    drawn = []
    for card in COMPARED:
        each = found.differences.get(card.metric)
        if each is None or each.interval is None or each.second.value <= 0:
            continue
        share = 100 / each.second.value
        drawn.append(
            SetDifference(
                card.label,
                share * each.difference,
                share * each.interval.lower,
                share * each.interval.upper,
                each.is_clear,
            )
        )
    if drawn:
        show_figure(
            set_differences(drawn, first=names[0], second=names[1], ground=ground()),
            key="diversity-differences",
            alt="Differences in percent with their intervals.",
        )
