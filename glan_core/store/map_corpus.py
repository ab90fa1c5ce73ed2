"""What does a corpus have on the map: which of its rows lie where, and where does it differ from the pairs?

Its points are counted from their own table and held against those of pairs cell by cell. Of a filter only what is
drawn on the map means something for them: outline and box.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from glan_core.entities import Filter, Window
from glan_core.store.conditions import Condition, all_of
from glan_core.store.corpus_points import PlacedCorpus
from glan_core.store.database import Cursor, first_row
from glan_core.store.map_conditions import map_condition
from glan_core.store.map_density import cell_of
from glan_core.store.map_difference import SIDE, Difference, difference_from
from glan_core.store.map_points import count_points
from glan_core.store.map_table import MapTable
from glan_core.store.polygons import inside_box, inside_polygon

_HASHES = 2**32
_HASH = "(hash(point.number) >> 32)::bigint"
_SPARE, _SPARE_ROWS = 1.25, 200  # a little more than wanted is looked at, as hashes do not lie quite evenly


class CorpusSample(NamedTuple):
    """Rows of a corpus to draw or to list."""

    rows: pd.DataFrame
    """number, x, y, instruction (so many characters of it)."""
    total: int
    """Points that the sample is taken from; `rows` are all of them, or the `limit` that was asked for."""


def count_corpus(cursor: Cursor, corpus: PlacedCorpus, where: Filter, window: Window | None = None) -> int:
    """Count the points of a corpus inside the outline and the box of a filter, and in a window."""
    condition = corpus_condition(corpus, where, window)
    query = f"select count(*) from corpus_point as point where {condition.where}"  # noqa: S608 - built from parameters
    row = first_row(cursor.execute(query, condition.parameters))
    return int(row[0]) if row else 0


def sample_corpus_points(
    cursor: Cursor,
    corpus: PlacedCorpus,
    where: Filter = Filter(),  # noqa: B008 - frozen
    *,
    window: Window | None = None,
    limit: int,
    characters: int = 0,
) -> CorpusSample:
    """Give points of a corpus inside what was drawn and in a window, at most `limit`: those of the smallest hashes.

    So the sample of a smaller window holds every point that the sample of a larger one had there.
    """
    condition = corpus_condition(corpus, where, window)
    total = count_corpus(cursor, corpus, where, window)
    below = int(_HASHES * min(1.0, (limit * _SPARE + _SPARE_ROWS) / max(total, 1)))
    rows = _smallest(cursor, all_of(Condition(f"{_HASH} < ?::bigint", [below]), condition), limit)
    if len(rows) < min(limit, total):  # a set whose hashes happen to be large
        rows = _smallest(cursor, condition, limit)
    return CorpusSample(_with_texts(cursor, corpus, rows, characters), total)


def corpus_difference(
    cursor: Cursor,
    map_: MapTable,
    filter_: Filter,
    corpus: PlacedCorpus,
    *,
    window: Window | None = None,
    side: int = SIDE,
) -> Difference:
    """Compare where the pairs of a filter lie with where a corpus does, as `difference` does for two filters.

    `first` are the pairs, `second` the rows of the corpus: of the filter they know outline and box alone.
    """
    window = window or map_.window
    condition = map_condition(cursor, map_, filter_, window)
    of_corpus = corpus_condition(corpus, filter_, window)
    cell = cell_of(window, side)
    cells = cursor.execute(
        f"""
        select
            cell % {side} as "column",
            cell // {side} as "row",
            (count(*) filter (where is_pair))::integer as "first",
            (count(*) filter (where not is_pair))::integer as "second"
        from (
            select {cell.where} as cell, true as is_pair
            from {map_.table} as point
            where {condition.where}
            union all
            select {cell.where}, false
            from corpus_point as point
            where {of_corpus.where}
        )
        group by cell
        order by cell
        """,  # noqa: S608 - names of ours, and conditions built from parameters only
        [*cell.parameters, *condition.parameters, *cell.parameters, *of_corpus.parameters],
    ).df()
    totals = count_points(cursor, map_, filter_), count_corpus(cursor, corpus, filter_)
    return difference_from(cells, window, totals)


def corpus_condition(corpus: PlacedCorpus, where: Filter, window: Window | None = None) -> Condition:
    """Give the condition on rows of `corpus_point`: of a corpus, inside what a filter has drawn on its layout."""
    conditions = [
        Condition("point.projection_id = ? and point.corpus_id = ?", [corpus.projection_id, corpus.corpus_id]),
        Condition("isfinite(point.x) and isfinite(point.y)", []),
    ]
    if where.projection_id == corpus.projection_id:
        if len(where.polygon) >= 3:
            conditions.append(inside_polygon(where.polygon))
        if where.box is not None:
            conditions.append(inside_box(where.box))
    if window is not None:
        conditions.append(inside_box(window))
    return all_of(*conditions)


def _smallest(cursor: Cursor, condition: Condition, limit: int) -> pd.DataFrame:
    return cursor.execute(
        f"""
        select point.number, point.x, point.y
        from corpus_point as point
        where {condition.where}
        order by {_HASH}, point.number
        limit ?
        """,  # noqa: S608 - a condition built from parameters only
        [*condition.parameters, limit],
    ).df()


def _with_texts(cursor: Cursor, corpus: PlacedCorpus, rows: pd.DataFrame, characters: int) -> pd.DataFrame:
    """Give rows with the beginnings of their instructions."""
    rows["instruction"] = ""
    if characters and len(rows):
        text_of = _texts_of(cursor, corpus.corpus_id, rows["number"].tolist(), characters)
        rows["instruction"] = rows["number"].map(text_of).fillna("")
    return rows


def _texts_of(cursor: Cursor, corpus_id: str, numbers: Sequence[int], characters: int) -> dict[int, str]:
    rows = cursor.execute(
        """
        select number, instruction[:?::integer]
        from corpus_row
        where corpus_id = ? and number in (select unnest(?::bigint[]))
        """,
        [characters, corpus_id, list(numbers)],
    ).fetchall()
    return dict(rows)
