"""How much of a reference do the rows cover, and how densely?"""

import streamlit as st

from glan_core.diversity import LEAST, Asked, drawable
from glan_core.evaluator import Evaluator
from glan_core.insight.headline import LEAST_REFERENCE
from glan_core.store.database import Cursor
from glan_core.store.evaluations import Evaluation
from pages.shared.diversity_cards import AGAINST_REFERENCE, noun_of, show_cards
from pages.shared.diversity_measuring import show_measure_button
from pages.shared.diversity_reading import show_rows_to_read
from pages.shared.diversity_sets import choose_set
from pages.shared.diversity_standing import find_standing
from pages.shared.feedback import plain
from pages.shared.formats import count
from pages.shared.workspace import Workspace


def show_reference(workspace: Workspace, cursor: Cursor, evaluator: Evaluator, asked: Asked) -> None:
    """Let the visitor choose a reference, measure against it, and show what was measured."""
    chosen = choose_set(
        workspace,
        cursor,
        label="Reference",
        name="reference",
        help_="What these should cover: a corpus, a saved view, a run, or a part of the taxonomy.",
    )
    if chosen is None:
        st.caption(
            "A reference is a set that these rows should cover, such as a corpus of real questions. Coverage says how "
            "much of it they come near to, and density how much they stay where it is dense."
        )
        return
    held = asked._replace(reference=chosen.rows)
    if chosen.rows == asked.rows:
        st.info("The reference is the very set that is measured. Choose another one.", icon=":material/info:")
        return
    standing = find_standing(workspace, cursor, held)
    n, rows = standing.conditions.n, drawable(cursor, chosen.rows)
    m = min(n, rows.with_vector)
    if n < LEAST:
        st.info("There is nothing to measure yet.", icon=":material/hourglass_empty:")
        return
    if m < LEAST_REFERENCE:
        st.info(
            f"A reference wants {LEAST_REFERENCE} rows that are read, and as many measured ones. Here are {count(m)}.",
            icon=":material/info:",
        )
        return
    if standing.evaluation is None or standing.is_earlier:
        if not evaluator.is_running:
            show_rows_to_read(cursor, chosen.rows, n=n, seed=asked.seed)
        label = "Measure again" if standing.is_earlier else "Measure against it"
        show_measure_button(evaluator, [held], label=label, key="diversity-reference-measure")
    if standing.is_earlier:
        st.badge("Measured on an earlier state", icon=":material/history:", color="orange")
    if standing.evaluation is not None:
        show_cards(standing.evaluation, standing.before, AGAINST_REFERENCE)
        _show_terms(standing.evaluation, chosen.name)


def _show_terms(evaluation: Evaluation, name: str) -> None:
    """Say how many rows there are of both, and how many they share."""
    conditions, details = evaluation.conditions, evaluation.numbers["reference_coverage"].parameters
    m, shared = details["reference_rows"], details["shared_rows"]
    words = (
        f"{count(conditions.n)} {noun_of(conditions)} held against {count(m)} of the reference ({name}), both drawn by "
        f"the seed {conditions.seed}. Both numbers change with these sizes."
    )
    if shared:
        words += f" {count(shared)} of the rows are in both draws, which raises both numbers."
    st.caption(plain(words))
