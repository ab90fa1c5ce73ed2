"""Which reviews were made at once, for all pairs of a filter or by a file, and how are they taken back?

Call what writes with `Database.writing` held and within a transaction.
"""

from datetime import datetime
from typing import NamedTuple

from glan_core.entities import Filter
from glan_core.store.database import Cursor, first_row
from glan_core.store.filters import condition_of
from glan_core.store.reviews import REVIEW_COLUMNS, Origin, Review, Verdict


class Batch(NamedTuple):
    """One bulk decision, or one file."""

    batch_id: str
    reviewer: str
    verdict: Verdict
    """Of most of its rows."""
    origin: Origin
    reasons: tuple[str, ...]
    reviewed_at: datetime
    reviews: int
    standing: int
    """Those of them that were not taken back."""


def insert_reviews_of(cursor: Cursor, filter_: Filter, review: Review, *, is_open_only: bool) -> int:
    """Add a review like this one for all pairs of a filter whose status would change, and change it; gives how many.

    `is_open_only` leaves out what has a status from earlier reviews. The ids and numbers of the rows are their own.
    """
    condition = condition_of(filter_)
    statuses = (
        ["generated"] if is_open_only else [s for s in ("generated", "accepted", "rejected") if s != review.verdict]
    )
    row = first_row(
        cursor.execute(
            f"""
            insert into review ({REVIEW_COLUMNS})
            select
                left(md5(concat(?, instruction_id)), 16),
                ? + row_number() over (order by instruction_id) - 1,
                instruction_id, ?, ?, ?, ?, ?, ?, null, ?::timestamptz
            from (
                select distinct pair.instruction_id
                from pair
                where {condition.where} and pair.status in (select unnest(?::varchar[]))
            )
            """,  # noqa: S608 - the condition is built from parameters only
            [
                review.review_id,
                review.number,
                review.reviewer,
                review.verdict,
                list(review.reasons),
                review.comment,
                review.origin,
                review.batch_id,
                review.reviewed_at,
                *condition.parameters,
                statuses,
            ],
        )
    )
    cursor.execute(
        """
        update instruction
        set status = ?
        where instruction_id in (select instruction_id from review where batch_id = ?)
        """,
        [review.verdict, review.batch_id],
    )
    return int(row[0]) if row else 0


def undo_batch(cursor: Cursor, batch_id: str, undoing: Review) -> int:
    """Take back what stands of a batch, with rows like `undoing`; gives how many. `settle` does the rest."""
    row = first_row(
        cursor.execute(
            f"""
            insert into review ({REVIEW_COLUMNS})
            select
                left(md5(concat(?, review_id)), 16),
                ? + row_number() over (order by number) - 1,
                instruction_id, ?, 'undone', [], '', origin, null, review_id, ?::timestamptz
            from standing_review
            where batch_id = ?
            """,  # noqa: S608 - column names of ours
            [undoing.review_id, undoing.number, undoing.reviewer, undoing.reviewed_at, batch_id],
        )
    )
    return int(row[0]) if row else 0


def list_batches(cursor: Cursor, *, limit: int) -> tuple[Batch, ...]:
    """List bulk decisions and files, the newest first."""
    rows = cursor.execute(
        """
        select
            batch_id, any_value(reviewer), mode(verdict), any_value(origin), arg_min(reasons, number),
            max(reviewed_at), count(*),
            count(*) filter (not exists (from review as undone where undone.of_review_id = review.review_id))
        from review
        where batch_id is not null
        group by batch_id
        order by max(number) desc
        limit ?
        """,
        [limit],
    ).fetchall()
    return tuple(Batch._make((*row[:4], tuple(row[4]), *row[5:])) for row in rows)
