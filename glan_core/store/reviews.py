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
from glan_core.store.filters import condition_of

Verdict = Literal["accepted", "rejected", "edited", "undone"]
Origin = Literal["card", "bulk", "file"]
_COLUMNS = """
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


class EditedText(NamedTuple):
    """The texts of a pair before and after an edit; an answer is None where there is none."""

    review_id: str
    instruction_id: str
    answer_id: str | None
    instruction_before: str
    instruction_after: str
    answer_before: str | None
    answer_after: str | None


class PairText(NamedTuple):
    """What a pair says now, with its newest answer."""

    instruction_id: str
    answer_id: str | None
    instruction: str
    answer: str | None


class StandingVerdict(NamedTuple):
    """What counts of what one reviewer said about one pair."""

    instruction_id: str
    reviewer: str
    verdict: Verdict
    review_id: str


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


def next_number(cursor: Cursor) -> int:
    """Give the place that the next review has in the log."""
    row = first_row(cursor.execute("select coalesce(max(number), 0) + 1 from review"))
    return int(row[0]) if row else 1


def insert_reviews(cursor: Cursor, reviews: Sequence[Review], edits: Sequence[EditedText] = ()) -> None:
    """Add reviews and what edits among them changed; status and texts follow by `settle`."""
    insert_batch(cursor, "review", [{**review._asdict(), "reasons": list(review.reasons)} for review in reviews])
    insert_batch(cursor, "edited_text", [edit._asdict() for edit in edits])


def find_pair_text(cursor: Cursor, instruction_id: str) -> PairText | None:
    """Give what a pair says, with its newest answer; None if there is no such instruction."""
    asked = first_row(cursor.execute("select text from instruction where instruction_id = ?", [instruction_id]))
    if asked is None:
        return None
    said = first_row(
        cursor.execute(
            """
            select answer_id, text
            from answer
            where instruction_id = ? and run_id not in (select run_id from removed_run)
            order by rowid desc
            limit 1
            """,
            [instruction_id],
        )
    )
    answer_id, answer = said if said else (None, None)
    return PairText(instruction_id, answer_id, asked[0], answer)


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
        _write_texts(cursor, edit)


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
    for edit in _texts_to_be(cursor, since):
        _write_texts(cursor, edit)


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
            insert into review ({_COLUMNS})
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
            insert into review ({_COLUMNS})
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


def list_edits_of(cursor: Cursor, instruction_id: str) -> tuple[EditedText, ...]:
    """Give the edits of a pair that stand, oldest first."""
    rows = cursor.execute(
        """
        select edit.*
        from edited_text as edit
        join standing_review as review on review.review_id = edit.review_id
        where edit.instruction_id = ? and review.instruction_id = ?
        order by review.number
        """,
        [instruction_id, instruction_id],
    ).fetchall()
    return tuple(map(EditedText._make, rows))


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


def list_reviewer_names(cursor: Cursor) -> tuple[str, ...]:
    """List who has reviewed or voted, by name."""
    rows = cursor.execute("select reviewer from review union select reviewer from vote order by reviewer").fetchall()
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
    rows = cursor.execute(f"select {_COLUMNS} {query}", parameters).fetchall()
    return tuple(Review._make((*row[:5], tuple(row[5]), *row[6:])) for row in rows)


def _texts_to_be(cursor: Cursor, since: int) -> tuple[EditedText, ...]:
    """Give what the texts should be, as `..._after`, of what these reviews are about and that was ever edited."""
    rows = cursor.execute(
        """
        with told as (
            select
                edit.*,
                review.number,
                review.review_id in (select review_id from standing_review) as is_standing
            from edited_text as edit
            join review on review.review_id = edit.review_id
            where edit.instruction_id in (select instruction_id from review where number >= $since)
        )
        select
            arg_max(review_id, number),
            instruction_id,
            arg_max(answer_id, number),
            arg_min(instruction_before, number),
            coalesce(arg_max(instruction_after, number) filter (is_standing), arg_min(instruction_before, number)),
            arg_min(answer_before, number),
            coalesce(arg_max(answer_after, number) filter (is_standing), arg_min(answer_before, number))
        from told
        group by instruction_id
        """,
        {"since": since},
    ).fetchall()
    return tuple(map(EditedText._make, rows))


def _write_texts(cursor: Cursor, edit: EditedText) -> None:
    """Write the texts where they are others, and let encoders read anew what has changed."""
    contents: set[str] = set()
    for table, row_id, text in (
        ("instruction", edit.instruction_id, edit.instruction_after),
        ("answer", edit.answer_id, edit.answer_after),
    ):
        changed = first_row(
            cursor.execute(
                f"update {table} set text = ? where {table}_id = ? and text <> ?",  # noqa: S608 - one of two names
                [text, row_id, text],
            )
        )
        contents |= {table, "both"} if changed and changed[0] else set()
    if contents:
        cursor.execute(
            """
            delete from embedded_instruction
            where instruction_id = ? and content in (select unnest(?::varchar[]))
            """,
            [edit.instruction_id, sorted(contents)],
        )
