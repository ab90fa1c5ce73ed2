"""What does the map show, counted once for each state of the data?

Everything is kept under the version of the map table, so that a page drawn again without a change counts nothing anew.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from glan_core.embedding.stop_words import english_stop_words
from glan_core.entities import Filter, Window
from glan_core.filter_json import filter_to_json
from glan_core.map_labels import Label
from glan_core.store import projections
from glan_core.store.corpus_points import PlacedCorpus
from glan_core.store.database import Cursor
from glan_core.store.map_corpus import CorpusSample, corpus_difference, count_corpus, sample_corpus_points
from glan_core.store.map_density import Density, MostCommon, density, most_common
from glan_core.store.map_difference import Difference, difference
from glan_core.store.map_places import list_labels
from glan_core.store.map_points import PointSample, count_points, sample_points
from glan_core.store.map_scores import read_judge_scores
from glan_core.store.map_selection import Selection, describe_selection, list_selected
from glan_core.store.map_table import MapTable
from glan_core.store.neighbourhoods import read_densities
from glan_core.store.projections import LayoutFigures, count_unplaced_instructions, placement_stamp
from glan_core.store.runs import list_runs
from glan_core.store.taxonomy_nodes import list_children
from glan_core.store.terms import TypicalTerms, typical_terms

FLAGGED = "flagged"
"""A grouping of the page's own: the store knows flags as a filter."""
CLOSENESS = "closeness"
"""Another one: how close the nearest pairs of a pair are, by the neighbour graph."""
JUDGED = "judged"
"""And one more: what judges gave a pair."""
_BANDS = 5
_SCORES = (3, 5, 7, 9)
"""Where one band of scores ends and the next begins."""
SCORE_NAMES = ("Below 3", "3 to below 5", "5 to below 7", "7 to below 9", "9 and 10")
"""What the bands are called, by their number."""
TOOLTIP_CHARACTERS = 150

HASHES: dict[str | type[Any], Callable[[Any], Any]] = {Filter: filter_to_json, MapTable: lambda map_: map_.version}
"""What tells one state of the data, or one question, from another."""
_cached = st.cache_data(max_entries=48, show_spinner=False, hash_funcs=HASHES)


def count_unplaced(cursor: Cursor, projection_id: str | None, *, content: str) -> int:
    """Count the pairs that have something to read and no place on a layout."""
    return _count_unplaced(cursor, placement_stamp(cursor, projection_id), projection_id, content)


def layout_figures(cursor: Cursor, projection_id: str) -> LayoutFigures:
    """Say how many points of a layout were placed later, and how far off they are."""
    return _layout_figures(cursor, placement_stamp(cursor, projection_id), projection_id)


@st.cache_data(max_entries=8, show_spinner=False)
def _count_unplaced(_cursor: Cursor, stamp: str, projection_id: str | None, content: str) -> int:
    return count_unplaced_instructions(_cursor, projection_id, content=content)


@st.cache_data(max_entries=8, show_spinner=False)
def _layout_figures(_cursor: Cursor, stamp: str, projection_id: str) -> LayoutFigures:
    return projections.layout_figures(_cursor, projection_id)


@_cached
def points_of(
    _cursor: Cursor, map_: MapTable, filter_: Filter, *, window: Window | None, by: str, limit: int
) -> PointSample:
    """Give a nested sample of points with the group of each."""
    if by == CLOSENESS:
        sample = sample_points(_cursor, map_, filter_, window=window, limit=limit, characters=TOOLTIP_CHARACTERS)
        return _by_closeness(sample, read_densities(_cursor, map_.projection_id, list(sample.points["instruction_id"])))
    if by == JUDGED:
        sample = sample_points(_cursor, map_, filter_, window=window, limit=limit, characters=TOOLTIP_CHARACTERS)
        return _by_score(sample, read_judge_scores(_cursor, list(sample.points["instruction_id"])))
    if by != FLAGGED:
        return sample_points(_cursor, map_, filter_, window=window, by=by, limit=limit, characters=TOOLTIP_CHARACTERS)
    sample = sample_points(
        _cursor, map_, filter_, window=window, by="status", limit=limit, characters=TOOLTIP_CHARACTERS
    )
    only_flagged = dataclasses.replace(filter_, is_flagged=True)
    # Samples are nested: as many of the flagged ones hold all that are among the points.
    flagged = sample_points(_cursor, map_, only_flagged, window=window, by="status", limit=limit)
    is_flagged = sample.points["instruction_id"].isin(flagged.points["instruction_id"])
    points = sample.points.assign(group=is_flagged.map({True: FLAGGED, False: ""}))
    counts = points["group"].value_counts().reindex(["", FLAGGED], fill_value=0)
    legend = pd.DataFrame({"key": counts.index, "name": "", "field_id": "", "pairs": counts.to_numpy()})
    return PointSample(points, legend, sample.total)


