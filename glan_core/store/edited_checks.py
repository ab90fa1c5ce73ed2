"""What does a check have to know of pairs whose texts were edited?"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from glan_core.store.database import Cursor, first_row


class ChangedTexts(NamedTuple):
    """A pair as it is now, with what rules need to know."""

    instruction_id: str
    instruction: str
    answer: str | None
    instruction_finish_reason: str
    """How the reply ended that it is word for word; empty for a text that a person wrote."""
    answer_finish_reason: str
    language: str


def forget_flags(cursor: Cursor, kinds: Sequence[str], instruction_ids: Sequence[str]) -> None:
    """Drop flags of these kinds, and that people lifted some. Call it with `Database.writing` held."""
    for table in ("quality_flag", "lifted_flag"):
        cursor.execute(
            f"""
            delete from {table}
            where kind in (select unnest(?::varchar[])) and instruction_id in (select unnest(?::varchar[]))
            """,  # noqa: S608 - one of two names
            [list(kinds), list(instruction_ids)],
        )


def read_changed_texts(cursor: Cursor, instruction_ids: Sequence[str]) -> tuple[ChangedTexts, ...]:
    """Give pairs as they are now, with the newest answer of each."""
    rows = cursor.execute(
        """
        with newest as (
            select instruction_id, arg_max(answer_id, rowid) as answer_id
            from answer
            where instruction_id in (select unnest($ids::varchar[]))
                and run_id not in (select run_id from removed_run)
            group by instruction_id
        ),
        first_edit as (
            select
                edit.instruction_id,
                arg_min(edit.instruction_before, review.number) as instruction,
                arg_min(edit.answer_before, review.number) as answer
            from edited_text as edit
            join review on review.review_id = edit.review_id
            where edit.instruction_id in (select unnest($ids::varchar[]))
            group by edit.instruction_id
        )
        select
            asked.instruction_id,
            asked.text,
            said.text,
            case when asked.text is distinct from coalesce(first_edit.instruction, asked.text) then ''
                else coalesce(asking.finish_reason, '') end,
            case when said.text is distinct from coalesce(first_edit.answer, said.text) then ''
                else coalesce(answering.finish_reason, '') end,
            coalesce(run.settings ->> 'language', 'en')
        from instruction as asked
        left join newest on newest.instruction_id = asked.instruction_id
        left join answer as said on said.answer_id = newest.answer_id
        left join first_edit on first_edit.instruction_id = asked.instruction_id
        left join model_call as asking on asking.model_call_id = asked.model_call_id
        left join model_call as answering on answering.model_call_id = said.model_call_id
        left join run on run.run_id = asked.run_id
        where asked.instruction_id in (select unnest($ids::varchar[]))
        """,
        {"ids": list(instruction_ids)},
    ).fetchall()
    return tuple(map(ChangedTexts._make, rows))


def count_edited_since(cursor: Cursor, at: datetime) -> int:
    """Count the pairs whose texts were edited, or brought back, at this time or later."""
    row = first_row(
        cursor.execute(
            """
            select count(distinct edit.instruction_id)
            from edited_text as edit
            join review on review.review_id = edit.review_id
            where review.reviewed_at >= $at
                or review.review_id in (select of_review_id from review where verdict = 'undone' and reviewed_at >= $at)
            """,
            {"at": at},
        )
    )
    return int(row[0]) if row else 0
