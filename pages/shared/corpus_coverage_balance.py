"""How evenly are the rows of a corpus spread, and one's own pairs?"""

import pandas as pd
import streamlit as st

from glan_core.corpora.node_coverage import Sides
from glan_core.figures.lorenz import Curve, lorenz
from glan_core.insight.equal_n import SpreadAtN
from glan_core.insight.evenness import Lorenz, Spread
from pages.shared.corpus_coverage_numbers import CorpusCounts
from pages.shared.coverage_numbers import NODE_WORDS
from pages.shared.coverage_pairs import OWN
from pages.shared.formats import count, shortened
from pages.shared.nodes import LEVEL_WORDS
from pages.shared.theme import TOOLS, ground, show_figure

_ROW_PIXELS = 32
_LONGEST_NAME = 32


def show_corpus_balance(counts: CorpusCounts, level: str, *, is_beside: bool) -> None:
    """Draw the Lorenz curves of both sides, and list their numbers by level."""
    sides = counts.sides[level]
    if not (sides.n if is_beside else sides.theirs.pairs):
        st.info("There is nothing to balance: no row or no pair counts.", icon=":material/balance:")
        return
    name = shortened(counts.compared.corpus.name, _LONGEST_NAME)
    theirs, own = (sides.theirs_at_n.curve, sides.own_at_n.curve) if is_beside else (sides.their_curve, sides.own_curve)
    left, right = st.columns([5, 6], gap="large")
    with left:
        show_figure(
            lorenz(_curve(name, theirs), [_curve(OWN, own)] if own is not None else [], ground=ground()),
            key=f"corpus-lorenz-{level}-{is_beside}",
            alt=f"Lorenz curves of its rows and your pairs over {count(sides.theirs.nodes)} {NODE_WORDS[level][1]}. "
            "The table beside it has the numbers of every level.",
        )
    with right:
        _show_numbers(counts.sides, is_beside=is_beside)
        st.caption(
            f"Both at n = {count(sides.n)}."
            if is_beside
            else f"{count(sides.theirs.pairs)} rows. No pair of yours counts here."
            if not sides.own.pairs
            else f"{count(sides.theirs.pairs)} rows and {count(sides.own.pairs)} pairs: different numbers of both look "
            "unequally even for that alone. Choose both beside each other to compare them."
        )


def _curve(name: str, curve: Lorenz | None) -> Curve:
    return Curve(name, [] if curve is None else curve.nodes.tolist(), [] if curve is None else curve.pairs.tolist())


def _show_numbers(sides: dict[str, Sides], *, is_beside: bool) -> None:
    column = st.column_config
    rows = []
    for level, each in sides.items():
        theirs, own = (each.theirs_at_n, each.own_at_n) if is_beside else (each.theirs, each.own)
        for whose, spread in (("Its rows", theirs), (OWN, own)) if each.own.pairs else (("Its rows", theirs),):
            rows.append(
                {
                    "Level": LEVEL_WORDS[level][0],
                    "Of": whose,
                    "Nodes": spread.nodes,
                    "Reached": _reached(spread),
                    "Gini": spread.gini,
                    "Even": spread.evenness,
                    "Equal": spread.equal_nodes,
                }
            )
    st.space(TOOLS)
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        row_height=_ROW_PIXELS,
        placeholder="–",
        column_config={
            "Nodes": column.NumberColumn(format="localized"),
            "Reached": column.NumberColumn(format="%.1f" if is_beside else "localized", help="With at least one."),
            "Gini": column.NumberColumn(format="%.2f", help="0: all nodes have as many; near 1: one has all."),
            "Even": column.NumberColumn(format="%.2f", help="Evenness, 1: all nodes have as many."),
            "Equal": column.NumberColumn(
                format="%.1f", help="As even as so many nodes with the same number (Hill number, order 1)."
            ),
        },
        alt="Nodes, nodes reached, Gini coefficient and evenness of every level, of the corpus and of your pairs.",
    )


def _reached(spread: Spread | SpreadAtN) -> float:
    return spread.reached if isinstance(spread, SpreadAtN) else spread.covered
