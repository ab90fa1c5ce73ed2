"""What did reviewers change in the texts of pairs, and what does a pair say now?

The text as it was is kept with each edit; the newest edit that stands gives a pair its texts. Call what writes with
`Database.writing` held and within a transaction.
"""

from collections.abc import Sequence
from typing import NamedTuple

from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor, first_row


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


def insert_edited_texts(cursor: Cursor, edits: Sequence[EditedText]) -> None:
    """Add what edits changed; the texts themselves follow by `write_texts`."""
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


def list_texts_to_be(cursor: Cursor, since: int) -> tuple[EditedText, ...]:
    """Give what the texts should be, as `..._after`, of what these reviews are about and that was ever edited.

    A pair whose answers were edited in turn is there once for each of them.
    """
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
        ),
        asked as (
            select
                instruction_id,
                arg_min(instruction_before, number) as original,
                coalesce(arg_max(instruction_after, number) filter (is_standing), original) as text
            from told
            group by instruction_id
        ),
        said as (
            select
                instruction_id,
                answer_id,
                arg_max(review_id, number) as review_id,
                arg_min(answer_before, number) as original,
                coalesce(arg_max(answer_after, number) filter (is_standing), original) as text
            from told
            group by instruction_id, answer_id
        )
        select said.review_id, instruction_id, said.answer_id, asked.original, asked.text, said.original, said.text
        from said
        join asked using (instruction_id)
        order by said.review_id
        """,
        {"since": since},
    ).fetchall()
    return tuple(map(EditedText._make, rows))


def write_texts(cursor: Cursor, edit: EditedText) -> None:
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
