"""Where on the map has one set of pairs more, and where the other?"""

from typing import NamedTuple

import pandas as pd

from glan_core.entities import Filter, Window
from glan_core.store.database import Cursor
from glan_core.store.map_conditions import map_condition
from glan_core.store.map_density import cell_of
from glan_core.store.map_points import count_points
from glan_core.store.map_table import MapTable

SIDE = 48
"""Few enough cells that each holds some points of both sets."""


class Difference(NamedTuple):
    """Two sets of points, cell by cell."""

    cells: pd.DataFrame
    """column, row, first, second (points of each set); difference (the share of all of the first that lies here, less
    that of the second: they add up to 0 over the whole map); balance (the difference over the sum of both shares: -1
    where only the second has points, 1 where only the first has)."""
    window: Window
    first_total: int
    """Points of the whole first filter, wherever they lie: so zooming changes no share."""
    second_total: int


def difference(
    cursor: Cursor,
    map_: MapTable,
    first: Filter,
    second: Filter,
    *,
    window: Window | None = None,
    side: int = SIDE,
) -> Difference:
    """Compare where the points of two filters lie; those that fit both count for both."""
    window = window or map_.window
    conditions = [map_condition(cursor, map_, filter_) for filter_ in (first, second)]
    inside = map_condition(cursor, map_, Filter(), window)
    cell = cell_of(window, side)
    cells = cursor.execute(
        f"""
        select cell % {side} as "column", cell // {side} as "row", "first", "second"
        from (
            select
                {cell.where} as cell,
                (count(*) filter (where {conditions[0].where}))::integer as "first",
                (count(*) filter (where {conditions[1].where}))::integer as "second"
            from {map_.table} as point
            where {inside.where}
            group by cell
        )
        where "first" + "second" > 0
        order by cell
        """,  # noqa: S608 - names of ours, and conditions built from parameters only
        [*cell.parameters, *conditions[0].parameters, *conditions[1].parameters, *inside.parameters],
    ).df()
    return difference_from(cells, window, (count_points(cursor, map_, first), count_points(cursor, map_, second)))


def difference_from(cells: pd.DataFrame, window: Window, totals: tuple[int, int]) -> Difference:
    """Give the difference of two sets from the points of each in every cell (column, row, first, second)."""
    of_first, of_second = (
        cells[name].to_numpy("float64") / max(total, 1) for name, total in zip(("first", "second"), totals, strict=True)
    )
    cells["difference"] = of_first - of_second
    cells["balance"] = (of_first - of_second) / (of_first + of_second)
    return Difference(cells, window, totals[0], totals[1])
