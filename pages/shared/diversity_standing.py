"""Which pairs are to be measured, and what was measured of them before?"""

from typing import NamedTuple

import streamlit as st

from glan_core.diversity import LEAST, MOST, ROWS, Asked, conditions_of, drawable, find_before
from glan_core.encoder_choice import encoder_in_use
from glan_core.entities import Filter
from glan_core.filter_json import filter_to_json
from glan_core.store.database import Cursor
from glan_core.store.evaluations import (
    Conditions,
    Drawable,
    Evaluation,
    dataset_version,
    find_evaluation,
    list_evaluations,
)
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
    """What was measured last, of these pairs as they are or as they were."""
    is_earlier: bool
    """Whether pairs or vectors have changed since."""
    before: Evaluation | None
    """The one before it that it can be compared with."""


def choose_draw(scope: Filter) -> Asked:
    """Let the visitor choose how many pairs are drawn, and by which seed."""
    with st.popover("Draw", icon=":material/casino:", help="How many pairs are measured, and which."):
        n = st.number_input(
            "Pairs, at most",
            min_value=LEAST,
            max_value=MOST,
            value=ROWS,
            step=1_000,
            key=state.DIVERSITY_N,
            bind="query-params",
            required=True,
            help=f"All of them where there are fewer. Up to {count(MOST)}: every pair is compared with every other "
            "one. Only numbers of as many pairs can be compared.",
        )
        seed = st.number_input(
            "Seed",
            min_value=0,
            value=0,
            step=1,
            key=state.DIVERSITY_SEED,
            bind="query-params",
            required=True,
            help="Another seed draws other pairs. The same one draws the same pairs.",
        )
    return Asked(scope, ROWS if n is None else int(n), 0 if seed is None else int(seed))


def find_standing(workspace: Workspace, cursor: Cursor, asked: Asked) -> Standing:
    """Look up what was measured of these pairs."""
    encoder, content = encoder_in_use(cursor)
    version = dataset_version(cursor, encoder=encoder.encoder, content=content)
    path, meant = str(workspace.database.path), filter_to_json(asked.scope)
    conditions, there = _counted(path, version, meant, asked.n, asked.seed, cursor, asked)
    kept = find_evaluation(cursor, conditions)
    found = kept or _find_earlier(cursor, conditions, asked)
    before = None if found is None else find_before(cursor, found)
    return Standing(asked, conditions, there, found, kept is None and found is not None, before)


def _find_earlier(cursor: Cursor, conditions: Conditions, asked: Asked) -> Evaluation | None:
    """Give the newest that differs only in what was there then, and so perhaps in n."""
    for other in list_evaluations(cursor, conditions.scope):
        then = other.conditions
        same = conditions._replace(scope=then.scope, n=then.n, rows=then.rows, dataset_version=then.dataset_version)
        if same == then and then.dataset_version != conditions.dataset_version and then.n <= asked.n:
            return other
    return None


@st.cache_resource(max_entries=16, show_spinner="Counting pairs")
def _counted(
    path: str, version: str, meant: str, n: int, seed: int, _cursor: Cursor, _asked: Asked
) -> tuple[Conditions, Drawable]:
    del path, version, meant, n, seed
    return conditions_of(_cursor, _asked), drawable(_cursor, _asked.scope)
