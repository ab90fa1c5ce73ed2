"""What does the set look like, and what lies here?"""

import dataclasses

import streamlit as st

from glan_core.entities import Filter
from glan_core.figures.pair_map import pair_map
from glan_core.store.embeddings import count_unplaced_instructions, find_newest_projection
from glan_core.store.pairs import count_pairs, count_pairs_by, list_pairs, map_points
from glan_core.store.reports import list_fields
from pages.shared import state
from pages.shared.feedback import plain, show_empty, show_error
from pages.shared.formats import count
from pages.shared.pair_view import show_pair
from pages.shared.placement_view import show_placement
from pages.shared.theme import ground, show_figure
from pages.shared.workspace import open_workspace

MOST_POINTS = 20_000
MOST_PLACED_UNASKED = 2_000
ROWS = 200

workspace = open_workspace()
cursor = workspace.cursor()
projection = find_newest_projection(cursor)
unplaced = count_unplaced_instructions(cursor, projection.projection_id if projection else None)

st.title("Map", anchor=False)
if projection is None and not unplaced:
    show_empty("There are no pairs to draw yet.", page="pages/generate/new_run.py", label="Make five pairs")
    st.stop()
if workspace.placer.error is not None:
    show_error(workspace.placer.error)
if unplaced or workspace.placer.is_running:
    show_placement(workspace.placer, unplaced, starts_unasked=unplaced <= MOST_PLACED_UNASKED)
if projection is None:
    st.stop()

run_id = st.query_params.get("run", "")
base = Filter(run_ids=(run_id,) if run_id else (), projection_id=projection.projection_id)
points = map_points(cursor, projection.projection_id, base, limit=MOST_POINTS)
if points.empty and not run_id:
    show_empty("There are no pairs to draw yet.", page="pages/generate/new_run.py", label="Make five pairs")
    st.stop()
if points.empty:
    st.info("No pair of this run is on the map yet.", icon=":material/filter_alt:")
    st.button("Show all pairs", on_click=st.query_params.clear, icon=":material/filter_alt_off:")
    st.stop()
st.session_state[state.MAP_SEEN] = True
total = count_pairs(cursor, base)
demo = count_pairs(cursor, dataclasses.replace(base, is_demo=True))

demo_share = "all of them" if demo == total else f"{count(demo)} of them"
with st.container(horizontal=True, vertical_alignment="center"):
    shown = (
        f"all {count(total)}" if len(points) >= total else f"a fixed sample of {count(len(points))} of {count(total)}"
    )
    st.caption(
        f"Draw around points with the lasso or box to see their rows. Shown: {shown} pairs"
        f"{plain(f' of run {run_id[:6]}') if run_id else ''}{f', {demo_share} demo pairs' if demo else ''}.",
        width="stretch",
    )
    if run_id:
        st.button("Show all pairs", on_click=st.query_params.clear, type="tertiary", icon=":material/filter_alt_off:")


def keep_selection() -> None:
    """Remember the drawn outline: plotly forgets it as soon as the figure changes."""
    selection = st.session_state[state.MAP_CHART].selection
    drawn = [*selection.lasso, *selection.box]
    if drawn:
        xs, ys = drawn[-1]["x"], drawn[-1]["y"]
        corners = list(zip(xs, ys, strict=True))
        if len(corners) == 2:
            (x1, y1), (x2, y2) = corners
            corners = [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
        outline = tuple((float(x), float(y)) for x, y in corners)
        st.session_state[state.MAP_POLYGON] = (projection.projection_id, outline)


def forget_selection() -> None:
    """Show the whole map again."""
    st.session_state.pop(state.MAP_POLYGON, None)


drawn_on, polygon = st.session_state.get(state.MAP_POLYGON, ("", ()))
if drawn_on != projection.projection_id:  # an outline means nothing on another layout
    polygon = ()
chart, panel = st.columns([7, 3], gap="medium")
with chart:
    show_figure(
        pair_map(points, fields=list_fields(cursor), polygon=polygon, ground=ground()),
        key=state.MAP_CHART,
        alt=f"Map of {len(points)} pairs, coloured by field. The panel beside it lists the selected rows.",
        on_select=keep_selection,
        selection_mode=("lasso", "box"),
    )
with panel:
    chosen = Filter(run_ids=base.run_ids, projection_id=projection.projection_id, polygon=polygon)
    selected = count_pairs(cursor, chosen)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"{count(selected)} {'selected' if polygon else 'pairs'}", anchor=False, width="stretch")
        if polygon:
            st.button("Clear", on_click=forget_selection, type="tertiary", icon=":material/close:")
    by_discipline = count_pairs_by(cursor, chosen, "discipline")
    st.dataframe(
        by_discipline.head(8),
        hide_index=True,
        column_config={
            "name": st.column_config.TextColumn("Discipline", width="small"),
            "pairs": st.column_config.ProgressColumn(
                "Pairs",
                width="small",
                format="%d",
                min_value=0,
                max_value=int(by_discipline["pairs"].max()) if selected else 1,
            ),
        },
    )
    if len(by_discipline) > 8:
        are_equal = by_discipline["pairs"].nunique() == 1
        st.caption(
            f"8 of {len(by_discipline)} disciplines; all have as many pairs."
            if are_equal
            else f"The 8 largest of {len(by_discipline)} disciplines."
        )

rows = list_pairs(cursor, chosen, limit=ROWS)
st.subheader("Rows", anchor=False)
picked = st.dataframe(
    rows,
    hide_index=True,
    column_order=["instruction", "answer", "discipline", "subject", "level", "flags"],
    column_config={
        "instruction": st.column_config.TextColumn("Question", width="large"),
        "answer": st.column_config.TextColumn("Answer", width="large"),
        "discipline": "Discipline",
        "subject": "Subject",
        "level": "Level",
        "flags": "Flags",
    },
    key=state.MAP_ROWS,
    on_select="rerun",
    selection_mode="single-row",
)
st.caption(
    f"{'The newest ' + count(ROWS) + ' of ' + count(selected) if selected > ROWS else 'All ' + count(selected)} rows. "
    "Tick one to see where it comes from."
    if selected
    else "No pair lies inside the outline. Draw another, or press Clear."
)
if picked.selection.rows:
    row = rows.iloc[picked.selection.rows[0]]
    with st.container(border=True):
        answer = row.answer if isinstance(row.answer, str) else None
        show_pair(cursor, row.instruction_id, instruction=row.instruction, answer=answer)
