"""How far is the taxonomy covered, in five numbers? Counted once for each filter, until something changes."""

import pandas as pd
import streamlit as st

from glan_core.entities import Filter
from glan_core.filter_json import filter_to_json
from glan_core.lineage_coverage import Coverage
from glan_core.store.coverage import NODE_LEVELS, count_coverage
from glan_core.store.database import Cursor
from glan_core.store.kept_counts import keep_counts
from glan_core.store.reports import Revision, taxonomy_revision
from glan_core.store.samples import Version, samples_version
from glan_core.store.unused_parts import UnusedKind, UnusedParts, list_unused
from pages.shared import state
from pages.shared.formats import count, two_digits
from pages.shared.nodes import LEVEL_WORDS
from pages.shared.workspace import Workspace

NODE_WORDS = {
    "field": ("field", "fields"),
    "sub_field": ("sub-field", "sub-fields"),
    "discipline": ("discipline", "disciplines"),
    "subject": ("subject", "subjects"),
}


def read_cached_coverage(workspace: Workspace, cursor: Cursor, filter_: Filter) -> pd.DataFrame:
    """Give the rows of count_coverage as they are now; not to be changed."""
    return _counted(*_meant(workspace, cursor, filter_), workspace, cursor, filter_)


def read_cached_unused(
    workspace: Workspace, cursor: Cursor, filter_: Filter, *, kind: UnusedKind, words: str, limit: int
) -> UnusedParts:
    """Give what list_unused lists now; not to be changed."""
    return _unused(*_meant(workspace, cursor, filter_), kind, words, limit, workspace, cursor, filter_)


def choose_level() -> str:
    """Let the visitor choose one of NODE_LEVELS."""
    return st.segmented_control(
        "Count by",
        list(NODE_LEVELS),
        default="discipline",
        required=True,
        format_func=lambda level: LEVEL_WORDS[level][0],
        label_visibility="collapsed",
        key=state.COVERAGE_LEVEL,
        bind="query-params",
    )


def show_headline(coverage: Coverage) -> None:
    """Show the numbers of a level, each with how many nodes or parts it rests on."""
    one, many = NODE_WORDS[coverage.level]
    spread = coverage.spread
    nodes = f"{count(spread.nodes)} {one if spread.nodes == 1 else many}"
    equal = "no pairs yet" if spread.equal_nodes is None else f"like {_equal(spread.equal_nodes)} equal ones"
    counted = f"{nodes} of the taxonomy, {count(spread.pairs)} pairs; exact."
    cards = [
        (
            f"{many.capitalize()} with a pair",
            f"{spread.covered / spread.nodes:.0%}" if spread.nodes else "–",
            f"{count(spread.covered)} of {nodes}",
            f"The share of {many} that at least one pair was drawn from: a question with its answer. {counted}",
        ),
        (
            "Gini",
            two_digits(spread.gini),
            nodes,
            f"How unequal the {many} are: 0 where all have as many pairs, near 1 where one has all. The sum of "
            f"(2i − n − 1)·x over n times the sum of x, fewest pairs first. {counted}",
        ),
        (
            "Evenness",
            two_digits(spread.evenness),
            equal,
            f"1 where all {many} have as many pairs: the entropy of their shares over its largest value (Pielou). "
            f"Below it the number of {many} with the same that would be as even (Hill, order 1). {counted}",
        ),
        (
            "Sessions never used",
            count(coverage.unused_class_sessions),
            f"of {count(coverage.class_sessions)}",
            "Class sessions of current syllabi that no question was drawn from; those without a key concept do not "
            f"count. Over {count(coverage.subjects)} subjects; exact.",
        ),
        (
            "Concepts never used",
            count(coverage.unused_key_concepts),
            f"of {count(coverage.key_concepts)}",
            "Key concepts of current syllabi that no question was drawn from, answered or not. Over "
            f"{count(coverage.subjects)} subjects; exact.",
        ),
    ]
    with st.container(border=True), st.grid(len(cards), min_column_width=130, gap="small"):
        for label, number, under, meaning in cards:
            st.metric(label, number, delta=under, delta_color="off", delta_arrow="off", help=meaning)


def _equal(number: float) -> str:
    return f"{number:,.1f}" if number < 10 else f"{number:,.0f}"


def _meant(workspace: Workspace, cursor: Cursor, filter_: Filter) -> tuple[str, Revision, Version, str]:
    """Give what tells counted rows apart: as long as it is the same, so are they."""
    path = str(workspace.database.path)
    return path, taxonomy_revision(cursor), samples_version(cursor), filter_to_json(filter_)


@st.cache_resource(max_entries=6, show_spinner="Counting what is covered")
def _counted(
    path: str,
    revision: Revision,
    version: Version,
    filter_text: str,
    _workspace: Workspace,
    _cursor: Cursor,
    _filter: Filter,
) -> pd.DataFrame:
    del path, revision, version, filter_text
    keep_counts(_workspace.database)
    return count_coverage(_cursor, _filter)


@st.cache_resource(max_entries=6, show_spinner="Looking for what was never used")
def _unused(
    path: str,
    revision: Revision,
    version: Version,
    filter_text: str,
    kind: UnusedKind,
    words: str,
    limit: int,
    _workspace: Workspace,
    _cursor: Cursor,
    _filter: Filter,
) -> UnusedParts:
    del path, revision, version, filter_text
    keep_counts(_workspace.database)
    return list_unused(_cursor, _filter, kind=kind, words=words, limit=limit)
