"""How is it shown how far two reviewers agree about pairs?"""

import pandas as pd
import streamlit as st

from glan_core.review_agreement import compare_reviewers
from glan_core.store.database import Cursor

_ROW_PIXELS = 34
_READING = """
Two reviewers agree on a pair if both accepted, both edited or both rejected it. Of each the newest review counts, and
none that was made in bulk. Turn on *Second opinions* to be shown what others have decided on, without seeing how.

**Alpha** is Krippendorff's (2011), for verdicts: 1 is full agreement, 0 what chance would bring. He asks for 0.80 or
more before anything is built on it, and takes 0.667 to 0.80 for tentative conclusions (2004). Look at n: with few pairs
it moves much.
"""


def show_agreement(cursor: Cursor) -> None:
    """Show, for every two reviewers who looked at the same pairs, how often they said the same, and alpha."""
    with st.spinner("Comparing reviews ..."):
        compared = compare_reviewers(cursor)
    if not compared:
        st.info(
            "No pair was reviewed by two people yet. Turn on *Second opinions* in the tab Review to review what "
            "somebody else did.",
            icon=":material/group:",
        )
        return
    st.dataframe(
        pd.DataFrame(
            {
                "Reviewer": [each.one for each in compared],
                "And": [each.other for each in compared],
                "n": [each.pairs for each in compared],
                "Same verdict": [100 * each.same / each.pairs for each in compared],
                "Alpha": [each.alpha for each in compared],
                "Why there is no alpha": [each.reason for each in compared],
            }
        ),
        hide_index=True,
        row_height=_ROW_PIXELS,
        placeholder="–",
        column_config={
            "n": st.column_config.NumberColumn(help="Pairs that both reviewed.", format="localized", width=84),
            "Same verdict": st.column_config.NumberColumn(format="%.0f %%", width=110),
            "Alpha": st.column_config.NumberColumn(format="%.3f", width=84),
        },
        alt="Every two reviewers with the pairs in common, how often they agree, and alpha.",
    )
    st.markdown(_READING)
