"""How are the rows of a large export read, each table once and in whatever order it has them?

To find some thousands of rows at a time takes a pass over all texts for each; this takes one. No text is carried
through a join or a sort: what is joined to the tables are positions alone.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from glan_core.store.database import Cursor

_ROWS_AT_ONCE = 20_000


class Makers(NamedTuple):
    """Which row of `export_maker` made each row of an export, by position; 0 where no call is known. int32."""

    asked: np.ndarray
    answered: np.ndarray


def read_questions(cursor: Cursor, split: str, *, has_flags: bool) -> Iterator[pa.RecordBatch]:
    """Give what rows of a set have from their questions, with their positions."""
    flags = """
        left join (
            select instruction_id, string_agg(kind, ', ' order by kind) as flags
            from quality_flag
            group by instruction_id
        ) as flagged on flagged.instruction_id = instruction.instruction_id
    """
    return _stream(
        cursor,
        f"""
        select
            row.position,
            instruction.instruction_id,
            instruction.strategy,
            instruction.status,
            instruction.run_id,
            instruction.key_concept_ids,
            {"coalesce(flagged.flags, '')" if has_flags else "''"} as flags,
            instruction.text as instruction
        from instruction
        join (select position, question_row from export_row where split = ?) as row
            on row.question_row = instruction.rowid
        {flags if has_flags else ""}
        """,  # noqa: S608 - texts of ours
        split,
    )


def read_answers(cursor: Cursor, split: str) -> Iterator[pa.RecordBatch]:
    """Give what rows of a set have from their answers and from `arrange`, with their positions."""
    return _stream(
        cursor,
        """
        select row.position, row.place, answer.answer_id, answer.text as answer
        from answer
        join (select position, place, answer_row from export_row where split = ?) as row
            on row.answer_row = answer.rowid
        """,
        split,
    )


def read_makers(cursor: Cursor, split: str, pairs: int, *, columns: Sequence[str]) -> Makers:
    """Find out for all rows of a set which models and prompts made them, as far as the columns ask for it.

    Calls are matched by 64 bits of a hash: that one of twenty million is taken for another has a chance of 1 in 90,000.
    """
    found = []
    for call, table in (("instruction_", "instruction"), ("answer_", "answer")):
        makers = np.zeros(pairs, np.int32)
        if any(name.startswith((f"{call}model", f"{call}template")) for name in columns):
            for batch in _stream(
                cursor,
                f"""
                select made.position, maker.maker
                from model_call as call
                join export_maker as maker
                    on maker.model = call.model
                    and maker.template = call.template
                    and maker.template_fingerprint = call.template_fingerprint
                join (
                    select row.position, hash(made.model_call_id) as call
                    from {table} as made
                    join export_row as row on row.{"question" if table == "instruction" else "answer"}_row = made.rowid
                    where row.split = ?
                ) as made on made.call = hash(call.model_call_id)
                """,  # noqa: S608 - one of two tables
                split,
            ):
                makers[batch["position"].to_numpy()] = batch["maker"].to_numpy()
        found.append(makers)
    return Makers(*found)


def _stream(cursor: Cursor, query: str, split: str) -> Iterator[pa.RecordBatch]:
    yield from cursor.sql(query, params=[split]).to_arrow_reader(_ROWS_AT_ONCE)
