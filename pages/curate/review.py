"""Is it good? One pair at a time, by keys; a sample of each branch; all pairs of a filter at once; rejected ones anew.

The address holds the reviewer, the tab, the queue with its seed, the filter of the Samples page, and the pair
(?card=ID).
"""

import streamlit as st

from glan_core.store.reviews import count_reviewed_by, has_pairs
from pages.shared import state
from pages.shared.feedback import plain, show_empty, show_error
from pages.shared.filter_bar import is_narrowed, read_filter, show_filter_bar
from pages.shared.formats import count
from pages.shared.review_agreement import show_agreement
from pages.shared.review_bulk import show_bulk
from pages.shared.review_keys import keep_frame_away
from pages.shared.review_queue import DEFAULT_SEED, Draw, choose_queue, choose_second, choose_seed
from pages.shared.review_regenerate import show_regenerate
from pages.shared.review_sample import DEFAULT_EACH, choose_draw, choose_threshold, show_sample
from pages.shared.review_session import show_session
from pages.shared.reviewer_name import choose_reviewer
from pages.shared.screen import ask_screen, is_narrow
from pages.shared.workspace import open_workspace

TABS = ("Review", "Sample", "Bulk", "Rejected", "Agreement")
_FIELD_HEIGHT = 38

workspace = open_workspace()
cursor = workspace.cursor()

with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    st.title("Review", anchor=False, width="stretch")
    reviewer = choose_reviewer(cursor)
if not has_pairs(cursor):
    show_empty("There are no pairs to review yet.", page="pages/generate/new_run.py", label="Make five pairs")
    st.stop()

if news := st.session_state.pop(state.REVIEW_NEWS, ""):
    st.toast(news, icon=":material/check:")
if trouble := st.session_state.pop(state.REVIEW_TROUBLE, None):
    show_error(trouble)
asked = read_filter(cursor)
opened = dict(zip(TABS, st.tabs(list(TABS), key=state.REVIEW_TAB, bind="query-params", on_change="rerun"), strict=True))
name = next((name for name, tab in opened.items() if tab.open), TABS[0])
with opened[name]:
    if name == "Agreement":
        show_agreement(cursor)
        st.stop()
    draw, is_second = Draw("random", DEFAULT_SEED, "field", DEFAULT_EACH), False
    if name not in ("Bulk", "Rejected"):
        # On a phone the question comes first: what is set once and for all is folded.
        is_folded = name == "Review" and is_narrow()
        folding = st.expander("Queue", icon=":material/list:") if is_folded else st.container()
        with folding, st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            kind = choose_queue(cursor) if name == "Review" else "sample"
            by, each = choose_draw() if kind == "sample" else (draw.by, draw.each)
            draw = Draw(kind, choose_seed(), by, each)
            if name == "Review":
                is_second = choose_second()
                if reviewer:  # as tall as the fields beside it, so that all words stand on one line
                    with st.container(width="content", height=_FIELD_HEIGHT, border=False, vertical_alignment="center"):
                        st.caption(plain(f"{count(count_reviewed_by(cursor, reviewer))} reviewed by {reviewer}"))
            else:
                threshold = choose_threshold()
    with st.expander(
        "Which pairs: a filter is set" if is_narrowed() else "Which pairs: all",
        icon=":material/filter_alt:",
        on_change="rerun",
        key="review-filter",
        expanded=name in ("Bulk", "Rejected"),
    ) as bar:
        if bar.open:
            show_filter_bar(workspace, cursor, asked)
    if name == "Bulk":
        show_bulk(workspace, cursor, asked.filter_, reviewer=reviewer)
    elif name == "Rejected":
        show_regenerate(workspace, cursor, asked.filter_)
    elif name == "Sample":
        show_sample(workspace, cursor, asked.filter_, draw, threshold=threshold, reviewer=reviewer)
    else:
        show_session(workspace, cursor, asked.filter_, draw, reviewer=reviewer, is_second=is_second)
if name == "Review":
    keep_frame_away()
    ask_screen()
