"""Which nodes should stay?

The address holds the reviewer, the open tab and the choice of nodes, and with ?node=ID the node to vote on.
"""

import streamlit as st

from glan_core.entities import LEVELS
from glan_core.store.taxonomy_nodes import find_taxonomy_node
from glan_core.store.votes import list_reviewers, read_queue
from pages.shared.agreement_view import show_agreement
from pages.shared.feedback import plain
from pages.shared.formats import count
from pages.shared.nodes import LEVEL_WORDS
from pages.shared.state import EDITOR, REVIEWER, VOTED, VOTES_LEVEL, VOTES_PENDING, VOTES_TAB
from pages.shared.vote_card import known_spelling, next_node, show_card, show_end, show_last_vote, show_standing
from pages.shared.vote_results import show_majority, show_results
from pages.shared.workspace import open_workspace

LONGEST_NAME = 60
GUIDE = """
**What a vote is about.** Does this belong into a taxonomy of human knowledge, at this level and in this place? Does
anything beside it cover the same?

In the paper people voted on every node, and the majority decided (section 2.1). Here a vote changes nothing by itself:
what the votes say stands under *Results*, and *Apply* makes it so.

Keys: **K** keep, **X** remove, **S** skip. They rest while you write.
"""


workspace = open_workspace()
cursor = workspace.cursor()
reviewers = list_reviewers(cursor)

with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    st.title("Votes", anchor=False, width="stretch")
    written = st.text_input(
        "Your name",
        key=REVIEWER,
        bind="query-params",
        persist_state="session",
        max_chars=LONGEST_NAME,
        placeholder="Your name",
        help="Votes are kept under it, and so is what you change.",
        label_visibility="collapsed",
        icon=":material/person:",
        width=240,
    )
reviewer = known_spelling(written or "", reviewers)
if reviewer:
    st.session_state[EDITOR] = reviewer

vote_tab, results_tab, apply_tab, agreement_tab = st.tabs(
    ["Vote", "Results", "Apply", "Agreement"], key=VOTES_TAB, bind="query-params", on_change="rerun"
)

if vote_tab.open:
    with vote_tab:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            level = st.segmented_control(
                "Nodes",
                ["all", *LEVELS],
                default="all",
                required=True,
                format_func=lambda name: "All" if name == "all" else f"{LEVEL_WORDS[name][0]}s",
                label_visibility="collapsed",
                key=VOTES_LEVEL,
                bind="query-params",
            )
            is_pending = st.toggle("Pending only", key=VOTES_PENDING, bind="query-params")
        queue = read_queue(cursor, reviewer, level=None if level == "all" else level, is_pending=is_pending)
        wanted = st.query_params.get("node")
        node_id = wanted or next_node(queue, reviewer)
        node = find_taxonomy_node(cursor, node_id) if node_id else None
        left, right = st.columns([0.62, 0.38], gap="medium")
        with left:
            if not reviewer:
                asked = plain(node.name) if wanted and node else f"{count(queue.total)} nodes"
                st.info(f"Write your name at the top to vote on {asked}.", icon=":material/how_to_vote:")
            else:
                show_standing(queue, reviewer, reviewers)
                if wanted and node is None:
                    st.warning("This address names a node that is not there.", icon=":material/search_off:")
                elif node is not None:
                    show_card(workspace, cursor, node, reviewer=reviewer)
                else:
                    show_end(queue, reviewer=reviewer)
        with right:
            last = st.session_state.get(VOTED)
            if reviewer and last and last != node_id:
                show_last_vote(cursor, last)
            with st.container(border=True):
                st.markdown(GUIDE)

if results_tab.open:
    with results_tab:
        show_results(cursor)

if apply_tab.open:
    with apply_tab:
        show_majority(workspace, cursor, editor=reviewer)

if agreement_tab.open:
    with agreement_tab:
        show_agreement(cursor)
