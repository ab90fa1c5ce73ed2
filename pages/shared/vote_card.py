"""How does a reviewer vote: one node at a time, without seeing what others said?"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

import streamlit as st

from glan_core import ids
from glan_core.entities import TaxonomyNode, Vote
from glan_core.errors import GlanError
from glan_core.store.database import Cursor, explained_errors
from glan_core.store.taxonomy_nodes import find_taxonomy_node, list_path
from glan_core.store.votes import Queue, Reviewer, count_below, insert_votes, list_sibling_names, list_votes
from pages.shared.feedback import plain, show_error
from pages.shared.formats import ago, count, shortened
from pages.shared.nodes import LEVEL_WORDS, ORIGIN_WORDS
from pages.shared.state import VOTED, VOTES_SKIPPED, VOTES_TAB
from pages.shared.votes_view import STATUS_WORDS, VERDICT_WORDS, show_votes
from pages.shared.workspace import Workspace

_LONGEST_REASON = 500
_MOST_SIBLINGS = 40
_MOST_NAMES = 8


def known_spelling(name: str, reviewers: Sequence[Reviewer]) -> str:
    """Give a name as it was written in earlier votes, letter case and spaces aside; a new one as it is."""
    tidy = " ".join(name.split())
    return next((known.name for known in reviewers if known.name.casefold() == tidy.casefold()), tidy)


def next_node(queue: Queue, reviewer: str) -> str | None:
    """Give the first node of a queue that this reviewer has not put off."""
    skipped = set(st.session_state.get(VOTES_SKIPPED, {}).get(reviewer, ()))
    return next((node_id for node_id in queue.waiting_ids if node_id not in skipped), None)


def show_standing(queue: Queue, reviewer: str, reviewers: Sequence[Reviewer]) -> None:
    """Show how far a reviewer is; a name without votes is told as such, as it may be a slip."""
    if reviewer not in [known.name for known in reviewers]:
        names = ", ".join(known.name for known in reviewers[:_MOST_NAMES])
        st.caption(f"No votes under this name yet. {f'Reviewers so far: {plain(names)}.' if names else ''}")
    if queue.total:
        voted = queue.total - len(queue.waiting_ids)
        st.progress(voted / queue.total, text=f"{count(voted)} of {count(queue.total)} voted on")


def show_card(workspace: Workspace, cursor: Cursor, node: TaxonomyNode, *, reviewer: str) -> None:
    """Show a node with all that helps to judge it, and the buttons; the votes of others only after one's own."""
    node_id = node.taxonomy_node_id
    votes = list_votes(cursor, node_id)
    own = next((vote for vote in reversed(votes) if vote.reviewer == reviewer), None)
    others = len({vote.reviewer for vote in votes if vote.reviewer != reviewer})
    with st.container(border=True, gap="small"):
        _show_node(cursor, node)
        reason = st.text_area(
            "Reason",
            key=f"reason-{reviewer}-{node_id}",
            placeholder="Why? It helps whoever reads the votes later. May stay empty.",
            max_chars=_LONGEST_REASON,
            height=76,
        )
        with st.container(horizontal=True, gap="xsmall"):
            for verdict, icon, key in (("keep", "check", "K"), ("remove", "close", "X")):
                st.button(
                    VERDICT_WORDS[verdict],
                    key=f"{verdict}-{node_id}",
                    icon=f":material/{icon}:",
                    shortcut=key,
                    on_click=_vote,
                    args=(workspace, node_id),
                    kwargs={"reviewer": reviewer, "verdict": verdict, "reason": reason},
                )
            st.button(
                "Skip",
                key=f"skip-{node_id}",
                icon=":material/redo:",
                type="tertiary",
                shortcut="S",
                on_click=_skip,
                args=(node_id,),
                kwargs={"reviewer": reviewer},
            )
        if own:
            st.caption(
                f"You voted {own.verdict} {ago(own.voted_at)}. If you vote again, the newer vote counts; both stay."
            )
        elif others:
            noun = "reviewer has" if others == 1 else "reviewers have"
            st.caption(f"{count(others)} {noun} voted. What they said is shown once you have.")
    if own:
        with st.container(border=True):
            st.subheader("All votes on it", anchor=False)
            show_votes(cursor, node_id)


