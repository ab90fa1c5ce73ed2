"""What did checks and reviewers say of the pairs that an export takes, and of those that it leaves out?"""

from typing import NamedTuple

from glan_core.entities import Filter
from glan_core.store.database import Cursor, first_row
from glan_core.store.filters import condition_of


class CuratedPairs(NamedTuple):
    """Pairs by what was said of them; reviews that were taken back do not count, and the newest one does."""

    demo: int
    """Shipped ones among those that are taken."""
    accepted: int
    """One by one, of those that are taken, as are the next four."""
    edited: int
    accepted_in_bulk: int
    """By a decision about many at once: nobody has looked at each."""
    rejected: int
    unreviewed: int
    rejected_left_out: int
    flags: dict[str, int]
    """Of those that are taken by the kind of their flags; one with several counts for each."""
    flags_left_out: dict[str, int]
    """Of answered pairs of the filter that are not taken."""


def read_curated_pairs(cursor: Cursor, filter_: Filter) -> CuratedPairs:
    """Count what `arrange` has taken, and what a filter holds beside it."""
    condition = condition_of(filter_)
    # First and by itself: where all questions are taken, nobody has to look for the answers of others.
    cursor.execute(
        """
        create or replace temp table export_other as
        select instruction_id
        from instruction
        where rowid not in (select question_row from export_row)
        """
    )
    cursor.execute(
        f"""
        create or replace temp table export_left_out as
        select distinct pair.instruction_id, pair.status
        from pair
        where {condition.where}
            and pair.answer_id is not null
            and pair.instruction_id in (select instruction_id from export_other)
        """,  # noqa: S608 - a condition built from parameters only
        condition.parameters,
    )
    rejected = first_row(cursor.execute("select count(*) from export_left_out where status = 'rejected'"))
    counted = first_row(
        cursor.execute(
            """
            with said as (
                select instruction_id, arg_max(verdict, number) as verdict, arg_max(origin, number) as origin
                from standing_review
                group by instruction_id
            )
            select
                count(*) filter (run.is_demo),
                count(*) filter (verdict = 'accepted' and origin <> 'bulk'),
                count(*) filter (verdict = 'edited'),
                count(*) filter (verdict = 'accepted' and origin = 'bulk'),
                count(*) filter (verdict = 'rejected'),
                count(*) filter (verdict is null)
            from export_row as row
            join instruction on instruction.rowid = row.question_row
            left join run on run.run_id = instruction.run_id
            left join said on said.instruction_id = row.instruction_id
            """
        )
    )
    assert counted is not None  # counts are always there
    assert rejected is not None
    flags, flags_left_out = (_flags(cursor, table) for table in ("export_row", "export_left_out"))
    cursor.execute("drop table temp.export_left_out")
    cursor.execute("drop table temp.export_other")
    return CuratedPairs._make([*counted, rejected[0], flags, flags_left_out])


def _flags(cursor: Cursor, table: str) -> dict[str, int]:
    rows = cursor.execute(
        f"""
        select kind, count(*) as pairs
        from quality_flag
        where instruction_id in (select instruction_id from {table})
        group by kind
        order by pairs desc, kind
        """  # noqa: S608 - one of two tables
    ).fetchall()
    return dict(rows)
