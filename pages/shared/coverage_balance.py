"""How evenly are pairs spread over nodes, class sessions and levels of subjects?"""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from glan_core.entities import SUBJECT_LEVELS
from glan_core.figures.lorenz import Curve, lorenz
from glan_core.lineage_coverage import Coverage, shares
from pages.shared.coverage_numbers import NODE_WORDS
from pages.shared.formats import count
from pages.shared.nodes import LEVEL_WORDS
from pages.shared.theme import TOOLS, ground, show_figure

_ROW_PIXELS, _HEAD_PIXELS, _MOST_PIXELS = 32, 38, 420


def show_balance(nodes: pd.DataFrame, levels: Mapping[str, Coverage], level: str) -> None:
    """Draw the Lorenz curves, and tell the balance of strategies and of levels, in all and by node."""
    chosen = levels[level]
    if not chosen.spread.pairs:
        st.info("Without a pair there is nothing to balance yet.", icon=":material/balance:")
        return
    left, right = st.columns(2, gap="large")
    with left:
        _show_curves(levels, level)
    with right:
        _show_levels(levels)
        strategies = (chosen.one_session, chosen.two_sessions)
        _show_shares(
            "Drawn from",
            ["One class session", "Two class sessions"],
            {"Pairs": list(strategies)},
            help_="A question over one class session takes 1 to 5 of its key concepts, one over two takes 2 to 5.",
        )
        _show_shares(
            "Level of subject",
            [each.level.capitalize() for each in chosen.by_level],
            {
                "Pairs": [each.pairs for each in chosen.by_level],
                "Subjects": [each.subjects for each in chosen.by_level],
            },
            help_="The level of the subject that a pair belongs to.",
        )
    _show_nodes(nodes, level)


def _show_curves(levels: Mapping[str, Coverage], level: str) -> None:
    curves = {
        name: Curve(LEVEL_WORDS[name][0], each.curve.nodes.tolist(), each.curve.pairs.tolist())
        for name, each in levels.items()
        if each.curve is not None
    }
    gini = levels[level].spread.gini
    show_figure(
        lorenz(curves[level], [curve for name, curve in curves.items() if name != level], ground=ground()),
        key=f"lorenz-{level}",
        alt=f"Lorenz curve of pairs over {count(levels[level].spread.nodes)} {NODE_WORDS[level][1]}; "
        f"Gini {gini or 0:.2f}. The table beside it has the numbers of every level.",
    )


def _show_levels(levels: Mapping[str, Coverage]) -> None:
    spreads = [each.spread for each in levels.values()]
    column = st.column_config
    st.space(TOOLS)
    st.dataframe(
        pd.DataFrame(
            {
                "Level": [LEVEL_WORDS[level][0] for level in levels],
                "Nodes": [spread.nodes for spread in spreads],
                "Filled": [spread.covered for spread in spreads],
                "Gini": [spread.gini for spread in spreads],
                "Even": [spread.evenness for spread in spreads],
                "Equal": [spread.equal_nodes for spread in spreads],
            }
        ),
        hide_index=True,
        row_height=_ROW_PIXELS,
        placeholder="–",
        column_config={
            # short heads and narrow columns, which a phone has room for
            "Level": column.TextColumn(width=80),
            "Nodes": column.NumberColumn(format="localized", width=56),
            "Filled": column.NumberColumn(format="localized", width=56, help="Nodes with a pair."),
            "Gini": column.NumberColumn(
                format="%.2f", width=50, help="0: all nodes have as many pairs; near 1: one has all."
            ),
            "Even": column.NumberColumn(format="%.2f", width=50, help="Evenness, 1: all nodes have as many pairs."),
            "Equal": column.NumberColumn(
                format="%.1f",
                width=58,
                help="As even as so many nodes with the same number of pairs (Hill number, order 1).",
            ),
        },
        alt="Nodes, nodes with a pair, Gini coefficient and evenness of every level.",
    )


def _show_shares(title: str, names: list[str], numbers: dict[str, list[int]], *, help_: str) -> None:
    column = st.column_config
    st.space(TOOLS)
    st.dataframe(
        pd.DataFrame({title: names, "Share": [100 * share for share in shares(numbers["Pairs"])], **numbers}),
        hide_index=True,
        row_height=_ROW_PIXELS,
        column_config={
            title: column.TextColumn(width=144 if len(numbers) == 1 else 116, help=help_),
            "Share": column.ProgressColumn(
                format="%.0f %%", min_value=0, max_value=100, width=100, help="Of the pairs."
            ),
            **{name: column.NumberColumn(format="localized", width=68) for name in numbers},
        },
        alt=", ".join(f"{name}: {count(pairs)} pairs" for name, pairs in zip(names, numbers["Pairs"], strict=True)),
    )


def _show_nodes(nodes: pd.DataFrame, level: str) -> None:
    """List, for the nodes of a level that have pairs, how these divide."""
    rows = nodes[(nodes["level"] == level) & (nodes["pairs"] > 0)].sort_values("pairs", ascending=False, kind="stable")
    divided = {"two_sessions": "Two sessions", **{each: each.capitalize() for each in SUBJECT_LEVELS}}
    if level == "subject":
        divided = {"two_sessions": "Two sessions"}
    frame = pd.DataFrame({LEVEL_WORDS[level][0]: rows["name"], "Pairs": rows["pairs"]})
    for column, word in divided.items():
        frame[word] = 100 * rows[column] / rows["pairs"]
    if level != "field":
        frame["In"] = rows["above"]
    st.space(TOOLS)
    st.dataframe(
        frame,
        key=f"coverage-balance-{level}",
        hide_index=True,
        row_height=_ROW_PIXELS,
        height=min(_HEAD_PIXELS + _ROW_PIXELS * len(frame), _MOST_PIXELS),
        column_config={
            LEVEL_WORDS[level][0]: st.column_config.TextColumn(width=190),
            "In": st.column_config.TextColumn(width=160),
            "Pairs": st.column_config.NumberColumn(format="localized", width=84),
            **{
                word: st.column_config.ProgressColumn(
                    format="%.0f %%", min_value=0, max_value=100, width=120, help="Share of the node's pairs."
                )
                for word in divided.values()
            },
        },
        alt=f"How the pairs of {count(len(rows))} {NODE_WORDS[level][1]} divide, most pairs first.",
    )
    st.caption(f"{count(len(rows))} {NODE_WORDS[level][len(rows) != 1]} with a pair, most pairs first.")
