"""How varied are the pairs, and does more of them still add something?

The address holds the filter of the Samples page, how many pairs are drawn by which seed (?draw_n=500&draw_seed=1), and
the tab (?about=Words). Measuring is asked for, works in the background, and is kept.
"""

import streamlit as st

from glan_core.diversity import LEAST
from pages.shared import state
from pages.shared.diversity_cards import HEADLINE, show_cards
from pages.shared.diversity_measuring import open_evaluator, show_measure_button, show_measuring
from pages.shared.diversity_parts import show_growth, show_redundancy, show_words
from pages.shared.diversity_reading import show_unread
from pages.shared.diversity_standing import choose_draw, find_standing
from pages.shared.feedback import show_empty
from pages.shared.filter_bar import clear_filter, is_narrowed, read_filter, show_filter_bar
from pages.shared.formats import ago, count
from pages.shared.workspace import open_workspace

TABS = ("Redundancy", "Words", "Growth")

workspace = open_workspace()
cursor = workspace.cursor()
evaluator = open_evaluator()

st.title("Diversity", anchor=False)
meant = read_filter(cursor)
show_filter_bar(workspace, cursor, meant)
bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
with bar:
    asked = choose_draw(meant.filter_)
standing = find_standing(workspace, cursor, asked)
there, evaluation = standing.drawable, standing.evaluation
if not there.rows:
    if is_narrowed():
        st.info("No pair fits this filter.", icon=":material/filter_alt:")
        st.button("Show all pairs", on_click=clear_filter, key="diversity-none", icon=":material/filter_alt_off:")
    else:
        show_empty("There are no pairs yet.", page="pages/generate/new_run.py", label="New run")
    st.stop()

with bar:
    if there.with_vector >= LEAST and (evaluation is None or standing.is_earlier):
        show_measure_button(evaluator, asked, is_again=standing.is_earlier)
    if standing.is_earlier:
        st.badge("Measured on an earlier state", icon=":material/history:", color="orange")
    if evaluation is not None:
        st.caption(f"Measured {ago(evaluation.evaluated_at)}.", width="content")
show_unread(cursor, there)
show_measuring(evaluator, asked)
if evaluation is None:
    if there.with_vector >= LEAST and not evaluator.is_running:
        drawn = standing.conditions.n
        which = f"all {count(drawn)}" if drawn == there.rows else f"{count(drawn)} of {count(there.rows)}"
        st.info(f"Not measured yet. *Measure* compares {which} pairs.", icon=":material/straighten:")
    st.stop()

show_cards(evaluation, standing.before, HEADLINE)
opened = dict(
    zip(TABS, st.tabs(list(TABS), key=state.DIVERSITY_TAB, bind="query-params", on_change="rerun"), strict=True)
)
name = next((name for name, tab in opened.items() if tab.open), TABS[0])
with opened[name]:
    if name == "Redundancy":
        show_redundancy(workspace, evaluation)
    elif name == "Words":
        show_words(evaluation, standing.before)
    else:
        show_growth(evaluation)
