"""Which pairs are alike, and which of each group is kept?"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import pandas as pd
import pyarrow as pa

from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, first_row
from glan_core.store.kept_instructions import KEPT_INSTRUCTIONS

DuplicateKind = Literal["exact", "text", "meaning"]


class DuplicateGroup(NamedTuple):
    """Pairs that are alike."""

    instruction_ids: tuple[str, ...]
    """Two at least."""
    kept_id: str
    """The one that is not flagged."""
    similarity: float
    """Of the two least alike that link the group, 0 to 1."""


class DuplicateCount(NamedTuple):
    """What was found of a kind; pairs of removed runs and nodes do not count."""

    groups: int
    pairs: int


def replace_groups(
    cursor: Cursor, quality_check_id: str, kind: DuplicateKind, content: str, groups: Sequence[DuplicateGroup]
) -> None:
    """Put groups, the largest first, in the place of those of their kind. Call it with `Database.writing` held.

    The others of a group with a pair that was flagged as one of this kind before are flagged on.
    """
    cursor.execute(
        """
        create or replace temporary table flagged_before as
        select instruction_id from duplicate where kind = ? and is_flagged and not is_kept
        """,
        [kind],
    )
    cursor.execute("delete from duplicate where kind = ?", [kind])
    members = [(number, key, group) for number, group in enumerate(groups, start=1) for key in group.instruction_ids]
    batch = pa.table(
        {
            "group_number": pa.array([number for number, _, _ in members], pa.int64()),
            "instruction_id": pa.array([key for _, key, _ in members], pa.string()),
            "is_kept": pa.array([key == group.kept_id for _, key, group in members], pa.bool_()),
            "similarity": pa.array([group.similarity for _, _, group in members], pa.float64()),
        }
    )
    with with_batch(cursor, batch):
        cursor.execute(
            """
            insert into duplicate
                (quality_check_id, kind, content, group_number, instruction_id, is_kept, is_flagged, similarity)
            select
                ?, ?, ?, group_number, instruction_id, is_kept,
                bool_or(instruction_id in (from flagged_before)) over (partition by group_number),
                similarity
            from batch
            """,
            [quality_check_id, kind, content],
        )


def keep_of_all_groups(cursor: Cursor, instruction_id: str) -> None:
    """Let a pair be the one that is kept in each group it is in, now and after later checks.

    Choices of before among those groups end. Call it with `Database.writing` held.
    """
    groups = "select kind, group_number from duplicate where instruction_id = $instruction_id"
    named = {"instruction_id": instruction_id}
    cursor.execute(
        f"""
        delete from kept_duplicate
        where instruction_id in (select instruction_id from duplicate where (kind, group_number) in ({groups}))
        """,  # noqa: S608 - a text of ours
        named,
    )
    cursor.execute("insert into kept_duplicate (instruction_id) values ($instruction_id)", named)
    cursor.execute(
        f"""
        update duplicate
        set is_kept = (instruction_id = $instruction_id)
        where (kind, group_number) in ({groups})
        """,  # noqa: S608 - a text of ours
        named,
    )


def mark_groups(
    cursor: Cursor, kinds: Sequence[DuplicateKind], *, is_flagged: bool, group_number: int | None = None
) -> None:
    """Remember of groups whether their others are to be flagged. Call it with `Database.writing` held."""
    cursor.execute(
        """
        update duplicate
        set is_flagged = $is_flagged
        where kind in (select unnest($kinds::varchar[])) and ($number::bigint is null or group_number = $number)
        """,
        {"is_flagged": is_flagged, "kinds": list(kinds), "number": group_number},
    )


def count_groups(cursor: Cursor, kind: DuplicateKind) -> DuplicateCount:
    """Count the groups of a kind of which two pairs at least are there."""
    row = first_row(
        cursor.execute(
            f"""
            with there as (
                select count(*) as pairs
                from duplicate
                where kind = ? and instruction_id in ({KEPT_INSTRUCTIONS})
                group by group_number
            )
            select count(*), coalesce(sum(pairs), 0)::bigint
            from there
            where pairs > 1
            """,  # noqa: S608 - a text of ours
            [kind],
        )
    )
    assert row is not None  # an aggregate always gives a row
    return DuplicateCount(*row)


def list_groups(cursor: Cursor, kind: DuplicateKind, *, first: int, limit: int) -> pd.DataFrame:
    """List groups, the largest first, `limit` of them from the `first` (0) on.

    Columns: group_number, content, instruction_id, is_kept, similarity, instruction, answer, discipline, subject,
    flags (a list); the kept one of a group comes first.
    """
    return cursor.execute(
        f"""
        with there as (
            select *
            from duplicate
            where kind = $kind and instruction_id in ({KEPT_INSTRUCTIONS})
            qualify count(*) over (partition by group_number) > 1
        ),
        listed as (
            select distinct group_number from there order by group_number limit $limit offset $first
        )
        select
            there.group_number,
            there.content,
            there.instruction_id,
            there.is_kept,
            there.similarity,
            pair.instruction,
            pair.answer,
            pair.discipline,
            pair.subject,
            (
                select coalesce(list(kind order by kind), [])
                from quality_flag as flag
                where flag.instruction_id = there.instruction_id
            ) as flags
        from there
        join (
            select * from pair where instruction_id in (
                select instruction_id from there where group_number in (select group_number from listed)
            )
            qualify row_number() over (partition by instruction_id order by answer_id) = 1
        ) as pair on pair.instruction_id = there.instruction_id
        where there.group_number in (select group_number from listed)
        order by there.group_number, there.is_kept desc, there.instruction_id
        """,  # noqa: S608 - a text of ours
        {"kind": kind, "first": first, "limit": limit},
    ).df()


class KeptInstead(NamedTuple):
    """Why a pair of a group is not kept."""

    kind: DuplicateKind
    kept_id: str
    similarity: float


def list_others(
    cursor: Cursor,
    kinds: Iterable[DuplicateKind],
    *,
    group_number: int | None = None,
    is_flagged: bool | None = None,
) -> dict[str, KeptInstead]:
    """Give the pairs that are not kept by their id, each with the one that is kept for it.

    With `is_flagged`, those of groups whose others are, or are not, to be flagged.
    """
    rows = cursor.execute(
        """
        select other.instruction_id, other.kind, kept.instruction_id, other.similarity
        from duplicate as other
        join duplicate as kept
            on kept.kind = other.kind and kept.group_number = other.group_number and kept.is_kept
        where not other.is_kept
            and other.kind in (select unnest($kinds::varchar[]))
            and ($number::bigint is null or other.group_number = $number)
            and ($is_flagged::boolean is null or other.is_flagged = $is_flagged)
        order by other.instruction_id, other.kind
        """,
        {"kinds": list(kinds), "number": group_number, "is_flagged": is_flagged},
    ).fetchall()
    return {instruction_id: KeptInstead(*why) for instruction_id, *why in rows}
