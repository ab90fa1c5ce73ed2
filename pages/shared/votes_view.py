"""How is the vote record of one node shown?"""

import streamlit as st

from glan_core.entities import Vote
from glan_core.store.database import Cursor
from glan_core.store.votes import list_voted_nodes, list_votes
from pages.shared.feedback import plain
from pages.shared.formats import ago, count

VERDICT_WORDS = {"keep": "Keep", "remove": "Remove", "tie": "Tie"}
STATUS_WORDS = {
    "pending": ("Pending", "Proposed, and waits for somebody to decide. Nothing is generated below it."),
    "kept": ("Kept", "Part of the taxonomy."),
    "removed": ("Removed", "Not part of the taxonomy; it can be put back."),
}
_COLOURS = {"keep": "green", "remove": "red", "tie": "orange"}
_TALLY_HELP = (
    "The majority of the reviewers decides, as in the paper (section 2.1). "
    "Of a reviewer who voted more than once, the newest vote counts."
)
_MOST_VOTES = 6  # more of them scroll
_SCROLL_HEIGHT = 360


def show_votes(cursor: Cursor, node_id: str) -> None:
    """Show how the votes on a node stand, then each of them, the newest first."""
    votes = list_votes(cursor, node_id)
    if not votes:
        st.page_link(
            "pages/curriculum/votes.py",
            label="Nobody has voted on this node yet. Vote on it",
            icon=":material/how_to_vote:",
            query_params={"node": node_id},
        )
        return
    (node,) = list_voted_nodes(cursor, [node_id])
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.badge(f"{count(node.keep)} keep", color="green", help=_TALLY_HELP)
        st.badge(f"{count(node.remove)} remove", color="red", help=_TALLY_HELP)
        if node.verdict == "tie":
            st.badge("A tie: nothing follows", color="orange")
    counting = {vote.reviewer: vote.vote_id for vote in votes}  # they come oldest first, so the newest stays
    with st.container(gap="small", height=_SCROLL_HEIGHT if len(votes) > _MOST_VOTES else "content"):
        for vote in reversed(votes):
            _show_vote(vote, is_replaced=counting[vote.reviewer] != vote.vote_id)


def _show_vote(vote: Vote, *, is_replaced: bool) -> None:
    replaced = ", replaced by a newer one" if is_replaced else ""
    with st.container(gap=None):
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.badge(VERDICT_WORDS[vote.verdict], color="gray" if is_replaced else _COLOURS[vote.verdict])  # type: ignore[arg-type]
            st.markdown(f"**{plain(vote.reviewer)}**", width="content")
            st.badge(f"{ago(vote.voted_at)}{replaced}", color="gray", help=f"{vote.voted_at:%d %B %Y, %H:%M %Z}")
        if vote.reason:
            st.text(vote.reason)
