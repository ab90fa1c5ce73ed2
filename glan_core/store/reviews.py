"""What did reviewers say about pairs, and what follows from it for status and texts?

Rows are only ever added. A review stands until a row of the verdict `undone` names it; the newest that stands gives
the instruction its status, and the newest edit that stands its texts. Call what writes with `Database.writing` held and
within a transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from glan_core.entities import Filter
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor, first_row
from glan_core.store.edited_texts import EditedText, insert_edited_texts, list_texts_to_be, write_texts
from glan_core.store.filters import condition_of

Verdict = Literal["accepted", "rejected", "edited", "undone"]
Origin = Literal["card", "bulk", "file"]
REVIEW_COLUMNS = """
    review_id, number, instruction_id, reviewer, verdict, reasons, comment, origin, batch_id, of_review_id, reviewed_at
"""
_STATUS = "case verdict when 'rejected' then 'rejected' else 'accepted' end"


class Review(NamedTuple):
    """What a reviewer said about one pair."""

    review_id: str
    number: int
    """Its place in the log, from 1."""
    instruction_id: str
    reviewer: str
    verdict: Verdict
    reasons: tuple[str, ...]
    comment: str
    origin: Origin
    batch_id: str | None
    of_review_id: str | None
    """The review that this one took back."""
    reviewed_at: datetime


class StandingVerdict(NamedTuple):
    """What counts of what one reviewer said about one pair."""

    instruction_id: str
    reviewer: str
    verdict: Verdict
    review_id: str


def next_number(cursor: Cursor) -> int:
    """Give the place that the next review has in the log."""
    row = first_row(cursor.execute("select coalesce(max(number), 0) + 1 from review"))
    return int(row[0]) if row else 1


def insert_reviews(cursor: Cursor, reviews: Sequence[Review], edits: Sequence[EditedText] = ()) -> None:
    """Add reviews and what edits among them changed; status and texts follow by `settle`."""
    insert_batch(cursor, "review", [{**review._asdict(), "reasons": list(review.reasons)} for review in reviews])
    insert_edited_texts(cursor, edits)


def is_there(cursor: Cursor, instruction_id: str) -> bool:
    """Say whether there is an instruction of this id."""
    return bool(cursor.execute("select 1 from instruction where instruction_id = ?", [instruction_id]).fetchall())


def has_pairs(cursor: Cursor) -> bool:
    """Say whether there is anything to review at all."""
    found = cursor.execute(
        "select 1 from instruction where run_id not in (select run_id from removed_run) limit 1"
    ).fetchall()
    return bool(found)


def follow_newest(cursor: Cursor, edits: Sequence[EditedText], *, since: int) -> None:
    """Give instructions the status and the texts of reviews that were added now, the newest of all that stand."""
    cursor.execute(
        f"""
        update instruction
        set status = said.status
        from (
            select instruction_id, arg_max({_STATUS}, number) as status
            from review
            where number >= ?
            group by instruction_id
        ) as said
        where instruction.instruction_id = said.instruction_id
        """,  # noqa: S608 - a text of ours
        [since],
    )
    for edit in edits:
        write_texts(cursor, edit)


def settle(cursor: Cursor, *, since: int) -> None:
    """Give what the undoings from a number on are about the status and the texts that what stands says by now."""
    cursor.execute(
        f"""
        update instruction
        set status = coalesce(said.status, 'generated')
        from (
            with told as materialized (
                select *
                from review
                where instruction_id in (select instruction_id from review where number >= $since)
            )
            select instruction_id, arg_max({_STATUS}, number) filter (is_standing) as status
            from (
                select
                    *,
                    verdict <> 'undone' and not exists (from told as undone where undone.of_review_id = told.review_id)
                        as is_standing
                from told
            )
            group by instruction_id
        ) as said
        where instruction.instruction_id = said.instruction_id
        """,  # noqa: S608 - a text of ours
        {"since": since},
    )
    for edit in list_texts_to_be(cursor, since):
        write_texts(cursor, edit)


def find_review(cursor: Cursor, review_id: str) -> Review | None:
    """Give a review; None if there is none."""
    found = _reviews(cursor, "from review where review_id = ?", [review_id])
    return found[0] if found else None


def is_standing(cursor: Cursor, review_id: str) -> bool:
    """Say whether a review counts: it was not taken back, and is no undoing itself."""
    return bool(cursor.execute("select 1 from standing_review where review_id = ?", [review_id]).fetchall())


def find_newest_standing(cursor: Cursor, reviewer: str) -> Review | None:
    """Give the newest review of a reviewer that was made on a card and not taken back."""
    found = _reviews(
        cursor,
        "from standing_review where reviewer = ? and origin = 'card' order by number desc limit 1",
        [reviewer],
    )
    return found[0] if found else None


def list_reviews(cursor: Cursor, instruction_id: str) -> tuple[Review, ...]:
    """Give all reviews of a pair, oldest first, with those that were taken back and the rows that did so."""
    return _reviews(cursor, "from review where instruction_id = ? order by number", [instruction_id])


def list_standing_reviews_of(cursor: Cursor, instruction_id: str) -> tuple[Review, ...]:
    """Give the reviews of a pair that stand, oldest first."""
    return _reviews(cursor, "from standing_review where instruction_id = ? order by number", [instruction_id])


def list_standing_verdicts(cursor: Cursor, *, reviewer: str | None = None) -> tuple[StandingVerdict, ...]:
    """Give the newest review that stands of each reviewer and pair, or of one reviewer; bulk decisions are left out."""
    rows = cursor.execute(
        """
        select instruction_id, reviewer, arg_max(verdict, number), arg_max(review_id, number)
        from standing_review
        where origin <> 'bulk' and ($reviewer is null or reviewer = $reviewer)
        group by instruction_id, reviewer
        """,
        {"reviewer": reviewer},
    ).fetchall()
    return tuple(map(StandingVerdict._make, rows))


def list_reviewer_names(cursor: Cursor) -> tuple[str, ...]:
    """List who has reviewed or voted, by name."""
    rows = cursor.execute("select reviewer from review union select reviewer from vote order by reviewer").fetchall()
    return tuple(name for (name,) in rows)


def list_newest_reviewers(cursor: Cursor, limit: int) -> tuple[str, ...]:
    """List who has reviewed last, the newest first."""
    rows = cursor.execute(
        "select reviewer from review group by reviewer order by max(number) desc limit ?", [limit]
    ).fetchall()
    return tuple(name for (name,) in rows)


def count_reviewed_by(cursor: Cursor, reviewer: str) -> int:
    """Count the pairs that a reviewer has decided on, bulk decisions left out."""
    row = first_row(
        cursor.execute(
            "select count(distinct instruction_id) from standing_review where reviewer = ? and origin <> 'bulk'",
            [reviewer],
        )
    )
    return int(row[0]) if row else 0


def count_by_status(cursor: Cursor, filter_: Filter) -> dict[str, int]:
    """Count the pairs of a filter by the status that their reviews gave them."""
    condition = condition_of(filter_)
    rows = cursor.execute(
        f"""
        select pair.status, count(distinct pair.instruction_id)
        from pair
        where {condition.where}
        group by pair.status
        """,  # noqa: S608 - the condition is built from parameters only
        condition.parameters,
    ).fetchall()
    return {status: int(number) for status, number in rows}


def _reviews(cursor: Cursor, query: str, parameters: list[object]) -> tuple[Review, ...]:
    rows = cursor.execute(f"select {REVIEW_COLUMNS} {query}", parameters).fetchall()
    return tuple(Review._make((*row[:5], tuple(row[5]), *row[6:])) for row in rows)
