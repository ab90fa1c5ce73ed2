"""How do counts of the map become the figure that is asked for, and the sentence that says what it shows?"""

import dataclasses
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from glan_core.entities import Filter
from glan_core.figures.corpus_map import corpus_map
from glan_core.figures.density_map import branch_density_map, density_map
from glan_core.figures.difference_map import difference_map
from glan_core.figures.gap_map import NO_GAPS, gap_map
from glan_core.figures.map_frame import LEGEND_PIXELS, SIDE_PIXELS, STRIP_PIXELS, Frame, window_around
from glan_core.figures.pair_map import pair_map
from glan_core.figures.palette import Ground
from glan_core.lassos import simplify
from glan_core.map_labels import place_labels
from glan_core.store.corpus_points import PlacedCorpus
from glan_core.store.database import Cursor
from glan_core.store.map_points import MOST_POINTS
from glan_core.store.map_table import MapTable
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.formats import count, shortened
from pages.shared.map_choices import COLOURS, Drawing
from pages.shared.map_colours import groups_in
from pages.shared.map_counts import (
    HASHES,
    TOOLTIP_CHARACTERS,
    corpus_difference_of,
    corpus_sample_of,
    density_of,
    difference_of,
    labels_of,
    most_common_of,
    points_of,
    run_names,
)
from pages.shared.map_look import Look, select
from pages.shared.theme import show_figure

SAMPLE = 5_000
"""Points upon a density map: enough to point at, few enough to be sent at once."""
MOST_OF_EACH = MOST_POINTS // 2
"""Points of the pairs, and of a corpus drawn beside them."""
_SIDES = ((20_000, 256), (4_000, 128), (600, 64))
"""From how many pairs on are there how many cells along a side: with too many, none holds more than one pair."""
_SMALLEST_SIDE = 32
_WIDE, _NARROW = (700, 640), (352, 480)
"""About how wide and how tall the figure is on a wide screen and on a narrow one, in pixels."""
_MOST_LABELS, _MOST_NARROW_LABELS = 25, 9
_LONGEST_NAME = 40


_REMOVED_BUTTONS = ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "autoScale2d", "resetScale2d"]
"""Plotly's own zoom is forgotten with the next figure, and nothing on the page would agree with it."""


class Drawn(NamedTuple):
    """A figure and what has to be said of it."""

    figure: Any
    """Of plotly."""
    title: str
    """What one sees, with its unit."""
    sentence: str
    """How many of how many are shown."""


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={**HASHES, Look: dataclasses.astuple})
def draw_map(
    _cursor: Cursor,
    map_: MapTable,
    look: Look,
    drawing: Drawing,
    *,
    hits: pd.DataFrame,
    gaps: pd.DataFrame = NO_GAPS,
    narrow: bool,
    on: Ground,
) -> Drawn:
    """Draw what was chosen, once for all visitors: a figure is not changed afterwards."""
    cursor, by = _cursor, drawing.by
    frame = _frame(cursor, map_, look, narrow=narrow, on=on)
    if drawing.kind == "difference":
        return _draw_difference(cursor, map_, look, drawing, hits=hits, frame=frame)
    if drawing.corpus is not None:
        return _draw_corpus(cursor, map_, look, drawing.corpus, hits=hits, frame=frame)
    if drawing.kind == "density":
        return _draw_density(cursor, map_, look, by=by, hits=hits, frame=frame)
    sample = points_of(cursor, map_, look.drawn(), window=look.window, by=by or "field", limit=MOST_POINTS)
    if drawing.kind == "gaps":
        figure = gap_map(sample.points, gaps, hits=hits, frame=frame)
        return Drawn(figure, "Key concepts among the pairs", _how_many(len(sample.points), sample.total, look))
    colours = groups_in(cursor, sample.legend, by, ground=on)
    figure = pair_map(sample.points, colours=colours, hits=hits, frame=frame)
    return Drawn(figure, "Pairs by meaning: near is alike", _how_many(len(sample.points), sample.total, look))


def show_map(drawn: Drawn, look: Look) -> None:
    """Say what the figure shows, draw it, and keep what the visitor draws upon it."""
    hint = "" if look.outline or look.has_foreign_outline else " Draw around pairs to see what they are."
    with st.container(gap="xxsmall"):
        st.markdown(f"**{drawn.title}**")
        st.caption(f"{plain(drawn.sentence)}{hint}")
    show_figure(
        drawn.figure,
        key=state.MAP_CHART,
        alt=f"{drawn.title}. {drawn.sentence} The panel beside the map counts and lists what is selected.",
        on_select=lambda: _keep_outline(look),
        selection_mode=() if look.has_foreign_outline else ("lasso", "box"),
        config={"modeBarButtonsToRemove": _REMOVED_BUTTONS},
    )


def _keep_outline(look: Look) -> None:
    """Remember the drawn outline: plotly forgets it as soon as the figure changes."""
    selection = st.session_state[state.MAP_CHART].selection
    if selection.lasso:
        drawn = selection.lasso[-1]
        outline = simplify(tuple(zip(map(float, drawn["x"]), map(float, drawn["y"]), strict=True))).polygon
        select(look, outline, tool="lasso")
    elif selection.box:
        (x1, x2), (y1, y2) = selection.box[-1]["x"], selection.box[-1]["y"]
        select(look, ((x1, y1), (x2, y1), (x2, y2), (x1, y2)), tool="select")