def _by_closeness(sample: PointSample, densities: Mapping[str, float]) -> PointSample:
    """Tell points apart by bands of equally many pairs, the loneliest first; what was not compared yet comes last."""
    values = sample.points["instruction_id"].map(densities).astype(float)
    known = values.dropna()
    edges = np.quantile(known, np.linspace(0, 1, _BANDS + 1)) if len(known) else np.zeros(_BANDS + 1)
    bands = pd.Series(np.digitize(values, edges[1:-1]), index=values.index).astype(str).where(values.notna(), "")
    names = {str(band): f"{edges[band]:.2f} to {edges[band + 1]:.2f}" for band in range(_BANDS)}
    legend = pd.DataFrame({"key": [*names, ""], "name": [*names.values(), "Not compared yet"], "field_id": ""})
    legend["pairs"] = legend["key"].map(bands.value_counts()).fillna(0).astype(int)
    return PointSample(sample.points.assign(group=bands), legend[legend["pairs"] > 0], sample.total)


def _by_score(sample: PointSample, scores: Mapping[str, float]) -> PointSample:
    """Tell points apart by bands of what judges gave them, the lowest first; what was not judged comes last."""
    values = sample.points["instruction_id"].map(scores).astype(float)
    bands = pd.Series(np.digitize(values, _SCORES), index=values.index).astype(str).where(values.notna(), "")
    keys = [*map(str, range(len(SCORE_NAMES))), ""]
    legend = pd.DataFrame({"key": keys, "name": [*SCORE_NAMES, "Not judged"], "field_id": ""})
    legend["pairs"] = legend["key"].map(bands.value_counts()).fillna(0).astype(int)
    return PointSample(sample.points.assign(group=bands), legend[legend["pairs"] > 0], sample.total)


@_cached
def count_of(_cursor: Cursor, map_: MapTable, filter_: Filter, *, window: Window | None) -> int:
    """Count the points of a filter in a window."""
    return count_points(_cursor, map_, filter_, window=window)


@_cached
def density_of(_cursor: Cursor, map_: MapTable, filter_: Filter, *, window: Window | None, side: int) -> Density:
    """Count the points of each cell."""
    return density(_cursor, map_, filter_, window=window, side=side)


@_cached
def most_common_of(
    _cursor: Cursor, map_: MapTable, filter_: Filter, *, window: Window | None, by: str, side: int
) -> MostCommon:
    """Find the most common group of each cell."""
    return most_common(_cursor, map_, filter_, by=by, window=window, side=side)


@_cached
def difference_of(
    _cursor: Cursor, map_: MapTable, first: Filter, second: Filter, *, window: Window | None
) -> Difference:
    """Count two sets in each cell."""
    return difference(_cursor, map_, first, second, window=window)


@_cached
def corpus_sample_of(
    _cursor: Cursor, corpus: PlacedCorpus, where: Filter, *, window: Window | None, limit: int, characters: int
) -> CorpusSample:
    """Give a nested sample of the rows of a corpus, inside what was drawn on the map."""
    return sample_corpus_points(_cursor, corpus, where, window=window, limit=limit, characters=characters)


@_cached
def corpus_count_of(_cursor: Cursor, corpus: PlacedCorpus, where: Filter) -> int:
    """Count the rows of a corpus inside what was drawn on the map."""
    return count_corpus(_cursor, corpus, where)


@_cached
def corpus_difference_of(
    _cursor: Cursor, map_: MapTable, filter_: Filter, corpus: PlacedCorpus, *, window: Window | None
) -> Difference:
    """Count pairs and rows of a corpus in each cell."""
    return corpus_difference(_cursor, map_, filter_, corpus, window=window)


@_cached
def labels_of(_cursor: Cursor, map_: MapTable, filter_: Filter, *, window: Window | None) -> tuple[Label, ...]:
    """Give names that could stand on the map."""
    return list_labels(_cursor, map_, filter_, window=window, stop_words=english_stop_words())


@_cached
def selection_of(_cursor: Cursor, map_: MapTable, filter_: Filter, *, by: str, limit: int) -> Selection:
    """Count a selection and its largest groups."""
    return describe_selection(_cursor, map_, filter_, by=by, limit=limit)


@_cached
def rows_of(_cursor: Cursor, map_: MapTable, filter_: Filter, *, after: str, limit: int) -> pd.DataFrame:
    """List a page of a selection."""
    return list_selected(_cursor, map_, filter_, after=after, limit=limit)


@_cached
def terms_of(_cursor: Cursor, map_: MapTable, filter_: Filter) -> TypicalTerms:
    """Find the words that a selection has more often than the rest."""
    return typical_terms(_cursor, map_, filter_, stop_words=english_stop_words())


def field_names(cursor: Cursor) -> Mapping[str, str]:
    """Give the names of the kept fields by their ids, in the order of their colours."""
    return {node.taxonomy_node_id: node.name for node in list_children(cursor, None)}


def run_names(cursor: Cursor) -> Mapping[str, str]:
    """Give a name for each run by its id, the newest first."""
    return {run.run_id: f"{'Demo run' if run.is_demo else 'Run'} {run.run_id[:6]}" for run in list_runs(cursor)}
