"""What was measured before, of these rows and of others, and what of it can be compared?"""

import pandas as pd
import streamlit as st

from glan_core.diversity_comparison import compared, why_not_compared
from glan_core.store.database import Cursor
from glan_core.store.drawn_rows import RowSet, row_set_from_text
from glan_core.store.evaluations import PAIRS, Evaluation, list_evaluations
from pages.shared.diversity_cards import EVERY_CARD, Card, written_difference
from pages.shared.diversity_sets import set_words
from pages.shared.formats import count
from pages.shared.workspace import Workspace

_NEWEST = 100


def show_earlier(workspace: Workspace, cursor: Cursor, evaluation: Evaluation | None) -> None:
    """List what was measured, newest first: how it differs from what is shown, or why that is not said."""
    listed = list_evaluations(cursor, limit=_NEWEST + 1)
    others = [each for each in listed if evaluation is None or each.evaluation_id != evaluation.evaluation_id]
    if not others:
        st.caption("Nothing else was measured yet. Every measurement is kept and listed here.")
        return
    metric = st.selectbox(
        "Number",
        [metric for metric in EVERY_CARD if any(metric in each.numbers for each in others)],
        format_func=lambda name: EVERY_CARD[name].label,
        key="diversity-earlier",
        width=300,
    )
    card = EVERY_CARD[metric]
    rows = [_row(workspace, cursor, evaluation, each, card) for each in others[:_NEWEST]]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        placeholder="–",
        column_config={
            "Measured": st.column_config.TextColumn(width=180),
            "When": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
            "n": st.column_config.NumberColumn(format="localized", width=70),
            "of": st.column_config.NumberColumn(format="localized", width=70),
            card.label: st.column_config.TextColumn(alignment="right"),
            "Change since": st.column_config.TextColumn(alignment="right"),
            "Not compared because": st.column_config.TextColumn(width="medium"),
        },
        column_order=["When", "Measured", card.label, "Change since", "n", "of", "Not compared because"],
        alt=f"{len(rows)} measurements, the newest first.",
    )
    which = f"The newest {count(_NEWEST)}. " if len(others) > _NEWEST else ""
    st.caption(
        f"{which}Change since: what is shown above less what was measured then. Only numbers at the same n, seed, "
        "encoder and text are compared: all of them change with n."
    )


def _row(
    workspace: Workspace, cursor: Cursor, evaluation: Evaluation | None, other: Evaluation, card: Card
) -> dict[str, object]:
    conditions, number = other.conditions, other.numbers.get(card.metric)
    rows = RowSet(conditions.scope, "" if conditions.measured == PAIRS else conditions.measured)
    change, reason = _change(evaluation, other, card)
    measured = set_words(workspace, cursor, rows)
    if conditions.reference:
        measured += f", against {set_words(workspace, cursor, row_set_from_text(conditions.reference))}"
    return {
        "Measured": measured,
        card.label: None if number is None else card.written(number.value),
        "Change since": change,
        "Not compared because": reason,
        "n": conditions.n,
        "of": conditions.rows,
        "When": other.evaluated_at,
    }


def _change(evaluation: Evaluation | None, other: Evaluation, card: Card) -> tuple[str | None, str | None]:
    """Give the difference in words, or why there is none."""
    if evaluation is None:
        return None, "these are not measured yet"
    if reason := why_not_compared(evaluation, other):
        return None, reason
    each = compared(evaluation, other).differences.get(card.metric)
    if each is None:
        return None, "both do not have it against the same reference"
    is_same = card.written(abs(each.difference)) == card.written(0.0)
    return "same" if is_same else written_difference(card, each.difference), None
