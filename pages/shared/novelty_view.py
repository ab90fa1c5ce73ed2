"""How did the novelty of the newest pairs decide about a plan, and what is still to be read?"""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from glan_core.planning.novelty import NodeDeal, NoveltyDeal, NoveltyReader
from glan_core.planning.novelty_words import node_names, novelty_sentences
from glan_core.planning.plan import Forecast
from glan_core.store.database import Cursor
from pages.shared.feedback import plain
from pages.shared.page_button import page_button

MAP = "pages/explore/map.py"
_HELP = (
    "New: unlike all former pairs of any node, by their meaning. Compared: of the newest pairs of the node those that "
    "the encoder has read and held against former ones. Not compared: the others of these. The Map compares them, even "
    "where Diversity has read them."
)


@st.cache_resource(show_spinner=False)
def open_novelty_reader() -> NoveltyReader:
    """Give the reader of all pages, which reads once for each state of the data."""
    return NoveltyReader()


def show_novelty(cursor: Cursor, plan: Forecast) -> None:
    """Say which nodes are held, by what, and where the pairs go; nothing where novelty did not decide."""
    deal = plan.novelty
    if deal is None:
        return
    names = node_names(cursor)
    first, *others, by_what = novelty_sentences(deal, names)
    with st.container(border=True, gap="xsmall"):
        st.markdown(plain(first), help=_HELP)
        for sentence in others:
            st.caption(plain(sentence))
        if any(node.not_read for node in deal.nodes):
            page_button("Compare them on the Map", MAP, key="read-newest", icon=":material/hourglass_empty:")
        with st.expander(f"By {deal.level}"):
            _show_nodes(deal, names)
            st.caption(plain(by_what))


def _show_nodes(deal: NoveltyDeal, names: Mapping[str, str]) -> None:
    rows = [
        (
            names.get(node.node_id, node.node_id),
            100 * node.new / node.compared if node.compared else None,
            node.compared,
            node.not_read,
            node.instructions,
            _state(node),
        )
        for node in sorted(deal.nodes, key=lambda node: (not node.is_held, -node.instructions, node.node_id))
    ]
    columns = [deal.level.capitalize(), "New", "Compared", "Not compared", "Pairs", "State"]
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        row_height=34,
        placeholder="–",
        height=min(34 * len(rows) + 38, 320),
        column_config={
            columns[0]: st.column_config.TextColumn(pinned=True),
            "New": st.column_config.NumberColumn(format="%.0f %%", help="Share of those that were compared."),
            "Pairs": st.column_config.NumberColumn(format="localized", help="What this plan deals to it."),
        },
        alt="What the newest pairs of each node showed, and the pairs that it gets.",
    )


def _state(node: NodeDeal) -> str:
    if node.is_judged:
        return "held" if node.is_held else "open"
    return "open, too few compared" if node.pairs else "open, no pairs yet"
