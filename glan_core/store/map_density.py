"""How many points lie where on the map, and of which group are most of them?

A window is divided into side x side cells. Columns count from its left edge, rows from its bottom, both from 0; only
cells with points are given.
"""

from typing import NamedTuple

import pandas as pd

from glan_core.entities import Filter, Window
from glan_core.store.conditions import Condition
from glan_core.store.database import Cursor
from glan_core.store.map_conditions import map_condition
from glan_core.store.map_groups import grouping_of, joined, legend
from glan_core.store.map_table import MapTable

SIDE = 256
_GROUPS = 1 << 20
"""More than there are groups: a count and a number of a group are compared as one whole number."""


class Density(NamedTuple):
    """How many points lie in each cell."""

    cells: pd.DataFrame
    """column, row, pairs; by row and column."""
    window: Window
    total: int
    """Points within the window."""


class MostCommon(NamedTuple):
    """The group that most points of a cell have."""

    cells: pd.DataFrame
    """column, row, pairs (all of the cell), group (key of the most common one), share (of it, 0 to 1)."""
    legend: pd.DataFrame
    """key, name, field_id ("" unless it is a branch), pairs (within the window); most first."""
    window: Window
    total: int


def density(
    cursor: Cursor,
    map_: MapTable,
    filter_: Filter = Filter(),  # noqa: B008 - frozen
    *,
    window: Window | None = None,
    side: int = SIDE,
) -> Density:
    """Count the points of a filter in the cells of a window; without one, of the whole map."""
    window = window or map_.window
    condition = map_condition(cursor, map_, filter_, window)
    cell = cell_of(window, side)
    cells = cursor.execute(
        f"""
        select cell % {side} as "column", cell // {side} as "row", pairs
        from (
            select {cell.where} as cell, count(*)::integer as pairs
            from {map_.table} as point
            where {condition.where}
            group by cell
        )
        order by cell
        """,  # noqa: S608 - names of ours, and a condition built from parameters only
        [*cell.parameters, *condition.parameters],
    ).df()
    return Density(cells, window, int(cells["pairs"].sum()))


def most_common(
    cursor: Cursor,
    map_: MapTable,
    filter_: Filter = Filter(),  # noqa: B008 - frozen
    *,
    by: str,
    window: Window | None = None,
    side: int = SIDE,
) -> MostCommon:
    """Say for each cell which group most of its points have, by one of GROUPINGS; of equal ones the first by key."""
    window = window or map_.window
    condition = map_condition(cursor, map_, filter_, window)
    grouping = grouping_of(map_, by)
    number = joined(grouping)
    cell = cell_of(window, side)
    rows = cursor.execute(
        f"""
        with counted as materialized (
            select {cell.where} as cell, {number.number} as number, count(*) as pairs
            from {map_.table} as point
            {number.join}
            where {condition.where}
            group by cell, number
        )
        select
            cell,
            sum(pairs)::integer as pairs,
            max(pairs * {_GROUPS} + ({_GROUPS} - 1 - number)) as most,
            null as number
        from counted
        group by cell
        union all
        select null, sum(pairs)::integer, null, number
        from counted
        group by number
        order by cell, number
        """,  # noqa: S608 - names of ours, and a condition built from parameters only
        [*cell.parameters, *number.parameters, *condition.parameters],
    ).df()
    of_groups = rows[rows["cell"].isna()]
    pairs_of = {int(group): int(pairs) for group, pairs in zip(of_groups["number"], of_groups["pairs"], strict=True)}
    cells = rows[rows["cell"].notna()]
    places, most = cells["cell"].to_numpy("int64"), cells["most"].to_numpy("int64")
    pairs = cells["pairs"].to_numpy("int32")
    keys = grouping.groups["key"].reindex(_GROUPS - 1 - most % _GROUPS)
    described = pd.DataFrame(
        {
            "column": places % side,
            "row": places // side,
            "pairs": pairs,
            "group": keys.to_numpy(),
            "share": (most // _GROUPS / pairs).astype("float32"),
        }
    )
    return MostCommon(described, legend(grouping, pairs_of), window, int(pairs.sum()))


def cell_of(window: Window, side: int) -> Condition:
    """Give the SQL expression of a point's cell, row * side + column, for points within the window."""
    width, height = (window.right - window.left) or 1.0, (window.top - window.bottom) or 1.0
    row = f"least(floor((point.y - ?::double) * ?::double)::integer, {side - 1})"
    column = f"least(floor((point.x - ?::double) * ?::double)::integer, {side - 1})"
    return Condition(
        f"greatest({row}, 0) * {side} + greatest({column}, 0)",
        [window.bottom, side / height, window.left, side / width],
    )
