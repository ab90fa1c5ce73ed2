"""Which pairs are to be measured, and what was measured of them before?"""

from typing import NamedTuple

import streamlit as st

from glan_core.diversity import LEAST, MOST, ROWS, Asked, conditions_of, drawable
from glan_core.encoder_choice import encoder_in_use
from glan_core.store.database import Cursor
from glan_core.store.drawn_rows import Drawable, RowSet, dataset_version, row_set_to_text
from glan_core.store.evaluations import Conditions, Evaluation, find_before, find_earlier_state, find_evaluation
from pages.shared import state
from pages.shared.formats import count
from pages.shared.workspace import Workspace


class Standing(NamedTuple):
    """What stands in the database for what the visitor asks."""

    asked: Asked
    conditions: Conditions
    """Under which it would be measured now."""
    drawable: Drawable
    evaluation: Evaluation | None
    """What was measured last, of these rows as they are or as they were."""
    is_earlier: bool
    """Whether pairs or vectors have changed since."""
    before: Evaluation | None
    """The one before it that it can be compared with."""


def choose_draw(rows: RowSet) -> Asked:
    """Let the visitor choose how many rows are drawn, and by which seed."""
    with st.popover("Draw", icon=":material/casino:", help="How many rows are measured, and which."):
        n = st.number_input(
            "Rows, at most",
            min_value=LEAST,
            max_value=MOST,
            value=ROWS,
            step=1_000,
            key=state.DIVERSITY_N,
            bind="query-params",
            required=True,
            help=f"All of them where there are fewer. Up to {count(MOST)}: every row is compared with every other "
            "one. Only numbers of as many rows can be compared.",
        )
        seed = st.number_input(
            "Seed",
            min_value=0,
            value=0,
            step=1,
            key=state.DIVERSITY_SEED,
            bind="query-params",
            required=True,
            help="Another seed draws other rows. The same one draws the same rows.",
        )
    return Asked(rows.scope, ROWS if n is None else int(n), 0 if seed is None else int(seed), corpus_id=rows.corpus_id)


def find_standing(workspace: Workspace, cursor: Cursor, asked: Asked) -> Standing:
    """Look up what was measured of these rows; raises as `diversity.conditions_of`."""
    encoder, content = encoder_in_use(cursor)
    version = dataset_version(cursor, encoder=encoder.encoder, content=content)
    meant = (row_set_to_text(asked.rows), asked.reference and row_set_to_text(asked.reference), asked.n, asked.seed)
    conditions, there = _counted(str(workspace.database.path), version, meant, cursor, asked)
    kept = find_evaluation(cursor, conditions)
    found = kept or find_earlier_state(cursor, conditions, most=asked.n)
    before = None if found is None else find_before(cursor, found)
    return Standing(asked, conditions, there, found, kept is None and found is not None, before)


@st.cache_resource(max_entries=16, show_spinner="Counting rows")
def _counted(
    path: str, version: str, meant: tuple[object, ...], _cursor: Cursor, _asked: Asked
) -> tuple[Conditions, Drawable]:
    del path, version, meant
    return conditions_of(_cursor, _asked), drawable(_cursor, _asked.rows)
