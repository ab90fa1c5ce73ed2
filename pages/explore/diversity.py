"""How varied are the pairs, and does more of them still add something?

The address holds the filter of the Samples page or the corpus that is measured instead (?set=corpus:ID), how many rows
are drawn by which seed (?draw_n=500&draw_seed=1), the tab (?about=Words), and what is held beside it (?against=run:ID,
?reference=corpus:ID). Measuring is asked for, works in the background, and is kept.
"""

import streamlit as st

from glan_core.diversity import LEAST
from glan_core.errors import GlanError
from glan_core.store.drawn_rows import RowSet
from pages.shared import state
from pages.shared.diversity_cards import HEADLINE, all_of, show_cards
from pages.shared.diversity_compare import show_compare
from pages.shared.diversity_earlier import show_earlier
from pages.shared.diversity_measuring import open_evaluator, show_measure_button, show_measuring
from pages.shared.diversity_parts import show_growth, show_redundancy, show_words
from pages.shared.diversity_reading import show_rows_to_read, show_unread
from pages.shared.diversity_reference import show_reference
from pages.shared.diversity_sets import choose_measured
from pages.shared.diversity_standing import choose_draw, find_standing
from pages.shared.feedback import show_empty, show_error
from pages.shared.filter_bar import clear_filter, is_narrowed, read_filter, show_filter_bar
from pages.shared.formats import ago, count
from pages.shared.workspace import open_workspace

TABS = ("Redundancy", "Words", "Growth", "Reference", "Compare", "Earlier")

workspace = open_workspace()
cursor = workspace.cursor()
evaluator = open_evaluator()

st.title("Diversity", anchor=False)
corpus_id = choose_measured(cursor)
if corpus_id:
    rows = RowSet(corpus_id=corpus_id)
else:
    meant = read_filter(cursor)
    show_filter_bar(workspace, cursor, meant)
    rows = RowSet(meant.filter_)
bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
with bar:
    asked = choose_draw(rows)
try:
    standing = find_standing(workspace, cursor, asked)
except GlanError as error:
    show_error(error)
    st.stop()
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
        show_measure_button(evaluator, [asked], label="Measure again" if standing.is_earlier else "Measure")
    if standing.is_earlier:
        st.badge("Measured on an earlier state", icon=":material/history:", color="orange")
    if evaluation is not None:
        st.caption(f"Measured {ago(evaluation.evaluated_at)}.", width="content")
if not corpus_id:
    show_unread(cursor, there)
show_measuring(evaluator, asked)
if evaluation is not None:
    show_cards(evaluation, standing.before, HEADLINE)
elif there.with_vector < LEAST:
    if there.rows < LEAST:
        st.info("A single one has nothing to be compared with.", icon=":material/info:")
    st.stop()
elif not evaluator.is_running:
    drawn, whole = standing.conditions.n, all_of(standing.conditions)
    which = f"all {whole}" if drawn == there.rows else f"{count(drawn)} of {whole}"
    st.info(f"Not measured yet. *Measure* compares {which}.", icon=":material/straighten:")
    show_rows_to_read(cursor, rows, n=drawn, seed=asked.seed)

opened = dict(
    zip(TABS, st.tabs(list(TABS), key=state.DIVERSITY_TAB, bind="query-params", on_change="rerun"), strict=True)
)
name = next((name for name, tab in opened.items() if tab.open), TABS[0])
with opened[name]:
    if name == "Reference":
        show_reference(workspace, cursor, evaluator, asked)
    elif name == "Compare":
        show_compare(workspace, cursor, evaluator, asked)
    elif name == "Earlier":
        show_earlier(workspace, cursor, evaluation)
    elif evaluation is None:
        st.caption("Shown when these are measured.")
    elif name == "Redundancy":
        show_redundancy(workspace, evaluation)
    elif name == "Words":
        show_words(evaluation, standing.before)
    else:
        show_growth(evaluation)