def _frame(cursor: Cursor, map_: MapTable, look: Look, *, narrow: bool, on: Ground) -> Frame:
    width, height = _NARROW if narrow else _WIDE
    window = look.window or window_around(*map_.window)
    candidates = labels_of(cursor, map_, look.drawn(), window=look.window)
    labels = place_labels(
        candidates,
        window=window,
        width=width - 2 * SIDE_PIXELS,
        height=height - STRIP_PIXELS - LEGEND_PIXELS,
        most=_MOST_NARROW_LABELS if narrow else _MOST_LABELS,
    )
    return Frame(window=window, ground=on, height=height, labels=labels, outline=look.outline, tool=look.tool)


def _draw_density(cursor: Cursor, map_: MapTable, look: Look, *, by: str, hits: pd.DataFrame, frame: Frame) -> Drawn:
    sample = points_of(cursor, map_, look.drawn(), window=frame.window, by="field", limit=SAMPLE)
    sentence = _how_many(len(sample.points), sample.total, look, counted=True)
    side = next((side for fewest, side in _SIDES if sample.total >= fewest), _SMALLEST_SIDE)
    if by == "count":
        counted = density_of(cursor, map_, look.drawn(), window=frame.window, side=side)
        figure = density_map(counted.cells, sample.points, hits=hits, frame=frame, side=side)
        return Drawn(figure, f"Pairs in each of {side} × {side} cells", sentence)
    common = most_common_of(cursor, map_, look.drawn(), window=frame.window, by=by, side=side)
    colours = groups_in(cursor, common.legend, by, ground=frame.ground)
    figure = branch_density_map(common.cells, sample.points, colours=colours, hits=hits, frame=frame, side=side)
    return Drawn(figure, f"{COLOURS[by]} of most pairs in each cell", sentence)


def _draw_difference(
    cursor: Cursor, map_: MapTable, look: Look, drawing: Drawing, *, hits: pd.DataFrame, frame: Frame
) -> Drawn:
    names = run_names(cursor)
    (first, second), corpus = drawing.compared, drawing.corpus
    base = of_runs(look.drawn(), (first,)) if first else look.drawn()
    if corpus is not None:
        words = names.get(first, "all pairs"), shortened(corpus.name, _LONGEST_NAME)
        counted = corpus_difference_of(cursor, map_, base, corpus, window=frame.window)
        sentence = (
            f"Counted: {count(counted.first_total)} pairs and {count(counted.second_total)} rows of "
            f"{words[1]}. {_placed(corpus)}"
        )
    else:
        words = names[first], names.get(second, "all other runs")
        others = tuple(run_id for run_id in map_.runs.loc[map_.runs["is_kept"], "run_id"] if run_id != first)
        held = of_runs(look.drawn(), (second,) if second else others)
        counted = difference_of(cursor, map_, base, held, window=frame.window)
        sentence = f"All pairs are counted: {count(counted.first_total)} and {count(counted.second_total)}."
    figure = difference_map(counted.cells, names=words, hits=hits, frame=frame)
    return Drawn(figure, "Difference of the shares of two sets", sentence)


def _draw_corpus(
    cursor: Cursor, map_: MapTable, look: Look, corpus: PlacedCorpus, *, hits: pd.DataFrame, frame: Frame
) -> Drawn:
    sample = points_of(cursor, map_, look.drawn(), window=look.window, by="field", limit=MOST_OF_EACH)
    rows = corpus_sample_of(
        cursor, corpus, look.drawn(), window=frame.window, limit=MOST_OF_EACH, characters=TOOLTIP_CHARACTERS
    )
    name = shortened(corpus.name, _LONGEST_NAME)
    figure = corpus_map(sample.points, rows.rows, names=("Pairs", name), hits=hits, frame=frame)
    shown = count(len(rows.rows))
    of_rows = shown if len(rows.rows) == rows.total else f"{shown} of {count(rows.total)}, a fixed sample"
    where = " inside the outline" if look.hides_others else " in this part of the map" if look.windows else ""
    pairs = _how_many(len(sample.points), sample.total, look)
    beyond = 0 if where else corpus.points - rows.total
    outside = f" {count(beyond)} beyond the edge of the map." if beyond else ""
    sentence = f"{pairs} Rows of {name}{where}: {of_rows}.{outside} {_placed(corpus)}"
    return Drawn(figure, "Pairs, and rows of another corpus", sentence)


def _placed(corpus: PlacedCorpus) -> str:
    """Say how many rows of a corpus are on the map, unless all are."""
    if corpus.points == corpus.rows:
        return ""
    return f"{count(corpus.points)} of its {count(corpus.rows)} rows have a place."


def of_runs(filter_: Filter, run_ids: tuple[str, ...]) -> Filter:
    """Give the pairs of a filter that some runs made."""
    return dataclasses.replace(filter_, run_ids=run_ids)


def _how_many(shown: int, total: int, look: Look, *, counted: bool = False) -> str:
    """Say how many of how many points are drawn."""
    where = " in this part of the map" if look.windows else ""
    if look.hides_others:
        return f"{count(shown)} pairs{where} lie inside the outline; all others are hidden."
    if shown == total:
        return f"All {count(total)} pairs{where} are shown." if total != 1 else f"The one pair{where} is shown."
    cells = f"The cells count all {count(total)} pairs{where}. Points: " if counted else "Shown: "
    return f"{cells}{count(shown)} of {count(total)}{'' if counted else where}, a fixed sample."
