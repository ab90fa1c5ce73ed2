"""Which quality flags do pairs carry, and which did people lift?

A lifted flag is moved out of `quality_flag`, so that nothing counts it, and no check raises it again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, transaction
from glan_core.store.kept_instructions import KEPT_INSTRUCTIONS

_SHOWN_CHARACTERS = 400


class FlagCount(NamedTuple):
    """How many pairs carry a flag of a kind, and of how many it was lifted; removed runs and nodes do not count."""

    kind: str
    flagged: int
    lifted: int


def raise_flags(cursor: Cursor, kind: str, details: Mapping[str, str]) -> None:
    """Flag instructions, with what to say of each by its id; what a person lifted stays lifted.

    Call it with `Database.writing` held.
    """
    batch = pa.table(
        {
            "instruction_id": pa.array(list(details), pa.string()),
            "detail": pa.array(list(details.values()), pa.string()),
        }
    )
    with with_batch(cursor, batch):
        cursor.execute(
            """
            insert into quality_flag (instruction_id, kind, detail)
            select instruction_id, ?, detail
            from batch
            where instruction_id not in (select instruction_id from lifted_flag where kind = ?)
            on conflict do update set detail = excluded.detail
            """,
            [kind, kind],
        )


def list_flagged_ids(cursor: Cursor, kind: str) -> frozenset[str]:
    """Give the instructions that carry a flag."""
    rows = cursor.execute("select instruction_id from quality_flag where kind = ?", [kind]).fetchall()
    return frozenset(instruction_id for (instruction_id,) in rows)


def withdraw_flags(cursor: Cursor, kind: str, instruction_ids: Sequence[str]) -> None:
    """Take back flags that a check raised and no longer stands by; nothing is remembered of them."""
    cursor.execute(
        "delete from quality_flag where kind = ? and instruction_id in (select unnest(?::varchar[]))",
        [kind, list(instruction_ids)],
    )


def lift_flags(cursor: Cursor, kind: str, instruction_ids: Sequence[str], *, by: str, at: datetime) -> None:
    """Let flags count no more, as a person says; `put_back_flags` undoes it."""
    ids = list(instruction_ids)
    with transaction(cursor):
        cursor.execute(
            """
            insert into lifted_flag (instruction_id, kind, detail, lifted_by, lifted_at)
            select instruction_id, kind, detail, ?, ?
            from quality_flag
            where kind = ? and instruction_id in (select unnest(?::varchar[]))
            on conflict do nothing
            """,
            [by, at, kind, ids],
        )
        withdraw_flags(cursor, kind, ids)


def put_back_flags(cursor: Cursor, kind: str, instruction_ids: Sequence[str]) -> None:
    """Let flags that were lifted count again."""
    ids = list(instruction_ids)
    with transaction(cursor):
        cursor.execute(
            """
            insert into quality_flag (instruction_id, kind, detail)
            select instruction_id, kind, detail
            from lifted_flag
            where kind = ? and instruction_id in (select unnest(?::varchar[]))
            on conflict do nothing
            """,
            [kind, ids],
        )
        cursor.execute(
            "delete from lifted_flag where kind = ? and instruction_id in (select unnest(?::varchar[]))", [kind, ids]
        )


def lifted_of(cursor: Cursor, instruction_id: str) -> tuple[str, ...]:
    """List the kinds of flags that people lifted of an instruction."""
    rows = cursor.execute(
        "select kind from lifted_flag where instruction_id = ? order by kind", [instruction_id]
    ).fetchall()
    return tuple(kind for (kind,) in rows)


def count_flags(cursor: Cursor) -> tuple[FlagCount, ...]:
    """Count the pairs with each kind of flag, by kind."""
    rows = cursor.execute(
        f"""
        with listed as (
            select instruction_id, kind, true as is_flag from quality_flag
            union all
            select instruction_id, kind, false as is_flag from lifted_flag
        )
        select kind, count(*) filter (is_flag), count(*) filter (not is_flag)
        from listed
        where instruction_id in ({KEPT_INSTRUCTIONS})
        group by kind
        order by kind
        """  # noqa: S608 - a text of ours
    ).fetchall()
    return tuple(FlagCount(*row) for row in rows)


def list_flagged(
    cursor: Cursor, kind: str, *, is_lifted: bool = False, limit: int, after: str = "", has_ends: bool = False
) -> pd.DataFrame:
    """List pairs with a flag of a kind, or (`is_lifted`) of which it was lifted, by id, from after that id on.

    Columns: instruction_id, detail, lifted_by, instruction and answer (the first 400 characters of each, with
    `has_ends` the last), discipline, subject.
    """
    part = f"[-{_SHOWN_CHARACTERS}:]" if has_ends else f"[:{_SHOWN_CHARACTERS}]"
    table = "lifted_flag" if is_lifted else "quality_flag"
    return cursor.execute(
        f"""
        select
            pair.instruction_id,
            any_value(flag.detail) as detail,
            any_value({"flag.lifted_by" if is_lifted else "''"}) as lifted_by,
            any_value(pair.instruction{part}) as instruction,
            any_value(pair.answer{part}) as answer,
            any_value(pair.discipline) as discipline,
            any_value(pair.subject) as subject
        from pair
        join {table} as flag on flag.instruction_id = pair.instruction_id
        where flag.kind = ? and pair.instruction_id > ?
        group by pair.instruction_id
        order by pair.instruction_id
        limit ?
        """,  # noqa: S608 - names of ours
        [kind, after, limit],
    ).df()


def flagged_among(cursor: Cursor, kinds: Sequence[str], instruction_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Give of some instructions which of these kinds of flags each carries; those that carry none are left out."""
    rows = cursor.execute(
        """
        select instruction_id, list(kind)
        from quality_flag
        where kind in (select unnest(?::varchar[])) and instruction_id in (select unnest(?::varchar[]))
        group by instruction_id
        """,
        [list(kinds), list(instruction_ids)],
    ).fetchall()
    return {instruction_id: frozenset(found) for instruction_id, found in rows}