def show_last_vote(cursor: Cursor, node_id: str) -> None:
    """Show the node that was voted on last, with all its votes, and the way back to it."""
    node = find_taxonomy_node(cursor, node_id)
    if node is None:
        return
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            st.subheader(f"Your last vote: {plain(shortened(node.name, 60))}", anchor=False, width="stretch")
            st.button("Vote again", key="vote-again", wrap=False, on_click=vote_on, args=(node_id,))
        show_votes(cursor, node_id)


def show_end(queue: Queue, *, reviewer: str) -> None:
    """Say that nothing is left to vote on, and what to do now."""
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        if queue.waiting_ids:
            number = len(queue.waiting_ids)
            st.markdown(
                f"You skipped the last {count(number)} nodes." if number > 1 else "You skipped the last node.",
                text_alignment="center",
            )
            st.button("Show them again", icon=":material/undo:", on_click=_take_up_again, args=(reviewer,))
        elif queue.total:
            st.markdown(
                "You have voted on every node of this choice. Widen it above, or see what all votes say.",
                text_alignment="center",
            )
            st.button("See the results", icon=":material/arrow_forward:", type="tertiary", on_click=_open_results)
        else:
            st.markdown("There is no node of this choice to vote on. Widen it above.", text_alignment="center")


def vote_on(node_id: str) -> None:
    """Put a node on the card, whatever the queue says."""
    st.query_params["node"] = node_id
    st.session_state[VOTES_TAB] = "Vote"


def _show_node(cursor: Cursor, node: TaxonomyNode) -> None:
    above = list_path(cursor, node.taxonomy_node_id)[:-1]
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        for label, meaning in (
            LEVEL_WORDS[node.level],
            STATUS_WORDS[node.status],
            *([ORIGIN_WORDS[node.origin]] if node.origin in ORIGIN_WORDS else []),
        ):
            st.badge(label, color="orange" if label == "Pending" else "gray", help=meaning)
    with st.container(gap=None):
        st.caption(" › ".join(plain(shortened(node.name, 60)) for node in above) or "At the top of the taxonomy")
        st.header(plain(shortened(node.name, 120)), anchor=False)
    if node.description:
        st.text(node.description)
    siblings = list_sibling_names(cursor, node.taxonomy_node_id)
    names = ", ".join(siblings[:_MOST_SIBLINGS])
    rest = f" and {count(len(siblings) - _MOST_SIBLINGS)} more" if len(siblings) > _MOST_SIBLINGS else ""
    st.markdown(f":gray[Beside it:] {plain(names) or 'nothing'}{rest}")
    below = count_below(cursor, [node.taxonomy_node_id])[node.taxonomy_node_id]
    parts = [] if node.level == "discipline" else [_numbered(below.disciplines, "discipline")]
    parts += [_numbered(below.subjects, "subject"), _numbered(below.pairs, "pair")]
    st.markdown(f":gray[Below it:] {', '.join(parts)}")


def _numbered(number: int, noun: str) -> str:
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def _vote(
    workspace: Workspace, node_id: str, *, reviewer: str, verdict: Literal["keep", "remove"], reason: str
) -> None:
    now = datetime.now(UTC)
    vote = Vote(ids.vote_id(node_id, reviewer, now), node_id, reviewer, verdict, reason.strip(), now)
    database = workspace.database
    try:
        with database.writing, explained_errors(database.path):
            insert_votes(database.cursor(), [vote])
    except GlanError as error:
        show_error(error)
        return
    st.query_params.pop("node", None)
    st.session_state[VOTED] = node_id


def _skip(node_id: str, *, reviewer: str) -> None:
    st.query_params.pop("node", None)
    st.session_state.setdefault(VOTES_SKIPPED, {}).setdefault(reviewer, []).append(node_id)


def _take_up_again(reviewer: str) -> None:
    st.session_state.get(VOTES_SKIPPED, {}).pop(reviewer, None)


def _open_results() -> None:
    st.session_state[VOTES_TAB] = "Results"
