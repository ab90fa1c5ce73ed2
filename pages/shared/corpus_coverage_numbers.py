"""How far does a corpus cover the taxonomy, in a few numbers? Counted once, until something changes."""

from typing import NamedTuple

import pandas as pd
import streamlit as st

from glan_core.corpora.comparison import CorpusComparison, OwnPlaces, compare_corpus
from glan_core.corpora.node_coverage import CORPUS_LEVELS, Sides, cover_nodes, summarise_sides
from glan_core.insight.equal_n import DRAWS, SEED
from glan_core.store.corpora import Corpus
from pages.shared import state
from pages.shared.coverage_numbers import NODE_WORDS
from pages.shared.formats import count, two_digits
from pages.shared.nodes import LEVEL_WORDS
from pages.shared.workspace import Workspace


class CorpusCounts(NamedTuple):
    """All that is counted of a corpus, for one confidence."""

    compared: CorpusComparison
    nodes: pd.DataFrame
    """As glan_core.corpora.node_coverage.cover_nodes; not to be changed."""
    sides: dict[str, Sides]
    """By level."""
    stamp: str
    """As glan_core.store.corpus_places.places_stamp: another one after every change of its places."""


def read_cached_counts(
    workspace: Workspace, corpus: Corpus, own: OwnPlaces, *, stamp: str, least_confidence: float
) -> CorpusCounts:
    """Give what is counted now; `stamp` is that of the corpus's places."""
    path = str(workspace.database.path)
    return _counted(path, corpus.corpus_id, stamp, own.stamp, least_confidence, workspace, corpus, own)


def choose_corpus_level() -> str:
    """Let the visitor choose one of CORPUS_LEVELS."""
    return st.segmented_control(
        "Count by",
        list(CORPUS_LEVELS),
        default="discipline",
        required=True,
        format_func=lambda level: LEVEL_WORDS[level][0],
        label_visibility="collapsed",
        key=state.COVERAGE_CORPUS_LEVEL,
        bind="query-params",
    )


def show_corpus_headline(counts: CorpusCounts, level: str, *, is_beside: bool) -> None:
    """Show the numbers of a level: of all rows, or of both sides at equal n."""
    sides = counts.sides[level]
    cards = _beside(sides) if is_beside else _alone(counts, sides)
    with st.container(border=True), st.grid(len(cards), min_column_width=150, gap="small"):
        for label, number, under, meaning in cards:
            st.metric(label, number, delta=under, delta_color="off", delta_arrow="off", help=meaning)


def _alone(counts: CorpusCounts, sides: Sides) -> list[tuple[str, str, str, str]]:
    _, many = NODE_WORDS[sides.level]
    spread, compared = sides.theirs, counts.compared
    counted = (
        f"n = {count(compared.rows)} rows, each in the discipline that it is nearest to; encoder {compared.encoder}, "
        f"which reads: {compared.content}. Exact."
    )
    equal = "no rows" if spread.equal_nodes is None else f"like {spread.equal_nodes:,.1f} equal ones"
    own = f"Of yours {count(sides.own.covered)} have a pair, placed in the same way. " if sides.own.pairs else ""
    return [
        (
            f"{many.capitalize()} with a row",
            f"{spread.covered / spread.nodes:.0%}" if spread.nodes else "–",
            f"{count(spread.covered)} of {count(spread.nodes)}",
            f"{own}{counted}",
        ),
        (
            "Rows that count",
            count(compared.rows),
            f"of {count(compared.placed_rows)} placed",
            f"Those that are placed with the confidence chosen above. {counted}",
        ),
        (
            "Gini",
            two_digits(spread.gini),
            f"yours {two_digits(sides.own.gini)}" if sides.own.pairs else f"over {count(spread.nodes)} {many}",
            f"0 where all {many} have as many, near 1 where one has all. Yours rests on {count(sides.own.pairs)} "
            f"pairs: at another n it says another thing, so see both beside each other. {counted}",
        ),
        (
            "Evenness",
            two_digits(spread.evenness),
            equal,
            f"1 where all {many} have as many rows (Pielou). {counted}",
        ),
    ]


def _beside(sides: Sides) -> list[tuple[str, str, str, str]]:
    _, many = NODE_WORDS[sides.level]
    theirs, own = sides.theirs_at_n, sides.own_at_n
    drawn = (
        f"n = {count(sides.n)} of each, the number of the smaller side. Of the larger one the mean of {DRAWS} random "
        f"draws, seed {SEED}."
    )
    exact = f"n = {count(sides.n)} of each, the number of the smaller side. Exact for all samples of n (rarefaction)."
    return [
        (f"{many.capitalize()} it reaches", f"{theirs.reached:,.1f}", f"you {own.reached:,.1f}", exact),
        ("Gini", two_digits(theirs.gini), f"yours {two_digits(own.gini)}", f"0 where all have as many. {drawn}"),
        (
            "Evenness",
            two_digits(theirs.evenness),
            f"yours {two_digits(own.evenness)}",
            f"1 where all {many} have as many (Pielou). {drawn}",
        ),
        ("Compared at", f"n = {count(sides.n)}", "of each", exact),
    ]


@st.cache_resource(max_entries=6, show_spinner="Counting what is covered")
def _counted(
    path: str,
    corpus_id: str,
    stamp: str,
    own_stamp: str,
    least_confidence: float,
    _workspace: Workspace,
    _corpus: Corpus,
    _own: OwnPlaces,
) -> CorpusCounts:
    del path, corpus_id, own_stamp
    compared = compare_corpus(_workspace.database, _corpus, own=_own, least_confidence=least_confidence)
    nodes = cover_nodes(compared)
    return CorpusCounts(compared, nodes, {level: summarise_sides(nodes, level) for level in CORPUS_LEVELS}, stamp)
