"""How is it shown how far reviewers agree?"""

import pandas as pd
import streamlit as st

from glan_core.agreement import read_agreement
from glan_core.store.database import Cursor
from glan_core.store.votes import list_ballots, list_reviewers
from pages.shared.formats import ago
from pages.shared.nodes import LEVEL_WORDS

_ROW_HEIGHT = 34
_MOST_REVIEWERS = 8
_ALPHA_HELP = (
    "Krippendorff's alpha for keep or remove: 1 minus the disagreement found, divided by the disagreement that chance "
    "would bring about. 1: all agree. 0: as if the votes were cast at random. Below 0: worse than that."
)
_READING = """
**How to read alpha.** Krippendorff (*Content Analysis*, 2004) asks for 0.80 or more before anything is built on votes,
and takes 0.667 to 0.80 for tentative conclusions. With few votes it moves much from one vote to the next, so look at n.
Where nearly all votes say the same, chance alone would agree nearly always: then alpha can be low although hardly
anybody disagrees.

**Where it comes from.** K. Krippendorff, *Computing Krippendorff's Alpha-Reliability* (2011), nominal data with missing
votes: &alpha; = 1 − *D*ₒ / *D*ₑ, the disagreement observed over the one expected by chance. A node with the vote of a
single reviewer cannot be compared and is left out. Of a reviewer who voted on a node more than once, the newest vote
counts.
"""


def show_agreement(cursor: Cursor) -> None:
    """Show alpha with what it rests on, level by level, how to read it, and who voted how much."""
    ballots = list_ballots(cursor)
    if not ballots:
        st.info("Nobody has voted yet, so there is nothing to compare.", icon=":material/how_to_vote:")
        return
    with st.spinner("Comparing votes ..."):
        levels = read_agreement(ballots)
    st.dataframe(
        pd.DataFrame(
            {
                "Level": [f"{LEVEL_WORDS[row.level][0]}s" if row.level else "All levels" for row in levels],
                "Alpha": [row.alpha for row in levels],
                "n": [row.compared_votes for row in levels],
                "Nodes": [row.nodes for row in levels],
                "Votes": [row.votes for row in levels],
                "Reviewers": [row.reviewers for row in levels],
                "Ties": [row.ties for row in levels],
                "Why there is no alpha": [row.reason for row in levels],
            }
        ),
        hide_index=True,
        row_height=_ROW_HEIGHT,
        column_config={
            "Alpha": st.column_config.NumberColumn(help=_ALPHA_HELP, format="%.3f", width=84),
            "n": st.column_config.NumberColumn(
                help="Votes that alpha compares: those on nodes with at least two reviewers.",
                format="localized",
                width=84,
            ),
            "Nodes": st.column_config.NumberColumn(help="Nodes with at least one vote.", format="localized", width=84),
            "Votes": st.column_config.NumberColumn(help="Votes that count.", format="localized", width=84),
            "Ties": st.column_config.NumberColumn(
                help="Nodes with as many votes to keep as to remove.", format="localized", width=84
            ),
            "Reviewers": st.column_config.NumberColumn(format="localized", width=100),
        },
        placeholder="–",
        alt="Alpha with the number of nodes, votes, reviewers and ties, level by level.",
    )
    st.markdown(_READING)
    _show_reviewers(cursor)


def _show_reviewers(cursor: Cursor) -> None:
    reviewers = list_reviewers(cursor)
    st.subheader("Reviewers", anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                "Reviewer": [reviewer.name for reviewer in reviewers],
                "Nodes": [reviewer.nodes for reviewer in reviewers],
                "Votes": [reviewer.votes for reviewer in reviewers],
                "Last vote": [ago(reviewer.voted_last_at) for reviewer in reviewers],
            }
        ),
        hide_index=True,
        row_height=_ROW_HEIGHT,
        height=min(_ROW_HEIGHT * len(reviewers) + 36, _ROW_HEIGHT * _MOST_REVIEWERS + 36),
        column_config={
            "Nodes": st.column_config.NumberColumn(help="Nodes voted on.", format="localized", width=84),
            "Votes": st.column_config.NumberColumn(
                help="With those that a newer vote replaced.", format="localized", width=84
            ),
        },
        alt="Reviewers with the number of their votes.",
    )
