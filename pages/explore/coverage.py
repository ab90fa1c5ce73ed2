"""Which parts of the taxonomy are empty or thin, and how is that mended?

The address holds the filter of the Samples page, the level that is counted (?by=Field) and the tab (?part=Balance); or
whose rows are counted instead of the own pairs (?of=NAME), and whether both are shown beside each other.
"""

import streamlit as st

from glan_core.lineage_coverage import places_of, summarise_levels
from pages.shared import state
from pages.shared.corpus_coverage_view import show_corpus_coverage
from pages.shared.coverage_balance import show_balance
from pages.shared.coverage_fill import show_fill
from pages.shared.coverage_heat_map import show_heat_map
from pages.shared.coverage_numbers import choose_level, read_cached_coverage, show_headline
from pages.shared.coverage_pairs import choose_pairs
from pages.shared.coverage_unused import show_unused
from pages.shared.feedback import show_empty
from pages.shared.filter_bar import clear_filter, is_narrowed, read_filter, show_filter_bar
from pages.shared.gaps_view import show_gaps
from pages.shared.screen import ask_screen
from pages.shared.workspace import open_workspace

TABS = ("Fill", "Balance", "Heat map", "Unused", "By meaning")

workspace = open_workspace()
cursor = workspace.cursor()

st.title("Coverage", anchor=False)
asked = read_filter(cursor)
nodes = read_cached_coverage(workspace, cursor, asked.filter_)
if nodes.empty and not is_narrowed():
    show_empty(
        "The taxonomy is empty: there is nothing to cover yet.", page="pages/curriculum/taxonomy.py", label="Taxonomy"
    )
    st.stop()
chosen = choose_pairs(cursor)
if chosen.corpus is not None:
    if is_narrowed():
        st.caption("The filter of your own pairs narrows nothing here: all of them count.")
    show_corpus_coverage(workspace, chosen)
    ask_screen()
    st.stop()
show_filter_bar(workspace, cursor, asked)
if nodes.empty:
    st.info("No kept node fits this filter.", icon=":material/filter_alt:")
    st.button("Show all pairs", on_click=clear_filter, key="coverage-none", icon=":material/filter_alt_off:")
    st.stop()

level = choose_level()
levels = summarise_levels(nodes)
show_headline(levels[level])
opened = dict(
    zip(TABS, st.tabs(list(TABS), key=state.COVERAGE_TAB, bind="query-params", on_change="rerun"), strict=True)
)
name = next((name for name, tab in opened.items() if tab.open), TABS[0])
with opened[name]:
    if name == "Fill":
        show_fill(nodes, levels[level], read_cached_coverage(workspace, cursor, places_of(asked.filter_)))
    elif name == "Balance":
        show_balance(nodes, levels, level)
    elif name == "Heat map":
        show_heat_map(nodes, level)
    elif name == "Unused":
        show_unused(workspace, cursor, asked.filter_)
    else:
        if is_narrowed():
            st.caption("The filter above does not narrow what is shown here.")
        show_gaps(workspace)
ask_screen()
