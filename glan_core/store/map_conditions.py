"""How does a Filter become SQL for the points that the map has in memory?

What the table of map_table.py knows is asked of it. The rest, such as words or tags, is asked of the large tables once
for each version of the map, and the points that fit are kept in memory for the next zoom.
"""

import dataclasses
import threading
import time
from collections.abc import Iterable, Iterator

from glan_core.entities import ANY_LENGTH, Filter, Window
from glan_core.filter_json import filter_hash
from glan_core.ids import stable_id
from glan_core.store.conditions import Condition, all_of, one_of
from glan_core.store.database import Cursor, first_row
from glan_core.store.filters import condition_of
from glan_core.store.map_memory import STATUSES, STRATEGIES
from glan_core.store.map_table import BRANCHES, MapTable
from glan_core.store.polygons import inside_box, inside_polygon

# The columns of the view `pair` that a condition may ask for which the map's table cannot answer. The joins of the view
# that leave out what is removed are not needed: map_condition does so by itself.
_TEXTS = """
    select
        instruction.instruction_id,
        instruction.text as instruction,
        instruction.model_call_id as instruction_model_call_id,
        answer.answer_id,
        answer.text as answer,
        answer.model_call_id as answer_model_call_id
    from instruction
    left join kept_answer as answer on answer.instruction_id = instruction.instruction_id
"""
_MOST_CHOICES = 12
_LEAST_SECONDS = 10.0  # a table that was asked for so lately may be in the middle of a query: it stays
_CHOOSING = threading.Lock()
_used: dict[str, float] = {}
"""When each choice was asked for last, on the clock of time.monotonic."""
_making: dict[str, threading.Lock] = {}
"""Held while a choice is made, so that others need not wait for a slow one."""


def map_condition(cursor: Cursor, map_: MapTable, filter_: Filter, window: Window | None = None) -> Condition:
    """Give the condition on the rows of the map's table: of a filter, within a window, and that they count."""
    known, rest = _divided(map_, filter_)
    conditions = [*_of_kept(map_), *_of_filter(map_, known)]
    if window is not None:
        conditions.append(inside_box(window))
    if rest != Filter():
        conditions.append(Condition(f"point.rowid in (select point from {_choice(cursor, map_, rest)})", []))  # noqa: S608 - a name of ours
    return all_of(*conditions)


def _divided(map_: MapTable, filter_: Filter) -> tuple[Filter, Filter]:
    """Divide a filter into what the map's table knows and what it does not."""
    rest = dataclasses.replace(
        filter_,
        taxonomy_node_ids=(),
        levels=(),
        run_ids=(),
        is_demo=None,
        strategies=(),
        statuses=(),
        instruction_ids=(),
    )
    if filter_.projection_id == map_.projection_id or (len(filter_.polygon) < 3 and filter_.box is None):
        rest = dataclasses.replace(rest, polygon=(), box=None, projection_id="")
        outline = (filter_.polygon, filter_.box)
    else:
        outline = ((), None)
    known = dataclasses.replace(
        filter_,
        has_answer=None,
        is_flagged=None,
        flag_kinds=(),
        without_flag_kinds=(),
        tags=(),
        text="",
        models=(),
        instruction_characters=ANY_LENGTH,
        answer_characters=ANY_LENGTH,
        polygon=outline[0],
        box=outline[1],
    )
    return known, rest


def _of_kept(map_: MapTable) -> Iterator[Condition]:
    for column, rows in (("syllabus", map_.syllabi), ("run", map_.runs)):
        hidden = rows.index[~rows["is_kept"]].tolist()
        if hidden:
            yield Condition(f"{column} not in (select unnest(?::integer[]))", [hidden])


def _of_filter(map_: MapTable, filter_: Filter) -> Iterator[Condition]:
    syllabi, runs = map_.syllabi, map_.runs
    if filter_.taxonomy_node_ids:
        is_below = syllabi[[f"{branch}_id" for branch in BRANCHES]].isin(filter_.taxonomy_node_ids).any(axis=1)
        yield _coded("syllabus", syllabi.index[is_below].tolist())
    if filter_.levels:
        yield _coded("syllabus", syllabi.index[syllabi["level"].isin(filter_.levels)].tolist())
    if filter_.run_ids:
        yield _coded("run", runs.index[runs["run_id"].isin(filter_.run_ids)].tolist())
    if filter_.is_demo is not None:
        yield _coded("run", runs.index[runs["is_demo"] == filter_.is_demo].tolist())
    if filter_.strategies:
        yield _coded("strategy", _places(STRATEGIES, filter_.strategies))
    if filter_.statuses:
        yield _coded("status", _places(STATUSES, filter_.statuses))
    if filter_.instruction_ids:
        yield one_of("instruction_id", filter_.instruction_ids)
    if len(filter_.polygon) >= 3:
        yield inside_polygon(filter_.polygon)
    if filter_.box is not None:
        yield inside_box(filter_.box)


def _coded(column: str, codes: list[int]) -> Condition:
    return Condition(f"{column} in (select unnest(?::integer[]))", [codes])


def _places(known: tuple[str, ...], values: Iterable[str]) -> list[int]:
    return [known.index(value) for value in values if value in known]


def _choice(cursor: Cursor, map_: MapTable, filter_: Filter) -> str:
    """Give the name of a table with the points (their rowid) that fit a filter, made if it is not there."""
    name = f"choice_{stable_id('choice', filter_hash(filter_), map_.version)}"
    with _CHOOSING:
        _used[name] = time.monotonic()
        making = _making.setdefault(name, threading.Lock())
    with making:
        names = [
            found
            for (found,) in cursor.execute(
                """
                select table_name
                from duckdb_tables()
                where database_name = 'glan_map' and table_name like 'choice_%'
                """
            ).fetchall()
        ]
        if name not in names:
            _drop_oldest(cursor, names)
            condition = condition_of(filter_)
            first_row(
                cursor.execute(
                    f"""
                create table glan_map.{name} as
                select point.rowid as point
                from {map_.table} as point
                where point.instruction_id in (
                    select pair.instruction_id
                    from ({_TEXTS}) as pair
                    where {condition.where}
                )
                """,  # noqa: S608 - names of ours, and a condition built from parameters only
                    condition.parameters,
                )
            )
    return f"glan_map.{name}"


def _drop_oldest(cursor: Cursor, names: list[str]) -> None:
    """Drop the choices that were not asked for longest, as far as there are too many."""
    with _CHOOSING:
        now = time.monotonic()
        old = [name for name in names if now - _used.get(name, 0.0) > _LEAST_SECONDS]
        old.sort(key=lambda name: _used.get(name, 0.0))
        for name in old[: max(0, len(names) - _MOST_CHOICES + 1)]:
            cursor.execute(f"drop table if exists glan_map.{name}")
            _used.pop(name, None)
            _making.pop(name, None)
