"""What does the set look like, what lies here, and what is to be done with it?

The address holds which pairs are meant, as on Samples, and the outline.
"""

import streamlit as st

from glan_core.encoder_choice import encoder_in_use
from glan_core.entities import Filter
from glan_core.store.map_points import MOST_POINTS, points_of
from glan_core.store.map_table import prepare_map
from glan_core.store.projections import find_newest_projection
from pages.shared import state
from pages.shared.encoder_view import show_encoder_choice
from pages.shared.feedback import plain, show_empty, show_error
from pages.shared.filter_bar import clear_filter, read_filter, say_unknown, show_filter_button
from pages.shared.filter_words import conditions
from pages.shared.map_chart import draw_map, show_map
from pages.shared.map_choices import choose_drawing
from pages.shared.map_corpus import inside_words, show_corpus_placing, show_corpus_rows
from pages.shared.map_counts import CLOSENESS, TOOLTIP_CHARACTERS, count_of, count_unplaced
from pages.shared.map_gaps import NO_GAPS, gaps_on_map
from pages.shared.map_look import read_look, remember_address, return_to_address
from pages.shared.map_panel import show_panel
from pages.shared.map_rows import show_rows
from pages.shared.map_search import find, show_search
from pages.shared.map_views import open_view_of_address, show_views
from pages.shared.placement_view import show_comparison, show_layout, show_placement
from pages.shared.screen import ask_screen, is_narrow
from pages.shared.theme import ground
from pages.shared.workspace import open_workspace

MOST_PLACED_UNASKED = 2_000

workspace = open_workspace()
cursor = workspace.cursor()
chosen = encoder_in_use(cursor)
projection = find_newest_projection(cursor, encoder=chosen.encoder.encoder, content=chosen.content)
unplaced = count_unplaced(cursor, projection.projection_id if projection else None, content=chosen.content)

with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
    st.title("Map", anchor=False, width="stretch")
    tools = st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content")
if projection is None and not unplaced:
    show_empty("There are no pairs to draw yet.", page="pages/generate/new_run.py", label="Make five pairs")
    st.stop()
with (
    tools,
    st.popover("Encoder", icon=":material/data_array:", on_change="rerun", width="content") as opened,
):
    if opened.open:
        show_encoder_choice(workspace)
if workspace.placer.error is not None:
    show_error(workspace.placer.error)
if unplaced or workspace.placer.is_running:
    show_placement(workspace.placer, unplaced, starts_unasked=unplaced <= MOST_PLACED_UNASKED)
if projection is None:
    st.stop()

with st.spinner("Bringing the map into memory", show_time=True):  # once for a server: seconds for a million pairs
    map_ = prepare_map(cursor, projection.projection_id)
return_to_address()
asked = read_filter(cursor)
open_view_of_address(asked.view, projection.projection_id)
remember_address()
look = read_look(projection.projection_id, asked.filter_)
with tools:
    show_layout(workspace.placer, cursor, projection)
    show_filter_button(workspace, cursor)
    show_views(workspace, cursor, look)
if news := st.session_state.pop(state.MAP_NEWS, ""):
    st.toast(news, icon=":material/check:")
if not map_.points:
    show_empty("There are no pairs to draw yet.", page="pages/generate/new_run.py", label="Make five pairs")
    st.stop()
say_unknown(cursor, asked)
if look.filter_ != Filter():
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        for words in conditions(cursor, look.filter_):
            st.badge(plain(words), color="gray", icon=":material/filter_alt:")
        st.button("Show all pairs", on_click=clear_filter, type="tertiary", icon=":material/filter_alt_off:")
if not count_of(cursor, map_, look.filter_, window=None):
    st.info("No pair on the map fits this filter.", icon=":material/filter_alt:")
    st.stop()
st.session_state[state.MAP_SEEN] = True

with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
    drawing = choose_drawing(cursor, projection.projection_id, is_large=map_.points > MOST_POINTS)
    show_search()
with st.container():  # also where it stays empty: the chart below is not built anew then
    if drawing.corpus is not None:
        show_corpus_placing(cursor, drawing.corpus)
if drawing.by == CLOSENESS:
    show_comparison(workspace.placer, cursor, encoder=chosen.encoder.encoder, content=chosen.content)
found = find(workspace, cursor, projection, look.drawn())
hits = points_of(cursor, map_, found.instruction_ids if found else [], characters=TOOLTIP_CHARACTERS)
chart, panel = st.columns([7, 3], gap="medium")
with panel:  # first, as a browser takes up to a second to build the chart anew
    show_panel(
        workspace, cursor, map_, look, beside=inside_words(cursor, look, drawing.corpus) if drawing.corpus else ""
    )
with chart:
    gaps = gaps_on_map(projection, look) if drawing.kind == "gaps" else NO_GAPS
    drawn = draw_map(cursor, map_, look, drawing, hits=hits, gaps=gaps, narrow=is_narrow(), on=ground())
    show_map(drawn, look)
show_rows(cursor, map_, look, found)
if drawing.corpus is not None:
    show_corpus_rows(cursor, look, drawing.corpus)
if not map_.runs["is_demo"].all():  # where pairs are made, more are to come: they need not wait then
    workspace.placer.get_ready()
ask_screen()
