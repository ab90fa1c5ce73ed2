"""Which rejected pairs does a filter hold, what was said of them, and what was written in their place?"""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

from glan_core.entities import Filter
from glan_core.regenerations import Regeneration
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor, first_row
from glan_core.store.filters import condition_of


class Rejected(NamedTuple):
    """A rejected pair without its texts."""

    instruction_id: str
    has_answer: bool
    reasons: tuple[str, ...]
    """Of all rejections that stand and are newer than the last edit that does, in alphabetical order."""
    comments: tuple[str, ...]
    """Oldest first."""
    characters: int
    """Of question and answer together."""


def insert_regenerations(cursor: Cursor, regenerations: Sequence[Regeneration]) -> None:
    """Add which pairs new instructions were written for; those that are there already stay as they are."""
    rows = {each.instruction_id: dataclasses.asdict(each) for each in regenerations}
    insert_batch(cursor, "regeneration", list(rows.values()))


def list_rejected(cursor: Cursor, filter_: Filter, *, n: int | None, seed: int) -> tuple[Rejected, ...]:
    """Draw up to n of the rejected pairs of a filter (None: all) by a hash of id and seed."""
    condition = condition_of(_rejected(filter_))
    rows = cursor.execute(
        f"""
        with rejected as materialized (
            select pair.instruction_id, any_value(pair.instruction) as instruction
            from pair
            where {condition.where}
            group by pair.instruction_id
            order by md5(pair.instruction_id || ?), pair.instruction_id
            limit ?
        ),
        answered as (
            select instruction_id, arg_max(text, answer.rowid) as text
            from answer
            where instruction_id in (select instruction_id from rejected)
                and run_id not in (select run_id from removed_run)
            group by instruction_id
        ),
        standing as (
            select *
            from standing_review
            where instruction_id in (select instruction_id from rejected)
        ),
        said as (
            select
                standing.instruction_id,
                list_sort(list_distinct(flatten(list(reasons)))) as reasons,
                list(comment order by number) filter (comment <> '') as comments
            from standing
            left join (
                select instruction_id, max(number) as last
                from standing
                where verdict = 'edited'
                group by instruction_id
            ) as edited on edited.instruction_id = standing.instruction_id
            where verdict = 'rejected' and number > coalesce(edited.last, 0)
            group by standing.instruction_id
        )
        select
            rejected.instruction_id,
            answered.text is not null,
            coalesce(said.reasons, []),
            coalesce(said.comments, []),
            length(rejected.instruction) + length(coalesce(answered.text, ''))
        from rejected
        left join answered on answered.instruction_id = rejected.instruction_id
        left join said on said.instruction_id = rejected.instruction_id
        order by md5(rejected.instruction_id || ?), rejected.instruction_id
        """,  # noqa: S608 - the condition is built from parameters only
        [*condition.parameters, f" {seed}", n, f" {seed}"],
    ).fetchall()
    return tuple(Rejected(row[0], row[1], tuple(row[2]), tuple(dict.fromkeys(row[3])), int(row[4])) for row in rows)


def count_rejected(cursor: Cursor, filter_: Filter) -> int:
    """Count the rejected pairs of a filter."""
    condition = condition_of(_rejected(filter_))
    row = first_row(
        cursor.execute(
            f"select count(distinct pair.instruction_id) from pair where {condition.where}",  # noqa: S608 - parameters only
            condition.parameters,
        )
    )
    return int(row[0]) if row else 0


def read_answers_of(cursor: Cursor, instruction_ids: Sequence[str]) -> dict[str, str]:
    """Give, by instruction id, the text of its newest answer; what has none is left out."""
    rows = cursor.execute(
        """
        select instruction_id, arg_max(text, rowid)
        from answer
        where instruction_id in (select unnest(?::varchar[]))
            and run_id not in (select run_id from removed_run)
        group by instruction_id
        """,
        [list(instruction_ids)],
    ).fetchall()
    return dict(rows)


def find_rejected_ids(cursor: Cursor, instruction_ids: Sequence[str]) -> dict[str, str]:
    """Give, by the id of a new instruction, that of the rejected one that it was written for."""
    rows = cursor.execute(
        "select instruction_id, rejected_id from regeneration where instruction_id in (select unnest(?::varchar[]))",
        [list(instruction_ids)],
    ).fetchall()
    return dict(rows)


def list_regenerated_ids(cursor: Cursor, rejected_ids: Sequence[str]) -> tuple[str, ...]:
    """List the instructions that were written for rejected ones and count, in the order in which they came."""
    rows = cursor.execute(
        """
        select regeneration.instruction_id
        from regeneration
        join instruction on instruction.instruction_id = regeneration.instruction_id
        where rejected_id in (select unnest(?::varchar[]))
            and instruction.run_id not in (select run_id from removed_run)
        order by regeneration.rowid
        """,
        [list(rejected_ids)],
    ).fetchall()
    return tuple(instruction_id for (instruction_id,) in rows)


def _rejected(filter_: Filter) -> Filter:
    """Give the filter with nothing but rejected pairs; one that asks for others holds none of them."""
    if filter_.statuses and "rejected" not in filter_.statuses:
        return dataclasses.replace(filter_, statuses=("none",))
    return dataclasses.replace(filter_, statuses=("rejected",))
